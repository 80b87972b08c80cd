"""Takes the pictures of the pages; run it by Scripts/screenshots. A new picture is one more line in SHOTS."""

import re
import shutil
import subprocess
import sys

from harness import PEOPLE, ROOT, SIGN_IN_PATH, THEMES, WIDTHS, Browser, Server, sign_in, watch

ALL = ROOT / ".build" / "screenshots" / "pages"
COMMITTED = ROOT / "docs" / "images"
COMMITTED_VARIANTS = {(1280, "light"), (390, "dark")}
LARGEST = 150 * 1024
HEIGHTS = {1280: 860, 390: 844}


# ---- How each page is reached: a function of the signed-in page and the server's base address -----------------


def open_path(path):
    """Goes straight to a path."""
    return lambda page, base: page.goto(base + path)


def rich_case(page, base, start="/"):
    """Opens the case of the demo organisation with the most to see."""
    page.goto(base + start)
    link = page.locator("main a[href*='/cases/TL-']", has_text="0.3 % of card payments").first
    page.goto(base + re.sub(r"^https?://[^/]+", "", link.get_attribute("href")))


def account(page, base):
    """Opens the account of the customer with the most to see."""
    page.goto(base + "/organisations")
    page.get_by_role("link", name="Halden Travel").first.click()
    page.wait_for_url("**/organisations/*-*")


def part_of_rich_case(part):
    """Goes to a page below that case."""

    def reach(page, base):
        rich_case(page, base)
        page.goto(page.url.split("?")[0] + part)

    return reach


def conflict(page, base):
    """Two windows edit the same field of one case; the second to save sees both values."""
    rich_case(page, base)
    edit = page.locator("main a[href*='/edit']").first
    address = base + re.sub(r"^https?://[^/]+", "", edit.get_attribute("href"))
    other = watch(page.context.new_page())
    for window in (page, other):
        window.goto(address)
    other.fill("#subject", "Card payments fail at capture since 11 November")
    other.get_by_role("button", name="Save").click()
    other.wait_for_url("**?done=saved*")
    page.fill("#subject", "1 in 333 captures is refused")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="changed the same thing").wait_for()
    other.close()


# Name -> (role, how to get there).
SHOTS = {
    "sign-in": (None, open_path(SIGN_IN_PATH)),
    "queue": ("engineer", open_path("/")),
    "case": ("engineer", rich_case),
    "investigation": ("engineer", part_of_rich_case("/investigation")),
    "evidence": ("engineer", part_of_rich_case("/evidence")),
    "account": ("lead", account),
    "new-case": ("engineer", open_path("/cases/new")),
    "policy": ("administrator", open_path("/policy")),
    "people": ("administrator", open_path("/people")),
    "portal": ("customer", open_path("/")),
    "portal-case": ("customer", rich_case),
    # Last, since it renames the case.
    "conflict": ("engineer", conflict),
}


def compressed(source, target):
    """Writes a picture with a palette of its own: a page has few colours, so nothing visible is lost."""
    if shutil.which("pngquant"):
        done = subprocess.run(
            ["pngquant", "--force", "--strip", "--speed", "1", "--output", str(target), "256", str(source)], check=False
        )
        if done.returncode == 0:
            return
    shutil.copyfile(source, target)


def main():
    chosen = sys.argv[1:] or list(SHOTS)
    unknown = [name for name in chosen if name not in SHOTS]
    if unknown:
        sys.exit(f"there is no picture {', '.join(unknown)}; there are {', '.join(SHOTS)}")
    ALL.mkdir(parents=True, exist_ok=True)
    COMMITTED.mkdir(parents=True, exist_ok=True)
    server = Server(demo=True)
    problems = []
    try:
        server.start()
        chromium = Browser.get(for_tests=False)
        for name in chosen:
            role, reach = SHOTS[name]
            if role is not None and role not in PEOPLE:
                problems.append(f"{name}: harness.PEOPLE names nobody who is {role}")
                continue
            context = chromium.new_context(reduced_motion="reduce", locale="en-GB", timezone_id="UTC")
            context.set_default_timeout(10_000)
            try:
                page = watch(context.new_page())
                page.set_viewport_size({"width": 1280, "height": HEIGHTS[1280]})
                if role is not None:
                    sign_in(page, server.base, PEOPLE[role])
                reach(page, server.base)
                for theme in THEMES:
                    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                    for width in WIDTHS:
                        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                        raw = ALL / f"{name}-{width}-{theme}.png"
                        page.screenshot(path=raw, animations="disabled", caret="hide")
                        if (width, theme) in COMMITTED_VARIANTS:
                            target = COMMITTED / raw.name
                            compressed(raw, target)
                            size = target.stat().st_size
                            print(f"{target.relative_to(ROOT)}  {size // 1024} KB")
                            if size > LARGEST:
                                problems.append(f"{target.name} has {size // 1024} KB; the most is {LARGEST // 1024}")
                problems += [f"{name}: {trouble}" for trouble in page.troubles if "409" not in trouble and "412" not in trouble]
            except Exception as problem:  # One page that cannot be reached must not cost the other pictures.
                problems.append(f"{name}: {str(problem).splitlines()[0]}")
            finally:
                context.close()
    finally:
        Browser.close()
        server.stop()
    if problems:
        print(f"{len(problems)} problems:", *problems, sep="\n  ")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
