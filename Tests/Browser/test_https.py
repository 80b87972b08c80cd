"""HTTPS with a given certificate: shown, renewed while serving, refused where it cannot be used."""

import os
import signal
import ssl
import subprocess
import time
import unittest
import urllib.parse

import harness
from harness import BrowserTest, Server, find_binary, sign_in


def make_certificate(folder, name, days=90):
    """A certificate of its own for 127.0.0.1: the paths of certificate and key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-keyout", str(key), "-out", str(certificate), "-days", str(days), "-subj", f"/CN={name}"]
        + ["-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    return certificate, key


class HTTPSTests(BrowserTest):
    demo = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The set-up of the class gave a plain server, which is exchanged for one with a certificate.
        cls.server.stop()
        cls.server = Server(demo=True)
        certificate, key = make_certificate(cls.server.data, "first")
        cls.server.arguments += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
        cls.server.start()

    def shown(self):
        """The certificate that a new connection is shown."""
        parts = urllib.parse.urlsplit(self.server.base)
        return ssl.get_server_certificate((parts.hostname, parts.port))

    def test_a_person_works_over_https_and_a_renewed_certificate_is_taken_over(self):
        self.assertTrue(self.server.base.startswith("https://"))
        page = self.new_page(ignore_https_errors=True)
        sign_in(page, self.server.base, harness.PEOPLE["engineer"])
        cookie = next(one for one in page.context.cookies() if one["name"] == "__Host-thirdline")
        self.assertTrue(cookie["secure"] and cookie["httpOnly"])
        answer = page.goto(self.server.url("/cases"))
        self.assertIn("max-age=", answer.headers["strict-transport-security"])
        answer = page.goto(self.server.url("/metrics"))
        if answer.status == 200:
            self.assertIn("thirdline_tls_certificate_not_after_seconds", answer.text())

        before = self.shown()
        certificate, key = make_certificate(self.server.data, "second")
        os.replace(key, self.server.data / "first.key")
        os.replace(certificate, self.server.data / "first.pem")
        self.server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while self.shown() == before and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertNotEqual(self.shown(), before)
        page.goto(self.server.url("/cases"))
        self.assertIn("Queue", page.locator("h1").first.inner_text())

        # A pair that does not match leaves the certificate as it is.
        standing = self.shown()
        broken = make_certificate(self.server.data, "third")[0]
        os.replace(broken, self.server.data / "first.pem")
        self.server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while "does not belong" not in self.server.output() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertIn("does not belong", self.server.output())
        self.assertEqual(self.shown(), standing)

    def refusal(self, *arguments):
        """What the program says where it does not start, and its exit code."""
        done = subprocess.run(
            [str(find_binary()), "serve", "--data", str(self.server.data / "other"), "--listen", "127.0.0.1:0"]
            + [str(one) for one in arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stderr, done.returncode

    def test_what_cannot_be_used_is_named(self):
        certificate, key = make_certificate(self.server.data, "one")
        _, other = make_certificate(self.server.data, "two")
        words, code = self.refusal("--tls-certificate", certificate, "--tls-key", other)
        self.assertIn(f"The private key in {other} does not belong to the certificate in {certificate}", words)
        self.assertEqual(code, 2)
        words, _ = self.refusal("--tls-certificate", key, "--tls-key", key)
        self.assertIn(f"{key} holds no certificate", words)
        words, _ = self.refusal("--tls-certificate", certificate, "--tls-key", certificate)
        self.assertIn(f"{certificate} holds no private key", words)
        words, code = self.refusal("--tls-certificate", certificate)
        self.assertIn("is given alone", words)
        self.assertEqual(code, 2)

    def test_a_certificate_that_ends_soon_is_pointed_out(self):
        server = Server(demo=False)
        try:
            certificate, key = make_certificate(server.data, "soon", days=3)
            server.arguments += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
            server.start()
            self.assertIn("Renew it", server.output())
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
