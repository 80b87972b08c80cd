"""The shortest way through the product: it starts, lets a person in, and shows them their work."""

import unittest

from harness import PEOPLE, SIGN_IN_PATH, BrowserTest, sign_in


class SmokeTests(BrowserTest):
    def test_ops_12_part_engineer_signs_in_and_begins_with_the_next_step_one_key_away(self):
        page = self.signed_in("engineer")
        self.assertTrue(page.locator("main").is_visible())
        self.assertIn("Today", page.locator("h1").first.inner_text())
        step = page.locator("[data-step]").first
        target = step.get_attribute("href")
        page.locator("h1").click()
        page.keyboard.press("s")
        page.wait_for_url(lambda url: url.endswith(target))
        self.assert_quiet(page)

    def test_wrong_password_is_refused_and_keeps_the_address(self):
        page = self.new_page()
        page.goto(self.server.url(SIGN_IN_PATH))
        page.fill("input[name=email]", PEOPLE["engineer"])
        page.fill("input[name=password]", "not the password")
        page.locator("form:has(input[name=password])").locator("button, input[type=submit]").first.click()
        page.wait_for_load_state()
        self.assertEqual(page.locator("input[name=email]").input_value(), PEOPLE["engineer"])
        self.assertEqual(page.locator("input[name=password]").input_value(), "")

    def test_page_behind_sign_in_asks_for_sign_in(self):
        page = self.new_page()
        page.goto(self.server.url("/"))
        self.assertTrue(page.url.startswith(self.server.url(SIGN_IN_PATH)), page.url)

    def test_session_survives_a_crash_of_the_server(self):
        page = self.new_page()
        sign_in(page, self.server.base, PEOPLE["engineer"])
        self.server.restart_after_kill()
        page.goto(self.server.url("/"))
        self.assertFalse(page.url.startswith(self.server.url(SIGN_IN_PATH)), page.url)


if __name__ == "__main__":
    unittest.main()
