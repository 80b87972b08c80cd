#!/usr/bin/env python3
"""Makes the disk fail under a server that writes, and looks for what it had promised.

    disk_test.py [--binary PATH] [--keep]

A debugger (strace) lets the system calls of the running server fail: every sync with an IO error, every write to the
database with an IO error, every write with “no space left”. While it does:

  * no write is acknowledged: each is answered 503 or 507,
  * lists and cases are read as before,
  * once the disk works again, so does the server, without a restart,
  * killed while the disk fails and started again, every write that was ever acknowledged is there exactly once, and
    every refused one is there once after it was sent again with its key,
  * `thirdline verify` has nothing to say.

Then the server is stopped in the middle of its work: every request that it took is answered. The test needs strace and
the right to trace; elsewhere it says so and is skipped.
"""

import argparse
import shutil
import subprocess
import sys
import threading
import time

from desk import (
    Client,
    Desk,
    Failure,
    Load,
    Write,
    add_options,
    case_path,
    cases_path,
    check,
    finished,
    opened_number,
    send_until_answered,
)

FAULTS = {
    "every sync fails": ("fdatasync,fsync", "EIO", {503}),
    "every write to the database fails": ("pwrite64", "EIO", {503}),
    "the disk is full": ("pwrite64,fallocate", "ENOSPC", {507}),
}
ACKNOWLEDGED_BEFORE = 60


class Skipped(Exception):
    """Why the test cannot run here."""


class FailingDisk:
    """Lets system calls of a process fail for as long as it is open."""

    def __init__(self, process, calls, error):
        if not shutil.which("strace"):
            raise Skipped("strace is not there")
        command = ["strace", "-f", "-p", str(process.pid), "-o", "/dev/null", "-e", f"trace={calls}"]
        self.strace = subprocess.Popen(
            [*command, "-e", f"inject={calls}:error={error}"], stderr=subprocess.PIPE, text=True
        )
        # It says so once it has all threads.
        line = self.strace.stderr.readline()
        if "attached" not in line:
            raise Skipped(f"strace cannot trace here: {line.strip()}")
        threading.Thread(target=self.strace.stderr.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.strace.terminate()
        self.strace.wait()


def refused_writes(client, number, allowed, count):
    """Writes that are all refused while everything can be read."""
    refused = []
    for index in range(count):
        kind = ["reply", "open", "note"][index % 3]
        write = Write(kind, None if kind == "open" else number)
        status, answer = write.send(client)
        if status not in allowed:
            raise Failure(f"{kind} was answered {status} while the disk failed: {str(answer)[:300]}")
        refused.append(write)
        for path in [cases_path(None), case_path(number)]:
            status, answer = client.send("GET", path)
            if status != 200:
                raise Failure(f"GET {path} was answered {status} while the disk failed: {str(answer)[:300]}")
    return refused


def settle(client, writes):
    """Sends refused writes again until they are answered."""
    for write in writes:
        write.answer = send_until_answered(client, write)
        if write.kind == "open":
            write.number = opened_number(write.answer)


def failing(options, name, calls, error, allowed):
    with Desk(options.binary, "disk", keep=options.keep) as desk:
        desk.server.start()
        token = desk.token()
        load = Load(desk.server.port, token, [])
        load.start()
        while load.count() < ACKNOWLEDGED_BEFORE and not load.refused:
            time.sleep(0.05)
        load.join()
        if load.refused:
            raise Failure(f"refused while the disk was well: {load.refused[:3]}")
        client = Client(desk.server.port, token)
        number = load.numbers[0]
        with FailingDisk(desk.server.process, calls, error):
            first = refused_writes(client, number, allowed, 12)
        settle(client, first)
        with FailingDisk(desk.server.process, calls, error):
            second = refused_writes(client, number, allowed, 6)
            desk.server.kill()
        client.close()
        desk.server.start()
        client = Client(desk.server.port, token)
        unanswered = load.unanswered
        settle(client, [*unanswered, *second])
        resent = set(first) | set(second) | set(unanswered)
        looked_at = check(client, [*load.acknowledged, *resent], resent)
        client.close()
        desk.server.stop()
        desk.verify()
        print(
            f"{name}: {len(load.acknowledged)} writes acknowledged before, 0 while it failed, {len(first) + len(second)} "
            f"refused and sent again; {looked_at} there once; verify clean",
            flush=True,
        )


def stopping(options):
    """Stops the server while 16 clients write; what it took it answers."""
    with Desk(options.binary, "stop", keep=options.keep) as desk:
        desk.server.start()
        token = desk.token()
        load = Load(desk.server.port, token, [])
        load.start()
        while load.count() < ACKNOWLEDGED_BEFORE and not load.refused:
            time.sleep(0.05)
        desk.server.process.terminate()
        try:
            code = desk.server.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            raise Failure("the server did not end within 30 s of SIGTERM") from None
        load.join()
        if code != 0 or load.refused:
            raise Failure(f"stopped with code {code}; refused: {load.refused[:3]}")
        desk.server.start()
        client = Client(desk.server.port, token)
        # A connection that the server closes between two requests is no failed request: nothing of it happened.
        happened = {write.marker for write in load.unanswered if write.kind in ("open", "reply", "note")}
        try:
            check(client, load.acknowledged, set())
        except Failure as failure:
            if any(marker in str(failure) for marker in happened):
                raise Failure(f"a request was carried out and not answered: {failure}") from None
            raise
        client.close()
        print(f"stopped at work: {len(load.acknowledged)} writes answered, none carried out without an answer", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    options = parser.parse_args()

    def run():
        try:
            for name, (calls, error, allowed) in FAULTS.items():
                failing(options, name, calls, error, allowed)
        except Skipped as why:
            print(f"SKIPPED: failing disks: {why}", flush=True)
        stopping(options)

    return finished(run)


if __name__ == "__main__":
    sys.exit(main())
