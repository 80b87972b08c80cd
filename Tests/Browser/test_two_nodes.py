"""Two servers over one PostgreSQL database: people go on when either is killed."""

import concurrent.futures
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

from harness import PEOPLE, ROOT, BrowserTest, Server, sign_in, temporary_database


class Balancer:
    """What stands before the nodes: passes each connection to the first node that takes it."""

    def __init__(self, *ports):
        self.ports = ports
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        for port in self.ports:
            try:
                far = socket.create_connection(("127.0.0.1", port), timeout=5)
            except OSError:
                continue
            far.settimeout(None)
            back = threading.Thread(target=self._pass, args=(far, near), daemon=True)
            back.start()
            self._pass(near, far)
            back.join()
            break
        near.close()

    @staticmethod
    def _pass(source, target):
        try:
            while part := source.recv(65536):
                target.sendall(part)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()

    def url(self, path):
        """The address of a path."""
        return self.base + path


class TwoNodesTests(BrowserTest):
    demo = False

    @classmethod
    def setUpClass(cls):
        url, drop = temporary_database()
        cls.addClassCleanup(drop)
        super().setUpClass()
        cls.server.stop()
        cls.first = Server(demo=True, database=url).start()
        cls.addClassCleanup(cls.first.stop)
        cls.second = Server(demo=False, database=url)
        shutil.rmtree(cls.second.data)
        # One key file and one folder of evidence for all nodes.
        cls.second.data = cls.first.data
        cls.second.start()
        cls.addClassCleanup(cls.second.stop)
        cls.server = cls.first

    def note(self, page, text):
        page.locator("#as-note").check()
        page.fill("#note-text", text)
        page.get_by_role("button", name="Save internal note").click()
        page.locator("#timeline").get_by_text(text).wait_for()

    def test_two_people_work_on_one_case_over_two_nodes_and_one_node_is_killed(self):
        ways = [
            Balancer(self.first.port, self.second.port), Balancer(self.second.port, self.first.port),
        ]
        for way in ways:
            self.addCleanup(way.close)
        marta, jonas = self.new_page(), self.new_page()
        sign_in(marta, ways[0].base, PEOPLE["engineer"])
        sign_in(jonas, ways[1].base, PEOPLE["colleague"])
        for page, way in zip((marta, jonas), ways):
            page.goto(way.url("/cases/TL-10"))
        self.note(marta, "Written on the first node")
        jonas.locator("#timeline").get_by_text("Written on the first node").wait_for(timeout=30_000)

        # Jonas is in the middle of a sentence, and of an upload, when his node dies.
        jonas.locator("#as-note").check()
        jonas.fill("#note-text", "Begun on the second node, ")
        jonas.locator("form.as-note").get_by_text("Draft saved").wait_for()
        # Every node answers for an upload that another one began.
        token = self.token()
        upload = self.upload_begin(self.second, token, b"first half, ", 24)
        self.second.kill()
        self.note(marta, "Written while the second node was dead")
        # No reload: the open page comes back by itself, to the node that is left, and catches up.
        jonas.locator("#timeline").get_by_text("Written while the second node was dead").wait_for(timeout=60_000)
        self.assertEqual(jonas.input_value("#note-text"), "Begun on the second node, ")
        jonas.fill("#note-text", "Begun on the second node, sent on the first")
        jonas.get_by_role("button", name="Save internal note").click()
        marta.locator("#timeline").get_by_text("sent on the first").wait_for(timeout=30_000)
        self.upload_end(self.first, token, upload, b"second half.")

        # The other way round: the second node comes back, the first one dies.
        self.second.start()
        self.first.kill()
        self.note(jonas, "Written while the first node was dead")
        marta.locator("#timeline").get_by_text("Written while the first node was dead").wait_for(timeout=60_000)
        words = self.second.command("verify")
        self.assertEqual(words, "", "verify finds nothing")

    # The protocol of uploads in pieces is tus 1.0.

    def token(self):
        done = self.first.command("token", "create", "--role", "engineer", "--name", "Uploader")
        return done.strip().splitlines()[-1]

    def request(self, server, method, path, token, headers, body=b""):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            connection.request(
                method, path, body,
                {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0", **headers},
            )
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
        finally:
            connection.close()

    def upload_begin(self, server, token, part, length):
        status, headers, text = self.request(
            server, "POST", "/api/v1/cases/TL-10/uploads", token,
            {"Upload-Length": str(length), "Upload-Metadata": "filename aGFsdmVzLmxvZw=="},
        )
        self.assertEqual(status, 201, text)
        path = urllib.parse.urlsplit(headers["Location"]).path
        self.piece(server, token, path, 0, part)
        return path

    def piece(self, server, token, path, offset, part):
        status, headers, text = self.request(
            server, "PATCH", path, token,
            {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}, part,
        )
        self.assertIn(status, (200, 201, 204), text)
        return headers

    def upload_end(self, server, token, path, part):
        status, headers, text = self.request(server, "HEAD", path, token, {})
        self.assertEqual((status, headers.get("Upload-Offset")), (200, "12"), text)
        self.piece(server, token, path, 12, part)
        page = self.request(server, "GET", "/api/v1/cases/TL-10/evidence", token, {})
        self.assertIn("halves.log", page[2])


class PostgreSQLRestartTests(BrowserTest):
    """Connections that are cut under the server: told plainly, and over by themselves."""

    demo = False

    def test_cut_connections_lose_nothing_and_heal(self):
        url, drop = temporary_database()
        self.addCleanup(drop)
        server = Server(demo=True, database=url).start()
        self.addCleanup(server.stop)
        page = self.new_page()
        sign_in(page, server.base, PEOPLE["engineer"])

        def cut():
            name = urllib.parse.urlsplit(url).path[1:]
            subprocess.run(
                ["psql", url, "-X", "-q", "-c",
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                 f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"],
                check=True, capture_output=True,
            )

        page.goto(server.url("/cases/TL-10"))
        for number in range(5):
            cut()
            answer = page.goto(server.url("/cases/TL-10"))
            self.assertEqual(answer.status, 200, "a connection that was cut while idle is opened again")
            cut()
            text = f"Written after cut {number}"
            page.locator("#as-note").check()
            page.fill("#note-text", text)
            page.get_by_role("button", name="Save internal note").click()
            page.locator("#timeline").get_by_text(text).wait_for()
        self.assertEqual(server.command("verify"), "")


class OwnPostgreSQL:
    """A PostgreSQL of the test's own, which can crash and come back."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="thirdline-crashing-"))
        said = subprocess.run(
            [str(ROOT / "Scripts/postgres"), "start", str(self.folder)], check=True, capture_output=True, text=True
        )
        self.url = said.stdout.strip().split("=", 1)[1]
        state = dict(
            line.split("=", 1) for line in (self.folder / "thirdline-postgres").read_text().splitlines()
        )
        self.data, self.port = Path(state["home"]) / "data", state["port"]
        self.programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]

    def crash(self):
        """SIGKILL for the server and everything it started: no farewell, no flush."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in [pid, *map(int, children)]:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def come_back(self):
        """Starts the server again on its data and port, once the killed one has let go of them."""
        command = [str(self.programs / "pg_ctl"), "-D", str(self.data), "-o", f"-p {self.port}",
                   "-l", str(self.data.parent / "server.log"), "-t", "60", "-w", "start"]
        if os.geteuid() == 0:
            command[:0] = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        for _ in range(20):
            if subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.5)
        raise AssertionError("PostgreSQL did not come back:\n" + (self.data.parent / "server.log").read_text()[-2000:])

    def close(self):
        subprocess.run([str(ROOT / "Scripts/postgres"), "stop", str(self.folder)], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQLCrashTests(unittest.TestCase):
    def test_a_database_that_crashes_loses_nothing_confirmed_and_no_work_is_done_twice(self):
        if not os.environ.get("THIRDLINE_TEST_POSTGRES"):
            self.skipTest("no PostgreSQL: set THIRDLINE_TEST_POSTGRES, as Scripts/test does")
        database = OwnPostgreSQL()
        self.addCleanup(database.close)
        server = Server(demo=True, database=database.url).start()
        self.addCleanup(server.stop)
        token = server.command("token", "create", "--role", "engineer").strip().splitlines()[-1]
        refused, done = [], []

        def send(number):
            """Sends a note under its own key until it is confirmed, as a careful program does."""
            body = json.dumps({"text": f"note number {number} of the crash"}).encode()
            while True:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                try:
                    connection.request(
                        "POST", "/api/v1/cases/TL-10/note", body,
                        {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                         "Idempotency-Key": f"crash-{number}"},
                    )
                    answer = connection.getresponse()
                    text = answer.read().decode(errors="replace")
                finally:
                    connection.close()
                if answer.status == 503:
                    self.assertGreater(int(answer.headers["Retry-After"]), 0)
                    refused.append(number)
                    time.sleep(0.2)  # sooner than it asks for, since the test waits
                    continue
                self.assertIn(answer.status, (200, 201), text)
                done.append(number)
                return

        with concurrent.futures.ThreadPoolExecutor(4) as workers:
            notes = [workers.submit(send, number) for number in range(120)]
            for _ in range(2):
                reached = len(done) + 20
                while len(done) < min(reached, 120):
                    time.sleep(0.01)
                before = len(refused)
                database.crash()
                while len(refused) == before and not all(note.done() for note in notes):
                    time.sleep(0.01)
                database.come_back()
            for note in notes:
                note.result(timeout=120)
        self.assertTrue(refused, "nobody noticed the crash")
        rows = subprocess.run(
            ["psql", database.url, "-X", "-A", "-t", "-c",
             "SELECT COUNT(*), COUNT(DISTINCT body) FROM fact WHERE body LIKE '%of the crash%'"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
        self.assertEqual(rows, "120|120")
        self.assertEqual(server.command("verify"), "")


class Pooler:
    """A pgbouncer of the test's own that lends server connections by the transaction."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.folder = Path(tempfile.mkdtemp(prefix="thirdline-pooler-"))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        (self.folder / "users").write_text(f'"{parts.username}" ""\n', encoding="ascii")
        (self.folder / "pgbouncer.ini").write_text(
            "[databases]\n"
            f"* = host={parts.hostname} port={parts.port}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {self.folder}/users\n"
            # Fewer server connections than we open: each transaction may meet another one.
            "pool_mode = transaction\ndefault_pool_size = 3\nserver_reset_query_always = 0\n",
            encoding="ascii",
        )
        for path in (self.folder, *self.folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        command = ["/usr/sbin/pgbouncer", str(self.folder / "pgbouncer.ini")]
        if os.geteuid() == 0:  # pgbouncer refuses to run as root
            command[1:1] = ["-u", "postgres"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = urllib.parse.urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{self.port}"))
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=15)
        shutil.rmtree(self.folder, ignore_errors=True)


class PoolerTests(BrowserTest):
    demo = False

    @unittest.skipUnless(os.path.exists("/usr/sbin/pgbouncer"), "no pgbouncer: Scripts/setup test installs it")
    def test_behind_a_pooler_that_lends_by_the_transaction_everything_works(self):
        url, drop = temporary_database()
        self.addCleanup(drop)
        pooler = Pooler(url)
        self.addCleanup(pooler.close)
        server = Server(demo=True, database=pooler.url).start()
        self.addCleanup(server.stop)
        marta, jonas = self.new_page(), self.new_page()
        sign_in(marta, server.base, PEOPLE["engineer"])
        sign_in(jonas, server.base, PEOPLE["colleague"])
        for page in (marta, jonas):
            page.goto(server.url("/cases/TL-10"))
        for number in range(3):
            text = f"Through the pooler {number}"
            marta.locator("#as-note").check()
            marta.fill("#note-text", text)
            marta.get_by_role("button", name="Save internal note").click()
            jonas.locator("#timeline").get_by_text(text).wait_for(timeout=30_000)
        for path in ("/cases", "/people", "/macros", "/account"):
            jonas.goto(server.url(path))
            self.assert_quiet(jonas)
        self.assertEqual(server.command("verify"), "")


if __name__ == "__main__":
    unittest.main()
