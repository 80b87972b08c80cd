#!/usr/bin/env python3
"""Sends what no browser sends, slowly, hugely, malformed and often, and looks whether others notice.

    abuse_test.py [--binary PATH] [--long] [--keep]

Beside every attack somebody works: their requests must all be answered, and how long they take is measured, as is
the memory of the server. The attacks:

  * requests that two servers in a row could read differently (smuggling), and other breaches of RFC 9112: refused
    with a 4xx, one answer a request, nothing behind a broken request is carried out;
  * addresses and header lines without end, bodies larger than announced limits, compressed bodies;
  * forms with too many parts, parts with endless headers, JSON of endless depth or width;
  * clients that send their head or body a byte at a time, that connect and say nothing, that never read what they
    asked for: cut off, while everybody else goes on.

The limits of time are set low for the test (THIRDLINE_IDLE_TIMEOUT, THIRDLINE_STALL_TIMEOUT); --long uses those that
the server has by default, and more clients.
"""

import argparse
import contextlib
import gzip
import os
import resource
import select
import socket
import sys
import threading
import time

from desk import Client, Desk, Failure, add_options, finished

# ---- What is measured ------------------------------------------------------------------------------------------


class Bystander:
    """Somebody who reads the list of cases, again and again, and whose waiting is measured."""

    def __init__(self, port, token):
        self.port, self.token = port, token
        self.taken, self.trouble = [], []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def _work(self):
        client = Client(self.port, self.token)
        while not self.stopping.wait(0.01):
            began = time.monotonic()
            try:
                status, answer = client.send("GET", "/api/v1/cases?limit=5")
                if status != 200:
                    self.trouble.append(f"{status}: {answer}")
            except (OSError, ValueError) as error:
                self.trouble.append(repr(error))
                client.close()
                client = Client(self.port, self.token)
            self.taken.append(time.monotonic() - began)
        client.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(timeout=60)


def memory(pid, line="VmRSS"):
    """Kilobytes of the process: VmRSS now, VmHWM at most so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(words.split()[1]) for words in status if words.startswith(line + ":"))


def open_sockets(pid):
    """How many connections the process holds, and the socket that it listens on."""
    count = 0
    for number in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            count += os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:")
    return count


def until(what, condition, within):
    """Waits for a condition; fails with the words where it does not come."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what}, within {within} s")
        time.sleep(0.05)


# ---- Raw requests ----------------------------------------------------------------------------------------------


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def answers_to(port, raw, patience=3.0, afterwards=None):
    """Sends bytes and reads until the server closes or says nothing for a while.

    `afterwards` is how long to wait for more once there is an answer.

    Returns (the statuses in order, whether the server closed, all bytes).
    """
    connection = connect(port)
    received, closed = b"", False
    try:
        sender = threading.Thread(target=send_all, args=(connection, raw), daemon=True)
        sender.start()
        deadline = time.monotonic() + 30
        connection.settimeout(patience)
        while time.monotonic() < deadline:
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                break
            except OSError:
                closed = True
                break
            if not piece:
                closed = True
                break
            received += piece
            if afterwards:
                connection.settimeout(afterwards)
    finally:
        connection.close()
    return statuses(received), closed, received


def send_all(connection, raw):
    with contextlib.suppress(OSError):
        connection.sendall(raw)


def statuses(received):
    """The statuses of the answers in a stream of bytes, each read to its end."""
    found = []
    while received.startswith(b"HTTP/1."):
        head, _, rest = received.partition(b"\r\n\r\n")
        found.append(int(head.split()[1]))
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        received = rest[length:]
    return found


def head(*lines, first="GET /api/v1/meta HTTP/1.1"):
    return "\r\n".join([first, "Host: desk.example", *lines, "", ""]).encode("latin-1")


SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n"
POST = "POST /api/v1/cases HTTP/1.1"
# What is sent, and which statuses its one answer may have. The connection is closed behind it.
MALFORMED = [
    ("length and chunks at once", head("Content-Length: 4", "Transfer-Encoding: chunked", first=POST) + b"0\r\n\r\n" + SMUGGLED, {400}),
    ("two lengths that differ", head("Content-Length: 4", "Content-Length: 40", first=POST) + b"abcd" + SMUGGLED, {400}),
    ("a length with a sign", head("Content-Length: +4", first=POST) + b"abcd" + SMUGGLED, {400}),
    ("a negative length", head("Content-Length: -1", first=POST) + SMUGGLED, {400}),
    ("a length in hexadecimal", head("Content-Length: 0x4", first=POST) + b"abcd" + SMUGGLED, {400}),
    ("two lengths in one line", head("Content-Length: 4, 4", first=POST) + b"abcd" + SMUGGLED, {400}),
    ("a length beyond 64 bits", head("Content-Length: 99999999999999999999999", first=POST) + SMUGGLED, {400}),
    ("a coding that is not known", head("Transfer-Encoding: xchunked", first=POST) + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    ("a coding after chunked", head("Transfer-Encoding: chunked, identity", first=POST) + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    ("a coding with a tab before it", head("Transfer-Encoding:\tchunked", "Content-Length: 4", first=POST) + b"0\r\n\r\n" + SMUGGLED, {400}),
    ("a chunk size that is no number", head("Transfer-Encoding: chunked", first=POST) + b"zz\r\nabcd\r\n0\r\n\r\n" + SMUGGLED, {400, 401}),
    ("a chunk size beyond 64 bits", head("Transfer-Encoding: chunked", first=POST) + b"fffffffffffffffffff\r\nabcd" + SMUGGLED, {400, 401}),
    ("a chunk without its line end", head("Transfer-Encoding: chunked", first=POST) + b"4\r\nabcdX0\r\n\r\n" + SMUGGLED, {400, 401}),
    ("a folded header line", head("X-Folded: one\r\n two"), {400}),
    ("a space before the colon", head("Content-Length : 4", first=POST) + b"abcd" + SMUGGLED, {400}),
    ("a NUL in a value", head("X-Nul: a\x00b"), {400}),
    ("a NUL in a name", head("X-N\x00l: a"), {400}),
    ("a NUL in the address", head(first="GET /api/v1/me\x00ta HTTP/1.1"), {400}),
    ("a carriage return in a value", head("X-Cr: a\rb: c"), {400}),
    ("no name", head(": value"), {400}),
    ("no host", b"GET /api/v1/meta HTTP/1.1\r\n\r\n" + SMUGGLED, {400}),
    ("two hosts", head("Host: other.example"), {400}),
    ("a version that is none", head(first="GET /api/v1/meta HTTP/9.9"), {400, 505}),
    ("no version", b"GET /api/v1/meta\r\n\r\n" + SMUGGLED, {400, 505}),
    ("a method that is none", head(first="G@T /api/v1/meta HTTP/1.1"), {400}),
    ("a method that nobody has", head(first="BREW /healthz HTTP/1.1"), {400, 405}),
    ("the beginning of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    ("the beginning of TLS", bytes.fromhex("1603010200010001fc0303") + bytes(200), {400}),
]  # fmt: skip
WELL_FORMED = [
    ("two requests at once", SMUGGLED + SMUGGLED, [200, 200]),
    ("a request behind a refused one", head(first="POST /api/v1/meta HTTP/1.1") + SMUGGLED, [405, 200]),
    ("a chunked body", head("Transfer-Encoding: chunked", first=POST) + b"2\r\n{}\r\n0\r\n\r\n" + SMUGGLED, [401, 200]),
    ("another host in the address", head(first="GET http://other.example/healthz HTTP/1.1"), [200]),
    ("TRACE", head(first="TRACE /healthz HTTP/1.1"), [405]),
]


def malformed(attack):
    for name, raw, allowed in MALFORMED:
        found, closed, received = answers_to(attack.port, raw)
        if len(found) != 1 or found[0] not in allowed or not closed:
            attack.wrong(f"{name}: answered {found}{'' if closed else ', connection left open'}: {received[:200]}")
    for name, raw, wanted in WELL_FORMED:
        found, _, received = answers_to(attack.port, raw, patience=1.0)
        if found != wanted:
            attack.wrong(f"{name}: answered {found}, not {wanted}: {received[:200]}")
    return f"{len(MALFORMED)} malformed requests refused, each answered once; {len(WELL_FORMED)} odd ones answered"


def huge_heads(attack):
    ten = "x" * 10_000_000
    cases = [
        ("an address of 10 MB", head(first=f"GET /api/v1/cases?q={ten} HTTP/1.1"), {414, 431}),
        ("a header line of 10 MB", head(f"X-Long: {ten}"), {431}),
        ("a header name of 10 MB", head(f"X-{ten}: 1"), {431}),
        ("5,000 header lines", head(*[f"X-{number}: 1" for number in range(5000)]), {431}),
        ("a cookie of 1 MB", head(f"Cookie: a={ten[:1_000_000]}"), {431}),
    ]
    for name, raw, allowed in cases:
        found, closed, received = answers_to(attack.port, raw + SMUGGLED)
        if len(found) != 1 or found[0] not in allowed or not closed:
            attack.wrong(f"{name}: answered {found}{'' if closed else ', connection left open'}: {received[:200]}")
    # Many at once, none of which ever ends its head.
    held = [connect(attack.port) for _ in range(attack.many(200))]
    for connection in held:
        connection.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
    for connection in held:
        threading.Thread(target=send_all, args=(connection, b"y" * 1_000_000), daemon=True).start()
    attack.all_cut_off(held, "heads without end")
    return f"{len(cases)} huge heads refused, {len(held)} at once cut off"


def bodies(attack):
    token = attack.token
    told = [f"Authorization: Bearer {token}"]
    form = "Content-Type: multipart/form-data; boundary=b"
    json = "Content-Type: application/json"
    case = attack.case
    evidence = f"POST /api/v1/cases/{case}/evidence HTTP/1.1"

    def whole(first, kind, body, *more):
        return head(*told, kind, f"Content-Length: {len(body)}", *more, first=first) + body

    part = b'--b\r\nContent-Disposition: form-data; name="x%d"\r\n\r\n1\r\n'
    bomb = gzip.compress(b"x" * 50_000_000)
    nested = b"".join(b'--b\r\nContent-Disposition: form-data; name="file"; filename="%d"\r\n'
                      b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n, n) for n in range(3000))
    cases = [
        ("a terabyte announced", head(*told, json, "Content-Length: 1000000000000", first=POST), {413}),
        ("a terabyte announced as a file", head(*told, "Content-Length: 1000000000000", first=f"PUT /api/v1/cases/{case}/evidence/x.bin HTTP/1.1"), {413}),
        ("30 MB of JSON", whole(POST, json, b'{"subject":"' + b"x" * 30_000_000 + b'"}'), {413}),
        ("JSON of depth 1,000,000", whole(POST, json, b'{"a":' * 1_000_000), {422}),
        ("JSON with 1,000,000 names", whole(POST, json, b"{" + b",".join(b'"a%d":1' % n for n in range(1_000_000)) + b"}"), {422}),
        ("a form with 1,000,000 fields", whole(POST, "Content-Type: application/x-www-form-urlencoded", b"a=1&" * 1_000_000), {422}),
        ("a form with 100,000 parts", whole(POST, form, b"".join(part % n for n in range(100_000)) + b"--b--\r\n"), {422, 413}),
        ("files in 100,000 parts", whole(evidence, form, b"".join(part % n for n in range(100_000)) + b"--b--\r\n"), {422, 413}),
        ("parts within parts, 3,000 deep", whole(evidence, form, nested), {422, 413}),
        ("a part with an endless header", whole(evidence, form, b"--b\r\nX-Long: " + b"x" * 30_000_000), {422, 413}),
        ("a part with 1,000,000 header lines", whole(evidence, form, b"--b\r\n" + b"X: 1\r\n" * 1_000_000), {422, 413}),
        ("a boundary of 10 kB", whole(evidence, "Content-Type: multipart/form-data; boundary=" + "b" * 10_000, b"--b"), {422}),
        ("a compressed body", whole(POST, json, bomb, "Content-Encoding: gzip"), {415}),
        ("a compressed form", whole(evidence, form, bomb, "Content-Encoding: gzip"), {415}),
    ]  # fmt: skip
    for name, raw, allowed in cases:
        found, _, received = answers_to(attack.port, raw, patience=30.0, afterwards=0.5)
        if not found or found[0] not in allowed or len(found) != 1:
            attack.wrong(f"{name}: answered {found}: {received[:300]}")
    return f"{len(cases)} bombs refused"


def slow_heads(attack):
    held = [connect(attack.port) for _ in range(attack.many(300))]
    attack.drip(held, b"GET /healthz HTTP/1.1\r\nHost: desk.example\r\nX-Slow: " + b"z" * 100_000)
    attack.all_cut_off(held, "heads a byte at a time")
    return f"{len(held)} clients that send their head a byte at a time were cut off"


def slow_bodies(attack):
    first = head(f"Authorization: Bearer {attack.token}", "Content-Type: application/json", "Content-Length: 100000", first=POST)
    upload = head(f"Authorization: Bearer {attack.token}", "Content-Length: 100000", first=f"PUT /api/v1/cases/{attack.case}/evidence/slow.bin HTTP/1.1")
    held = [connect(attack.port) for _ in range(attack.many(200))]
    for index, connection in enumerate(held):
        connection.sendall(upload if index % 2 else first)
    attack.drip(held, b'{"subject": "' + b"z" * 99_000)
    attack.all_cut_off(held, "bodies a byte at a time")
    return f"{len(held)} clients that send their body a byte at a time were cut off"


def silence(attack):
    held = [connect(attack.port) for _ in range(attack.many(1000))]
    attack.all_cut_off(held, "connections that say nothing")
    # After an answer the connection is kept, and not for ever.
    held = [connect(attack.port) for _ in range(attack.many(200))]
    for connection in held:
        connection.sendall(SMUGGLED)
    attack.all_cut_off(held, "connections that were answered and say nothing more")
    return f"{attack.many(1000)} silent connections were closed"


def slow_readers(attack):
    before = open_sockets(attack.pid)
    size = 16_000_000
    writer = Client(attack.port, attack.token)
    status, added = writer.send("PUT", f"/api/v1/cases/{attack.case}/evidence/large.bin", raw=os.urandom(size))
    if status != 201:
        raise Failure(f"a file of 16 MB was answered {status}: {added}")
    held = []
    for index in range(attack.many(60)):
        connection = socket.socket()
        # A small window, so that little is taken without being read.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", attack.port))
        held.append(connection)
        path = f"/api/v1/cases/{attack.case}/evidence/{added['number']}/content"
        told = ["Accept: text/event-stream"] if index % 3 == 0 else []
        connection.sendall(head(f"Authorization: Bearer {attack.token}", *told, first=f"GET {path} HTTP/1.1"))
    # Nobody reads. The files must not wait in memory, and their connections end.
    until("the readers of files that never read were not cut off", lambda: open_sockets(attack.pid) <= before + 3, attack.patience)
    for connection in held:
        connection.close()
    # Readers of events that never read, while much happens: cut off, the others hear everything.
    lazy = []
    for _ in range(attack.many(30)):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect(("127.0.0.1", attack.port))
        connection.sendall(head(f"Authorization: Bearer {attack.token}", first="GET /events HTTP/1.1"))
        lazy.append(connection)
    attentive = connect(attack.port)
    attentive.sendall(head(f"Authorization: Bearer {attack.token}", first="GET /events HTTP/1.1"))
    heard = b""
    while b"retry:" not in heard:
        heard += attentive.recv(65536)
    notes = 60
    # The other connection was silent meanwhile, and may be closed.
    writer = Client(attack.port, attack.token)
    for number in range(notes):
        status, answer = writer.send("POST", f"/api/v1/cases/{attack.case}/note", {"text": f"Note {number}"})
        if status not in (200, 201):
            raise Failure(f"a note was answered {status}: {answer}")
    deadline = time.monotonic() + 60
    while heard.count(b"event: changed") < notes and time.monotonic() < deadline:
        if select.select([attentive], [], [], 1)[0]:
            heard += attentive.recv(65536)
    if heard.count(b"event: changed") < notes:
        attack.wrong(f"an attentive reader heard {heard.count(b'event: changed')} of {notes} changes")
    for connection in [*lazy, attentive]:
        connection.close()
    until("connections of readers were left behind", lambda: open_sockets(attack.pid) <= before + 4, attack.patience)
    return f"{len(held)} readers that never read were cut off; an attentive one heard {notes} of {notes} changes"


# ---- Running ---------------------------------------------------------------------------------------------------


class Attack:
    """What every attack is given: where the server is, and how to say what went wrong."""

    def __init__(self, port, pid, token, case, options):
        self.port, self.pid, self.token, self.case = port, pid, token, case
        self.is_long = options.long
        # After so many seconds whoever is slow is cut off for sure, on a slow machine too.
        self.patience = 300 if options.long else 60
        self.problems = []

    def many(self, number):
        return number * 3 if self.is_long else number

    def wrong(self, words):
        self.problems.append(words)

    def drip(self, connections, text):
        """Sends a byte to each connection, again and again, until all are cut off."""

        def work():
            alive = list(connections)
            for index in range(len(text)):
                left = []
                for connection in alive:
                    try:
                        connection.send(text[index : index + 1])
                        left.append(connection)
                    except OSError:
                        pass
                alive = left
                if not alive:
                    return
                time.sleep(0.5)

        threading.Thread(target=work, daemon=True).start()

    def all_cut_off(self, connections, what):
        """Waits until the server has closed all of them."""
        waiting = dict.fromkeys(connections)
        deadline = time.monotonic() + self.patience
        while waiting and time.monotonic() < deadline:
            for connection in select_many(list(waiting), 0.5):
                try:
                    if not connection.recv(65536):
                        del waiting[connection]
                except OSError:
                    del waiting[connection]
        if waiting:
            self.wrong(f"{what}: {len(waiting)} of {len(connections)} connections were not cut off in {self.patience} s")
        for connection in connections:
            connection.close()


def select_many(connections, seconds):
    """Which of them can be read or have ended; any number of them."""
    poll = select.poll()
    by_number = {connection.fileno(): connection for connection in connections}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(seconds * 1000)]


ATTACKS = [malformed, huge_heads, bodies, silence, slow_heads, slow_bodies, slow_readers]
# Kilobytes that the server may grow by under an attack: ten of the largest documents that are read at once.
MOST_GROWTH = 250_000


def run(options):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 20_000, hard))
    with Desk(options.binary, "abuse", keep=options.keep) as desk:
        server = desk.server
        if not options.long:
            server.environment = {"THIRDLINE_IDLE_TIMEOUT": "4", "THIRDLINE_STALL_TIMEOUT": "4"}
        server.start()
        token = desk.token()
        client = Client(server.port, token)
        for number in range(20):
            status, case = client.send(
                "POST", "/api/v1/cases", {"subject": f"Case {number}", "symptom": "Slow", "severity": "sev3"}
            )
            if status != 201:
                raise Failure(f"opening a case was answered {status}: {case}")
        pid = server.process.pid
        print(f"Abuse, {memory(pid) // 1000} MB at the beginning", flush=True)
        problems = []
        for attack in ATTACKS:
            if options.only and attack.__name__ not in options.only:
                continue
            this = Attack(server.port, pid, token, case["number"], options)
            before = memory(pid)
            began = time.monotonic()
            with Bystander(server.port, token) as bystander:
                said = attack(this)
            taken = sorted(bystander.taken)
            after = memory(pid)
            if server.process.poll() is not None:
                raise Failure(f"the server ended with {server.process.returncode} under {attack.__name__}")
            if bystander.trouble:
                this.wrong(f"a bystander was hurt {len(bystander.trouble)} times: {bystander.trouble[0]}")
            if after - before > MOST_GROWTH:
                this.wrong(f"memory grew by {(after - before) // 1000} MB")
            print(
                f"  {attack.__name__:13} {time.monotonic() - began:5.1f} s  {said}; others: {len(taken)} answered, "
                f"p50 {1000 * taken[len(taken) // 2]:.0f} ms, p99 {1000 * taken[len(taken) * 99 // 100]:.0f} ms; "
                f"memory {before // 1000} -> {after // 1000} MB",
                flush=True,
            )
            for problem in this.problems:
                print(f"    WRONG: {problem}", flush=True)
            problems += this.problems
        print(f"  memory at most {memory(pid, 'VmHWM') // 1000} MB")
        faults = [line for line in server.log.read_text(errors="replace").splitlines() if " fault" in line]
        if faults:
            problems.append(f"{len(faults)} faults in the log, the first: {faults[0][:400]}")
        if problems:
            raise Failure("\n  ".join([f"{len(problems)} things are wrong:", *problems]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--long", action="store_true", help="the server's own limits of time, and more clients")
    parser.add_argument("--only", nargs="*", help="names of attacks")
    options = parser.parse_args()
    return finished(lambda: run(options))


if __name__ == "__main__":
    sys.exit(main())
