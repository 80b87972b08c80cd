"""The page of a log: every line at hand, with script and without, at both widths and in both themes.

THIRDLINE_SLOW=1 adds a log of some 200 MB.
"""

import http.client
import json
import os
import time
import unittest
import urllib.parse

from harness import THEMES, WIDTHS, BrowserTest


def lines(count, start=0):
    """A log as programs write it: an error with a trace at every thousandth record."""
    made = []
    for number in range(start + 1, start + count + 1):
        moment = f"2026-01-{10 + number // 86400 % 20:02} {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
        if number % 1000 == 0:
            made.append(f"{moment} ERROR [worker-{number % 7}] order {number} <refused> by the acquirer")
            made.append("java.lang.IllegalStateException: refused")
            made.append("\tat com.example.Orders.take(Orders.java:42)")
        elif number % 250 == 0:
            made.append(f"{moment} WARN [worker-{number % 7}] order {number} is slow " + "x" * (3000 if number == 500 else 10))
        else:
            made.append(f"{moment} INFO [worker-{number % 7}] order {number} taken in {number % 900} ms")
    return "\n".join(made) + "\n"


class LogPageTests(BrowserTest):
    """A log of some 5 MB on a case of the demo."""

    demo = True
    records = 80_000

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.server.command("token", "create", "--role", "engineer", "--name", "logs").split()[-1]
        status, body = cls.call("POST", "/api/v1/cases", json.dumps({"subject": "A large log", "symptom": "Orders are refused"}))
        assert status == 201, body
        cls.number = json.loads(body)["number"]
        cls.place = f"/cases/{cls.number}/evidence/E1/log"
        status, body = cls.call("PUT", f"/api/v1/cases/{cls.number}/evidence/bridge.log", cls.content(), "text/plain")
        assert status == 201, body
        cls.total = cls.records + 2 * (cls.records // 1000)
        deadline = time.monotonic() + 120
        while True:
            status, body = cls.call("GET", f"/api/v1/cases/{cls.number}/evidence/E1/lines?count=1")
            assert status == 200, body
            if json.loads(body)["state"] != "making":
                break
            assert time.monotonic() < deadline, "the log is not made readable"
            time.sleep(0.2)
        assert json.loads(body)["total_lines"] == cls.total, body[:300]

    @classmethod
    def content(cls):
        return lines(cls.records).encode()

    @classmethod
    def call(cls, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", cls.server.port, timeout=300)
        try:
            connection.request(
                method, path, body=body, headers={"Authorization": f"Bearer {cls.token}", "Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def open(self, query="", **options):
        page = self.signed_in("engineer", **options)
        page.goto(self.server.url(self.place + query))
        return page

    def top(self, page):
        """The number of the line at the upper edge of the window."""
        return page.evaluate(
            """() => { const box = document.querySelector('#log').getBoundingClientRect();
            const row = [...document.querySelectorAll('#log .ln')].find(one => one.getBoundingClientRect().bottom > box.top + 3);
            return row ? Number(row.id.slice(1)) : 0 }"""
        )

    def shows(self, page, number):
        """Waits until a line is in the window, with its text."""
        page.wait_for_function(
            """number => { const row = document.getElementById('L' + number), box = document.querySelector('#log').getBoundingClientRect();
            if (!row || row.classList.contains('blank')) return false;
            const at = row.getBoundingClientRect(); return at.bottom > box.top && at.top < box.bottom }""",
            arg=number,
        )

    def test_every_line_is_reached_by_scrolling_and_keys(self):
        page = self.open()
        self.shows(page, 1)
        box = page.locator("#log")
        box.hover()
        page.mouse.wheel(0, 600)
        page.wait_for_function("() => document.querySelector('[data-log-state]').textContent.includes('Lines 2')")
        seen = self.top(page)
        self.assertTrue(20 <= seen <= 40, seen)
        box.evaluate("box => { box.scrollTop = box.scrollHeight / 2 }")
        middle = self.total // 2
        page.wait_for_function(
            "middle => { const row = document.querySelector('#log .ln:not(.blank)'); return row && Math.abs(Number(row.id.slice(1)) - middle) < 500 }", arg=middle)
        page.keyboard.press("l")
        self.shows(page, self.total)
        page.keyboard.press("g")
        self.shows(page, 1)
        for _ in range(60):
            page.keyboard.press("j")
        self.shows(page, 61)
        self.assertEqual(page.locator("#log .ln.cur").get_attribute("id"), "L61")
        page.keyboard.press("k")
        self.assertEqual(page.locator("#log .ln.cur").get_attribute("id"), "L60")
        page.keyboard.press("/")
        self.assertEqual(page.evaluate("document.activeElement.id"), "q")
        self.assert_quiet(page)

    def test_address_follows_and_lines_can_be_linked(self):
        page = self.open("?line=4000#L4000")
        self.shows(page, 4000)
        self.assertIn("picked", page.locator("#L4000").get_attribute("class"))
        page.locator("#L4002 .no").click()
        page.locator("#L4005 .no").click(modifiers=["Shift"])
        page.wait_for_function("() => location.hash === '#L4002-L4005'")
        self.assertEqual(page.locator("#log .ln.picked").count(), 4)
        again = self.signed_in("colleague")
        again.goto(page.url)
        self.shows(again, 4003)
        self.assertEqual(again.locator("#log .ln.picked").count(), 4)
        page.fill("#jump-line", "50,000")
        page.keyboard.press("Enter")
        self.shows(page, 50_000)
        page.fill("#jump-time", "2026-01-10T10:00:00")
        page.keyboard.press("Enter")
        self.shows(page, 36_000 + 2 * 35)
        self.assert_quiet(page)

    def test_matches_and_filters(self):
        page = self.open("?q=refused")
        self.shows(page, 1)
        page.keyboard.press(".")
        self.shows(page, 1000)
        self.assertEqual(page.locator("#L1000 mark").first.inner_text(), "refused")
        page.keyboard.press(".")
        self.shows(page, 2002)
        page.keyboard.press(",")
        self.shows(page, 1000)
        page.select_option("#level", "error")
        page.click(".log-form button")
        page.wait_for_url("**level=error**")
        self.shows(page, 2002)
        self.assertEqual(page.locator("#log .ln.bad").count(), page.locator("#log .ln:not(.on)").count())
        if self.records <= 200_000:  # more come a page at a time, as they are scrolled to
            page.locator("#log").evaluate("box => { box.scrollTop = box.scrollHeight }")
            self.shows(page, self.total)
            self.assertIn(f"{self.records // 1000} records, all there are.", page.inner_text("[data-log-state]"))
        page.click("text=Show all lines")
        page.wait_for_url(lambda url: "level" not in url)
        self.assert_quiet(page)

    def test_long_lines_and_wrapping(self):
        page = self.open("?line=495")
        self.shows(page, 500)
        page.locator("#L500 .cut").click()
        page.wait_for_function("() => !document.querySelector('#L500 .cut')")
        self.assertGreater(len(page.inner_text("#L500 code")), 3000)
        page.click("[data-log-go=wrap]")
        self.shows(page, 500)
        self.assertGreater(page.locator("#L500").bounding_box()["height"], 100)
        page.locator("#log").hover()
        for _ in range(12):
            page.mouse.wheel(0, 200)
            page.wait_for_timeout(30)
        self.assertGreater(self.top(page), 500)
        self.assert_quiet(page)

    def test_a_bar_leads_to_its_moment(self):
        page = self.open()
        self.shows(page, 1)
        page.locator(".log-chart svg a").nth(40).click()
        page.wait_for_function("() => Number(document.querySelector('#log .ln.cur')?.id.slice(1)) > 1000")
        self.assert_quiet(page)

    def test_without_script(self):
        page = self.open(java_script_enabled=False)
        self.assertEqual(page.locator("#log .ln").count(), 200)
        page.click("text=Later")
        self.assertEqual(page.locator("#log .ln").first.get_attribute("id"), "L201")
        page.click("text=Last")
        self.assertEqual(page.locator("#log .ln").last.get_attribute("id"), f"L{self.total}")
        page.fill("#q", "refused")
        page.click(".log-form button")
        page.goto(self.server.url(self.place + "?q=refused"))
        page.click("text=Next match")
        self.assertIn("#L1000", page.url)
        page.fill("#jump-line", "30000")
        page.locator("[data-log-jump=line] button").click()
        self.assertEqual(page.locator("#log .ln").first.get_attribute("id"), "L30000")
        page.locator("summary", has_text="The same as a table").click()
        page.locator(".log-table a").nth(3).click()
        self.assertIn("#L", page.url)

    def test_both_widths_and_themes(self):
        for width in WIDTHS:
            for theme in THEMES:
                for query in ["?line=990", "?q=refused&level=warning&line=990"]:
                    with self.look(width=width, theme=theme, query=query):
                        page = self.open(query, width=width, theme=theme)
                        self.shows(page, 1000)
                        self.assert_accessible(page)
                        self.assert_no_sideways_scroll(page)
                        self.assert_quiet(page)
                        if os.environ.get("THIRDLINE_PICTURES"):
                            self.keep_screenshots(f"log-{width}-{theme}-{'filter' if 'q=' in query else 'all'}")
                        page.context.close()
                        self.pages.remove(page)


@unittest.skipUnless(os.environ.get("THIRDLINE_SLOW"), "THIRDLINE_SLOW=1 makes a log of 200 MB")
class LargeLogTests(LogPageTests):
    """The same on a log of some 200 MB: more lines than a browser's pixels."""

    records = 3_000_000

    @classmethod
    def content(cls):
        return b"".join(lines(100_000, start).encode() for start in range(0, cls.records, 100_000))


if __name__ == "__main__":
    unittest.main()
