"""What the browser tests share: a server of one's own, a browser, people, and checks every page must pass.

A test file needs only this:

    from harness import BrowserTest

    class QueueTests(BrowserTest):
        demo = True                      # serve the demo organisation; False begins with an empty database

        def test_case_01_engineer_sees_the_queue(self):
            page = self.signed_in("engineer")
            page.goto(self.server.url("/"))

Each class has its own server and data, each test its own browser contexts, so tests share no cookies.
THIRDLINE_BINARY names the executable; THIRDLINE_BROWSER names another Chromium.
"""

import contextlib
import functools
import http.client
import os
import queue
import re
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

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / ".build" / "screenshots"

# ---- What the server promises, in one place ------------------------------------------------------------------

READY_LINE = re.compile(r"Listening on (https?://127\.0\.0\.1:(\d+))")
SETUP_LINE = re.compile(r"Set up the first administrator: (https?://\S+/setup/\S+)")
SIGN_IN_PATH = "/sign-in"
DEMO_PASSWORD = "thirdline-demo"
# Role -> the demo organisation's person who has it.
PEOPLE = {
    "customer": "daniel@halden.example",
    "frontline": "lea@thirdline.example",
    "engineer": "marta@thirdline.example",
    "colleague": "jonas@thirdline.example",
    "lead": "ines@thirdline.example",
    "developer": "ravi@thirdline.example",
    "manager": "otto@thirdline.example",
    "auditor": "ada@thirdline.example",
    "administrator": "admin@thirdline.example",
}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Every page is looked at in these; 320 is where WCAG wants no sideways scrolling.
THEMES = ["light", "dark"]
WIDTHS = [1280, 390]
NARROW_WIDTHS = [390, 320]

# ---- The server ----------------------------------------------------------------------------------------------


def find_binary():
    """The executable under test: THIRDLINE_BINARY, or the debug build."""
    named = os.environ.get("THIRDLINE_BINARY")
    binary = Path(named) if named else ROOT / ".build" / "debug" / "thirdline"
    if not binary.exists():
        raise FileNotFoundError(f"{binary} does not exist; build it with: swift build")
    return binary


class Server:
    """A `thirdline serve` of the test's own, on a free port, with data that vanish with it."""

    def __init__(self, demo=True, database=None, arguments=(), environment=None):
        self.demo = demo
        self.database = database
        self.arguments = list(arguments)
        self.environment = dict(environment or {})
        self.binary = find_binary()
        self.data = Path(tempfile.mkdtemp(prefix="thirdline-browser-"))
        self.base = None
        self.setup_url = None
        self.port = 0
        self.process = None
        self.lines = []

    def start(self, within=60):
        """Starts the server and waits for its ready line; on the port it had before, if it had one."""
        command = [self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        if self.demo:
            command.append("--demo")
        if self.database:
            command += ["--database", self.database]
        self.process = subprocess.Popen(
            [str(part) for part in command] + self.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Password hashes are made cheap: a debug build takes seconds for a real one.
            env={**os.environ, "THIRDLINE_PASSWORD_COST": "10", **self.environment},
        )
        heard = queue.Queue()
        # Read to the end on a thread: a full pipe would stop the server at an odd moment.
        threading.Thread(target=self._listen, args=(self.process.stdout, heard), daemon=True).start()
        deadline = time.monotonic() + within
        while True:
            try:
                line = heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise TimeoutError(f"the server was not ready within {within} s:\n{self.output()}") from None
            if line is None:
                code = self.process.wait()
                raise RuntimeError(f"the server ended with code {code} before it was ready:\n{self.output()}")
            if found := SETUP_LINE.search(line):
                self.setup_url = found[1]
            if found := READY_LINE.search(line):
                self.base, self.port = found[1], int(found[2])
                break
        # The set-up line may come after the ready line; a moment is enough, as both are printed at once.
        while not self.demo and self.setup_url is None:
            try:
                line = heard.get(timeout=1)
            except queue.Empty:
                break
            if line and (found := SETUP_LINE.search(line)):
                self.setup_url = found[1]
        return self

    def _listen(self, stream, heard):
        with stream:
            for line in stream:
                self.lines.append(line.rstrip("\n"))
                heard.put(line)
        heard.put(None)

    def output(self, last=40):
        """The last lines that the server wrote."""
        return "\n".join(self.lines[-last:])

    def url(self, path):
        """The address of a path."""
        return self.base + path

    def kill(self):
        """Ends the server as a power cut would end it: SIGKILL, no farewell."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def restart_after_kill(self):
        """kill -9, then a new server on the same port and data."""
        self.kill()
        # The port is ours again as soon as the kernel has cleared the old listener.
        for _ in range(50):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self.port))
                    break
                except OSError:
                    time.sleep(0.1)
        return self.start()

    def stop(self):
        """Asks the server to end, waits, and removes its data. Returns the exit code."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.data, ignore_errors=True)
        return self.process.returncode if self.process else None

    def command(self, *arguments, check=True):
        """Runs another subcommand on the same data, beside the running server. Returns its output."""
        place = ["--data", str(self.data)] + (["--database", self.database] if self.database else [])
        done = subprocess.run(
            [str(self.binary), *arguments, *place], capture_output=True, text=True, timeout=120, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"thirdline {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def get(self, path, headers=None):
        """A plain GET without a browser: (status, body)."""
        host = urllib.parse.urlsplit(self.base).netloc
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()


def temporary_database():
    """A PostgreSQL database of the test's own: its URL, and what drops it. Skips where no server was started."""
    url = os.environ.get("THIRDLINE_TEST_POSTGRES")
    if not url:
        raise unittest.SkipTest("no PostgreSQL: set THIRDLINE_TEST_POSTGRES, as Scripts/test does")
    name = f"browser_{os.getpid()}_{time.monotonic_ns()}"

    def run(statement):
        subprocess.run(["psql", url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement], check=True)

    run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    parts = urllib.parse.urlsplit(url)
    made = urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))
    return made, lambda: run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


# ---- The browser ---------------------------------------------------------------------------------------------


class Browser:
    """One Chromium for the whole run; starting one takes longer than most tests."""

    playwright = None
    chromium = None

    @classmethod
    def get(cls, for_tests=True):
        """The browser, started when it is first wanted. A test module closes it at its end."""
        if cls.chromium is None:
            cls.playwright = sync_playwright().start()
            cls.chromium = cls.playwright.chromium.launch(
                executable_path=os.environ.get("THIRDLINE_BROWSER", "/usr/bin/chromium"),
                # Chromium's sandbox needs rights that a container's root does not have; the pages are our own.
                args=["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"],
            )
            if for_tests:
                unittest.addModuleCleanup(cls.close)
        return cls.chromium

    @classmethod
    def close(cls):
        if cls.chromium is not None:
            cls.chromium.close()
            cls.playwright.stop()
            cls.chromium = cls.playwright = None


def sign_in(page, base, email, password=DEMO_PASSWORD):
    """Signs in through the form, as a person does, and waits for the page behind it."""
    page.goto(base + SIGN_IN_PATH)
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password])").locator("button, input[type=submit]").first.click()
    page.wait_for_url(lambda url: urllib.parse.urlsplit(url).path != SIGN_IN_PATH, timeout=15_000)


def watch(page):
    """Collects what a page must not do: write errors to the console, throw, or be answered with a 5xx."""
    page.troubles = []

    def on_console(message):
        if message.type == "error":
            page.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: page.troubles.append(f"script: {error}"))
    page.on(
        "response",
        lambda answer: answer.status >= 500
        and page.troubles.append(f"{answer.status} for {answer.request.method} {answer.url}"),
    )
    return page


def axe_violations(page):
    """What axe has against the page as it stands: one readable line an element."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(results => results.violations)",
        AXE_RULES,
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} -- "
        f"{(node.get('failureSummary') or '').splitlines()[-1:]}"
        for violation in found
        for node in violation["nodes"]
    ]


def sideways_scroll(page):
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


class BrowserTest(unittest.TestCase):
    """A test with a server for its class and fresh browser contexts for each test."""

    demo = True
    engine = "sqlite"
    maxDiff = None

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        # Pictures are taken before the contexts close, so the test itself is wrapped.
        for name, method in list(vars(cls).items()):
            if name.startswith("test") and callable(method):
                setattr(cls, name, cls._with_screenshots(method))

    @staticmethod
    def _with_screenshots(method):
        @functools.wraps(method)
        def run(self):
            try:
                method(self)
            except unittest.SkipTest:
                raise
            except BaseException:
                self._keep_screenshots()
                raise

        return run

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = None
        if cls.engine == "postgresql":
            database, drop = temporary_database()
            cls.addClassCleanup(drop)
        cls.server = Server(demo=cls.demo, database=database)
        cls.addClassCleanup(lambda: cls.server.stop())
        cls.server.start()

    def setUp(self):
        super().setUp()
        self.pages = []

    def new_page(self, width=1280, height=900, theme="light", **options):
        """A page in a context of its own: nobody is signed in."""
        context = Browser.get().new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
            **{"timezone_id": "UTC"} | options,
        )
        context.set_default_timeout(10_000)
        self.addCleanup(context.close)
        page = watch(context.new_page())
        self.pages.append(page)
        return page

    def signed_in(self, role, **options):
        """A page in a context of its own, with a person of that role signed in."""
        page = self.new_page(**options)
        sign_in(page, self.server.base, PEOPLE[role])
        return page

    def assert_quiet(self, page):
        """Fails if the page wrote errors, threw, or met a 5xx since it was opened or last asked."""
        troubles, page.troubles = page.troubles, []
        self.assertEqual(troubles, [])

    def assert_accessible(self, page):
        """Fails with every axe violation of the page as it stands."""
        self.assertEqual(axe_violations(page), [])

    def assert_no_sideways_scroll(self, page):
        """Fails if the page is wider than its window."""
        self.assertLessEqual(sideways_scroll(page), 0, f"{page.url} scrolls sideways")

    @contextlib.contextmanager
    def look(self, **what):
        """A subTest that keeps a picture when it fails; the other looks go on."""
        with self.subTest(**what):
            try:
                yield
            except BaseException:
                values = "-".join(str(value) for value in what.values())
                self.keep_screenshots(re.sub(r"[^A-Za-z0-9-]+", "_", f"{self.id().split('.')[-1]}-{values}"))
                raise

    def keep_screenshots(self, label):
        """Keeps a picture of every open page in .build/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for index, page in enumerate(self.pages, 1):
            try:
                page.screenshot(path=SCREENSHOTS / f"{label}-{index}.png", full_page=True)
            except Exception as problem:  # A page that has crashed must not hide why the test failed.
                print(f"no screenshot of {label}: {problem}")

    def _keep_screenshots(self):
        self.keep_screenshots(self.id().replace("/", "_"))
        print(f"screenshots: {SCREENSHOTS}/{self.id()}-*.png")
        print(f"server's last lines:\n{self.server.output(15)}")
