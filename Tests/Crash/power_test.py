#!/usr/bin/env python3
"""Cuts the power under a server that writes, again and again, and looks for what it had promised.

    power_test.py [--binary PATH] [--engine sqlite|postgresql] [--file-system ext4|xfs] [--cycles N] [--keep]

The data, evidence and all, lie on a file system of their own in an image file. While 16 clients write and upload,
the kernel is told to shut that file system down at once and to throw away what is not on its disk (the ioctl
FS_IOC_SHUTDOWN without flushing the log), which is what a power cut leaves. Then the server, and PostgreSQL where it
is the engine, are killed, the file system is mounted again and recovers, everything starts, and:

  * every write whose whole answer had come before the cut is there exactly once,
  * every other write that was under way is sent again with its key and is then there exactly once,
  * every piece of evidence has the bytes that were sent, and every file of the store is what its name says,
  * `thirdline verify` has nothing to say.

An answer that came while the cut was made counts as none: its write may be in the part that was thrown away.
This needs root and a kernel that mounts loop devices; elsewhere the test says so and is skipped.
"""

import argparse
import contextlib
import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desk import (
    CLIENTS,
    Client,
    Desk,
    Failure,
    Load,
    add_options,
    check,
    check_store,
    finished,
    opened_number,
    run_to_end,
    send_until_answered,
)

# _IOR('X', 125, __u32) of linux/fs.h, and “go down without flushing the log”.
FS_IOC_SHUTDOWN, WITHOUT_LOG = 0x8004587D, 2
ACKNOWLEDGED_BEFORE_CUT = 60
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}


class Skipped(Exception):
    """Why the test cannot run here."""


class Disk:
    """A file system in an image file, which can lose its power."""

    def __init__(self, kind, folder):
        self.image, self.place = folder / "disk.img", folder / "disk"
        if os.geteuid() != 0:
            raise Skipped("mounting a file system needs root")
        if not shutil.which(MAKE[kind][0]):
            raise Skipped(f"{MAKE[kind][0]} is not there; Debian has it in {'e2fsprogs' if kind == 'ext4' else 'xfsprogs'}")
        with open(self.image, "wb") as file:
            file.truncate(1 << 30)
        run_to_end([*MAKE[kind], str(self.image)], MAKE[kind][0])
        self.place.mkdir()
        self.mount()

    def mount(self):
        done = subprocess.run(
            ["mount", "-o", "loop", str(self.image), str(self.place)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise Skipped(f"this machine mounts no loop device: {done.stderr.strip()}")

    def cut(self):
        """Cuts the power. Returns the moment just before."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            before = time.monotonic()
            fcntl.ioctl(handle, FS_IOC_SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        except OSError as error:
            raise Skipped(f"this kernel does not shut a file system down: {error}") from None
        finally:
            os.close(handle)
        return before

    def unmount(self):
        for _ in range(50):
            done = subprocess.run(["umount", str(self.place)], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            time.sleep(0.2)
        raise Failure(f"the file system cannot be unmounted: {done.stderr.strip()}")


class PostgreSQL:
    """A PostgreSQL server of the test's own with its data on the disk, run by the user postgres."""

    def __init__(self, disk, folder):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise Skipped("PostgreSQL is not installed; Scripts/setup test does it")
        self.programs = found[-1].parent
        self.data, self.sockets, self.log = disk.place / "postgres", folder / "sockets", folder / "postgres.log"
        for place in (self.data, self.sockets):
            place.mkdir()
            shutil.chown(place, "postgres")
        os.chmod(folder, 0o755)
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.process = None
        run_to_end(
            [*self.user, str(self.programs / "initdb"), "-D", str(self.data), "-A", "trust", "-E", "UTF8", "--locale=C"],
            "initdb",
        )
        self.url = f"postgres://postgres@/postgres?host={self.sockets}&port=5432"

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.user, str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets),
                 "-c", "listen_addresses=", "-c", "shared_buffers=64MB"],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        deadline = time.monotonic() + 120
        asks = [str(self.programs / "pg_isready"), "-q", "-h", str(self.sockets)]
        while subprocess.run(asks, check=False).returncode != 0:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Failure(f"PostgreSQL does not start; see {self.log}")
            time.sleep(0.1)

    def kill(self):
        """Kills the server and the processes that it started, and no other."""
        children = []
        with contextlib.suppress(OSError):
            for tasks in Path(f"/proc/{self.process.pid}/task").iterdir():
                children += [int(number) for number in (tasks / "children").read_text().split()]
        for number in [self.process.pid, *children]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, 9)
        self.process.wait()
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{number}").exists() for number in children) and time.monotonic() < deadline:
            time.sleep(0.05)

    def forget_lock(self):
        """Takes away what the killed server left, as the start of a machine would."""
        with contextlib.suppress(FileNotFoundError):
            (self.data / "postmaster.pid").unlink()
        for left in self.sockets.iterdir():
            left.unlink()


def in_own_mounts():
    """Starts this program again where nobody else sees what it mounts, and all of it vanishes at its end.

    Another process that copies the machine's mounts meanwhile would keep the disk alive after its power was cut.
    """
    if os.geteuid() != 0 or "THIRDLINE_OWN_MOUNTS" in os.environ or not shutil.which("unshare"):
        return
    os.environ["THIRDLINE_OWN_MOUNTS"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def write_until_cut(desk, token, disk, moments):
    """One cycle up to the cut. Returns the load, the writes that were promised, and how long it wrote."""
    server = desk.server
    load = Load(server.port, token, [], may_break=True)
    began = time.monotonic()
    load.start()
    while load.count() < ACKNOWLEDGED_BEFORE_CUT:
        time.sleep(0.005)
        if time.monotonic() - began > 240 or server.process.poll() is not None:
            load.stopping.set()
            raise Failure(f"only {load.count()} writes were acknowledged; see {server.log}")
    time.sleep(moments.randrange(5000) / 10_000)
    cut_at = disk.cut()
    elapsed = time.monotonic() - began
    load.stopping.set()
    time.sleep(0.05)
    server.kill()
    load.join()
    promised = [write for write in load.acknowledged if write.answered_at < cut_at]
    return load, promised, elapsed


def send_again(client, writes):
    """Every write that was not promised happens once, now or before."""
    # Cases first: one whose opening was thrown away gets another number, and so does what is written to it.
    numbers = {}
    for write in sorted(writes, key=lambda write: write.kind != "open"):
        write.may_begin_again = True
        if write.kind != "open":
            write.number = numbers.get(write.number, write.number)
        answer = send_until_answered(client, write)
        if write.kind == "open":
            given = opened_number(answer)
            if write.number:
                numbers[write.number] = given
            write.number = given
        write.answer = answer


def run(options, folder):
    moments = random.Random(options.seed)
    disk = Disk(options.file_system, folder)
    postgres = None
    try:
        place = []
        if options.engine == "postgresql":
            postgres = PostgreSQL(disk, folder)
            postgres.start()
            place = ["--database", postgres.url]
        with Desk(options.binary, "power", keep=options.keep, folder=disk.place) as desk:
            desk.place += place
            # The log of the server outlives the cut.
            desk.server.log = folder / "server.log"
            name = f"{'PostgreSQL' if postgres else 'SQLite'} on {options.file_system}"
            print(f"Power cuts, {name}: {options.cycles} cycles, {CLIENTS} clients, seed {options.seed}", flush=True)
            cycles(options, desk, disk, postgres, moments, name)
    finally:
        if postgres and postgres.process:
            postgres.kill()
        disk.unmount()


def cycles(options, desk, disk, postgres, moments, name):
    desk.server.start()
    token = desk.token()
    everything, resent, restarts = [], set(), []
    for cycle in range(1, options.cycles + 1):
        load, promised, elapsed = write_until_cut(desk, token, disk, moments)
        if postgres:
            postgres.kill()
        disk.unmount()
        disk.mount()
        began = time.monotonic()
        if postgres:
            postgres.forget_lock()
            postgres.start()
        desk.server.start()
        restarts.append(time.monotonic() - began)
        client = Client(desk.server.port, token)
        kept = set(promised)
        others = [write for write in load.acknowledged + load.unanswered if write not in kept]
        send_again(client, others)
        resent |= set(others)
        everything += promised + others
        looked_at = check(client, everything, resent)
        files, unfinished = check_store(desk.data)
        client.close()
        desk.verify()
        print(
            f"  cycle {cycle:3}: {len(promised)} acknowledged before the cut in {elapsed:.2f} s, {len(others)} sent "
            f"again, ready after {restarts[-1]:.2f} s; {looked_at} writes there once, {files} files whole, "
            f"{unfinished} unfinished; verify clean",
            flush=True,
        )
    restarts.sort()
    print(
        f"{name}: {options.cycles} power cuts, {len(everything) - len(resent)} writes acknowledged before, 0 lost, "
        f"0 doubled; {len(resent)} sent again; restart to ready median {restarts[len(restarts) // 2]:.2f} s, "
        f"longest {restarts[-1]:.2f} s"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--file-system", choices=sorted(MAKE), default="ext4")
    parser.add_argument("--cycles", type=int, default=int(os.environ.get("THIRDLINE_POWER_CYCLES", "3")))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    in_own_mounts()
    folder = Path(tempfile.mkdtemp(prefix="thirdline-power-"))
    code = 1
    try:
        code = finished(lambda: run(options, folder))
    except Skipped as why:
        print(f"SKIPPED: {options.engine} on {options.file_system}: {why}", flush=True)
        code = 0
    finally:
        if code == 0 and not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"the image of the disk and the logs are kept in {folder}")
    return code


if __name__ == "__main__":
    sys.exit(main())
