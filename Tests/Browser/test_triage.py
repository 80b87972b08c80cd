"""Triage in one form: what it proposes, what a lead confirms, whom routing gives the case to, and why."""

import unittest

from harness import BrowserTest


class TriageTests(BrowserTest):
    def test_a_case_is_triaged_and_routed_and_every_rule_says_why(self):
        page, base = self.signed_in("lead"), self.server.base
        page.goto(f"{base}/cases/TL-18/record_impact")
        page.fill("input[name=users]", "60")
        page.select_option("select[name=workaround]", "no")
        page.locator("form.form button.go").click()
        page.wait_for_url("**/cases/TL-18?done=*")

        page.locator("#routing").get_by_role("link", name="Do it").click()
        hint = page.locator(".notice.info", has_text="Proposed: Sev2.")
        hint.wait_for()
        self.assertIn("60 people, from 50 on", hint.inner_text())
        self.assertIn("there is no way around", hint.inner_text())
        self.assertIn("In force: Sev2, not confirmed.", hint.inner_text())
        self.assertIn("Rule “Integrations”", hint.inner_text())
        self.assertEqual(page.input_value("select[name=impact]"), "many")
        page.locator("form.form button.go").click()
        page.locator("[aria-invalid=true], .problem, :invalid").first.wait_for()

        page.check("input[name=confirms]")
        page.select_option("select[name=effort]", "large")
        page.fill("[name=next_action]", "Read the log of the webhook gateway")
        page.fill("[name=next_action_due_at]", "2099-01-02T09:30")
        page.locator("form.form button.go").click()
        page.wait_for_url("**/cases/TL-18?done=triaged*")
        panel = page.locator("#routing")
        panel.get_by_text("Integrations").wait_for()
        self.assertIn("done", panel.inner_text())
        self.assertIn("Large", panel.inner_text())
        self.assertNotIn("Nobody", page.locator(".meta").first.inner_text())
        page.locator("text=by the rule “Integrations”").first.wait_for()
        self.assert_quiet(page)

        panel.get_by_role("link", name="Why").click()
        page.locator("tr", has_text="Integrations").get_by_text("Counts").first.wait_for()
        page.get_by_text("Would fit, but one before it counts").first.wait_for()
        page.locator("tr", has_text="Ana Oliveira").get_by_text("Lacks Integrations").wait_for()
        self.assert_quiet(page)


if __name__ == "__main__":
    unittest.main()
