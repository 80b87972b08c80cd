"""The commands that read logs, as people run them: exit codes, output for people and programs, every kind of input."""

import gzip
import json
import os
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from harness import find_binary

QUIET = "".join(
    f"2026-03-02 08:{second // 60:02d}:{second % 60:02d},{100 + second % 900} INFO [worker-{second % 4}] shop.orders - "
    f"{('Accepted order %d', 'Captured payment of order %d', 'Stored invoice %d')[second % 3] % (second * 7)}\n"
    for second in range(1800)
)
TROUBLE = QUIET + "".join(
    f"2026-03-02 08:{30 + second // 60:02d}:{second % 60:02d},500 ERROR [worker-1] shop.orders - "
    f"Call to inventory for order {4000 + second} timed out\n"
    for second in range(300)
)


class LogCommandTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="log-commands-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "quiet.log").write_text(QUIET, encoding="utf-8")
        (self.folder / "trouble.log").write_text(TROUBLE, encoding="utf-8")

    def run_command(self, *arguments, code=0, stdin=None):
        done = subprocess.run(
            [str(find_binary()), *map(str, arguments)], cwd=self.folder, input=stdin, capture_output=True, check=False,
            timeout=120, env={**os.environ, "NO_COLOR": "1"})
        self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace"))
        return done.stdout.decode(), done.stderr.decode()

    def test_a_healthy_log_gives_no_finding_and_code_0(self):
        text, _ = self.run_command("diagnose", "quiet.log", "--fail-on", "info")
        self.assertIn("Nothing stands out", text)

    def test_findings_name_lines_and_the_next_test_and_fail_on_ends_with_1(self):
        text, _ = self.run_command("diagnose", "trouble.log", "--fail-on", "medium", code=1)
        self.assertIn("Errors begin at 2026-03-02T08:30:00Z", text)
        self.assertIn("trouble.log:1801", text)
        self.assertIn("Next: ", text)
        self.assertNotIn("\x1b", text)
        self.run_command("diagnose", "trouble.log", "--fail-on", "critical")

    def test_a_baseline_and_a_window_say_what_is_new(self):
        text, _ = self.run_command("diagnose", "trouble.log", "--baseline", "quiet.log")
        self.assertIn("Never before: Call to inventory", text)
        text, _ = self.run_command("diagnose", "trouble.log", "--from", "2026-03-02 08:29", "--to", "2026-03-02T08:32:00Z")
        self.assertIn("Never before: Call to inventory", text)

    def test_json_and_html_hold_the_same_findings(self):
        text, _ = self.run_command("diagnose", "trouble.log", "--json")
        findings = json.loads(text)["findings"]
        self.assertTrue(findings)
        self.run_command("diagnose", "trouble.log", "--html", "report.html")
        page = (self.folder / "report.html").read_text(encoding="utf-8")
        self.assertEqual(page.count("<article"), len(findings))
        for outside in ("<script", "src=", "http:", "https:", "@import"):
            self.assertNotIn(outside, page)

    def test_folders_archives_compressed_files_and_streams_are_read(self):
        with zipfile.ZipFile(self.folder / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("logs/trouble.log", TROUBLE)
            bundle.writestr("../out.log", TROUBLE)
        (self.folder / "trouble.log.gz").write_bytes(gzip.compress(TROUBLE.encode()))
        for arguments, stdin in (
            (["bundle.zip"], None), (["trouble.log.gz"], None), (["."], None), (["-"], TROUBLE.encode()),
            (["-"], gzip.compress(TROUBLE.encode())),
        ):
            text, _ = self.run_command("diagnose", *arguments, stdin=stdin)
            self.assertIn("timed out", text, arguments)
        text, _ = self.run_command("diagnose", "bundle.zip")
        self.assertIn("bundle.zip/logs/trouble.log:1801", text)
        self.assertIn("leads out of the archive", text)

    def test_bad_input_gets_code_2_and_a_sentence(self):
        for arguments in (
            ["diagnose", "missing.log"], ["diagnose"], ["diagnose", "quiet.log", "--fail-on", "bad"],
            ["diagnose", "quiet.log", "--from", "yesterday"], ["diagnose", "quiet.log", "--json", "--html", "x.html"],
            ["diagnose", "quiet.log", "--html", "missing/x.html"], ["logs", "timeline", "missing.log"],
            ["logs", "top", "quiet.log", "--count", "0"],
        ):
            _, error = self.run_command(*arguments, code=2)
            self.assertTrue(error.strip(), arguments)
            self.assertNotIn("Fatal error", error)

    def test_an_identifier_is_followed_through_files_in_order_of_time(self):
        (self.folder / "a.log").write_text(
            "2026-03-02 08:00:01 INFO gateway - request r-17 taken\n2026-03-02 08:00:05 INFO gateway - request r-17 answered\n"
            "2026-03-02 08:00:06 INFO gateway - request r-171 taken\n", encoding="utf-8")
        (self.folder / "b.log").write_text(
            "".join(f"2026-03-02 08:00:02 INFO orders - order {number} stored\n" for number in range(20))
            + "2026-03-02 08:00:03 ERROR orders - r-17 failed\njava.lang.IllegalStateException: no stock\n"
            "\tat com.example.Stock.take(Stock.java:41)\n", encoding="utf-8")
        text, _ = self.run_command("logs", "follow", "r-17", "a.log", "b.log", "--json")
        records = json.loads(text)["records"]
        self.assertEqual([(one["source"], one["line"]) for one in records], [("a.log", 1), ("b.log", 21), ("a.log", 2)])
        self.assertIn("Stock.java:41", records[1]["text"])
        self.run_command("logs", "follow", "nowhere", "a.log", code=1)

    def test_timeline_compare_and_top_count_what_is_there(self):
        text, _ = self.run_command("logs", "timeline", "trouble.log", "--json")
        self.assertEqual(sum(slot["errors"] for slot in json.loads(text)["slots"]), 300)
        text, _ = self.run_command("logs", "compare", "quiet.log", "trouble.log", "--json")
        self.assertEqual([one["now"] for one in json.loads(text)["new"]], [300])
        text, _ = self.run_command("logs", "top", "trouble.log", "--json")
        self.assertEqual([one["count"] for one in json.loads(text)["patterns"]], [300])
        (self.folder / "pairs.log").write_text("".join(f"time=2026-03-02T08:00:00Z msg=x region={'eu' if i % 3 else 'us'}\n" for i in range(90)), encoding="utf-8")
        text, _ = self.run_command("logs", "top", "pairs.log", "--field", "region", "--json")
        self.assertEqual(json.loads(text)["values"], [{"value": "eu", "count": 60}, {"value": "us", "count": 30}])


if __name__ == "__main__":
    unittest.main()
