"""A shift ends: a case is offered and accepted, another one is offered and comes back."""

import unittest

from harness import BrowserTest


class HandoverTests(BrowserTest):
    def submit(self, page):
        page.locator("form.form button.go").click()

    def choose(self, page, name):
        option = page.locator("select[name=to] option", has_text=name).first
        page.select_option("select[name=to]", option.get_attribute("value"))

    def test_a_case_is_handed_over_with_a_brief_and_another_one_comes_back(self):
        leaver, receiver = self.signed_in("engineer"), self.signed_in("colleague")
        base = self.server.base

        leaver.goto(f"{base}/cases/TL-10/hand_over")
        brief = leaver.locator("textarea[name=brief]")
        self.assertIn("Where it stands: Investigating", brief.input_value())
        self.choose(leaver, "Jonas")
        brief.fill(brief.input_value() + "\nDaniel expects a call at nine.")
        self.submit(leaver)
        leaver.locator("#handover", has_text="Until then it stays with you").wait_for()
        self.assert_quiet(leaver)

        receiver.goto(f"{base}/handover")
        receiver.locator(".handed", has_text="Daniel expects a call at nine.").wait_for()
        receiver.locator(".handed", has_text="TL-10").get_by_role("button", name="Accept").click()
        receiver.locator("#shift .handed").wait_for(state="detached")
        receiver.goto(f"{base}/cases/TL-10")
        receiver.locator("#handoffs", has_text="Handed over").wait_for()
        self.assertIn("What the case itself said", receiver.content())

        leaver.goto(f"{base}/handover/send")
        for tick in leaver.locator("input[name=cases]").all():
            tick.set_checked(tick.get_attribute("value") == "TL-12")
        self.choose(leaver, "Jonas")
        self.submit(leaver)
        leaver.locator("#shift", has_text="Not accepted yet").wait_for()

        receiver.goto(f"{base}/cases/TL-12")
        receiver.locator("#handover").get_by_role("link", name="Return").click()
        receiver.locator("[name=reason]").fill("I am off in ten minutes")
        self.submit(receiver)
        receiver.locator("#handover", has_text="gave the case back").wait_for()

        leaver.goto(f"{base}/handover")
        leaver.locator("#shift", has_text="I am off in ten minutes").wait_for()
        self.assertIn("Came back to me", leaver.content())
        for page in (leaver, receiver):
            self.assert_quiet(page)


if __name__ == "__main__":
    unittest.main()
