"""What the tests of this folder share: a server of one's own, clients, a load that knows what it was promised.

Every write of the load carries a marker of its own in its text and an Idempotency-Key: cases, replies, notes, files
as evidence in one request, and files in pieces (tus), each of bytes of its own. `check` compares what the API shows
with what was acknowledged; a write is never half there and never there twice.
"""

import base64
import http.client
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# ---- The server's interface, in one place ---------------------------------------------------------------------

READY_LINE = re.compile(r"Listening on http://127\.0\.0\.1:(\d+)")
ROLE = "engineer"
OPEN_PATH = "/api/v1/cases"


def open_body(marker):
    return {"subject": f"Kill test {marker}", "symptom": f"Symptom of {marker}", "severity": "sev3"}


def reply_path(number):
    return f"/api/v1/cases/{number}/reply"


def note_path(number):
    return f"/api/v1/cases/{number}/note"


def text_body(marker):
    return {"text": f"Words of {marker}"}


def file_path(number, marker):
    return f"/api/v1/cases/{number}/evidence/{marker}.bin"


def uploads_path(number):
    return f"/api/v1/cases/{number}/uploads"


def evidence_path(number):
    return f"/api/v1/cases/{number}/evidence"


def content_path(number, piece):
    return f"/api/v1/cases/{number}/evidence/{piece}/content"


def file_bytes(marker):
    """The bytes of a file: its own for each marker, of a size between a hundred bytes and 200 kB."""
    chance = random.Random(marker)
    return marker.encode() + chance.randbytes(int(10 ** chance.uniform(2, 5.3)))


def opened_number(answer):
    """The number in the answer to opening a case."""
    return answer["number"]


def timeline_path(number, cursor):
    suffix = f"?cursor={urllib.parse.quote(cursor, safe='')}" if cursor else ""
    return f"/api/v1/cases/{number}/timeline{suffix}"


def case_path(number):
    return f"/api/v1/cases/{number}"


def cases_path(cursor):
    suffix = f"?cursor={urllib.parse.quote(cursor, safe='')}" if cursor else ""
    return f"/api/v1/cases{suffix}"


def serve_command(binary, place, port):
    return [binary, "serve", *place, "--listen", f"127.0.0.1:{port}"]


def token_command(binary, place, role=ROLE, organisation=None):
    """The token is the last line of what it prints."""
    command = [binary, "token", "create", *place, "--role", role, "--name", f"test-{role}"]
    return command + (["--organisation", organisation] if organisation else [])


def verify_command(binary, place):
    return [binary, "verify", "--evidence", *place]


# ---- Running ---------------------------------------------------------------------------------------------------

CLIENTS = 16
# What is written to a case that is open.
KINDS = ["reply", "note", "file", "pieces"]
# A write is retried when the server is away or says it is busy; any other refusal is a failure of the test.
RETRIED = {429, 503}
MARKER = re.compile(r"\bmark-[0-9a-f]{20}\b")


class Failure(Exception):
    """What the test found wrong."""


class Server:
    """A server process that can be killed and started again on the same port and data."""

    def __init__(self, binary, place, log):
        self.binary, self.place, self.log = binary, place, log
        self.port, self.process = 0, None
        # Told besides the place: flags, and names of the environment with their values.
        self.flags, self.environment = [], {}

    def start(self, within=60):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*serve_command(self.binary, self.place, self.port), *self.flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "THIRDLINE_PASSWORD_COST": "10", **self.environment},
        )
        ready = queue.Queue()
        threading.Thread(target=self._listen, args=(self.process, ready), daemon=True).start()
        try:
            self.port = ready.get(timeout=within)
        except queue.Empty:
            self.kill()
            raise Failure(f"the server was not ready within {within} s; see {self.log}") from None
        if self.port is None:
            raise Failure(f"the server ended with code {self.process.wait()} at its start; see {self.log}")
        return time.monotonic() - began

    def _listen(self, process, ready):
        with open(self.log, "a", encoding="utf-8") as log, process.stdout:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if found := READY_LINE.search(line):
                    ready.put(int(found[1]))
        ready.put(None)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()


class Client:
    """One keep-alive connection with the token."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def send(self, method, path, body=None, key=None, raw=None, headers=None):
        """Returns (status, answer); raises OSError or HTTPException when there is no whole answer."""
        headers = {**self.headers, **(headers or {})}
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if key:
            headers["Idempotency-Key"] = key
        self.connection.request(method, path, body=data, headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.answered = answer.headers
        if answer.status < 300 and content:
            return answer.status, json.loads(content)
        return answer.status, content.decode(errors="replace")

    def get_bytes(self, path):
        """The bytes at an address."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise Failure(f"GET {path} was answered {answer.status}: {content[:300]}")
        return content

    def close(self):
        self.connection.close()


class Write:
    """One request that changes something, its marker and its key."""

    def __init__(self, kind, number=None):
        self.kind = kind
        self.number = number
        self.marker = f"mark-{uuid.uuid4().hex[:20]}"
        self.key = str(uuid.uuid4())
        self.answer = None
        # When the whole answer had come, by the monotonic clock.
        self.answered_at = None
        # Of an upload in pieces: its address, once it has one.
        self.place = None
        # Whether even the beginning of an upload may be lost, because its answer came too late to count.
        self.may_begin_again = False

    @property
    def is_file(self):
        return self.kind in ("file", "pieces")

    def request(self):
        if self.kind == "open":
            return OPEN_PATH, open_body(self.marker)
        path = reply_path(self.number) if self.kind == "reply" else note_path(self.number)
        return path, text_body(self.marker)

    def send(self, client):
        if self.kind == "file":
            return client.send("PUT", file_path(self.number, self.marker), raw=file_bytes(self.marker), key=self.key)
        if self.kind == "pieces":
            return self.send_pieces(client)
        path, body = self.request()
        return client.send("POST", path, body, self.key)

    def send_pieces(self, client):
        """Begins the upload or goes on with it, and sends what is not there yet, half at a time."""
        data = file_bytes(self.marker)
        tus = {"Tus-Resumable": "1.0.0"}
        offset = 0
        if self.place is None:
            name = base64.b64encode(f"{self.marker}.bin".encode()).decode()
            told = {**tus, "Upload-Length": str(len(data)), "Upload-Metadata": f"filename {name}"}
            status, answer = client.send("POST", uploads_path(self.number), raw=b"", headers=told)
            if status != 201:
                return status, answer
            self.place = client.answered["Location"]
        else:
            status, answer = client.send("HEAD", self.place, headers=tus)
            if status == 404:
                # Finished, and only the answer was lost: then it is there.
                if (number := self.found(client)) is None:
                    self.place = None
                    return self.send_pieces(client)
                return 200, {"number": number}
            if status != 200:
                return status, answer
            if client.answered["Evidence-Number"]:
                return 200, {"number": client.answered["Evidence-Number"]}
            offset = int(client.answered["Upload-Offset"])
        while True:
            piece = data[offset : offset + max(1, (len(data) + 1) // 2)]
            told = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
            status, answer = client.send("PATCH", self.place, raw=piece, headers=told)
            if status != 204:
                return status, answer
            offset = int(client.answered["Upload-Offset"])
            if offset == len(data):
                return 200, {"number": client.answered["Evidence-Number"]}

    def found(self, client):
        """The number of the piece of evidence with this name; None where the upload may begin again."""
        status, answer = client.send("GET", evidence_path(self.number))
        named = [item["number"] for item in answer["items"] if item["name"] == f"{self.marker}.bin"]
        if not named and self.may_begin_again:
            return None
        if status != 200 or len(named) != 1:
            raise Failure(f"{self.number}: the upload {self.marker} is gone, and {len(named)} pieces have its name")
        return named[0]


class Load:
    """Clients that write until told to stop; every write ends up acknowledged or unanswered.

    `may_break` says that the ground under the server goes away: a fault is then no answer, and nobody knows whether
    the write happened.
    """

    def __init__(self, port, token, numbers, may_break=False):
        self.port, self.token, self.may_break = port, token, may_break
        self.numbers = list(numbers)
        self.acknowledged, self.unanswered, self.refused = [], [], []
        self.busy = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._write, daemon=True) for _ in range(CLIENTS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=60)
            if thread.is_alive():
                raise Failure("a client hangs: a killed server must break its connections")

    def count(self):
        with self.lock:
            return len(self.acknowledged)

    def _write(self):
        chooser = random.Random()
        client = Client(self.port, self.token)
        while not self.stopping.is_set():
            with self.lock:
                number = chooser.choice(self.numbers) if self.numbers else None
            # A case in five, and first of all: the others need one to write to.
            kind = "open" if number is None or chooser.random() < 0.2 else chooser.choice(KINDS)
            write = Write(kind, None if kind == "open" else number)
            try:
                status, answer = write.send(client)
            except (OSError, http.client.HTTPException, ValueError):
                # Sent, or half sent, and no whole answer: nobody knows whether it happened.
                with self.lock:
                    self.unanswered.append(write)
                client.close()
                break
            with self.lock:
                if 200 <= status < 300:
                    write.answer, write.answered_at = answer, time.monotonic()
                    if kind == "open":
                        write.number = opened_number(answer)
                        self.numbers.append(write.number)
                    self.acknowledged.append(write)
                elif self.may_break:
                    self.unanswered.append(write)
                elif status in RETRIED:
                    self.busy += 1
                else:
                    self.refused.append((status, write.kind, answer[:300] if isinstance(answer, str) else answer))
                    break
        client.close()


def send_until_answered(client, write, within=30):
    """Sends a write again until it is answered with anything but "later"."""
    deadline = time.monotonic() + within
    while True:
        status, answer = write.send(client)
        if 200 <= status < 300:
            return answer
        if status not in RETRIED or time.monotonic() > deadline:
            raise Failure(f"sent again, {write.kind} was answered {status}: {answer}")
        time.sleep(0.2)


def paged(client, path_of):
    """All items of a list, page after page."""
    cursor, items = None, []
    while True:
        status, answer = client.send("GET", path_of(cursor))
        if status != 200:
            raise Failure(f"GET {path_of(cursor)} was answered {status}: {answer}")
        items += answer["items"]
        following = answer.get("next")
        if not following:
            return items
        if following == cursor:
            raise Failure(f"{path_of(cursor)} gives the same cursor again and would never end")
        cursor = following


def markers_of(items):
    """How often each marker shows in a list of items. An item that says one marker twice counts once."""
    counts = {}
    for item in items:
        for marker in set(MARKER.findall(json.dumps(item))):
            counts[marker] = counts.get(marker, 0) + 1
    return counts


def check(client, writes, resent):
    """Compares what the API shows with what was promised. Returns the number of writes looked at."""
    expected = {}
    for write in writes:
        expected.setdefault(write.number, []).append(write)

    # The list of cases: each opened case once, and none that nobody asked for.
    listed = paged(client, cases_path)
    numbers = [item["number"] for item in listed]
    doubled = {number for number in numbers if numbers.count(number) > 1} if len(set(numbers)) < len(numbers) else set()
    if doubled:
        raise Failure(f"cases listed twice: {sorted(doubled)[:5]}")
    subjects = {}
    for item in listed:
        for marker in set(MARKER.findall(item["subject"])):
            subjects.setdefault(marker, []).append(item["number"])
    opened = {write.marker: write for write in writes if write.kind == "open"}
    problems = []
    for marker, write in opened.items():
        if subjects.get(marker) != [write.number]:
            problems.append(f"{describe(write, resent)}: opened {write.number}, listed as {subjects.get(marker)}")
    for marker, found in subjects.items():
        if marker not in opened:
            problems.append(f"{found} ({marker}) exists, but no request for it was acknowledged or sent again")

    for number, of_case in expected.items():
        items = paged(client, lambda cursor, number=number: timeline_path(number, cursor))
        if not items:
            problems.append(f"{number} has no timeline")
            continue
        status, _ = client.send("GET", case_path(number))
        if status != 200:
            problems.append(f"{case_path(number)} was answered {status}")
        counts = markers_of(items)
        wanted = {write.marker: write for write in of_case if write.kind != "open"}
        for marker, write in wanted.items():
            if counts.get(marker, 0) != 1:
                problems.append(f"{describe(write, resent)} is there {counts.get(marker, 0)} times")
        for marker in counts:
            if marker not in wanted and marker not in opened:
                problems.append(f"{number} shows {marker}, which nobody wrote there")
        problems += check_files(client, number, [write for write in of_case if write.is_file], resent)
    if problems:
        raise Failure("\n  ".join([f"{len(problems)} writes are not as promised:", *problems[:20]]))
    return len(writes)


def check_files(client, number, writes, resent):
    """What is wrong with the evidence of a case: every file whole, once, and none that nobody sent."""
    status, answer = client.send("GET", evidence_path(number))
    if status != 200:
        return [f"{evidence_path(number)} was answered {status}"]
    problems = []
    pieces = {}
    for item in answer["items"]:
        pieces.setdefault(item["name"], []).append(item["number"])
    for write in writes:
        found = pieces.pop(f"{write.marker}.bin", [])
        if found != [write.answer["number"]]:
            problems.append(f"{describe(write, resent)} was {write.answer['number']} and is {found}")
        elif client.get_bytes(content_path(number, found[0])) != file_bytes(write.marker):
            problems.append(f"{describe(write, resent)} has other bytes than were sent")
    problems += [f"{number} has evidence {name}, which nobody sent there" for name in pieces]
    return problems


SEALED = b"thirdline evidence 1\n"


def check_store(data):
    """Every file of the store is encrypted; what is in it `verify` says. Returns their number, and that of unfinished ones."""
    store = data / "evidence"
    kept = [path for path in store.glob("??/*") if path.is_file()]
    for path in kept:
        with path.open("rb") as file:
            if file.read(len(SEALED)) != SEALED:
                raise Failure(f"{path} is not encrypted")
    return len(kept), len(list(store.glob("partial/*")))


def describe(write, resent):
    promise = "sent again" if write in resent else "acknowledged"
    return f"{write.kind} {write.marker} to {write.number} ({promise})"


def run_to_end(command, what):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise Failure(f"{what} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def own_database(url, prefix="kill"):
    """Makes a database of the test's own on that server: (its URL, how to drop it)."""
    name = f"{prefix}_{uuid.uuid4().hex[:12]}"
    parts = urllib.parse.urlsplit(url)
    psql = ["psql", url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c"]
    run_to_end([*psql, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"], "psql")
    drop = [*psql, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"]
    return urllib.parse.urlunsplit(parts._replace(path=f"/{name}")), lambda: run_to_end(drop, "psql")


class Desk:
    """A server with a folder, and where wanted a database, of its own; what is left vanishes unless the test failed.

        with Desk(binary, "kill", url) as desk:
            desk.server.start()
            token = desk.token()
    """

    def __init__(self, binary, name, database=None, keep=False, folder=None):
        self.binary, self.keep = binary, keep
        self.directory = Path(tempfile.mkdtemp(prefix=f"thirdline-{name}-", dir=folder))
        self.data = self.directory / "data"
        self.data.mkdir()
        self.drop = None
        self.place = ["--data", str(self.data)]
        self.engine = "PostgreSQL" if database else "SQLite"
        if database:
            url, self.drop = own_database(database, name)
            self.place += ["--database", url]
        self.server = Server(binary, self.place, self.directory / "server.log")

    def token(self, role=ROLE, organisation=None):
        made = run_to_end(token_command(self.binary, self.place, role, organisation), "token create")
        return made.strip().splitlines()[-1]

    def verify(self, *flags):
        run_to_end([*verify_command(self.binary, self.place), *flags], "verify")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.server.stop()
        if self.keep or kind:
            where = f", database in {self.place[-1]}" if self.drop else ""
            print(f"data and server log are kept in {self.directory}{where}", flush=True)
        else:
            if self.drop:
                self.drop()
            shutil.rmtree(self.directory, ignore_errors=True)


def add_options(parser):
    """The options that all tests of this folder have."""
    built = str(ROOT / ".build/debug/thirdline")
    parser.add_argument("--binary", default=os.environ.get("THIRDLINE_BINARY", built))
    parser.add_argument("--keep", action="store_true", help="leaves the data and the log behind")


def finished(test):
    """Runs a test and says what it found. Returns the exit code."""
    try:
        test()
        return 0
    except Failure as failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
