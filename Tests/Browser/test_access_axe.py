"""Every page, in both themes and at each width: no axe violation, no error in the console, no sideways scroll.

The list of pages is the program's own list of routes: a new page is looked at without a line here. Where its address
has a part that is not a case, a customer, a person, a template or a piece of evidence, PLACES says how to fill it; what
is no page stands in NO_PAGE with the reason.
"""

import re
import subprocess
import unittest

from harness import NARROW_WIDTHS, PEOPLE, THEMES, WIDTHS, BrowserTest, find_binary

# The demo's cases: the hard problem, and one of each other kind.
RICH = "/cases/TL-10"
BARE, CLOSED, WAITING, MERGED, RESTRICTED, SPLIT = "TL-20", "TL-5", "TL-6", "TL-11", "TL-14", "TL-13"

# Looks at more than one state of a page: role -> addresses. None: nobody is signed in.
MORE = {
    "engineer": [
        "/mail", "/mail?state=aside", "/mail?state=discarded", "/mail?state=outgoing",
        "/cases?owner=me", "/cases?watch=me", "/cases?q=nothing+of+the+kind", "/cases?next=none", "/search?q=payments",
        f"{RICH}?as=note", f"{RICH}?order=oldest", f"{RICH}?show=story",
        f"{RICH}/evidence/E2", f"{RICH}/evidence/E1/cite?line=1", f"{RICH}/evidence/E4", f"{RICH}/judge_hypothesis?hypothesis=H2&state=supported",
        *(f"/cases/{number}" for number in (BARE, CLOSED, WAITING, RESTRICTED, SPLIT)),
        f"/cases/{MERGED}?as=itself", f"{RICH}?from={MERGED}",
        f"/cases/{BARE}/investigation", f"/cases/{BARE}/evidence", f"/cases/{BARE}/intake", f"/cases/{BARE}/graph",
        f"/cases/{CLOSED}/investigation", f"/cases/{CLOSED}/reopen", f"/cases/{MERGED}/unmerge",
    ],
    "customer": ["/portal?show=solved", f"/portal/cases/{CLOSED}", "/account"],
    "frontline": ["/cases", RICH],
    "auditor": [RICH, f"{RICH}/evidence/reads"],
    "developer": [RICH],
}

# Who looks at the routes below an address; the first that fits counts. The administrator may do everything.
LOOKERS = [("/portal", "customer"), ("/sign-in", None), ("/give", None), ("/", "administrator")]

# Answers that no person looks at, and pages that need a state of their own.
NO_PAGE = {
    r"/api/": "JSON",
    r"/assets/|/favicon": "files of the pages",
    r"/(healthz|readyz|metrics)$": "for machines",
    r"/events$|/presence$|^/palette$|^/notifications/fresh$|/log/lines$": "read by the page's script",
    r"timeline\.(md|json)$|\.csv$|/content$|/purge_certificate$|^/mail/{id}/original$": "downloads",
    r"^/(setup|password)/": "one-time links; their forms are those of the sign-in page, seen by the smoke test",
    r"^/sign-in/": "the second step of signing in, seen by test_second_factor",
    r"^/shared/": "one-time link to a piece of evidence",
    r"/evidence/{number}/cite$": "wants a line or a finding; in MORE",
    r"/comparisons/{comparison}$": "wants a comparison; looked at by test_evidence_analysis",
    r"^/survey/": "the link of a survey's mail; the same form as that of the portal",
    r"^/(outgoing|deliveries)/": "the forms of one button each; the demo sends no mail, test of the desk sees them",
    r"^/undo/": "open for a moment after an act; the same form as every other",
    r"^/$": "leads on to the queue or the portal",
    r"^/cases/{id}/(undo_split|unmerge|lift_restriction|reopen|close|follow_up)$": "not for an open case; in MORE",
    r"^/portal/cases/{id}/(reopen|follow_up|answers|confirm)$": "only while the case is so; the portal's own tests see it",
}


def get_routes():
    """The addresses that the program answers to GET, as patterns."""
    listed = subprocess.run([str(find_binary()), "routes"], capture_output=True, text=True, check=True).stdout
    return [line.split()[1] for line in listed.splitlines() if line.startswith("GET")]


class EveryPageTests(BrowserTest):
    def looked(self, role):
        """A page with a person of this role signed in, the same for all their addresses."""
        pages = self.__dict__.setdefault("by_role", {})
        if role not in pages:
            pages[role] = self.new_page() if role is None else self.signed_in(role)
        return pages[role]

    def first(self, path, pattern):
        """The first identifier on a page that fits."""
        page = self.looked("administrator")
        page.goto(self.server.url(path))
        found = re.search(pattern, page.content())
        self.assertIsNotNone(found, f"{path} has nothing like {pattern}")
        return found[1]

    def places(self):
        """What stands for the parts of addresses in the demo organisation."""
        return {
            "/cases/{id}": RICH,
            "/portal/cases/{id}": "/portal" + RICH,
            "{call}": "C1",
            "{huddle}": "TL-10-H1",
            "{number}": "E1",
            "{entry}": "first",
            "/organisations/{id}": self.first("/organisations", r'href="(/organisations/[0-9a-f-]{36})"[^>]*>(?:<[^>]+>)?Halden'),
            "/people/{id}": self.first("/people", r'href="(/people/[0-9a-f-]{36})"'),
            "/macros/{id}": self.first("/macros", r'href="(/macros/[0-9a-f-]{36})"'),
            "/evidence/{id}": self.first(f"{RICH}/evidence/E1", r'href="(/evidence/[^/"]+)/describe"'),
            "/views/{id}": self.made("/views/new", {"name": "Top", "search": "is:open sev:1,2"}, "Save view")
            and self.first("/views", r'href="(/views/[0-9a-f-]{36})/revise"'),
            "/holds/{id}": self.made("/holds/new", {"name": "Matter", "reason": "A letter", "cases": "TL-10"}, "Place hold")
            and self.first("/holds", r'href="(/holds/[0-9a-f-]{36})/extend"'),
            "/bulk/{id}": self.bulk_run(),
            "/prevention/{id}": self.prevention_step(),
            "/services/{id}": "/services/payments",
            "/routing/queues/{id}": "/routing/queues/payments",
            "/policy/proposals/{id}": self.first("/policy", r'href="(/policy/proposals/[0-9a-f-]{36})"'),
            "/outages/{id}": self.first("/services/platform", r'href="(/outages/[0-9a-f-]{36})/withdraw"'),
            "/mail/{id}": self.first("/mail", r'href="(/mail/[0-9a-f-]{36})"'),
            "/give/{token}": self.first(f"{RICH}/evidence", r"(/give/[^<\"]+)"),
        }

    def made(self, path, fields, verb):
        """Fills a form in and sends it."""
        page = self.looked("administrator")
        page.goto(self.server.url(path))
        for name, text in fields.items():
            page.fill(f"main form [name={name}]", text)
        page.get_by_role("button", name=verb).click()
        page.wait_for_url("**done=*")
        return True

    def prevention_step(self):
        """Plans a step of prevention and gives its address."""
        page = self.looked("administrator")
        page.goto(self.server.url("/prevention/new?period=2026-11"))
        page.fill("main form [name=text]", "Two people answer in the early shift")
        owner = page.locator("main form select[name=owner] option").nth(1).get_attribute("value")
        page.select_option("main form select[name=owner]", owner)
        page.fill("main form [name=due_at]", "2099-01-01T12:00")
        page.get_by_role("button", name="Plan").click()
        page.wait_for_url("**done=*")
        return self.first("/levels", r'href="(/prevention/[0-9a-f-]{36})/change"')

    def bulk_run(self):
        """Begins a run over two cases, waits for its end, and gives its address."""
        page = self.looked("administrator")
        page.goto(self.server.url(f"/bulk/preview?act=case.note&case={BARE}&case={RICH.rsplit('/', 1)[1]}"))
        page.fill("main form [name=text]", "The outage of Monday.")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name=re.compile("2 cases")).click()
        page.get_by_role("heading", name="Done").wait_for(timeout=30_000)
        return "/bulk/" + page.url.rsplit("/", 1)[1]

    def look_at(self, role, address):
        """One load; the window's size and theme change on the open page."""
        page = self.looked(role)
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        with self.look(role=role, path=address):
            self.assertEqual(page.goto(self.server.url(address)).status, 200)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                with self.look(role=role, path=address, theme=theme, width=width):
                    self.assert_quiet(page)
                    self.assert_accessible(page)
        for width in NARROW_WIDTHS:
            with self.look(role=role, path=address, width=width):
                page.set_viewport_size({"width": width, "height": 900})
                self.assert_no_sideways_scroll(page)

    def test_every_route_with_a_page(self):
        places = self.places()
        for route in get_routes():
            if any(re.search(pattern, route) for pattern in NO_PAGE):
                continue
            address = route
            for part, place in places.items():
                address = address.replace(part, place, 1) if not part.startswith("/") or address.startswith(part) else address
            self.assertNotIn("{", address, f"{route} is neither filled by places nor named in NO_PAGE")
            role = next(role for start, role in LOOKERS if address.startswith(start))
            self.look_at(role, address)

    def test_other_states_of_pages(self):
        for role, addresses in MORE.items():
            for address in addresses:
                self.look_at(role, address)

    def test_every_role_looked_at_has_a_person(self):
        roles = [*MORE, *(role for _, role in LOOKERS)]
        self.assertEqual([role for role in roles if role is not None and role not in PEOPLE], [])


if __name__ == "__main__":
    unittest.main()
