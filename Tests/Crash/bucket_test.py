#!/usr/bin/env python3
"""Keeps evidence in S3-compatible storage and looks whether all that was promised is there.

    bucket_test.py [--binary PATH] [--database URL] [--keep]

moto's server is the storage. Two nodes share one database and one bucket and nothing else:

  * every request is signed as botocore signs it,
  * files that one node took are read at the other, whole and in part,
  * an upload in pieces goes on at the other node when the first is killed in the middle of it,
  * a file of several pieces, and a piece that came twice, are whole,
  * while the storage cannot be reached, uploads are answered 503 and cases are read as before; afterwards all works,
    without a restart,
  * a wrong key is told in the log, and not the key itself,
  * a backup made out of the bucket is restored into a folder and into another bucket, byte for byte,
  * nothing unfinished stays behind, and every object is what its name says.

Without --database one node runs on SQLite, and is killed and started again in place of the second. Needs moto and
botocore; elsewhere it says so and is skipped.
"""

import argparse
import base64
import hashlib
import random
import shutil
import sys

from desk import (
    SEALED,
    Client,
    Desk,
    Failure,
    Server,
    add_options,
    content_path,
    file_path,
    finished,
    run_to_end,
    uploads_path,
)

try:
    import storage as s3
except ImportError as missing:
    print(f"Skipped: {missing}; Scripts/setup test installs it.", flush=True)
    sys.exit(0)

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def expect(condition, what):
    if not condition:
        raise Failure(what)


def random_bytes(count, seed):
    return random.Random(seed).randbytes(count)


class Test:
    def __init__(self, options):
        self.options = options

    def __call__(self):
        self.storage = s3.Storage()
        try:
            with Desk(self.options.binary, "bucket", self.options.database, self.options.keep) as desk:
                self.desk = desk
                self.prepare()
                self.shared_files()
                self.interrupted_upload()
                self.large_file()
                self.storage_away()
                self.wrong_key()
                self.backups()
                self.leftovers()
                self.other.stop()
        finally:
            self.storage.stop()
        expect(not self.storage.differing, f"signed otherwise than by botocore: {self.storage.differing[:1]}")
        print(
            f"{self.desk.engine}: {self.storage.agreed} requests signed as botocore signs them"
            f" ({', '.join(sorted(self.storage.methods))})"
        )

    # ---- Nodes -------------------------------------------------------------------------------------------------

    def flags(self, prefix="desk"):
        return [
            "--evidence-bucket", f"s3://{self.storage.bucket}/{prefix}", "--s3-endpoint", self.storage.endpoint,
            "--s3-region", s3.REGION, "--s3-access-key", s3.ACCESS_KEY, "--s3-secret-key-file", str(self.secret),
        ]

    def prepare(self):
        desk = self.desk
        self.secret = desk.directory / "s3-secret"
        self.secret.write_text(s3.SECRET_KEY + "\n", encoding="utf-8")
        desk.server.flags = self.flags()
        desk.server.start()
        self.client = Client(desk.server.port, desk.token())
        token = self.client.headers["Authorization"].split()[1]
        self.case = self.open_case()
        if self.options.database:
            folder = desk.directory / "second"
            folder.mkdir()
            shutil.copy(desk.data / "thirdline.keys", folder)
            place = ["--data", str(folder), "--database", desk.place[-1]]
            self.other = Server(self.options.binary, place, desk.directory / "second.log")
            self.other.flags = self.flags()
            self.other.start()
        else:
            self.other = desk.server
        self.second = Client(self.other.port, token)
        self.token = token

    def open_case(self):
        status, answer = self.client.send(
            "POST", "/api/v1/cases", {"subject": "Kept elsewhere", "symptom": "Files in a bucket.", "severity": "sev3"}
        )
        expect(status in (200, 201), f"no case was opened: {status} {answer}")
        return answer["number"]

    # ---- What must hold ----------------------------------------------------------------------------------------

    def put(self, client, name, data, wanted=200):
        status, answer = client.send("PUT", file_path(self.case, name), raw=data)
        expect(status in (wanted, 201) if wanted == 200 else status == wanted, f"{name} was answered {status}: {answer}")
        return answer["number"] if wanted == 200 else answer

    def compare(self, client, number, data, what):
        found = client.get_bytes(content_path(self.case, number))
        expect(found == data, f"{what}: {len(found)} bytes came back of {len(data)}, or others")

    def shared_files(self):
        data = random_bytes(3_000_000, 1)
        number = self.put(self.client, "trace", data)
        self.compare(self.second, number, data, "a file at the other node")
        path = content_path(self.case, number)
        self.second.connection.request("GET", path, headers={**self.second.headers, "Range": "bytes=1500000-1500099"})
        answer = self.second.connection.getresponse()
        part = answer.read()
        expect(answer.status == 206 and part == data[1_500_000:1_500_100], f"a part was answered {answer.status}")
        # The same bytes on another case: one object, and both pieces of evidence have them.
        first, self.case = self.case, self.open_case()
        self.compare(self.client, self.put(self.second, "trace", data), data, "the same file again")
        self.case = first
        kept = [key for key in self.storage.objects() if "/partial/" not in key]
        expect(len(kept) == 1, f"the same bytes are {len(kept)} objects")

    def interrupted_upload(self):
        data = random_bytes(5_000_000, 2)
        name = base64.b64encode(b"pieces.bin").decode()
        told = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": f"filename {name}"}
        status, answer = self.client.send("POST", uploads_path(self.case), raw=b"", headers=told)
        expect(status == 201, f"no upload was begun: {status} {answer}")
        place = self.client.answered["Location"]

        def piece(client, start, end):
            headers = {**PIECE, "Upload-Offset": str(start)}
            status, answer = client.send("PATCH", place, raw=data[start:end], headers=headers)
            expect(status == 204, f"the piece from {start} was answered {status}: {answer}")
            return client.answered

        piece(self.client, 0, 1_000_000)
        piece(self.client, 1_000_000, 2_500_000)
        self.desk.server.kill()
        if self.other is self.desk.server:
            self.other.start()
            self.second = Client(self.other.port, self.token)
        status, _ = self.second.send("HEAD", place, headers=TUS)
        offset = int(self.second.answered["Upload-Offset"])
        expect(status == 200 and offset == 2_500_000, f"the other node has {offset} bytes of 2,500,000")
        piece(self.second, offset, 4_000_000)
        number = piece(self.second, 4_000_000, len(data))["Evidence-Number"]
        self.compare(self.second, number, data, "an upload that changed nodes")
        if self.other is not self.desk.server:
            self.desk.server.start()
        self.client = Client(self.desk.server.port, self.token)
        self.compare(self.client, number, data, "the same at the node that was killed")

    def large_file(self):
        data = random_bytes(1 << 20, 3) * 130
        number = self.put(self.client, "dump", data)
        self.compare(self.second, number, data, "a file of several pieces")

    def storage_away(self):
        data = random_bytes(100_000, 4)
        self.storage.is_shut = True
        status, answer = self.client.send("PUT", file_path(self.case, "later"), raw=data)
        expect(status == 503, f"without storage an upload was answered {status}: {answer}")
        expect(self.client.answered["Retry-After"], "503 came without Retry-After")
        status, answer = self.client.send("GET", f"/api/v1/cases/{self.case}")
        expect(status == 200, f"without storage the case was answered {status}")
        status, answer = self.client.send("POST", f"/api/v1/cases/{self.case}/note", {"text": "Storage is away."})
        expect(status in (200, 201), f"without storage a note was answered {status}: {answer}")
        self.storage.is_shut = False
        number = self.put(self.client, "later", data)
        self.compare(self.second, number, data, "a file after the storage came back")

    def wrong_key(self):
        folder = self.desk.directory / "stranger"
        folder.mkdir()
        wrong = folder / "wrong"
        wrong.write_text("not-the-secret\n", encoding="utf-8")
        server = Server(self.options.binary, ["--data", str(folder)], folder / "server.log")
        server.flags = self.flags()
        server.flags[-1] = str(wrong)
        server.start()
        try:
            made = run_to_end([self.options.binary, "token", "create", "--data", str(folder), "--role", "engineer"], "token")
            client = Client(server.port, made.strip().splitlines()[-1])
            status, case = client.send("POST", "/api/v1/cases", {"subject": "A", "symptom": "B", "severity": "sev3"})
            status, answer = client.send("PUT", file_path(case["number"], "x"), raw=b"x" * 100)
            expect(status == 503, f"with a wrong key an upload was answered {status}: {answer}")
        finally:
            server.stop()
        log = (folder / "server.log").read_text(encoding="utf-8")
        expect("403" in log, "the log does not say that the key was refused")
        expect("not-the-secret" not in log, "the log shows the secret key")
        self.storage.differing = []

    def backups(self):
        desk, file = self.desk, self.desk.directory / "all.backup"
        run_to_end([self.options.binary, "backup", str(file), *desk.place, *self.flags()], "backup")
        wanted = {key.rsplit("/", 1)[1] for key in self.storage.objects() if key.startswith("desk/")}
        folder = desk.directory / "restored"
        run_to_end([self.options.binary, "restore", str(file), "--data", str(folder)], "restore into a folder")
        found = {path.name: path for path in folder.glob("evidence/??/*")}
        expect(set(found) == wanted, f"the folder has {len(found)} files of {len(wanted)}")
        for name, path in found.items():
            expect(hashlib.sha256(path.read_bytes()).hexdigest() == name, f"{path} is not what its name says")
        run_to_end(
            [self.options.binary, "restore", str(file), "--data", str(desk.directory / "moved"), *self.flags("moved")],
            "restore into a bucket",
        )
        moved = {key.rsplit("/", 1)[1] for key in self.storage.objects() if key.startswith("moved/")}
        expect(moved == wanted, f"the other bucket has {len(moved)} files of {len(wanted)}")

    def leftovers(self):
        keys = self.storage.objects()
        expect(not [key for key in keys if "/partial/" in key or "/aside/" in key], f"left behind: {keys}")
        for key in keys:
            if key.startswith("desk/"):
                expect(self.storage.get(key).startswith(SEALED), f"{key} is not encrypted")
        self.desk.verify(*self.flags())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--database", help="a PostgreSQL server; then two nodes share it")
    sys.exit(finished(Test(parser.parse_args())))


if __name__ == "__main__":
    main()
