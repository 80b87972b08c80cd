"""Every page, in both themes and at each width: no axe violation, no error in the console, no sideways scroll.

A new page is one more line in PAGES.
"""

import unittest

from harness import NARROW_WIDTHS, PEOPLE, SIGN_IN_PATH, THEMES, WIDTHS, BrowserTest



def open_first(path):
    """The first record of a list."""

    def reach(page):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        return page.locator("[data-row-open]").first.get_attribute("href")

    return reach


def rich_case(suffix="", start="/cases"):
    """The demo organisation's richest case, and what is done to it."""

    def reach(page):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + start)
        link = page.locator("main a[href*='/cases/TL-']", has_text="0.3 % of card payments").first
        return link.get_attribute("href") + suffix

    return reach


def account(suffix=""):
    """The demo organisation's richest account, and what is done to it."""

    def reach(page):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/organisations?q=Halden")
        return page.locator("main a[href^='/organisations/']", has_text="Halden Travel").first.get_attribute("href") + suffix

    return reach


# Role (None: nobody is signed in) -> the pages to look at. A path may be a function of the signed-in page, for
# addresses that only the demo organisation knows.
PAGES = {
    None: [SIGN_IN_PATH],
    "engineer": [
        "/cases", "/cases?owner=me", "/cases?q=nothing+of+the+kind", rich_case(), rich_case("?as=note"),
        rich_case("?order=oldest"),
        "/cases/check", "/cases/backlog", "/cases?next=none", "/macros", "/macros/new", rich_case("/templates"), rich_case("/investigation"),
        rich_case("/calls/C1"), rich_case("/set_next_action"), rich_case("/schedule_call"),
        "/cases/new", rich_case("/assign"), rich_case("/change_status"), rich_case("/change_severity"), rich_case("/edit"),
        rich_case("/evidence"), rich_case("/evidence/new"), rich_case("/evidence/E1"), rich_case("/evidence/E2"),
        rich_case("/evidence/E4"), rich_case("/request_evidence"),
        rich_case("/record_impact"), rich_case("/record_times"), rich_case("/resolve"), "/organisations",
        open_first("/organisations"), account(), account("?show=commitments"), account("/edit"),
        account("/edit_profile"), account("/make_commitment"), account("/settle_commitment?commitment=C1"),
        "/account", "/account/tokens",
        "/account/keys", "/search", "/search?q=payments", rich_case("?show=story"), rich_case("/pin_entry"),
        rich_case("/release"),
    ],
    "administrator": [
        "/people", open_first("/people"), "/people/new", "/organisations/new", "/policy", "/policy/rights",
    ],
    "lead": [account("/raise_risk"), account("/change_risk?risk=R1"), account("/clear_risk?risk=R1"), account("/delegate")],
    "customer": [
        "/portal/known", rich_case("/answers", start="/portal"), rich_case("/reply", start="/portal"),
        "/portal", "/portal?show=solved", "/portal/cases/new", rich_case(start="/portal"), "/account",
    ],
}


class EveryPageTests(BrowserTest):
    def test_every_page_can_be_used_by_everyone(self):
        for role, paths in PAGES.items():
            # One sign-in a role: the window's size and theme change on the open page.
            page = self.new_page() if role is None else self.signed_in(role)
            for path in paths:
                address = path(page) if callable(path) else path
                for theme in THEMES:
                    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                    for width in WIDTHS:
                        with self.look(role=role, path=address, theme=theme, width=width):
                            page.set_viewport_size({"width": width, "height": 900})
                            answer = page.goto(self.server.url(address))
                            self.assertEqual(answer.status, 200)
                            self.assert_quiet(page)
                            self.assert_accessible(page)
                for width in NARROW_WIDTHS:
                    with self.look(role=role, path=address, width=width):
                        page.set_viewport_size({"width": width, "height": 900})
                        page.goto(self.server.url(address))
                        self.assert_no_sideways_scroll(page)

    def test_every_role_looked_at_has_a_person(self):
        self.assertEqual([role for role in PAGES if role is not None and role not in PEOPLE], [])


if __name__ == "__main__":
    unittest.main()
