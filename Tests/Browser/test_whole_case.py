"""The whole case in the browser, on both engines: from a report with a gap to a merge that is undone.

Each step is what one person does, and each ends with what another person then sees. Where the product holds somebody
back (a cause that is only suspected, a fact that is missing), the step first runs into it, as people do.
"""

import re
import tempfile
import unittest
from pathlib import Path

from harness import BrowserTest

SUBJECT = "Three in a thousand captures are refused"
MISSING = "Which request or trace IDs can we look at?"
RIGHT = "One bridge host signs with the key from before the rotation"
WRONG = "The acquirer's clock is ahead, so that our signatures look old"
WORKAROUND = "Take bridge-7 out of the pool: set weight 0 in the balancer."
FIX = "Release 4.18.1 reads the signing key again after every rotation."
LOG = "".join(
    f"2026-11-20T09:{minute:02}:00Z bridge-7 capture refused SIGNATURE_MISMATCH key_id=2026-08\n"
    for minute in range(40)
)
# The smallest picture: one grey pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6368000000820081dd436af40000000049454e44ae426082"
)
CLOCKS = "host,offset_ms\nbridge-6,3\nbridge-7,2\nacquirer,4\n"

# What the customer can say at once: all that the intake needs, but for the request IDs.
KNOWN = {
    "Which version do you use?": "API 4.18",
    "In which region?": "eu-north",
    "Which steps lead to it?": "Authorise a card payment, then capture it within a minute.",
    "What did you expect?": "The capture is accepted.",
    "What came instead?": "The capture is refused; a second try works.",
    "Who is affected, and how many?": "About 6 of 2,000 captures an hour, all shops.",
    "What changed shortly before?": "Nothing known.",
    "What is the exact error text?": "SIGNATURE_MISMATCH",
    "When did it start?": "2026-11-20T09:00",
}


class WholeCase:
    """The story; the classes below run it on an engine each."""

    def test_the_whole_case_from_a_report_with_a_gap_to_a_merge_that_is_undone(self):
        self.customer = self.signed_in("customer")
        self.marta = self.signed_in("engineer")
        self.jonas = self.signed_in("colleague")
        self.number = self.report(self.customer, SUBJECT)
        self.the_customer_tells_what_they_know()
        self.the_engineer_cannot_hand_on_what_is_not_known()
        self.the_engineer_asks_once()
        self.the_customer_answers_and_is_not_asked_again()
        self.two_engineers_form_two_hypotheses()
        self.one_is_refuted_with_evidence()
        self.the_other_is_suspected_until_it_is_proved()
        self.the_way_around_and_the_fix_are_apart()
        self.the_fix_is_verified()
        self.the_case_is_resolved_through_the_checklist()
        self.the_customer_confirms()
        self.the_customer_opens_it_again()
        self.a_second_case_is_merged_and_the_merge_is_undone()
        for page in (self.customer, self.marta, self.jonas):
            self.assert_quiet(page)
        self.server.command("verify")  # which fails where it is not clean

    # ---- What people do again and again ----

    def at(self, path=""):
        """The address of the case, or of something on it."""
        return self.server.url(f"/cases/{self.number}{path}")

    def act(self, page, name):
        """Chooses an action in the list beside the case."""
        page.goto(self.at())
        self.choose(page, name)

    def choose(self, page, name):
        """Chooses it, in the group where it is folded."""
        link = page.locator("#side .acts a", has_text=name).first
        folded = page.locator("#side .more-acts:not([open])", has=page.locator("a", has_text=name))
        if folded.count():
            folded.locator("summary").click()
        link.click()

    def press(self, page, name):
        """Presses the button of a form and waits for what comes after."""
        page.get_by_role("button", name=name).first.click()

    def saved(self, page, *words):
        """Waits for a page without a problem on it that holds these words."""
        for word in words:
            page.get_by_text(word).first.wait_for()
        self.assertEqual(page.locator(".problem").count(), 0)

    def refused(self, page, *words):
        """The attempt was refused, in these words; it was made on purpose."""
        problem = page.locator(".problem")
        problem.wait_for()
        for word in words:
            self.assertIn(word, problem.inner_text())
        page.troubles = []

    def report(self, page, subject, symptom="Captures of card payments are refused now and then."):
        """A customer reports a problem; returns the number of the case."""
        page.goto(self.server.url("/portal"))
        page.get_by_role("link", name="Report a problem").first.click()
        page.get_by_label("In one line, what is wrong?").fill(subject)
        page.get_by_label("What do you see?").fill(symptom)
        page.get_by_role("button", name="Send report").click()
        page.wait_for_url("**/portal/cases/TL-*")
        return re.search(r"TL-\d+", page.url)[0]

    # ---- The steps ----

    def the_customer_tells_what_they_know(self):
        page = self.customer
        page.get_by_role("link", name="Tell us more").click()
        page.get_by_label("What kind of problem is it?").select_option(label="Something else")
        page.get_by_label("In which environment does it show?").select_option(label="Production")
        for label, answer in KNOWN.items():
            page.get_by_label(label).fill(answer)
        self.press(page, "Send answers")
        self.saved(page, "One fact is not known to us yet", MISSING)

    def the_engineer_cannot_hand_on_what_is_not_known(self):
        page = self.marta
        page.goto(self.at("/assign"))
        self.press(page, "Assign")
        page.locator("#case-head").get_by_text("Owner Marta Lindqvist").wait_for()
        self.assertIn(MISSING, page.locator("#intake").inner_text())
        for status in ("Investigating", "Waiting on engineering"):
            page.get_by_role("link", name="Change status").click()
            page.get_by_label("Status").select_option(label=status)
            self.press(page, "Change status")
        self.refused(page, "1 thing is missing before the case is handed on", MISSING)

    def the_engineer_asks_once(self):
        page = self.marta
        page.goto(self.at())
        page.get_by_role("link", name="Ask the customer once").click()
        self.assertTrue(page.get_by_label(MISSING).is_checked())
        self.press(page, "Send questions")
        page.locator("#case-head").get_by_text("Waiting on customer").wait_for()
        self.assertIn("Asked once", page.locator("#intake").inner_text())
        # Asking the same again is held back.
        page.goto(self.at("/ask_customer"))
        page.get_by_label(MISSING).check()
        self.press(page, "Send questions")
        self.refused(page, "still open since")

    def the_customer_answers_and_is_not_asked_again(self):
        page = self.customer
        page.get_by_role("heading", name="One answer is still open").wait_for()  # live, without a reload
        page.get_by_role("link", name="Answer", exact=True).click()
        page.get_by_label(MISSING).fill("req-7f3a at 09:02, req-81bb at 09:14")
        self.press(page, "Send answers")
        page.wait_for_url(f"**/portal/cases/{self.number}?done=received")
        self.assertEqual(page.get_by_text("still open").count(), 0)
        self.assertEqual(page.get_by_text("not known to us yet").count(), 0)
        page = self.marta
        page.goto(self.at())
        self.assertIn("Investigating", page.locator("#case-head").inner_text())
        self.assertIn("100 of 100", page.locator("#intake").inner_text())
        self.assertEqual(page.get_by_role("link", name="Ask the customer once").count(), 0)
        page.goto(self.at("/ask_customer"))
        self.assertEqual(page.get_by_label(MISSING).count(), 0)

    def two_engineers_form_two_hypotheses(self):
        for page, statement, predicts in (
            (self.marta, RIGHT, "Every refusal names bridge-7 and key 2026-08."),
            (self.jonas, WRONG, "Refusals stop when the acquirer's clock is set."),
        ):
            page.goto(self.at())
            page.locator("h1").click()
            page.keyboard.press("h")
            page.wait_for_url("**/add_hypothesis")
            page.get_by_label("What do you think happens?").fill(statement)
            page.get_by_label("Why do you think so?").fill("It began with the rotation of the keys.")
            page.get_by_label("What must be seen if it is so?").fill(predicts)
            self.press(page, "Add hypothesis")
            self.saved(page, statement)
        board = self.marta.locator("#investigation-whole")
        self.marta.goto(self.at("/investigation"))
        self.assertIn(WRONG, board.inner_text())
        self.assertIn("2 suspected", self.marta.locator("main .head").inner_text())

    def one_is_refuted_with_evidence(self):
        page = self.jonas
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clock-offsets.csv"
            path.write_text(CLOCKS)
            self.add_evidence(page, lambda: page.get_by_label("Files", exact=True).set_input_files(path))
        self.assertIn("clock-offsets.csv", page.locator("main").inner_text())
        page.goto(self.at("/investigation"))
        page.locator("#H2").get_by_role("link", name="Judge").click()
        page.get_by_role("radio", name="Refuted").check()
        page.get_by_label("Why?").fill("No clock is off by more than 4 ms.")
        page.get_by_label("Evidence optional").fill("E1")
        self.press(page, "Save")
        self.saved(page, "1 suspected, 1 refuted")
        # It stays in sight, with its reason and what it rests on.
        self.assertIn("4 ms", page.locator("#H2").inner_text())
        self.assertIn("E1", page.locator("#H2").inner_text())

    def add_evidence(self, page, give, kind="Other"):
        """Opens the page for evidence by its key, gives it, and waits until it is kept."""
        page.goto(self.at())
        page.locator("h1").click()
        page.keyboard.press("e")
        page.wait_for_url("**/evidence/new")
        give()
        page.get_by_label("Kind").select_option(label=kind)
        self.press(page, "Add evidence")
        page.wait_for_url(re.compile(r"/evidence(/E\d+)?\?done="))

    def the_other_is_suspected_until_it_is_proved(self):
        page = self.marta
        self.assertEqual(self.cause(page), "suspected")
        self.drop_and_paste(page)
        page.goto(self.at("/investigation"))
        page.locator("#H1").get_by_role("link", name="Judge").click()
        page.get_by_role("radio", name="Confirmed").check()
        self.press(page, "Save")
        self.refused(page, "piece of evidence", "Choose how it was verified", "root cause")
        self.assertEqual(self.cause(self.jonas), "suspected")
        page.get_by_label("Evidence optional").fill("E2\nE3")
        page.get_by_label("How it was verified").select_option(label="Replayed from recorded data")
        page.get_by_label("What was done to verify it").fill("50 refused captures replayed on bridge-6: none fails.")
        page.get_by_label("Root cause optional").select_option(label="Configuration")
        self.press(page, "Save")
        self.saved(page, "Confirmed cause")
        self.assertEqual(self.cause(self.jonas), "confirmed")

    def cause(self, page):
        """How the cause reads on the page of the case."""
        page.goto(self.at("/investigation"))
        words = page.locator("#H1 .conf").inner_text().lower()
        return next(word for word in ("confirmed", "suspected") if word in words)

    def drop_and_paste(self, page):
        """A log is dropped on the page, a picture is pasted; both become evidence."""

        def drop():
            held = page.evaluate_handle(
                "text => { const held = new DataTransfer();"
                " held.items.add(new File([text], 'bridge-7.log', { type: 'text/plain' })); return held; }",
                LOG,
            )
            page.dispatch_event("main", "drop", {"dataTransfer": held})

        def paste():
            page.evaluate(
                """bytes => {
                  const held = new DataTransfer();
                  held.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
                  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true }));
                }""",
                list(PNG),
            )

        self.add_evidence(page, drop, "Log extract")
        self.add_evidence(page, paste, "Screenshot")
        page.goto(self.at("/evidence"))
        listed = page.locator("main").inner_text()
        for name in ("clock-offsets.csv", "bridge-7.log", "screenshot"):
            self.assertIn(name, listed)
        page.goto(self.at("/evidence/E2"))
        self.assertIn("SIGNATURE_MISMATCH", page.locator("main").inner_text())

    def the_way_around_and_the_fix_are_apart(self):
        page = self.jonas
        self.act(page, "Record a workaround")
        page.get_by_label("What to do").fill(WORKAROUND)
        page.get_by_label("Which data can be lost").fill("None: captures go to the other hosts.")
        page.get_by_label("What else does it do?").fill("A third less capacity.")
        page.get_by_label("How is it taken back?").fill("Set weight 100.")
        self.press(page, "Record workaround")
        self.saved(page, WORKAROUND)
        page = self.marta
        self.act(page, "Record the fix")
        page.get_by_label("What is changed").fill(FIX)
        self.press(page, "Record fix")
        self.saved(page, FIX)
        self.assertIn("Not verified yet", page.locator("#F1").inner_text())

    def the_fix_is_verified(self):
        page = self.marta
        page.goto(self.at("/investigation"))
        page.locator("#F1").get_by_role("link", name="Record test").click()
        page.get_by_label("What was tested?").fill("50 refused captures and 5,000 new ones on 4.18.1.")
        page.get_by_label("In which environment?").select_option(label="Staging")
        page.get_by_label("What was seen").fill("0 of 5,050 refused, was 15.")
        page.get_by_label("Does the fix work?").select_option(label="It works")
        page.get_by_label("Evidence optional").fill("E2")
        self.press(page, "Record test")
        self.saved(page, "0 of 5,050 refused")
        for witness, words in (
            ("Customer", "Daniel Roth on the phone: no refusal since noon."),
            ("Monitoring", "0 refusals of 41,200 captures in four hours, was 126."),
        ):
            self.assertIn("Not verified yet", page.locator("#F1").inner_text())
            page.locator("#F1").get_by_role("link", name="Record confirmation").click()
            page.get_by_label("Who says so?").select_option(label=witness)
            page.get_by_label("Does the fix work?").select_option(label="It works")
            page.get_by_label("In which words").fill(words)
            self.press(page, "Save")
            self.saved(page, words)
        self.assertIn("Verified", page.locator("#F1").inner_text())
        page.goto(self.at("/change_status"))
        page.get_by_label("Status").select_option(label="Verifying fix")
        self.press(page, "Change status")
        page.locator("#case-head").get_by_text("Verifying fix").wait_for()

    def the_case_is_resolved_through_the_checklist(self):
        page = self.marta
        page.goto(self.at("/change_severity"))
        page.get_by_role("radio", name="Sev2").check()
        page.get_by_label("Reason").fill("Money is at stake for all shops of the customer.")
        self.press(page, "Change severity")
        page.locator("#case-head").get_by_text("Sev2").wait_for()
        self.assertIn("The category is set", page.locator("#closure").inner_text())
        # What the software sees needs no tick; where something is missing, a link leads there.
        page.goto(self.at("/close"))
        page.locator(".notice.warn").get_by_role("link", name="Edit problem and fields").click()
        page.get_by_label("Problem statement").fill("Refused captures are signed with the key of before the rotation.")
        page.get_by_label("Category").select_option(label="Something fails")
        self.press(page, "Save")
        page.locator("#brief").get_by_text("signed with the key of before").wait_for()
        # What evidence the case should have and has not is said, with the way to it.
        page.goto(self.at("/close"))
        self.assertIn("Evidence is missing", page.locator(".notice.warn").inner_text())
        for kind in ("Deploy history", "Metric snapshot"):
            page.goto(self.at("/close"))
            page.locator(".notice.warn").get_by_role("link", name="Evidence").click()
            page.get_by_role("row", name=kind).get_by_role("link", name="Cannot be had").click()
            page.get_by_label("Why it cannot be had").fill("The customer's own platform does not keep it.")
            self.press(page, "Save")
            page.wait_for_url("**/evidence?done=*")
        page.goto(self.at("/resolve"))
        page.get_by_label("What was wrong and what was done").fill("bridge-7 kept the old key; 4.18.1 reads it again.")
        page.get_by_label("What the customer reads").fill("Captures are accepted again since noon.")
        page.get_by_label("Verdict").select_option(label="Product defect")
        page.get_by_label("What we learnt is findable").select_option(label="There is nothing new to write")
        page.get_by_label("The case ends on").select_option(label="A fix")
        page.get_by_label("How it is prevented").select_option(label="The cause is removed")
        self.press(page, "Resolve")
        page.locator("#case-head").get_by_text("Resolved").wait_for()

    def the_customer_confirms(self):
        page = self.customer
        page.goto(self.server.url(f"/portal/cases/{self.number}"))
        self.assertIn("Captures are accepted again since noon.", page.locator("#thread").inner_text())
        for hidden in (RIGHT, WRONG, "bridge-7", "4 ms"):
            self.assertNotIn(hidden, page.content())
        page.get_by_role("button", name="Yes, it works again").click()
        page.get_by_text("You confirmed that it works again.").wait_for()
        page = self.marta
        page.goto(self.at("/close"))
        self.press(page, "Close")
        page.locator("#case-head").get_by_text("Closed").wait_for()

    def the_customer_opens_it_again(self):
        page = self.customer
        page.goto(self.server.url(f"/portal/cases/{self.number}"))
        page.get_by_label("What still fails?").fill("Two refusals at 16:10, request req-9c01.")
        page.get_by_role("button", name="Not solved, open it again").click()
        page.locator("#now").get_by_text("Reopened").wait_for()
        page = self.jonas
        page.goto(self.at())
        self.assertIn("reopened once", page.locator("#case-head").inner_text())
        self.assertIn("req-9c01", page.locator("#timeline").inner_text())

    def a_second_case_is_merged_and_the_merge_is_undone(self):
        other = self.report(self.customer, "Refunds are refused too", "Refunds fail with SIGNATURE_MISMATCH.")
        page = self.marta
        page.goto(self.server.url(f"/cases/{other}"))
        self.choose(page, "Merge into another case")
        page.get_by_label("Into").fill(self.number)
        page.get_by_label("Reason").fill("The same host signs refunds.")
        self.press(page, "Merge")
        page.wait_for_url(f"**/cases/{self.number}?*")
        strand = page.locator(f"#strand-{other}")
        strand.locator("summary").click()
        self.assertIn("Refunds fail with SIGNATURE_MISMATCH", strand.inner_text())
        # The old number leads to the case that stays, for whoever has it written down.
        page.goto(self.server.url(f"/cases/{other}"))
        page.wait_for_url(f"**/cases/{self.number}?from={other}")
        self.customer.goto(self.server.url(f"/portal/cases/{other}"))
        self.customer.get_by_label("Your answer").fill("Refunds of today are refused as well.")
        self.press(self.customer, "Send answer")
        self.customer.locator("#thread").get_by_text("Refunds of today are refused as well.").wait_for()
        page.goto(self.at())
        self.assertIn("Refunds of today are refused", page.locator("#timeline").inner_text())
        # The merge was a mistake: undone from the page of the case as it was.
        page.goto(self.server.url(f"/cases/{self.number}?from={other}"))
        page.get_by_role("link", name=f"{other} as it was").click()
        page.get_by_role("link", name="Undo the merge").click()
        page.get_by_label("Reason").fill("Refunds go another way.")
        self.press(page, "Undo the merge")
        page.wait_for_url(re.compile(rf"/cases/{other}(\\?|$)"))
        self.assertIn("Refunds are refused too", page.locator("#case-head").inner_text())
        page.goto(self.at())
        self.assertNotIn("Refunds fail with SIGNATURE_MISMATCH", page.locator("main").inner_text())
        self.customer.goto(self.server.url("/portal"))
        listed = self.customer.locator("#mine").inner_text()
        self.assertIn(self.number, listed)
        self.assertIn(other, listed)


class WholeCaseOnSQLite(WholeCase, BrowserTest):
    engine = "sqlite"


class WholeCaseOnPostgreSQL(WholeCase, BrowserTest):
    engine = "postgresql"


if __name__ == "__main__":
    unittest.main()
