"""A log is dropped on a case: it is read in the background, a finding is opened and cited into a hypothesis."""

import io
import tarfile
import unittest

from harness import SCREENSHOTS, THEMES, WIDTHS, BrowserTest, axe_violations, sideways_scroll


def bundle(lines=60_000):
    """An archive with a log that loses its database, large enough to be seen on its way."""
    rows = []
    for second in range(lines):
        stamp = f"2026-03-{1 + second // 20000:02d} {(second // 3600) % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        if 20_000 <= second < 20_040:
            rows.append(f"{stamp} ERROR [worker-1] Connection to 10.20.30.40 timed out after 5000 ms for alice.smith@halden.example")
        else:
            rows.append(f"{stamp} INFO  [worker-{second % 4}] Request {second} served in {10 + second % 7} ms")
    data = ("\n".join(rows) + "\n").encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("bridge/bridge.log")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


class EvidenceAnalysisTests(BrowserTest):
    def drop(self, page, name, data):
        """Drops a file on the open page, as a hand does."""
        page.evaluate(
            """([name, bytes]) => {
                const files = new DataTransfer();
                files.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name));
                const drop = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
                document.querySelector("main").dispatchEvent(drop);
            }""",
            [name, __import__("base64").b64encode(data).decode()],
        )

    def look(self, page, name):
        """The page in both themes and widths: no axe violation, no sideways scroll."""
        for theme in THEMES:
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 1000})
                page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png", full_page=True)
                self.assertEqual(axe_violations(page), [], f"{name} {width} {theme}")
                self.assertEqual(sideways_scroll(page), 0, f"{name} {width} {theme}")
        page.set_viewport_size({"width": 1280, "height": 900})

    def test_an_archive_is_dropped_read_and_a_finding_cited_into_a_hypothesis(self):
        """DIAG-01 part: what an analysis finds is cited into the investigation."""
        page, base = self.signed_in("engineer"), self.server.base
        page.goto(f"{base}/cases/TL-5/evidence/new")
        self.drop(page, "bundle.tar.gz", bundle())
        page.get_by_text("bundle.tar.gz").first.wait_for()
        page.locator("main form button.go").first.click()
        page.wait_for_url("**/cases/TL-5/evidence/E*")
        # The page brings itself along: first how far it is, then what was found.
        page.locator("#analysis .working, #F1").first.wait_for(timeout=60_000)
        page.locator("#F1").wait_for(timeout=120_000)
        finding = page.locator(".find-c", has_text="time").first
        self.assertIn("Next test", finding.inner_text())
        self.assertIn("bridge/bridge.log", page.locator("#analysis").inner_text())
        self.assertNotIn("alice.smith", page.content())
        self.assertGreater(page.locator("svg.plot rect.b-all").count(), 10)
        self.look(page, "evidence-analysis")

        number = page.url.split("/")[-1].split("?")[0]
        page.goto(f"{base}/cases/TL-5")
        says = page.locator("#log-says")
        says.wait_for()
        self.assertIn("What the logs say", says.inner_text())
        self.look(page, "case-log-says")

        page.goto(f"{base}/cases/TL-5/add_hypothesis")
        page.fill("[name=statement]", "The database went away for a while")
        page.locator("form.form button.go").click()
        page.wait_for_url("**/investigation*")

        page.goto(f"{base}/cases/TL-5/evidence/{number}")
        page.locator("#F1").wait_for()
        page.keyboard.press("j")
        page.keyboard.press("q")
        page.wait_for_url("**/cite?finding=F1")
        self.look(page, "cite")
        page.get_by_role("link", name="The database went away").click()
        page.wait_for_url("**/record_result?*")
        self.assertIn(f"{number}, F1", page.input_value("[name=observed]"))
        self.assertIn(number, page.input_value("[name=evidence]"))
        page.select_option("[name=bearing]", index=1)
        page.locator("form.form button.go").click()
        page.wait_for_url("**/investigation*")
        self.assertIn(f"{number}, F1", page.locator("main").inner_text())
        self.assert_quiet(page)

    def test_two_times_of_a_log_are_compared_and_its_codes_looked_up(self):
        page, base = self.signed_in("engineer"), self.server.base
        rows = []
        for second in range(3600):
            text = "INFO  shop - Accepted order" if second % 7 or second < 2400 else "ERROR shop - Capture refused: PAY-1043, order"
            rows.append(f"2026-03-01 {14 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d} {text} {second}")
            if second < 1200 and second % 40 == 0:
                rows.append(f"2026-03-01 14:{second // 60:02d}:{second % 60:02d} INFO  shop - Heartbeat of node {second} seen")
        page.goto(f"{base}/cases/TL-5/evidence/new")
        self.drop(page, "shop.log", ("\n".join(rows) + "\n").encode())
        page.get_by_text("shop.log").first.wait_for()
        page.locator("main form button.go").first.click()
        page.wait_for_url("**/cases/TL-5/evidence/E*")
        page.get_by_role("link", name="Compare with another log").click(timeout=60_000)
        page.fill("[name=from]", "2026-03-01 14:40")
        self.look(page, "compare-form")
        page.locator("form.form button.go").click()
        page.wait_for_url("**/comparisons/*")
        page.locator("#co-new").wait_for(timeout=60_000)
        self.assertIn("Capture refused", page.locator("main").inner_text())
        self.assertIn("Heartbeat of node", page.locator("main").inner_text())
        self.look(page, "comparison")
        page.goto(f"{base}/error-codes")
        row = page.locator("tr", has_text="PAY-1043")
        self.assertIn("TL-5", row.inner_text())
        self.look(page, "error-codes")
        page.fill("#q", "PAY-1043")
        page.keyboard.press("Enter")
        page.wait_for_url("**/error-codes?q=PAY-1043")
        self.assertIn("not documented", page.locator("main").inner_text())
        self.assert_quiet(page)


if __name__ == "__main__":
    unittest.main()
