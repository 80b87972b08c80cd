"""Every page, in both themes and at each width: no axe violation, no error in the console, no sideways scroll.

A new page is one more line in PAGES.
"""

import unittest

from harness import NARROW_WIDTHS, PEOPLE, SIGN_IN_PATH, THEMES, WIDTHS, BrowserTest

# Role (None: nobody is signed in) -> the pages to look at. A path may be a function of the signed-in page, for
# addresses that only the demo organisation knows.
PAGES = {
    None: [SIGN_IN_PATH],
    "engineer": ["/"],
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
