"""What the measuring scripts share: a server on data of its own, a signed-in caller, and `wrk`."""

import http.client
import http.cookies
import json
import os
import platform
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# ---- The server's interface, in one place ----------------------------------------------------------------------

READY_LINE = re.compile(r"Listening on http://127\.0\.0\.1:(\d+)")
EMAIL, PASSWORD = "marta@thirdline.example", "thirdline-demo"
SIGN_IN_PATH = "/sign-in"
BARE_PATH = "/bare"
# Filtered to all states, the queue is one list of 50 rows.
QUEUE_PATH = "/cases?state=all"
def case_page_path(number):
    return f"/cases/{number}"


def note_path(number):
    return f"/api/v1/cases/{number}/note"


def cases_path(cursor):
    return "/api/v1/cases" + (f"?cursor={urllib.parse.quote(cursor, safe='')}" if cursor else "")


# ---- The server ------------------------------------------------------------------------------------------------


class Server:
    def __init__(self, binary, data, database=None):
        self.binary, self.data = binary, data
        self.place = ["--data", str(data)] + (["--database", database] if database else [])
        self.process, self.port, self.lines, self.organisation, self.ready_seconds = None, 0, [], "", 0.0

    def start(self, *arguments):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [str(self.binary), "serve", *self.place, "--listen", "127.0.0.1:0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "THIRDLINE_BENCH": "1"},
        )
        ready = queue.Queue()
        threading.Thread(target=self._listen, args=(self.process, ready), daemon=True).start()
        try:
            self.port = ready.get(timeout=120)
        except queue.Empty:
            self.port = None
        if self.port is None:
            self.stop()
            sys.exit("the server did not start:\n" + "\n".join(self.lines[-20:]))
        # Ready is who answers, not who says so.
        if self.request("GET", "/healthz")[0] != 200:
            sys.exit("the server says that it listens and is not healthy")
        self.ready_seconds = time.monotonic() - began
        return self

    def _listen(self, process, ready):
        with process.stdout:
            for line in process.stdout:
                # A server that logs each request would fill the memory of a long run.
                self.lines = self.lines[-200:] + [line.rstrip()]
                if found := READY_LINE.search(line):
                    ready.put(int(found[1]))
        ready.put(None)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()

    def memory_mb(self):
        """Resident and peak memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return [round(int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024) for name in ("VmRSS", "VmHWM")]

    def forget_peak(self):
        """From now on the peak is that of what comes."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def cpu_seconds(self):
        """The processor time that the server has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until_idle(self, most=3600):
        """Waits until what stood waiting in the data is done: less than a tenth of a core for three seconds. Returns the
        seconds."""
        began, calm, before = time.monotonic(), 0, self.cpu_seconds()
        while calm < 3:
            if time.monotonic() - began > most:
                sys.exit(f"the server is still at work after {most} seconds")
            time.sleep(1)
            now = self.cpu_seconds()
            calm = calm + 1 if now - before < 0.1 else 0
            before = now
        return round(time.monotonic() - began, 1)

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def session_cookie(server, email=EMAIL):
    """Signs in through the form, hidden fields and all, and returns the Cookie header."""
    jar = http.cookies.SimpleCookie()
    status, headers, page = server.request("GET", SIGN_IN_PATH)
    for value in headers.get_all("Set-Cookie") or []:
        jar.load(value)
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", page.decode(errors="replace")):
        attributes = dict(re.findall(r'([a-z-]+)="?([^"\s>]*)"?', tag))
        if attributes.get("type") == "hidden" and "name" in attributes:
            fields[attributes["name"]] = attributes.get("value", "")
    origin = f"http://127.0.0.1:{server.port}"
    status, headers, page = server.request(
        "POST",
        SIGN_IN_PATH,
        urllib.parse.urlencode({**fields, "email": email, "password": PASSWORD}),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": origin,
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items()),
        },
    )
    for value in headers.get_all("Set-Cookie") or []:
        jar.load(value)
    if status not in (302, 303) or not jar:
        sys.exit(f"could not sign in as {email}: {status}\n{page[:500]!r}")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


# ---- wrk -------------------------------------------------------------------------------------------------------

LUA = """
local paths = { %(paths)s }
local headers = { %(headers)s }
local next_path = 0
function request()
    next_path = next_path %% #paths + 1
    return wrk.format(%(method)s, paths[next_path], headers, %(body)s)
end
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d %%d\\n",
        summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(95), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


def lua_string(text):
    return "nil" if text is None else json.dumps(text)


class Target:
    """What is asked for: its name, and the request with its paths taken in turn."""

    def __init__(self, name, paths, method="GET", headers=None, body=None, statuses=(200,), only=None):
        self.name, self.paths, self.method, self.body, self.only = name, paths, method, body, only
        self.headers, self.statuses = headers or {}, statuses

    def probe(self, server):
        """One request by hand, so that nobody measures a redirect or an error page. Returns the answer's size."""
        status, headers, body = server.request(self.method, self.paths[0], self.body, self.headers)
        if status not in self.statuses:
            where = headers.get("Location", "")
            sys.exit(f"{self.name}: {self.method} {self.paths[0]} was answered {status} {where}\n{body[:500]!r}")
        return len(body)

    def measure(self, server, connections, seconds, directory, warm=True):
        script = directory / "request.lua"
        script.write_text(
            LUA
            % {
                "paths": ", ".join(lua_string(path) for path in self.paths),
                "headers": ", ".join(f"[{lua_string(k)}] = {lua_string(v)}" for k, v in self.headers.items()),
                "method": lua_string(self.method),
                "body": lua_string(self.body),
            },
            encoding="utf-8",
        )

        def wrk(duration):
            command = ["wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--latency", "-s", str(script)]
            done = subprocess.run(
                [*command, f"http://127.0.0.1:{server.port}"], capture_output=True, text=True, check=False
            )
            found = re.search(r"^RESULT (.+)$", done.stdout, re.MULTILINE)
            if not found:
                sys.exit(f"wrk failed:\n{done.stdout}{done.stderr}")
            return [int(part) for part in found[1].split()]

        if warm:
            wrk(1)  # Warms caches, connections and the page cache; not counted.
        requests, micros, p50, p95, p99, bad, broken = wrk(seconds)
        if bad or broken or not requests:
            sys.exit(
                f"{self.name}, {connections} connections: {requests} answers, {bad} of them 4xx or 5xx, "
                f"{broken} broken connections or time-outs; such figures mean nothing\n" + "\n".join(server.lines[-10:])
            )
        return {
            "requests": requests,
            "rps": round(requests / micros * 1e6, 1),
            "p50_ms": round(p50 / 1000, 3),
            "p95_ms": round(p95 / 1000, 3),
            "p99_ms": round(p99 / 1000, 3),
        }


# ---- The machine and the executable --------------------------------------------------------------------------------


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def machine():
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": model[1].strip() if model else platform.machine(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def build():
    """The same release build as `make run`."""
    subprocess.run(["Scripts/setup", "build", "bench"], cwd=ROOT, check=True)
    shell = (
        "source Scripts/lib.sh; first_build_notice release .build/release/thirdline; "
        "build 'release build' .build/bench/build.log -c release --product thirdline"
    )
    subprocess.run(["bash", "-euo", "pipefail", "-c", shell], cwd=ROOT, check=True)
    return ROOT / ".build" / "release" / "thirdline"


def run_command(binary, *arguments):
    done = subprocess.run([str(binary), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"thirdline {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
