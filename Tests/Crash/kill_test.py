#!/usr/bin/env python3
"""Kills the server while 16 clients write, again and again, and looks for what it had promised.

    kill_test.py [--binary PATH] [--database URL] [--cycles N] [--seed N] [--keep]

After at least 200 acknowledged writes, at a random moment, the server gets SIGKILL in the middle of its work. It is
started again on the same data, the requests that had no answer are sent again with the same key, and then:

  * every acknowledged write is there exactly once,
  * every write sent again is there exactly once,
  * nothing is half there: a case that shows has its subject and its first fact, a reply has its text, a piece of
    evidence has every byte that was sent, and every file of the store is what its name says,
  * an upload in pieces goes on where it was durable, and is finished where only its answer was lost,
  * a request sent again after its answer gives the same answer,
  * `thirdline verify` has nothing to say.

Without --database the server runs on SQLite. With it, on that PostgreSQL, where a database of the test's own is
made and dropped with `psql`; the server is killed, PostgreSQL is not. THIRDLINE_KILL_CYCLES sets the cycles.
"""

import argparse
import os
import random
import sys
import time

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
    send_until_answered,
)

ACKNOWLEDGED_BEFORE_KILL = 200


def write_and_kill(server, token, moments):
    """One cycle up to the kill. Returns the load and how long it wrote."""
    load = Load(server.port, token, [])
    began = time.monotonic()
    load.start()
    while load.count() < ACKNOWLEDGED_BEFORE_KILL:
        time.sleep(0.005)
        if load.refused:
            break
        if time.monotonic() - began > 120:
            load.stopping.set()
            raise Failure(f"only {load.count()} writes were acknowledged in 120 s; see {server.log}")
        if server.process.poll() is not None:
            raise Failure(f"the server ended on its own with code {server.process.returncode}; see {server.log}")
    # Somewhere within the next third of a second, to a tenth of a millisecond: while it commits, while it answers,
    # between the two.
    time.sleep(moments.randrange(3000) / 10_000)
    elapsed = time.monotonic() - began
    server.kill()
    load.join()
    if load.refused:
        raise Failure(f"a write was refused: {load.refused[0]}")
    return load, elapsed


def send_again(client, load, moments):
    """What was under way happens once, then or now; what was answered gives the same answer and nothing second."""
    for write in load.unanswered:
        answer = send_until_answered(client, write)
        if write.kind == "open":
            write.number = opened_number(answer)
        write.answer = answer
    for write in moments.sample(load.acknowledged, min(20, len(load.acknowledged))):
        if write.kind == "pieces":
            continue  # An upload that is done has no address any more.
        if (answer := send_until_answered(client, write)) != write.answer:
            raise Failure(f"{write.kind} sent again gave {answer}, and had given {write.answer}")


def run(options, seed):
    moments = random.Random(seed)
    with Desk(options.binary, "kill", options.database, options.keep) as desk:
        print(f"Kill test on {desk.engine}: {options.cycles} cycles, {CLIENTS} clients, seed {seed}", flush=True)
        server = desk.server
        server.start()
        token = desk.token()
        everything, resent, restarts = [], set(), []
        for cycle in range(1, options.cycles + 1):
            load, elapsed = write_and_kill(server, token, moments)
            restarts.append(server.start())
            client = Client(server.port, token)
            send_again(client, load, moments)
            resent |= set(load.unanswered)
            everything += load.acknowledged + load.unanswered
            # Each cycle looks at the cases of all cycles: what an earlier kill left must outlive a later one.
            looked_at = check(client, everything, resent)
            kept, unfinished = check_store(desk.data)
            client.close()
            desk.verify()
            print(
                f"  cycle {cycle:3}: {len(load.acknowledged)} acknowledged in {elapsed:.2f} s, "
                f"{len(load.unanswered)} sent again, {load.busy} told to wait, "
                f"ready after {restarts[-1]:.2f} s; {looked_at} writes there once, {kept} files whole, "
                f"{unfinished} unfinished; verify clean",
                flush=True,
            )
        acknowledged = len(everything) - len(resent)
        restarts.sort()
        print(
            f"{desk.engine}: {options.cycles} kills, {acknowledged} acknowledged writes, 0 lost, 0 doubled; "
            f"{len(resent)} sent again, each there once; restart to ready "
            f"median {restarts[len(restarts) // 2]:.2f} s, longest {restarts[-1]:.2f} s"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--database", help="URL of a PostgreSQL to run on instead of SQLite")
    parser.add_argument("--cycles", type=int, default=int(os.environ.get("THIRDLINE_KILL_CYCLES", "10")))
    parser.add_argument("--seed", type=int, default=None, help="repeats the moments of the kills, not the threads")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    return finished(lambda: run(options, seed))


if __name__ == "__main__":
    sys.exit(main())
