"""The palette, keys of one's own, undo, the two layers of a timeline, and who else is here, as people use them."""

import datetime
import re
import unittest

from harness import BrowserTest


class PageItselfTests(BrowserTest):
    def open_case(self, page, words="0.3 % of card payments"):
        """Opens the case with these words in its subject; returns its number."""
        page.goto(self.server.url("/cases?state=all"))
        link = page.locator("a[data-row-open]", has_text=words).first
        number = re.search(r"TL-\d+", link.get_attribute("href"))[0]
        page.goto(self.server.url(f"/cases/{number}"))
        return number

    def palette(self, page, words=None):
        """Opens the palette by its key and types; returns its field."""
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox", name="Search or do something")
        field.wait_for()
        page.locator("#palette [role=option]").first.wait_for()
        if words:
            page.keyboard.type(words)
            page.wait_for_function(
                "words => document.querySelector('#palette [role=option]')?.textContent.toLowerCase().includes(words)",
                arg=words.split()[-1].strip("#@>").lower(),
            )
        return field

    def test_the_palette_does_everything_by_keyboard(self):
        page = self.signed_in("engineer")
        number = self.open_case(page)
        for width in (1280, 390):
            with self.subTest(width=width):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(self.server.url(f"/cases/{number}"))
                field = self.palette(page)
                self.assertTrue(field.evaluate("field => field === document.activeElement"))
                self.assertEqual(field.get_attribute("aria-activedescendant"), "palette-o0")
                page.keyboard.press("ArrowDown")
                self.assertEqual(field.get_attribute("aria-activedescendant"), "palette-o1")
                self.assertEqual(page.locator("#palette [aria-selected=true]").get_attribute("id"), "palette-o1")
                page.keyboard.press("ArrowUp")
                page.keyboard.press("ArrowUp")
                last = page.locator("#palette [role=option]").last.get_attribute("id")
                self.assertEqual(field.get_attribute("aria-activedescendant"), last)
                self.assert_accessible(page)
                self.assert_no_sideways_scroll(page)
                page.keyboard.press("Escape")
                page.locator("#palette").wait_for(state="hidden")
        self.palette(page, "change sev")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/cases/{number}/change_severity")
        self.palette(page, "#" + number.split("-")[1])
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/cases/{number}")
        self.palette(page, "@jonas")
        page.keyboard.press("Enter")
        page.wait_for_url("**/people/*")
        self.assert_quiet(page)

    def test_without_script_the_search_page_does_the_same(self):
        page = self.signed_in("engineer", java_script_enabled=False)
        page.goto(self.server.url("/cases"))
        page.get_by_role("link", name="Search or do").first.click()
        page.fill("#q", "card payments")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="0.3 % of card payments fail at capture").wait_for()

    def test_keys_are_chosen_and_the_old_ones_rest(self):
        page = self.signed_in("engineer")
        number = self.open_case(page)
        page.goto(self.server.url("/account/keys"))
        page.fill("#key-assign", "r")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("“r” does “Reply” already").first.wait_for()
        self.assertEqual(page.input_value("#key-assign"), "r")
        page.troubles = []  # the refused attempt was on purpose
        page.fill("#key-assign", "y")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()
        page.goto(self.server.url(f"/cases/{number}"))
        page.keyboard.press("a")
        self.assertEqual(page.locator("#side [data-key=a] kbd").inner_text(), "y")
        page.keyboard.press("?")
        self.assertIn("y", page.locator("#keys dl div", has_text="Assign").inner_text())
        page.keyboard.press("Escape")
        self.assertTrue(page.url.endswith(f"/cases/{number}"))
        page.keyboard.press("y")
        page.wait_for_url(f"**/cases/{number}/assign")
        page.goto(self.server.url("/account/keys"))
        page.get_by_role("button", name="Reset to the usual keys").click()
        page.get_by_text("Saved.").wait_for()
        page.goto(self.server.url(f"/cases/{number}"))
        page.keyboard.press("a")
        page.wait_for_url(f"**/cases/{number}/assign")
        self.assert_quiet(page)

    def give(self, page, number, name):
        """Gives the case to somebody, by the form."""
        page.goto(self.server.url(f"/cases/{number}/assign"))
        page.select_option("#assignee", label=name)
        page.get_by_role("button", name="Assign").click()
        page.locator(".toast").wait_for()

    def test_undo_by_toast_and_by_key(self):
        page = self.signed_in("engineer")
        number = self.open_case(page)
        head, toast = page.locator("#case-head"), page.locator(".toast")
        self.give(page, number, "Ines Okafor")
        self.assertIn("Owner Ines Okafor", head.inner_text())
        self.assertEqual(toast.get_by_role("status").inner_text(), "The owner is changed.")
        self.assert_accessible(page)
        page.locator("h1").click()
        page.keyboard.press("z")
        page.get_by_text("Taken back. It stands as before.").first.wait_for()
        self.assertIn("Owner Marta Lindqvist", head.inner_text())
        self.assertIn("took back “Give the case to somebody”", page.locator("#timeline").inner_text())

        # Somebody else changed the same thing: said in the toast, and theirs stays.
        self.give(page, number, "Ines Okafor")
        toast.hover()  # it stays as long as one looks at it
        other = self.signed_in("colleague")
        self.give(other, number, "Jonas Weber")
        toast.get_by_role("button", name="Undo").click()
        toast.get_by_text("changed the same thing since").wait_for()
        other.reload()
        self.assertIn("Owner Jonas Weber", other.locator("#case-head").inner_text())
        page.troubles = []  # the refused attempt was on purpose

    def test_a_link_and_a_merge_are_taken_back_by_toast(self):
        page = self.signed_in("lead")
        one, two = (
            re.search(r"TL-\d+", self.server.command(
                "call", "case.open", "--as", "marta@thirdline.example", f"subject={name}", "symptom=x"))[0]
            for name in ("The first of two", "The second of two")
        )
        page.goto(self.server.url(f"/cases/{one}/link"))
        page.get_by_label("This case is").select_option(label="Related to")
        page.get_by_label("Case", exact=True).fill(two)
        page.get_by_role("button", name="Link").click()
        page.locator(".toast").get_by_text("The link is made").wait_for()
        self.assertIn(two, page.locator("#links").inner_text())
        page.locator("h1").click()
        page.keyboard.press("z")
        page.get_by_text("Taken back. It stands as before.").first.wait_for()
        self.assertEqual(page.locator("#links").count(), 0)
        page.goto(self.server.url(f"/cases/{one}/merge"))
        page.get_by_label("Into").fill(two)
        page.get_by_label("Reason").fill("The same thing")
        page.get_by_role("button", name="Merge").click()
        page.wait_for_url(f"**/cases/{two}?*")
        page.locator(".toast").get_by_role("button", name="Undo").click()
        page.get_by_text("Taken back. It stands as before.").first.wait_for()
        page.goto(self.server.url(f"/cases/{one}"))
        self.assertIn("The first of two", page.locator("#case-head").inner_text())
        self.assert_quiet(page)

    def test_a_file_that_is_dropped_joins_the_one_that_was_chosen(self):
        page = self.signed_in("engineer")
        number = self.open_case(page)
        page.goto(self.server.url(f"/cases/{number}/evidence/new"))
        page.get_by_label("Files", exact=True).set_input_files(
            {"name": "chosen.log", "mimeType": "text/plain", "buffer": b"chosen"})
        held = page.evaluate_handle(
            "() => { const held = new DataTransfer();"
            " held.items.add(new File(['dropped'], 'dropped.log')); return held; }")
        page.dispatch_event("main", "drop", {"dataTransfer": held})
        self.assertEqual(page.locator("[data-chosen] li").all_inner_texts(), ["chosen.log", "dropped.log"])
        self.assert_accessible(page)
        page.get_by_role("button", name="Add evidence").click()
        page.wait_for_url("**/evidence?done=kept")
        listed = page.locator("main").inner_text()
        self.assertIn("chosen.log", listed)
        self.assertIn("dropped.log", listed)
        self.assert_quiet(page)

    def test_case_28_part_an_entry_goes_into_the_story_in_place(self):
        page = self.signed_in("engineer")
        self.open_case(page)
        entry = page.locator("#timeline > li", has_text="set severity to").first
        name = entry.get_attribute("id")
        entry.get_by_role("button", name="Put into the story").click()
        page.locator(f"#{name} .pin[aria-pressed=true]").wait_for()
        page.get_by_role("navigation", name="Show").get_by_role("link", name="Story").click()
        page.locator(f"#{name}").wait_for()
        self.assert_quiet(page)

    def test_sla_15_what_is_left_of_each_clock_stands_in_the_zone_of_the_reader_and_in_working_time(self):
        page = self.signed_in("engineer")
        number = self.open_case(page)
        due = page.locator("#clocks time[data-zoned]").first
        self.assertTrue(due.inner_text().endswith(" UTC"))
        moment, words = due.get_attribute("datetime"), due.inner_text()
        self.assertRegex(page.locator("#clocks").inner_text(), r"\d+ (min|h|d)")
        elsewhere = self.signed_in("engineer", timezone_id="Asia/Tokyo")
        elsewhere.goto(self.server.url(f"/cases/{number}"))
        due = elsewhere.locator(f"#clocks time[datetime='{moment}']").first
        self.assertTrue(due.inner_text().endswith(" GMT+9"), due.inner_text())
        self.assertEqual(due.get_attribute("title"), words)
        elsewhere.goto(self.server.url(f"/cases/{number}/clocks"))
        elsewhere.locator(".lede", has_text="Times are in Asia/Tokyo").wait_for()
        self.assertIn("Counts", elsewhere.locator(".explained[open] thead").inner_text())
        self.assertIn("Outside hours", elsewhere.locator(".explained[open] thead").inner_text())
        elsewhere.goto(self.server.url(f"/cases/{number}/clocks#resolution-1"))
        elsewhere.locator("#resolution-1").wait_for(state="visible")
        self.assert_quiet(elsewhere)

    def test_times_are_typed_in_the_zone_in_which_they_are_shown(self):
        tokyo = self.signed_in("engineer", timezone_id="Asia/Tokyo")
        number = self.open_case(tokyo)
        self.assertIn("times in Asia/Tokyo", tokyo.locator("#tl-n").inner_text())
        shown = tokyo.locator("#timeline time[data-zoned]").first
        self.assertTrue(shown.get_attribute("title").endswith(" UTC"), shown.get_attribute("title"))
        at = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        due = at + datetime.timedelta(days=2)
        in_tokyo = due + datetime.timedelta(hours=9)
        tokyo.goto(self.server.url(f"/cases/{number}/set_next_action"))
        tokyo.locator("form.form", has_text="Time zone: Asia/Tokyo").wait_for()
        tokyo.locator("[name=text]").fill("Read the trace")
        tokyo.locator("[name=due_at]").fill(in_tokyo.strftime("%Y-%m-%dT%H:%M"))
        tokyo.locator("form.form button.go").click()
        moment = due.strftime("%Y-%m-%dT%H:%M:%SZ")
        tokyo.locator(f"time[datetime='{moment}']").first.wait_for()
        tokyo.goto(self.server.url(f"/cases/{number}/set_next_action"))
        tokyo.locator("[name=text]").fill("Read the other trace")
        tokyo.locator("[name=due_at]").fill("half past nine")
        self.assert_quiet(tokyo)
        tokyo.locator("form.form button.go").click()
        tokyo.locator(".err").first.wait_for()
        self.assertEqual(tokyo.locator("[name=due_at]").input_value(), "half past nine")
        tokyo.troubles = []  # the browser says that the refusal was one

    def test_a_colleague_is_seen_writing(self):
        first, second = self.signed_in("engineer"), self.signed_in("colleague")
        self.open_case(first)
        self.open_case(second)
        first.locator("#here", has_text="is looking").wait_for()
        second.locator("h1").click()
        second.keyboard.press("r")
        second.keyboard.type("Hello")
        first.locator("#here", has_text="is writing a reply").wait_for()
        second.goto(self.server.url("/account"))
        first.locator("#here").wait_for(state="hidden")
        self.assert_quiet(first)

    def test_a_page_that_was_cut_off_catches_up_without_a_reload(self):
        reader = self.signed_in("engineer")
        reader.route("**/events?*", lambda route: route.abort())
        number = self.open_case(reader)
        reader.evaluate("() => { window.wasNotLoadedAnew = true; }")
        reader.locator("h1").click()
        reader.keyboard.press("r")
        reader.locator("#reply-text").fill("Half a sentence")
        writer = self.signed_in("lead")
        writer.goto(self.server.url(f"/cases/{number}"))
        writer.locator("h1").click()
        writer.keyboard.press("n")
        writer.locator("#note-text").fill("Written while the other was cut off.")
        writer.locator("#note-text").press("Control+Enter")
        writer.locator("#timeline", has_text="Written while the other was cut off.").wait_for()
        reader.locator("[data-offline]").wait_for()
        self.assertNotIn("Written while", reader.locator("#timeline").inner_text())
        reader.unroute("**/events?*")
        reader.locator("#timeline", has_text="Written while the other was cut off.").wait_for()
        reader.locator("[data-offline]").wait_for(state="hidden")
        self.assertTrue(reader.evaluate("() => window.wasNotLoadedAnew"))
        self.assertEqual(reader.locator("#reply-text").input_value(), "Half a sentence")

    def test_a_hundred_thousand_lines_are_refused_in_words_and_stay(self):
        page = self.signed_in("engineer")
        self.open_case(page)
        page.locator("h1").click()
        page.keyboard.press("n")
        area = page.locator("#note-text")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate(
            "() => navigator.clipboard.writeText(Array.from({ length: 100000 },"
            " (_, i) => 'line ' + i + ' of a log that somebody pasted').join('\\n'))"
        )
        page.keyboard.press("Control+v")
        page.wait_for_function("() => document.querySelector('#note-text').value.length > 3e6", timeout=60_000)
        page.keyboard.type("x")  # the field still takes keys
        page.wait_for_function("() => document.querySelector('#note-text').value.endsWith('x')", timeout=60_000)
        page.keyboard.press("Backspace")
        page.keyboard.press("Control+Enter")
        page.get_by_text("Not sent: the text is").wait_for()
        self.assertEqual(area.evaluate("area => area.value.split('\\n').length"), 100000)
        page.evaluate("() => { const area = document.querySelector('#note-text'); area.value = ''; area.dispatchEvent(new Event('input', { bubbles: true })); }")
        self.assert_quiet(page)

    def test_the_timeline_and_what_is_typed_are_in_the_zone_of_the_reader(self):
        page = self.signed_in("engineer", timezone_id="Pacific/Kiritimati")
        number = self.open_case(page)
        told = page.evaluate("""() => {
            let day = "";
            return [...document.querySelector("#timeline").children].map(item => {
                if (item.matches("[data-day]")) { day = item.textContent; return null; }
                const time = item.querySelector("time[data-zoned=clock]");
                return time && [time.dateTime, time.textContent.trim(), day];
            }).filter(Boolean);
        }""")
        self.assertGreater(len(told), 5)
        for stated, clock, day in told:
            at = datetime.datetime.fromisoformat(stated.replace("Z", "+00:00")) + datetime.timedelta(hours=14)
            self.assertEqual(clock, f"{at:%H:%M}", stated)
            self.assertIn(f"{at.day} {at:%b}", day, stated)
        page.keyboard.press("n")
        an_hour_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        page.fill("#note-text", "Seen by the customer in their own zone.")
        page.fill("#happened", f"{an_hour_ago + datetime.timedelta(hours=14):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Save internal note").click()
        note = page.locator("#timeline li", has_text="Seen by the customer in their own zone.")
        note.wait_for()
        kept = note.locator("time[data-zoned=clock]").first.get_attribute("datetime")
        self.assertEqual(kept[:16], f"{an_hour_ago:%Y-%m-%dT%H:%M}")
        self.assertIn("/cases/" + number, page.url)


if __name__ == "__main__":
    unittest.main()
