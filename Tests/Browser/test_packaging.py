"""The Debian package, its manual page and its completions, made around the executable under test."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import PEOPLE, ROOT, BrowserTest, Server, find_binary, sign_in


def run(*command):
    """What a command writes; fails with its errors."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class ManualTests(unittest.TestCase):
    def test_the_manual_names_every_command_and_option_that_there_is(self):
        page = run("Scripts/manual", find_binary())

        def check(command, path):
            own = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
            for one in own:
                check(one, path + [one["commandName"]])
            if own:
                return
            self.assertIn(".SS thirdline " + " ".join(path).replace("-", "\\-"), page)
            for argument in command.get("arguments", []):
                if not argument.get("shouldDisplay", True):
                    continue
                for name in argument.get("names", []):
                    if name["kind"] == "long" and name["name"] not in ("help", "version"):
                        self.assertIn("\\-\\-" + name["name"].replace("-", "\\-"), page, path)

        check(json.loads(run(find_binary(), "--experimental-dump-help"))["command"], [])
        if shutil.which("groff"):
            done = subprocess.run(
                ["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True, check=True
            )
            self.assertEqual(done.stderr, "")

    def test_bash_reads_its_completions(self):
        script = run(find_binary(), "--generate-completion-script", "bash")
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "no dpkg-dev: Scripts/setup package installs it")
class PackageTests(BrowserTest):
    demo = False

    def test_what_the_package_holds_starts_and_serves(self):
        package = run("Scripts/package", "--binary", find_binary(), "--quick").strip().splitlines()[-1]
        tree = Path(tempfile.mkdtemp(prefix="thirdline-package-"))
        self.addCleanup(shutil.rmtree, tree)
        run("dpkg", "-x", package, tree)
        for path in (
            "lib/systemd/system/thirdline.service",
            "usr/share/man/man1/thirdline.1.gz",
            "usr/share/bash-completion/completions/thirdline",
            "etc/thirdline/thirdline.yaml",
        ):
            self.assertTrue((tree / path).is_file(), path)
        control = run("dpkg-deb", "-f", package)
        self.assertIn(f"Version: {run(find_binary(), '--version').strip()}", control)
        self.assertRegex(control, re.compile(r"^Depends: .*libpq5.*libsqlite3-0", re.MULTILINE))
        self.assertNotIn("@", control.replace("thirdline@localhost", ""))

        # The settings of the package are those that the program knows.
        server = Server(demo=True, environment={"THIRDLINE_CONFIG": str(tree / "etc/thirdline/thirdline.yaml")})
        server.binary = tree / "usr/bin/thirdline"
        self.addCleanup(server.stop)
        server.start()
        page = self.new_page()
        sign_in(page, server.base, PEOPLE["engineer"])
        page.get_by_role("heading", name="Today").wait_for()


if __name__ == "__main__":
    unittest.main()
