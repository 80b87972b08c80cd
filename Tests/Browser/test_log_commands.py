"""The commands that read logs, as people run them: exit codes, output for people and programs, every kind of input."""

import datetime
import gzip
import json
import os
import random
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

    def test_what_is_packed_is_not_redacted_and_what_cannot_be_read_is_not_called_quiet(self):
        secret = QUIET + "password=Sup3rS3cretX9\n"
        (self.folder / "app.log.gz").write_bytes(gzip.compress(secret.encode()))
        _, error = self.run_command("redact", "app.log.gz", "-o", "copy.gz", code=2)
        self.assertIn("unpack it first", error)
        self.assertFalse((self.folder / "copy.gz").exists())
        _, error = self.run_command("redact", ".", "-o", "copies", code=2)
        self.assertIn("It was left out", error)
        self.assertTrue((self.folder / "copies" / "quiet.log").exists())
        self.assertFalse((self.folder / "copies" / "app.log.gz").exists())
        (self.folder / "cut.gz").write_bytes(gzip.compress(secret.encode())[:300])
        out, _ = self.run_command("diagnose", "cut.gz", code=2)
        self.assertIn("No line could be read", out)
        out, _ = self.run_command("diagnose", "quiet.log", "--from", "2027-01-01 00:00")
        self.assertIn("No line lies in the time asked for", out)
        out, _ = self.run_command("diagnose", "quiet.log", "--zone", "-05:00")
        self.assertIn("2026-03-02T13:", out)

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

    def test_diag_04_new_rising_and_vanished_patterns_between_two_customers_and_two_windows(self):
        """DIAG-04: what is new, rising and vanished is told between two logs, and between two windows of one."""
        halden = [f"2026-03-02 08:{i // 60:02d}:{i % 60:02d} INFO shop - Accepted order {i}" for i in range(1200)]
        halden += [f"2026-03-02 08:2{i % 10}:30 INFO shop - Heartbeat of node {i} seen" for i in range(60)]
        other = [f"2026-03-02 09:{i // 60:02d}:{i % 60:02d} INFO shop - Accepted order {i}" for i in range(1200)]
        other += [f"2026-03-02 09:1{i % 10}:30 ERROR shop - Ledger {i} is locked by another session" for i in range(40)]
        for i, line in enumerate(halden[:12]):
            halden[i] = line.replace("Accepted order", "Retried payment of order")
        for i, line in enumerate(other[:400]):
            other[i] = line.replace("Accepted order", "Retried payment of order")
        (self.folder / "halden.log").write_text("\n".join(sorted(halden)) + "\n", encoding="utf-8")
        (self.folder / "other.log").write_text("\n".join(sorted(other)) + "\n", encoding="utf-8")
        (self.folder / "both.log").write_text("\n".join(sorted(halden) + sorted(other)) + "\n", encoding="utf-8")
        windows = ["--before-from", "2026-03-02 08:00", "--before-to", "2026-03-02 09:00",
                   "--from", "2026-03-02 09:00", "--to", "2026-03-02 10:00"]
        for arguments in (["halden.log", "other.log"], ["both.log", *windows], ["both.log", "both.log", *windows]):
            found = json.loads(self.run_command("logs", "compare", *arguments, "--json")[0])
            self.assertEqual((found["before_lines"], found["now_lines"]), (1260, 1240), arguments)
            for change, words in (("new", "is locked by another session"), ("gone", "Heartbeat of node"), ("more", "Retried payment")):
                self.assertEqual(len(found[change]), 1, (arguments, change, found))
                self.assertIn(words, found[change][0]["template"])
            place = found["new"][0]["first_now"]
            line = (self.folder / place["source"]).read_text(encoding="utf-8").splitlines()[place["line"] - 1]
            self.assertIn("is locked by another session", line)
        text, _ = self.run_command("logs", "compare", "halden.log", "other.log")
        self.assertIn("Only in the second: 1", text)
        for arguments in (["both.log"], ["both.log", "--from", "soon"], ["a", "b", "c"],
                          ["both.log", "--from", "2026-03-02 08:00", "--before-to", "2026-03-02 09:00"],
                          ["both.log", "--from", "2026-03-02 09:00", "--to", "2026-03-02 08:00"]):
            _, error = self.run_command("logs", "compare", *arguments, code=2)
            self.assertTrue(error.strip(), arguments)

    def test_codes_of_errors_and_columns_of_a_table_are_read(self):
        (self.folder / "t.csv").write_text(
            "Time,Level,Host,Message\n" + "".join(
                f"2026-03-02 08:{i // 60:02d}:{i % 60:02d},{'ERROR' if i % 9 == 0 else 'INFO'},web{i % 3},"
                f"\"Order {i}, {'refused: PAY-1043' if i % 9 == 0 else 'stored'}\"\n" for i in range(180)), encoding="utf-8")
        report = json.loads(self.run_command("diagnose", "t.csv", "--json")[0])
        self.assertEqual(report["codes"], [{"code": "PAY-1043", "count": 20, "source": "t.csv", "first_line": 2}])
        self.assertEqual(report["sources"][0]["form"], "CSV")
        values = json.loads(self.run_command("logs", "top", "t.csv", "--field", "host", "--json")[0])["values"]
        self.assertEqual([one["count"] for one in values], [60, 60, 60])

    def test_a_table_of_codes_becomes_part_of_the_policy(self):
        (self.folder / "codes.csv").write_text("code,meaning,link\nPAY-1043,The acquirer refused,https://wiki.example/1\n", encoding="utf-8")
        text, _ = self.run_command("policy", "codes", "codes.csv", "--reason", "Release 4.2", "--data", "data")
        self.assertIn("In force: 1 code.", text)
        text, _ = self.run_command("policy", "show", "--data", "data")
        self.assertIn('error_codes:\n  - {code: "PAY-1043", meaning: "The acquirer refused", link: "https://wiki.example/1"}', text)
        (self.folder / "bad.csv").write_text("name,text\nx,y\n", encoding="utf-8")
        text, _ = self.run_command("policy", "codes", "bad.csv", "--reason", "x", "--data", "data", code=1)
        self.assertIn("bad.csv:1: The first row has to name the columns", text)

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


    def test_diag_09_the_shell_command_beside_the_values_of_a_field_counts_the_same(self):
        """DIAG-09: values of fields are extracted as jq and grep would, and the command that comes to the same is shown."""
        (self.folder / "it's.json").write_text("".join(
            json.dumps({"time": f"2026-03-02T08:00:{i % 60:02d}Z", "msg": "x", "http.status": 200 if i % 3 else 503}) + "\n"
            for i in range(90)), encoding="utf-8")
        (self.folder / "pairs.log").write_text("".join(
            f"time=2026-03-02T08:00:00Z msg=x region={'eu' if i % 3 else 'us'} subregion=no\n" for i in range(90)), encoding="utf-8")
        for name, field in (("it's.json", "msg"), ("pairs.log", "region")):
            text, _ = self.run_command("logs", "top", name, "--field", field)
            values = [tuple(line.split()) for line in text.split("\nThe same")[0].splitlines()[1:] if line.strip()]
            command = text.split("The same in a shell:\n")[1].strip()
            done = subprocess.run(["/bin/sh", "-c", command], cwd=self.folder, capture_output=True, text=True, check=True)
            self.assertEqual([tuple(line.split()) for line in done.stdout.splitlines()], values, command)
        self.assertNotIn("in a shell", self.run_command("logs", "top", "-", "--field", "region", stdin=b"region=eu\n")[0])


    def peak_memory(self, *arguments):
        """The output of the command, and its peak memory in megabytes."""
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                [str(find_binary()), *map(str, arguments)], cwd=self.folder, stdout=output, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            output.seek(0)
            return output.read().decode(), usage.ru_maxrss / 1024

    def test_diag_06_six_months_of_packed_logs_are_one_history_read_in_bounded_memory(self):
        """DIAG-06: months of stored logs are read as one, without all of it in memory: what began in month four is found."""
        random.seed(6)
        begins = datetime.datetime(2026, 1, 1)
        for day in range(181):
            lines = []
            for index in range(500):
                at = begins + datetime.timedelta(days=day, seconds=index * 172)
                code, region = random.choice("5411 5812 7995 4121".split()), random.choice(["eu", "us", "ap"])
                fails = random.random() < (0.25 if code == "7995" and region == "ap" and day >= 95 else 0.0005)
                lines.append(json.dumps({
                    "time": at.isoformat() + "Z", "level": "info", "msg": "payment processed", "txn_id": random.getrandbits(40),
                    "merchant_code": code, "region": region, "status": "declined" if fails else "approved"}) + "\n")
            name = f"payments-{(begins + datetime.timedelta(days=day)).date()}.log.gz"
            for folder in ["half-year"] + (["month"] if day < 30 else []):
                (self.folder / folder).mkdir(exist_ok=True)
                (self.folder / folder / name).write_bytes(gzip.compress("".join(lines).encode(), 1))
        _, small = self.peak_memory("diagnose", "month", "--json")
        text, large = self.peak_memory("diagnose", "half-year", "--json")
        report = json.loads(text)
        found = next(one for one in report["findings"] if one["kind"] == "log.cohort")
        self.assertIn("merchant_code = 7995", found["title"])
        self.assertIn("region = ap", found["title"])
        self.assertRegex(found["details"]["onset"], "^2026-04-0[5-9]")
        self.assertLess(large, 300)
        self.assertLess(large, small * 2, "six times as much to read, not six times as much kept")


if __name__ == "__main__":
    unittest.main()
