"""What goes wrong with files, names and numbers that people and programs send: each in words, nothing lost or leaked.

Most of it goes over plain connections, as a broken network or a careless program would send it; both engines.
"""

import base64
import hashlib
import http.client
import json
import re
import socket
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

from harness import BrowserTest

LINES = 100_000
PROGRAM = b"MZ" + bytes(62) + b"\x80\x00\x00\x00" + b"This program cannot be run in DOS mode." + bytes(200)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="ran"</script><rect width="9" height="9"/></svg>'


class BadInput:
    """The tests; the classes below run them on an engine each."""

    def setUp(self):
        super().setUp()
        if not hasattr(type(self), "token"):
            type(self).token = self.server.command(
                "token", "create", "--role", "engineer", "--name", "bad input"
            ).strip().splitlines()[-1]

    # ---- Sending ----

    def call(self, method, path, body=None, headers=None):
        """A request of a program: (status, headers, body as bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if isinstance(body, dict):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def cut(self, method, path, headers, body, length):
        """Announces `length` bytes, sends fewer, and breaks the connection."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {self.token}"]
        lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {length}", "", ""]
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as connection:
            connection.sendall("\r\n".join(lines).encode() + body)
            time.sleep(0.2)  # so that the server has read what came; too early only makes the test easier

    def open_case(self):
        """A case of its own; returns its number."""
        status, _, body = self.call("POST", "/api/v1/cases", {"subject": "Bad input", "symptom": "Odd files"})
        self.assertEqual(status, 201, body)
        return json.loads(body)["number"]

    def evidence(self, number):
        """What the case has."""
        status, _, body = self.call("GET", f"/api/v1/cases/{number}/evidence")
        self.assertEqual(status, 200)
        return json.loads(body)["items"]

    def put(self, number, name, data, headers=None):
        """Uploads in one request; `name` as it stands in the address."""
        status, _, body = self.call("PUT", f"/api/v1/cases/{number}/evidence/{name}", data, headers)
        return status, json.loads(body)

    def begin(self, number, length, name="big.log"):
        """Begins an upload in pieces; returns its address."""
        told = base64.b64encode(name.encode()).decode()
        status, headers, body = self.call(
            "POST", f"/api/v1/cases/{number}/uploads", b"",
            {"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": f"filename {told}"},
        )
        self.assertEqual(status, 201, body)
        return headers["Location"]

    def offset(self, place):
        """How much of an upload is durable."""
        status, headers, _ = self.call("HEAD", place, headers={"Tus-Resumable": "1.0.0"})
        self.assertEqual(status, 200)
        return int(headers["Upload-Offset"])

    # ---- Broken and doubled ----

    def test_an_upload_whose_connection_breaks_leaves_nothing_and_can_be_sent_again(self):
        number = self.open_case()
        data = hashlib.shake_256(b"cut").digest(400_000)
        self.cut("PUT", f"/api/v1/cases/{number}/evidence/a.log", {}, data[:150_000], len(data))
        form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.log"\r\n\r\n' + data[:150_000]
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        self.cut("POST", f"/api/v1/cases/{number}/evidence", kind, form, len(data))
        # A form that claims to be whole and has no end is refused in words.
        status, _, body = self.call("POST", f"/api/v1/cases/{number}/evidence", form, kind)
        self.assertEqual(status, 422)
        self.assertIn("cut off", json.loads(body)["detail"])
        self.assertEqual(self.evidence(number), [])
        status, answer = self.put(number, "a.log", data)
        self.assertEqual((status, answer["number"]), (201, "E1"))
        self.assertEqual(self.call("GET", f"/api/v1/cases/{number}/evidence/E1/content")[2], data)

    def test_an_upload_in_pieces_goes_on_after_the_connection_and_the_server_broke(self):
        number = self.open_case()
        data = hashlib.shake_256(b"pieces").digest(900_000)
        place = self.begin(number, len(data))
        tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        self.cut("PATCH", place, {**tus, "Upload-Offset": "0"}, data[:300_000], len(data))
        deadline = time.monotonic() + 20
        while (there := self.offset(place)) == 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(there, 0)
        self.assertLessEqual(there, 300_000)
        self.server.restart_after_kill()
        there = self.offset(place)
        status, _, body = self.call("PATCH", place, data[:10], {**tus, "Upload-Offset": "7"})
        self.assertEqual(status, 409)
        self.assertIn(f"{there} bytes", json.loads(body)["detail"])
        status, _, body = self.call("PATCH", place, data[there:] + b"more", {**tus, "Upload-Offset": str(there)})
        self.assertEqual(status, 413)
        self.assertIn("900000 bytes, and more came", json.loads(body)["detail"])
        there = self.offset(place)
        status, headers, body = self.call("PATCH", place, data[there:], {**tus, "Upload-Offset": str(there)})
        self.assertEqual((status, headers["Evidence-Number"]), (204, "E1"), body)
        self.assertEqual(self.call("GET", f"/api/v1/cases/{number}/evidence/E1/content")[2], data)
        self.assertEqual(self.call("HEAD", place)[0], 404)

    def test_the_same_upload_twice_is_one_piece(self):
        number = self.open_case()
        key = {"Idempotency-Key": "the same"}
        first = self.put(number, "a.log", b"the same words", key)
        self.assertEqual(first, self.put(number, "a.log", b"the same words", key))
        status, answer = self.put(number, "b.log", b"the same words", {"Idempotency-Key": "another"})
        self.assertEqual((status, answer["code"]), (409, "already_here"))
        self.assertIn("E1", answer["detail"])
        # The key of one file with another one: refused, never taken for the first.
        status, answer = self.put(number, "c.log", b"other words", key)
        self.assertIn(status, (409, 422), answer)
        self.assertEqual([item["name"] for item in self.evidence(number)], ["a.log"])

    def test_a_form_with_a_file_that_is_sent_twice_adds_it_once(self):
        number = self.open_case()
        page = self.signed_in("engineer")
        page.goto(self.server.url(f"/cases/{number}/evidence/new"))
        page.get_by_label("Or paste text").fill("twice")
        page.get_by_role("button", name="Add evidence").dblclick()
        page.wait_for_url(re.compile(r"/evidence(/E\d+)?\?done="))
        self.assertEqual(len(self.evidence(number)), 1)

    # ---- Long and odd ----

    def test_a_hundred_thousand_lines_that_are_pasted_become_a_file_that_opens_quickly(self):
        number = self.open_case()
        text = "".join(f"line {index} of a log\n" for index in range(LINES))
        page = self.signed_in("engineer")
        page.goto(self.server.url(f"/cases/{number}/evidence/new"))
        page.get_by_label("Or paste text").evaluate(
            "(area, text) => { area.value = text; area.dispatchEvent(new Event('input', { bubbles: true })); }", text
        )
        page.get_by_role("button", name="Add evidence").click()
        page.wait_for_url(re.compile(r"/evidence/E1\?done="), timeout=30_000)
        self.assertIn("line 0 of a log", page.locator("main").inner_text())
        self.assertLess(len(page.content()), 400_000)
        kept = self.call("GET", f"/api/v1/cases/{number}/evidence/E1/content")[2].decode()
        self.assertEqual(kept.replace("\r\n", "\n").rstrip("\n").count("\n") + 1, LINES)
        self.assert_quiet(page)

    def test_names_with_paths_marks_nul_and_thousands_of_letters_become_names(self):
        number = self.open_case()
        names = {
            "../../../etc/passwd": "passwd",
            "..\\..\\windows\\system.ini": "system.ini",
            "/": None,
            "..": None,
            "a\u202egnp.exe": "agnp.exe",
            "x" * 5000 + ".log": None,
            "a\nb.log": None,
        }
        for index, (sent, kept) in enumerate(names.items()):
            with self.subTest(name=sent[:30]):
                status, answer = self.put(
                    number, urllib.parse.quote(sent, safe=""), f"file {index}".encode()
                )
                self.assertEqual(status, 201, answer)
                if kept:
                    self.assertEqual(answer["name"], kept)
                self.assertNotRegex(answer["name"], r"[/\\\x00-\x1f\u202a-\u202e\u2066-\u2069]")
                self.assertLessEqual(len(answer["name"].encode()), 255)
                self.assertIn(answer["name"], answer["notice"])
        # Of a long name the ending is kept, as it says what the file is.
        long = [item["name"] for item in self.evidence(number) if item["name"].startswith("xxx")]
        self.assertTrue(long[0].endswith(".log"), long)
        for address in ("a%00b.log", "%00", "%FF%FE.log"):
            status, answer = self.put(number, address, b"nul " + address.encode())
            self.assertIn(status, (201, 404, 422), answer)
            if status == 201:
                self.assertNotIn("\0", answer["name"])

    def test_an_svg_with_script_and_a_program_that_calls_itself_a_picture_never_run(self):
        number = self.open_case()
        page = self.signed_in("engineer")
        for index, (name, data) in enumerate((("chart.svg", SVG), ("photo.png", PROGRAM)), 1):
            self.assertEqual(self.put(number, name, data)[0], 201)
            place = f"/cases/{number}/evidence/E{index}"
            page.goto(self.server.url(place))
            self.assertEqual(page.locator("main img, main object, main embed, main iframe, main svg:not(.i)").count(), 0)
            self.assertNotEqual(page.title(), "ran")
            with page.expect_download() as held:
                page.evaluate("place => { location.href = place; }", place + "/content?show=image")
            self.assertEqual(Path(held.value.path()).read_bytes(), data)
            status, headers, _ = self.call("GET", f"/api/v1{place}/content")
            self.assertEqual(status, 200)
            self.assertTrue(headers["Content-Disposition"].startswith("attachment"))
            self.assertIn("sandbox", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Content-Type"], "application/octet-stream")
        self.assertIn("its bytes are a program", page.locator("main").inner_text())

    # ---- Cases that one may not see ----

    def test_a_case_one_may_not_see_is_answered_as_one_that_is_not_there(self):
        number = self.open_case()
        lead = self.signed_in("administrator")
        answer = self.server.command(
            "call", "case.open", "--as", "admin@thirdline.example", "subject=Hidden", "symptom=Hidden words"
        )
        hidden = re.search(r"TL-\d+", answer)[0]
        lead.goto(self.server.url(f"/cases/{hidden}/restrict"))
        lead.get_by_label("Reason").fill("A hole in the sign-in.")
        lead.get_by_role("button", name="Restrict").click()
        lead.wait_for_url(re.compile(rf"/cases/{hidden}\?"))
        none = "TL-" + "9" * len(hidden.split("-")[1])
        attempts = {
            "link": lambda other: ("POST", f"/cases/{number}/link", {"relation": "related", "to": other}),
            "merge": lambda other: ("POST", f"/cases/{number}/merge", {"into": other, "reason": "x"}),
            "merge as well": lambda other: (
                "POST", f"/cases/{number}/merge", {"into": number, "also": [other], "reason": "x"}
            ),
            "merge it": lambda other: ("POST", f"/cases/{other}/merge", {"into": number, "reason": "x"}),
            "note": lambda other: ("POST", f"/cases/{other}/note", {"text": "x"}),
            "read": lambda other: ("GET", f"/cases/{other}", None),
            "its evidence": lambda other: ("GET", f"/cases/{other}/evidence/E1", None),
            "upload": lambda other: ("PUT", f"/cases/{other}/evidence/a.log", b"x"),
            "pieces": lambda other: ("POST", f"/cases/{other}/uploads", b""),
        }
        for name, attempt in attempts.items():
            with self.subTest(attempt=name):
                answers = []
                for other in (hidden, none):
                    method, path, body = attempt(other)
                    headers = {"Upload-Length": "5"} if name == "pieces" else {}
                    status, sent, text = self.call(method, f"/api/v1{path}", body, headers)
                    request = sent["X-Request-Id"] or "none"
                    words = text.decode().replace(other, "CASE").replace(request, "REQUEST")
                    answers.append((status, sent["Content-Type"], words))
                self.assertEqual(answers[0], answers[1])
                self.assertIn(answers[0][0], (404, 422))
        self.assertNotIn(hidden, self.call("GET", f"/api/v1/cases/{number}/timeline")[2].decode())

    # ---- A form that changed ----

    def test_a_form_that_changed_while_it_was_filled_keeps_the_answers_and_says_what_changed(self):
        number = self.open_case()
        page = self.signed_in("engineer")
        page.goto(self.server.url(f"/cases/{number}/intake"))
        page.get_by_label("Who is affected, and how many?").fill("Everybody in Oslo")
        page.get_by_label("What did you expect?").fill("That it works.")
        document = self.server.command("policy", "show")
        changed = re.sub(
            r"\n( *)- id: scope\n.*\n.*\n.*",
            r"\n\1- {id: rack, label: In which rack?, needed_to: hand_off}", document, count=1,
        )
        self.assertNotEqual(document, changed)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(changed)
            file.flush()
            self.server.command("policy", "apply", file.name, "--reason", "Racks, not scope")
        # The running server follows another process a moment later.
        other = page.context.new_page()
        other.goto(self.server.url(f"/cases/{number}/intake"))
        while "In which rack?" not in other.locator("main").inner_text():
            other.reload()
        other.close()
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile(r"/intake\?done=|/cases/TL-\d+\?done="))
        said = page.locator("main").inner_text()
        self.assertIn("In which rack?", said)
        self.assertIn("“scope” is no longer asked. The answer is kept: “Everybody in Oslo”.", said)
        page.goto(self.server.url(f"/cases/{number}?order=newest&show=all"))
        told = page.locator("#timeline").inner_text()
        self.assertIn("Everybody in Oslo", told)
        self.assertIn("That it works.", self.call("GET", f"/api/v1/cases/{number}")[2].decode())


class BadInputOnSQLite(BadInput, BrowserTest):
    engine = "sqlite"


class BadInputOnPostgreSQL(BadInput, BrowserTest):
    engine = "postgresql"


if __name__ == "__main__":
    unittest.main()
