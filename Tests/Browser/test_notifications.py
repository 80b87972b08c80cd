"""Somebody chooses what reaches them, and the browser shows each piece of news once, however many tabs are open."""

import time
import unittest

from harness import BrowserTest

# Stands in for what the system shows: remembers what it is told, in the storage that all tabs share.
RECORDER = """
window.Notification = class {
  static permission = localStorage.getItem("granted") ? "granted" : "default";
  static async requestPermission() {
    localStorage.setItem("granted", "1");
    return this.permission = "granted";
  }
  constructor(title, options) {
    const shown = JSON.parse(localStorage.getItem("shown") || "[]");
    localStorage.setItem("shown", JSON.stringify([...shown, [title, options.body]]));
  }
  close() {}
};
"""


class NotificationTests(BrowserTest):
    def until(self, is_so, within=30):
        end = time.monotonic() + within
        while not is_so():
            self.assertLess(time.monotonic(), end, "not within the time")
            time.sleep(0.1)

    def shown(self, page):
        return page.evaluate("JSON.parse(localStorage.getItem('shown') || '[]')")

    def test_admin_06_part_choices_are_kept_and_a_mistake_keeps_what_was_typed(self):
        page = self.signed_in("colleague", timezone_id="Europe/Berlin")
        page.goto(self.server.url("/account/notifications"))
        self.assertEqual(page.locator("#zone").input_value(), "Europe/Berlin")
        box = page.get_by_role("checkbox", name="The customer replies on a case that I own or watch: Mail")
        box.check()
        page.fill("#quiet_from", "19:00")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Quiet hours need a beginning and an end").first.wait_for()
        self.assertEqual(page.locator("#quiet_from").input_value(), "19:00")
        self.assertTrue(box.is_checked())
        page.fill("#quiet_until", "07:00")
        page.get_by_label("Sunday").check()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**done=saved")
        self.assertTrue(box.is_checked() and page.get_by_label("Sunday").is_checked())
        self.assertEqual(page.locator("#quiet_until").input_value(), "07:00")

    def test_the_browser_shows_each_piece_of_news_once_for_all_tabs(self):
        engineer, lead = self.signed_in("engineer"), self.signed_in("lead")
        engineer.context.add_init_script(RECORDER)
        engineer.goto(self.server.url("/account/notifications"))
        engineer.locator("[data-notify-state]", has_text="Off").wait_for()
        engineer.get_by_role("button", name="Switch on").click()
        engineer.locator("[data-notify-state]", has_text="On").wait_for()
        engineer.get_by_role("button", name="Show a test").click()
        self.assertEqual([title for title, _ in self.shown(engineer)], ["A test of your notifications"])
        other = engineer.context.new_page()
        other.goto(self.server.url("/cases"))
        # The tab that listens knows from where on it tells.
        self.until(lambda: engineer.evaluate("localStorage.getItem('notify-last')"))

        def note(words):
            lead.goto(self.server.url("/cases/TL-20/note"))
            lead.fill("main form [name=text]", words)
            lead.locator("main form button.go").first.click()
            lead.wait_for_url("**done=*")

        note("@marta can you look?")
        self.until(lambda: len(self.shown(engineer)) >= 2)
        # The tab that listened closes, and the other one goes on.
        engineer.close()
        note("@marta and again")
        self.until(lambda: len(self.shown(other)) >= 3)
        shown = self.shown(other)
        self.assertEqual(len(shown), 3)
        for title, body in shown[1:]:
            self.assertTrue(title.startswith("TL-20"), title)
            self.assertTrue(body.endswith("named you in a note"), body)


if __name__ == "__main__":
    unittest.main()
