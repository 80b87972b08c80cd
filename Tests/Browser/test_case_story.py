"""One case from the first report to its second resolution, by the people who meet in it, on both engines."""

import os
import re
import subprocess
import tempfile
import unittest

from harness import PEOPLE, Browser, BrowserTest, sign_in, watch

SYMPTOM = "Since this morning three in a thousand card payments die at capture.\nA new payment always works."


class CaseStory:
    """The story; the classes below run it on an engine each."""

    def report(self, page, subject):
        """A customer reports a problem; returns the number of the case."""
        page.goto(self.server.url("/portal"))
        page.get_by_role("link", name="Report a problem").first.click()
        page.fill("#subject", subject)
        page.fill("#symptom", SYMPTOM)
        page.get_by_role("button", name="Send report").click()
        page.wait_for_url("**/portal/cases/TL-*")
        return re.search(r"TL-\d+", page.url)[0]

    def write(self, page, mode, text, then=None):
        """Writes a reply or a note in the composer of an open case page."""
        page.locator("h1").click()
        page.keyboard.press("r" if mode == "reply" else "n")
        box = page.locator(f"#{mode}-text")
        box.wait_for(state="visible")
        self.assertTrue(box.evaluate("box => box === document.activeElement"), f"the key does not lead to {mode}")
        box.fill(text)
        if then:
            page.select_option("#then", label=then)
        page.keyboard.press("Control+Enter")
        page.locator("#timeline").get_by_text(text.splitlines()[0]).wait_for()

    def test_case_01_a_case_from_report_to_second_resolution(self):
        customer = self.signed_in("customer")
        number = self.report(customer, "Card payments fail at capture")
        self.assertIn("Received", customer.locator("#now").inner_text())

        # The engineer finds it unowned in the queue, opens it by keyboard and takes it.
        engineer = self.signed_in("engineer")
        engineer.goto(self.server.url("/cases"))
        row = engineer.locator(f"#r-{number}")
        self.assertIn("No owner", row.inner_text())
        while "cur" not in (row.get_attribute("class") or ""):
            engineer.keyboard.press("j")
        engineer.keyboard.press("Enter")
        engineer.wait_for_url(f"**/cases/{number}")
        self.assertIn("three in a thousand", engineer.locator(".verbatim").inner_text())
        engineer.keyboard.press("a")
        engineer.wait_for_url("**/assign")
        engineer.get_by_role("button", name="Assign").click()
        engineer.wait_for_url(f"**/cases/{number}*")
        self.assertIn("Owner Marta Lindqvist", engineer.locator("#case-head").inner_text())

        # Asks, notes; the note never reaches the customer.
        engineer.get_by_role("link", name="Change status").click()
        engineer.select_option("#status", label="Investigating")
        engineer.get_by_role("button", name="Change status").click()
        engineer.wait_for_url(f"**/cases/{number}*")
        self.write(engineer, "reply", "Please send three payment IDs of today.", then="Waiting on customer")
        self.write(engineer, "note", "Ravi suspects the time formatter of the signed payload.")
        customer.locator("#need").get_by_text("Please send three payment IDs").wait_for()  # live, without a reload
        self.assertNotIn("Ravi", customer.content())

        # The customer answers; the case goes back to work by itself.
        customer.fill("#reply-text", "P-1, P-2 and P-3, all from ten o’clock.")
        customer.get_by_role("button", name="Send answer").click()
        engineer.locator("#timeline").get_by_text("P-1, P-2 and P-3").wait_for()  # live again
        self.assertIn("Investigating", engineer.locator("#case-head").inner_text())

        # Resolving asks for what policy wants, and keeps what was typed.
        self.resolve(engineer, number, "The formatter dropped the zeros; rolled back at 17:52.", forgetting=True)
        customer.goto(self.server.url(f"/portal/cases/{number}"))
        self.assertIn("Resolved", customer.locator("#now").inner_text())
        self.assertNotIn("formatter", customer.content())
        self.assertIn("Payments are accepted again.", customer.locator("#thread").inner_text())

        # The customer says no; it reopens with its history, and is resolved again.
        customer.fill("#reply-text", "It is back, twelve refusals.")
        customer.get_by_role("button", name="Not solved, open it again").click()
        customer.locator("#now").get_by_text("Reopened").wait_for()
        engineer.goto(self.server.url(f"/cases/{number}"))
        self.assertIn("reopened once", engineer.locator("#case-head").inner_text())
        self.resolve(engineer, number, "The second node had kept the old build; both are on 4.17.9 now.")

        # The timeline shows it all, and the journal is whole.
        engineer.goto(self.server.url(f"/cases/{number}?order=oldest"))
        story = engineer.locator("#timeline").inner_text()
        told = [
            "opened the case", "took the case", "moved the case to Investigating", "Please send three payment IDs",
            "moved the case to Waiting on customer", "Ravi suspects", "P-1, P-2 and P-3",
            "moved the case to Investigating", "rolled back at 17:52", "It is back, twelve refusals",
            "reopened the case", "both are on 4.17.9",
        ]
        place = -1
        for part in told:
            found = story.find(part, place + 1)
            self.assertGreater(found, place, f"“{part}” is missing, or not in its place:\n{story}")
            place = found
        self.assert_quiet(customer)
        self.server.command("verify")

    def resolve(self, page, number, narrative, forgetting=False):
        """Resolves a case; at first without a verdict, which is refused and loses nothing, where `forgetting`."""
        page.goto(self.server.url(f"/cases/{number}/resolve"))
        page.fill("#narrative", narrative)
        page.fill("#customer-summary", "Payments are accepted again.")
        if forgetting:
            page.get_by_role("button", name="Resolve").click()
            page.locator(".problem").wait_for()
            self.assertIn("Choose what the case turned out to be", page.locator(".problem").inner_text())
            self.assertEqual(page.input_value("#narrative"), narrative)
            page.troubles = []  # the refused attempt was on purpose
        page.select_option("#verdict", label="Product defect")
        page.get_by_role("button", name="Resolve").click()
        page.wait_for_url(f"**/cases/{number}?done=resolved")
        self.assertIn("Resolved", page.locator("#case-head").inner_text())

    def test_case_28_part_two_engineers_edit_the_same_thing_and_the_second_chooses(self):
        customer = self.signed_in("customer")
        number = self.report(customer, "Exports are empty since noon")
        first, second = self.signed_in("engineer"), self.signed_in("colleague")
        for page in (first, second):
            page.goto(self.server.url(f"/cases/{number}/edit"))
        first.fill("#problem-statement", "The export job reads the wrong bucket.")
        first.get_by_role("button", name="Save").click()
        first.wait_for_url(f"**/cases/{number}?done=saved**")

        # Different things never clash: Jonas sets the component while Marta states the problem.
        second.select_option("#component", label="Data and exports")
        second.get_by_role("button", name="Save").click()
        second.wait_for_url(f"**/cases/{number}?done=saved**")

        # The same thing clashes: both values are shown, and the second one chooses.
        first.goto(self.server.url(f"/cases/{number}/edit"))
        second.goto(self.server.url(f"/cases/{number}/edit"))
        first.fill("#problem-statement", "The export job reads the bucket of staging.")
        first.get_by_role("button", name="Save").click()
        first.wait_for_url(f"**/cases/{number}?done=saved**")
        second.fill("#problem-statement", "Exports are written, but to the old folder.")
        second.get_by_role("button", name="Save").click()
        second.get_by_role("heading", name="changed the same thing").wait_for()
        sides = second.locator(".sides").inner_text()
        self.assertIn("The export job reads the bucket of staging.", sides)
        self.assertIn("Exports are written, but to the old folder.", sides)
        self.assertIn("Marta Lindqvist", sides)
        second.troubles = []
        self.assert_accessible(second)
        second.get_by_role("radio").first.check()
        second.get_by_role("button", name="Save what is chosen").click()
        second.wait_for_url(f"**/cases/{number}?done=saved**")
        brief = second.locator("#brief").inner_text()
        self.assertIn("Exports are written, but to the old folder.", brief)
        self.assertIn("Data and exports", second.locator("#side").inner_text())

        # A reply is written at the same time as an edit, and neither notices the other.
        first.goto(self.server.url(f"/cases/{number}/edit"))
        second.goto(self.server.url(f"/cases/{number}"))
        self.write(second, "reply", "We are on it.")
        first.fill("#subject", "Exports go to the old folder")
        first.get_by_role("button", name="Save").click()
        first.wait_for_url(f"**/cases/{number}?done=saved**")
        self.server.command("verify")


class CaseStoryOnSQLite(CaseStory, BrowserTest):
    engine = "sqlite"


class CaseStoryOnPostgreSQL(CaseStory, BrowserTest):
    engine = "postgresql"


class DraftTests(BrowserTest):
    """A reply that is being typed survives what can happen to browser and server."""

    def open_case(self, page):
        page.goto(self.server.url("/cases?state=all"))
        page.locator("[data-row-open]").first.click()
        page.wait_for_url("**/cases/TL-*")
        return page.url

    def test_a_reply_being_typed_survives_a_crash_of_the_server(self):
        page = self.signed_in("engineer")
        address = self.open_case(page)
        page.locator("#as-note").check()
        page.fill("#note-text", "Half a sentence about the")
        page.get_by_text("Draft saved").first.wait_for()
        self.server.restart_after_kill()
        page.troubles = []
        page.goto(address)
        self.assertEqual(page.input_value("#note-text"), "Half a sentence about the")

    def test_a_reply_being_typed_survives_a_crash_of_the_browser(self):
        with tempfile.TemporaryDirectory() as profile:
            Browser.get()
            text = "Written just before the browser died"
            first, address = self.browser_with(profile)
            first.goto(self.server.url("/cases?state=all"))
            first.locator("[data-row-open]").first.click()
            first.wait_for_url("**/cases/TL-*")
            address = first.url
            first.locator("#as-note").check()
            first.fill("#note-text", text)
            first.locator("form.as-note").get_by_text("Draft saved").wait_for()
            subprocess.run(["pkill", "-KILL", "-f", f"user-data-dir={profile}"], check=False)
            second = self.new_page()
            sign_in(second, self.server.base, PEOPLE["engineer"])
            second.goto(address)
            self.assertEqual(second.input_value("#note-text"), text)
            try:
                self.context.close()
            except Exception:  # it was killed on purpose
                pass

    def browser_with(self, profile):
        self.context = Browser.playwright.chromium.launch_persistent_context(
            profile, executable_path=os.environ.get("THIRDLINE_BROWSER", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        page = watch(self.context.new_page())
        sign_in(page, self.server.base, PEOPLE["engineer"])
        return page, None

    def test_a_sent_reply_leaves_no_draft_behind(self):
        page = self.signed_in("engineer")
        address = self.open_case(page)
        page.locator("#as-note").check()
        page.fill("#note-text", "A note that is sent")
        page.get_by_role("button", name="Save internal note").click()
        page.locator("#timeline").get_by_text("A note that is sent").wait_for()
        page.goto(address)
        self.assertEqual(page.locator("#note-text").input_value(), "")

    def test_what_was_typed_stays_when_the_server_cannot_be_reached(self):
        page = self.signed_in("engineer")
        self.open_case(page)
        page.locator("#as-note").check()
        page.fill("#note-text", "Typed while the cable was out")
        self.server.kill()
        page.get_by_role("button", name="Save internal note").click()
        page.locator("form.as-note [data-form-error]").get_by_text("Not sent").wait_for()
        self.assertEqual(page.input_value("#note-text"), "Typed while the cable was out")
        self.server.start()
        page.get_by_role("button", name="Save internal note").click()
        page.locator("#timeline").get_by_text("Typed while the cable was out").wait_for()
        self.assertEqual(page.locator("#timeline").get_by_text("Typed while the cable was out").count(), 1)


class KeyboardTests(BrowserTest):
    def test_every_key_does_what_the_list_says(self):
        page = self.signed_in("engineer")
        page.goto(self.server.url("/cases"))
        page.keyboard.press("?")
        self.assertTrue(page.locator("#keys").is_visible())
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        self.assertEqual(page.locator("[data-row].cur").count(), 1)
        page.keyboard.press("/")
        self.assertEqual(page.evaluate("document.activeElement.id"), "q")
        page.keyboard.type("cj?")
        self.assertEqual(page.input_value("#q"), "cj?")  # keys are text while typing
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.wait_for_url("**/cases/new")

    def test_single_keys_can_be_switched_off(self):
        page = self.signed_in("colleague")
        page.goto(self.server.url("/account"))
        page.get_by_text("For speech input").click()
        page.locator("section[aria-labelledby=s3]").get_by_role("button", name="Save").click()
        page.wait_for_url("**/account?done=saved")
        page.goto(self.server.url("/cases"))
        page.keyboard.press("c")
        page.keyboard.press("?")
        self.assertFalse(page.locator("#keys").is_visible())
        self.assertTrue(page.url.endswith("/cases"))


if __name__ == "__main__":
    unittest.main()
