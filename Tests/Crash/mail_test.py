#!/usr/bin/env python3
"""Mail in and out against real servers on this machine, with kills in the middle of it.

    mail_test.py [--binary PATH] [--database URL] [--seed N] [--keep]

A server of SMTP (aiosmtpd) takes what the desk sends, slowly, with STARTTLS and a name and password, and refuses now and
then for a while. The desk gets SIGKILL in the middle of sending, again and again. In the end:

  * every reply arrived, none is missing, and what arrived twice after a kill is the same message to the last byte,
  * an address that is refused for good is a dead letter with the server's words, and the case says so,
  * what a colleague is told of each case arrives in one message, however often it was sent,
  * the thread holds together: answers to what arrived, to its reply address or by its identifier, lead to the case.

A server of IMAP (Dovecot) holds the mailbox. Some of its messages were read by somebody else before, some come while the
desk is killed. In the end each message is a case or a reply, once. Without Dovecot that part is skipped, and said so.
THIRDLINE_MAIL_KILLS sets the kills in the middle of sending; 0 kills nowhere.
"""

import argparse
import email
import email.policy
import logging
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult
except ImportError:
    sys.exit("aiosmtpd is missing; run Scripts/setup test and use the Python of .venv-thirdline")

from desk import Client, Desk, Failure, add_options, finished

# Every kill breaks connections, and the server of SMTP tells of each at length; what counts is what arrived.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

REPLIES = 60
TOLD = 10
KILLS = int(os.environ.get("THIRDLINE_MAIL_KILLS", "1"))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(what, check, within=180):
    """Waits until something is so; fails with its name."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.1)
    raise Failure(f"not within {within} s: {what}")


class Inbox:
    """What arrived at the server of SMTP."""

    def __init__(self):
        self.lock = threading.Lock()
        self.messages = []
        self.taken = 0
        self.turned_away = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        import asyncio

        # Long enough for a kill to fall into it, before or after the message is taken.
        await asyncio.sleep(random.uniform(0, 0.05))
        with self.lock:
            self.taken += 1
            if self.taken % 17 == 0:
                self.turned_away += 1
                return "451 4.3.0 come again"
            self.messages.append((envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content)))
        await asyncio.sleep(random.uniform(0, 0.05))
        return "250 taken"

    def by_id(self):
        with self.lock:
            found = {}
            for sender, to, content in self.messages:
                message = email.message_from_bytes(content, policy=email.policy.default)
                found.setdefault(message["Message-ID"], []).append((sender, to, content, message))
            return found


def certificate(folder):
    """A certificate for localhost that signs for itself."""
    key, cert = f"{folder}/smtp.key", f"{folder}/smtp.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    return key, cert


def smtp(folder, inbox):
    key, cert = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def sign_in(server, session, envelope, mechanism, data):
        return AuthResult(success=data.login == b"desk" and data.password == b"a secret of mail")

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=sign_in,
        auth_required=True,
    )
    controller.start()
    return controller, cert


class Post:
    """A mailbox at a Dovecot of the test's own; None where there is no Dovecot."""

    def __init__(self, folder):
        self.folder, self.port = Path(folder), free_port()
        self.mail = self.folder / "mail"
        for part in ("new", "cur", "tmp"):
            (self.mail / part).mkdir(parents=True)
        me = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        run = self.folder / "run"
        run.mkdir()
        # As root, Dovecot refuses to open mail for root; somebody without rights does it then.
        owner = "nobody" if me == "root" else me
        group = subprocess.run(["id", "-gn", owner], capture_output=True, text=True, check=True).stdout.strip()
        if me == "root":
            subprocess.run(["chown", "-R", f"{owner}:{group}", str(self.mail)], check=True)
            for place in [self.folder, *self.folder.parents]:
                if str(place).startswith(tempfile.gettempdir() + "/"):
                    os.chmod(place, 0o755)
        self.owner, self.group = owner, group
        conf = self.folder / "dovecot.conf"
        conf.write_text(
            f"""
protocols = imap
base_dir = {run}
state_dir = {run}
log_path = {self.folder}/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {owner}
default_login_user = {owner}
default_internal_group = {group}
first_valid_uid = 1
last_valid_uid = 70000
first_valid_gid = 1
last_valid_gid = 70000
mail_location = maildir:{self.mail}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=letters
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={self.folder}
}}
"""
        )
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def put(self, name, content, seen=False):
        """Puts a message into the mailbox; one that somebody has read already where `seen` says so."""
        place = self.mail / ("cur" if seen else "new") / f"{time.time():.0f}.{name}.test{':2,S' if seen else ''}"
        waiting = self.mail / "tmp" / f"{name}.part"
        waiting.write_bytes(content)
        if os.geteuid() == 0:
            shutil.chown(waiting, self.owner, self.group)
        waiting.rename(place)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def letter(sender, subject, number, text, to="support@desk.example", fields=""):
    return (
        "Authentication-Results: mx.desk.example; dmarc=pass header.from=halden.example\r\n"
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{number}@halden.example>\r\n{fields}"
        f"\r\n{text}\r\n"
    ).encode()


class Mail:
    """A desk that sends and takes mail."""

    def __init__(self, desk):
        self.desk, self.server, self.binary, self.place = desk, desk.server, desk.binary, desk.place
        self.folder = str(desk.directory)
        self.client = None

    def run(self, *words, stdin=None):
        done = subprocess.run(
            [self.binary, *words, *self.place], input=stdin, capture_output=True, env={**os.environ, **self.server.environment}
        )
        if done.returncode:
            raise Failure(f"{' '.join(words)}: {done.stderr.decode()[-500:]}")
        return done.stdout.decode()

    def call(self, method, path, body=None):
        status, answer = self.client.send(method, path, body)
        if status >= 300:
            raise Failure(f"{method} {path} was answered {status}: {answer}")
        return answer

    def start(self):
        self.server.start()
        if self.client:
            self.client.close()
        self.client = Client(self.server.port, self.token)

    def prepare(self):
        policy = f"{self.folder}/policy.yaml"
        self.token = self.desk.token("administrator")
        text = self.run("policy", "show").replace(
            "# address: support@example.com", "address: support@desk.example"
        ).replace("authentication_servers: []", "authentication_servers: [mx.desk.example]")
        Path(policy).write_text(text.replace("most_per_sender: 30", "most_per_sender: 1000"), encoding="utf-8")
        self.run("policy", "apply", policy, "--reason", "Mail")
        self.start()
        self.call("POST", "/api/v1/organisations", {"name": "Halden", "tier": "enterprise"})
        for name in ("ana", "gone"):
            self.call(
                "POST", "/api/v1/people",
                {"name": name.title(), "email": f"{name}@halden.example", "roles": ["customer"], "organisation": "Halden"},
            )

    def open(self, requester):
        return self.call(
            "POST", "/api/v1/cases",
            {"subject": "Refunds “stay” pending", "symptom": "Since nine.", "organisation": "Halden", "requester": requester},
        )["number"]

    def outgoing(self, state):
        return self.call("GET", f"/api/v1/outgoing?state={state}")["items"]


def assigned(mail):
    """Cases of a colleague, who hears of each by mail."""
    mail.call("POST", "/api/v1/people", {"name": "Marta", "email": "marta@desk.example", "roles": ["engineer"]})
    numbers = [mail.open("ana@halden.example") for _ in range(TOLD)]
    for number in numbers:
        mail.call("POST", f"/api/v1/cases/{number}/assign", {"assignee": "marta@desk.example"})
    return numbers


def telling(mail, inbox, numbers, moments):
    def told():
        return {
            key: copies for key, copies in inbox.by_id().items() if copies[0][1] == ["marta@desk.example"]
        }

    until("a colleague is told", told, 120)
    if KILLS:
        time.sleep(moments.random() / 10)
        mail.server.kill()
        mail.start()
    until("every message to a colleague went out", lambda: len(told()) >= TOLD, 300)
    states = until(
        "each is noted as sent",
        lambda: (items := mail.call("GET", "/api/v1/deliveries")["items"])
        and all(item["state"] == "sent" for item in items) and items, 300)
    arrived = told()
    subjects = sorted(copies[0][3]["Subject"].split("]")[0].strip("[") for copies in arrived.values())
    if subjects != sorted(numbers) or len(states) != TOLD:
        raise Failure(f"told of {subjects} in {len(states)} messages; {numbers} were due")
    for copies in arrived.values():
        sender, _, _, message = copies[0]
        if len({content for _, _, content, _ in copies}) != 1 or sender not in (None, "", "<>"):
            raise Failure(f"what was told again after a kill is not the same message, or came from {sender}")
        kinds = [part.get_content_type() for part in message.walk()]
        if message["Auto-Submitted"] != "auto-generated" or kinds != ["multipart/alternative", "text/plain", "text/html"]:
            raise Failure(f"a message of a machine with {message['Auto-Submitted']} and {kinds}")
    twice = sum(len(copies) - 1 for copies in arrived.values())
    print(f"{TOLD} cases told to a colleague: each in one message, {twice} twice with the same identifier")


def sending(mail, inbox, moments):
    number = mail.open("ana@halden.example")
    for turn in range(REPLIES):
        mail.call("POST", f"/api/v1/cases/{number}/reply", {"text": f"Answer {turn}, größer.\n.dot\nFrom me", "confirm_public": True})
        if KILLS and turn % (REPLIES // KILLS) == REPLIES // KILLS - 1:
            before = inbox.taken
            until("something is being sent", lambda: inbox.taken > before, 60)
            time.sleep(moments.random() / 5)
            mail.server.kill()
            mail.start()
    until("every reply went out", lambda: len(mail.outgoing("sent")) == REPLIES, 300)
    arrived = {key: copies for key, copies in inbox.by_id().items() if copies[0][1] != ["marta@desk.example"]}
    words = set()
    for copies in arrived.values():
        if len({content for _, _, content, _ in copies}) != 1:
            raise Failure("what was sent again after a kill is not the same message")
        sender, to, _, message = copies[0]
        if to != ["ana@halden.example"] or sender != message["Reply-To"] or f"+{number.lower()}." not in sender:
            raise Failure(f"sent to {to} from {sender}")
        if message["Auto-Submitted"] or not message["Subject"].startswith(f"[{number}] Refunds “stay”"):
            raise Failure(f"a reply of a person with {message['Auto-Submitted']} and {message['Subject']}")
        text = message.get_content()
        if ".dot\nFrom me" not in text.replace("\r\n", "\n"):
            raise Failure(f"changed on the way: {text!r}")
        words.add(text.split(",")[0])
    if words != {f"Answer {turn}" for turn in range(REPLIES)}:
        raise Failure(f"only {len(words)} of {REPLIES} replies arrived")
    twice = sum(len(copies) - 1 for copies in arrived.values())
    print(f"{REPLIES} replies, {KILLS} kills, {inbox.turned_away} put off: all arrived, {twice} twice with the same identifier")
    return number, list(arrived.values())[0][0][3]


def dead_letter(mail):
    number = mail.open("gone@halden.example")
    mail.call("POST", f"/api/v1/cases/{number}/reply", {"text": "Hello"})
    item = until("the refused message is given up", lambda: mail.outgoing("dead"))[0]
    if "550" not in (item["problem"] or "") or item["case"] != number:
        raise Failure(f"a dead letter that says {item}")
    mail.call("POST", f"/api/v1/outgoing/{item['id']}/retry", {})
    until("it is tried again, and given up again", lambda: mail.outgoing("dead"))
    print("An address that is refused is a dead letter, with the server's words")


def pipe(mail, number, sent):
    address = sent["Reply-To"]
    answer = letter("ana@halden.example", "Re: x", "p1", "By the address.", to=address)
    said = mail.run("mail", "ingest", "--json", stdin=answer)
    again = mail.run("mail", "ingest", "--json", stdin=answer)
    if f'"{number}"' not in said or '"replied"' not in said or '"duplicate"' not in again:
        raise Failure(f"an answer became {said} and then {again}")
    fields = f"In-Reply-To: {sent['Message-ID']}\r\n"
    said = mail.run("mail", "ingest", "--json", stdin=letter("ana@halden.example", "Re: x", "p2", "By the identifier.", fields=fields))
    if f'"{number}"' not in said:
        raise Failure(f"an answer by identifier became {said}")
    empty = subprocess.run([mail.binary, "mail", "ingest", *mail.place], input=b"", capture_output=True)
    nowhere = subprocess.run([mail.binary, "mail", "ingest", "--data", f"{mail.folder}/none"], input=answer, capture_output=True)
    if (empty.returncode, nowhere.returncode) != (65, 75):
        raise Failure(f"exit codes {empty.returncode} and {nowhere.returncode}; 65 and 75 were due")
    print("Answers by address and by identifier lead to the case, once; exit codes are those of mail servers")


def reading(mail, post, moments):
    count = 40
    for turn in range(count // 2):
        post.put(f"a{turn}", letter("Ana <ana@halden.example>", f"Trouble {turn}", f"i{turn}", f"Words {turn}"), seen=turn % 2 == 0)
    mail.server.environment |= {
        "THIRDLINE_IMAP_URL": f"imap://127.0.0.1:{post.port}/INBOX", "THIRDLINE_IMAP_USER": "desk",
        "THIRDLINE_IMAP_PASSWORD_FILE": f"{mail.folder}/imap.secret", "THIRDLINE_MAIL_TLS": "false",
        "THIRDLINE_IMAP_SECONDS": "1",
    }
    # The server of SMTP wants TLS, so nothing goes out while it is off.
    mail.server.environment.pop("THIRDLINE_SMTP_URL")
    mail.server.stop()
    mail.start()

    def opened():
        items, cursor = [], ""
        while True:
            page = mail.call("GET", f"/api/v1/cases?limit=100{cursor}")
            items += [item["subject"] for item in page["items"] if item["subject"].startswith("Trouble")]
            if not page.get("next"):
                return items
            cursor = f"&cursor={page['next']}"

    until("reading begins", lambda: len(opened()) > 2)
    if KILLS:
        mail.server.kill()
    for turn in range(count // 2, count):
        post.put(f"b{turn}", letter("Ana <ana@halden.example>", f"Trouble {turn}", f"i{turn}", f"Words {turn}"))
    if KILLS:
        mail.start()
        time.sleep(moments.random())
        mail.server.kill()
        mail.start()
    until("every message is a case", lambda: len(opened()) >= count)
    time.sleep(3)
    if sorted(opened()) != sorted(f"Trouble {turn}" for turn in range(count)):
        raise Failure(f"{len(opened())} cases of {count} messages")
    print(f"{count} messages of a mailbox, read or not: each is one case")


def test(options):
    moments = random.Random(options.seed)
    inbox = Inbox()
    with Desk(options.binary, "mail", options.database, options.keep) as desk:
        folder = desk.directory
        controller, cert = smtp(folder, inbox)
        post = None
        (folder / "smtp.secret").write_text("a secret of mail\n")
        (folder / "imap.secret").write_text("letters\n")
        desk.server.environment = {
            "THIRDLINE_SMTP_URL": f"smtp://localhost:{controller.port}", "THIRDLINE_SMTP_USER": "desk",
            "THIRDLINE_SMTP_PASSWORD_FILE": f"{folder}/smtp.secret", "THIRDLINE_MAIL_CA_FILE": cert,
        }
        mail = Mail(desk)
        try:
            mail.prepare()
            numbers = assigned(mail)
            number, sent = sending(mail, inbox, moments)
            telling(mail, inbox, numbers, moments)
            dead_letter(mail)
            pipe(mail, number, sent)
            if shutil.which("dovecot"):
                post = Post(f"{folder}/post")
                reading(mail, post, moments)
            else:
                print("Skipped: there is no Dovecot here (Scripts/setup test installs it)")
            desk.server.stop()
            desk.verify()
            print(f"{desk.engine}: verify has nothing to say")
        finally:
            controller.stop()
            if post:
                post.stop()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(options)
    options.add_argument("--database")
    options.add_argument("--seed", type=int, default=1)
    told = options.parse_args()
    return finished(lambda: test(told))


if __name__ == "__main__":
    sys.exit(main())
