"""Signing in with a code: set up in the browser, used, lost, reset."""

import base64
import hashlib
import hmac
import struct
import time
import unittest

from harness import DEMO_PASSWORD, PEOPLE, SIGN_IN_PATH, BrowserTest, sign_in


def code(key, later=0):
    """The code of RFC 6238 for a key as the page shows it; `later` counts half-minutes.

    Given early in a half-minute, so that it is not another one by the time the server reads it.
    """
    while time.time() % 30 > 15:
        time.sleep(0.1)
    secret = base64.b32decode(key.replace(" ", ""))
    mac = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30 + later), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class SecondFactorTests(BrowserTest):
    def submit(self, page, text):
        with page.expect_navigation():
            page.get_by_role("button", name=text, exact=True).click()

    def password(self, page, email):
        page.goto(self.server.url(SIGN_IN_PATH))
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", DEMO_PASSWORD)
        self.submit(page, "Sign in")

    def check(self, page):
        self.assert_accessible(page)
        self.assert_no_sideways_scroll(page)
        self.assert_quiet(page)

    def test_engineer_sets_it_up_signs_in_with_it_and_gets_it_reset(self):
        page = self.new_page(width=390)
        sign_in(page, self.server.base, PEOPLE["engineer"])
        page.goto(self.server.url("/account"))
        page.get_by_role("link", name="Set up", exact=True).click()
        page.locator("#key").wait_for()
        self.check(page)
        key = page.locator("#key").inner_text()
        # The code of the half-minute before still counts, so the present one is left for signing in.
        page.fill("#code", code(key, -1))
        page.fill("#current", DEMO_PASSWORD)
        self.submit(page, "Set up")
        recovery = page.locator("#recovery li").all_inner_texts()
        self.assertEqual(len(recovery), 10)
        self.check(page)

        other = self.new_page(theme="dark")
        self.password(other, PEOPLE["engineer"])
        self.check(other)
        other.fill("#code", "000000")
        self.submit(other, "Sign in")
        self.assertIn("This code is not right", other.locator(".problem").inner_text())
        other.fill("#code", code(key))
        self.submit(other, "Sign in")
        self.assertIn("Today", other.locator("h1").first.inner_text())

        third = self.new_page()
        self.password(third, PEOPLE["engineer"])
        third.fill("#code", recovery[0])
        self.submit(third, "Sign in")
        third.goto(self.server.url("/account/second_factor"))
        self.assertIn("9 recovery codes left", third.locator("main").inner_text())
        self.check(third)

        chief = self.signed_in("administrator")
        chief.goto(self.server.url("/people?q=marta"))
        chief.locator("[data-row-open]").first.click()
        chief.get_by_role("link", name="Reset", exact=True).click()
        chief.fill("#reason", "Phone lost; called back on the number we have")
        chief.get_by_role("button", name="Reset").click()
        chief.get_by_text("Not set up").wait_for()
        sign_in(third, self.server.base, PEOPLE["engineer"])
        third.goto(self.server.url("/account"))
        self.assertIn("Your second factor was reset", third.locator("main").inner_text())
        self.check(third)

    def test_after_a_change_of_keys_the_app_still_opens(self):
        email = PEOPLE["developer"]
        page = self.new_page()
        sign_in(page, self.server.base, email)
        page.goto(self.server.url("/account/second_factor"))
        key = page.locator("#key").inner_text()
        page.fill("#code", code(key, -1))
        page.fill("#current", DEMO_PASSWORD)
        self.submit(page, "Set up")
        old = self.server.command("key", "list").split("\t")[0]
        new = self.server.command("key", "add").strip()
        self.assertIn("second factors", self.server.command("key", "list"))
        self.server.kill()
        self.server.start()
        with self.assertRaisesRegex(AssertionError, "First: thirdline key rewrap"):
            self.server.command("key", "retire", old)
        self.assertIn(f"sealed anew with {new}", self.server.command("key", "rewrap"))
        self.server.command("key", "retire", old, "--end")
        self.server.kill()
        self.server.start()
        self.password(page, email)
        page.fill("#code", code(key))
        self.submit(page, "Sign in")
        self.assertIn("/home", page.url)
        self.assertEqual(self.server.command("verify"), "")

    def test_where_policy_asks_for_it_the_lead_sets_it_up_before_anything_else(self):
        policy = self.server.data / "policy.yaml"
        text = self.server.command("policy", "show").replace(
            "- id: lead\n", "- id: lead\n    second_factor: required\n"
        )
        policy.write_text(text, encoding="utf-8")
        self.server.command("policy", "apply", str(policy), "--reason", "Leads sign in with a code")
        page = self.new_page(width=390, theme="dark")
        self.password(page, PEOPLE["lead"])
        self.assertIn("Set up a second factor", page.locator("h1").inner_text())
        self.check(page)
        page.goto(self.server.url("/cases"))
        self.assertIn(SIGN_IN_PATH, page.url)
        page.goto(self.server.url("/sign-in/second_factor"))
        page.fill("#code", code(page.locator("#key").inner_text()))
        self.submit(page, "Set up and sign in")
        self.assertEqual(page.locator("#recovery li").count(), 10)
        self.check(page)
        page.get_by_role("link", name="I keep them safe, continue").click()
        page.get_by_role("heading", name="Today").wait_for()


if __name__ == "__main__":
    unittest.main()
