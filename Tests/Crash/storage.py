"""S3-compatible storage on loopback for the tests: moto's server, behind a door that signs every request anew.

The door compares each signature with the one that botocore makes for the same request, counts those that agree, refuses
the others, and can be shut, as storage is that cannot be reached.
"""

import http.client
import http.server
import logging
import re
import sys
import threading
from datetime import datetime, timezone

import botocore.auth
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

ACCESS_KEY, SECRET_KEY, REGION = "AKIATHIRDLINETEST", "kept/secret+by=the/test", "eu-north-1"


def signature(method, url, headers, body_digest, moment):
    """The Authorization header that botocore makes for a request at a moment."""
    signed = headers.get("Authorization", "").partition("SignedHeaders=")[2].partition(",")[0].split(";")
    told = {name: headers[name] for name in signed if name not in ("host", "x-amz-date", "x-amz-content-sha256")}
    request = AWSRequest(method=method, url=url, headers={**told, "X-Amz-Content-SHA256": body_digest})
    signer = S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION)
    signer.payload = lambda _: body_digest
    original = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    try:
        signer.add_auth(request)
    finally:
        botocore.auth.get_current_datetime = original
    return request.headers["Authorization"]


class Storage:
    """The storage, with one bucket."""

    def __init__(self, bucket="evidence"):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.bucket = bucket
        self.moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.moto.start()
        self.inner = self.moto.get_host_and_port()[1]
        self.agreed, self.differing, self.methods, self.is_shut = 0, [], set(), False
        self.lock = threading.Lock()
        storage = self

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """A connection that a kill broke is no fault of the storage; anything else is told."""
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                storage.pass_on(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        place = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        status, content = self.ask("PUT", f"/{bucket}", place)
        assert status == 200, content

    def ask(self, method, path, body=None):
        """A request past the door."""
        connection = http.client.HTTPConnection("127.0.0.1", self.inner, timeout=60)
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/{REGION}/s3/aws4_request"}
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def pass_on(self, door):
        body = door.rfile.read(int(door.headers.get("Content-Length") or 0))
        if self.is_shut:
            door.close_connection = True
            door.connection.close()
            return
        if not self.check(door):
            door.send_response(403)
            door.send_header("Content-Length", "0")
            door.end_headers()
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.inner, timeout=60)
        connection.request(door.command, door.path, body=body, headers=dict(door.headers))
        answer = connection.getresponse()
        content = answer.read()
        door.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date"):
                door.send_header(name, value)
        length = answer.headers.get("Content-Length") if door.command == "HEAD" else str(len(content))
        door.send_header("Content-Length", length or "0")
        door.end_headers()
        if door.command != "HEAD":
            door.wfile.write(content)
        connection.close()

    def check(self, door):
        headers = {name.lower(): value for name, value in door.headers.items()}
        headers["Authorization"] = door.headers.get("Authorization", "")
        moment = datetime.strptime(headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        url = f"http://{door.headers['Host']}{door.path}"
        with self.lock:
            wanted = signature(door.command, url, headers, headers.get("x-amz-content-sha256", ""), moment)
            if headers["Authorization"] == wanted:
                self.agreed += 1
                query = door.path.partition("?")[2].split("=")[0].split("&")[0]
                self.methods.add(f"{door.command} {query}".strip())
                return True
            self.differing.append((door.command, door.path, headers["Authorization"], wanted))
            return False

    def objects(self):
        """The keys of the bucket."""
        status, content = self.ask("GET", f"/{self.bucket}?list-type=2&max-keys=1000")
        assert status == 200, content
        return re.findall(r"<Key>([^<]+)</Key>", content.decode())

    def get(self, key):
        status, content = self.ask("GET", f"/{self.bucket}/{key}")
        assert status == 200, (key, status)
        return content

    def stop(self):
        self.server.shutdown()
        self.moto.stop()
