#!/usr/bin/env python3
"""Holds the API against its own OpenAPI document, with requests that nobody would write by hand.

    contract_test.py [--binary PATH] [--examples N] [--seed N] [--schemathesis PATH] [--keep]

The demo organisation is served and the document read from the server. Schemathesis then sends what the document
allows and what it forbids to every operation, as an engineer, an administrator and two customers of different
organisations, who are peers: neither may ever get what is the other's. It fails on

  * a 5xx, and an answer, header or media type that the document does not have,
  * input that the document forbids and the server takes,
  * an operation that answers without a token where the document asks for one,
  * an object of one customer given to the other.

After that every operation with a case in its path is sent once more as the customer of the other organisation, with
every name that the case of the first has: all must be refused, and none may say a word of the case.

THIRDLINE_CONTRACT_EXAMPLES sets the examples an operation; the seed repeats them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time

from desk import ROOT, Client, Desk, Failure, add_options, finished

# Of the demo organisation.
ORGANISATION, OTHER = "Halden Travel", "Orrin Foods"
PEERS = ["halden", "orrin"]
# What a valid request is refused with depends on the state of things (a case that is closed cannot be resolved), which
# the document cannot say; everything else is checked.
LEFT_OUT = "positive_data_acceptance"
# The media type of the pieces of an upload, which schemathesis does not know: bytes as they are.
HOOKS = """import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def piece(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
"""


def read(client, path):
    status, answer = client.send("GET", path)
    if status != 200:
        raise Failure(f"GET {path} was answered {status}: {answer}")
    return answer


def names_of(items, *keys):
    return [item[key] for item in items for key in keys if item.get(key)]


def known_names(engineer):
    """What is there, by the beginning of the paths that take it: names that make a request get past “not found”."""
    cases = read(engineer, "/api/v1/cases?limit=20")["items"]
    evidence = [
        item for case in cases[:8] for item in read(engineer, f"/api/v1/cases/{case['number']}/evidence")["items"]
    ]
    people = read(engineer, "/api/v1/people")["items"]
    return {
        "/api/v1/cases/{id}": names_of(cases, "number"),
        "/api/v1/portal/cases/{id}": names_of(cases, "number"),
        "/api/v1/evidence/{id}": names_of(evidence, "id"),
        "/api/v1/organisations/{id}": names_of(read(engineer, "/api/v1/organisations")["items"], "id"),
        "/api/v1/macros/{id}": names_of(read(engineer, "/api/v1/macros")["items"], "id"),
        # The programs of this test keep their roles.
        "/api/v1/people/{id}": [one["id"] for one in people if not one["name"].startswith("test-")][:5],
    }


def write_configuration(folder, tokens, names):
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in tokens.items()
    ]
    (folder / "users.json").write_text(json.dumps({"auth": users}), encoding="utf-8")
    (folder / "hooks.py").write_text(HOOKS, encoding="utf-8")
    lines = [f'hooks = "{folder / "hooks.py"}"', "[auth.wfc]", f'path = "{folder / "users.json"}"', f"peers = {json.dumps(PEERS)}"]
    bound = []
    for number, (path, values) in enumerate(names.items()):
        if not values:
            continue
        lines += [f"[dictionaries.names{number}]", f"values = {json.dumps(values)}"]
        bound += [
            "[[operations]]",
            f"include-path-regex = {json.dumps('^' + re.escape(path))}",
            f'parameters = {{ "path.id" = {{ dictionary = "names{number}", probability = 0.8 }} }}',
        ]
    (folder / "schemathesis.toml").write_text("\n".join(lines + bound) + "\n", encoding="utf-8")


def fuzz(options, desk, port):
    """Runs schemathesis; its own words are shown where it finds something."""
    log = desk.directory / "schemathesis.log"
    command = [
        options.schemathesis,
        "--config-file", str(desk.directory / "schemathesis.toml"),
        "run", str(desk.directory / "openapi.json"), "--url", f"http://127.0.0.1:{port}",
        "--phases", "coverage,fuzzing,stateful",
        "--max-examples", str(options.examples),
        "--seed", str(options.seed),
        "--exclude-checks", LEFT_OUT,
        "--continue-on-failure", "--no-shrink", "--no-color", "--warnings", "off",
    ]  # fmt: skip
    began = time.monotonic()
    with open(log, "w", encoding="utf-8") as out:
        code = subprocess.run(
            command, stdout=out, stderr=subprocess.STDOUT, timeout=options.time, check=False, cwd=desk.directory
        ).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    summary = [line.strip() for line in text.splitlines() if re.search(r"^\s+(Selected|Tested|\d+ generated)", line)]
    print(f"  {'; '.join(summary)}; {time.monotonic() - began:.0f} s", flush=True)
    if code != 0 or "Tested" not in text:
        found = text[text.find("= FAILURES =") if "= FAILURES =" in text else max(0, len(text) - 6000) :]
        raise Failure(f"schemathesis ended with {code}, the whole log is {log}:\n{found[:12000]}")


def sweep(document, port, tokens):
    """Sends every operation on a case as somebody of another organisation, with all names of the case."""
    owner, stranger = Client(port, tokens["halden"]), Client(port, tokens["orrin"])
    engineer = Client(port, tokens["engineer"])
    mark = "SweepMark7731"
    status, case = owner.send(
        "POST", "/api/v1/portal/cases", {"subject": f"{mark} subject", "symptom": f"{mark} symptom", "severity": "sev3"}
    )
    if status != 201:
        raise Failure(f"a customer cannot open a case: {status} {case}")
    status, added = engineer.send("PUT", f"/api/v1/cases/{case['number']}/evidence/{mark}.txt", raw=mark.encode())
    if status != 201:
        raise Failure(f"an engineer cannot add a file: {status} {added}")
    listed = read(engineer, f"/api/v1/cases/{case['number']}/evidence")["items"][0]
    sent = 0
    for path, item in document["paths"].items():
        in_path = re.findall(r"\{(\w+)\}", path)
        if not in_path or "openapi" in path:
            continue
        subject = {"evidence": [listed["id"]]}.get(path.split("/")[3], [case["id"], case["number"]])
        for method in item:
            for name in subject:
                filled = path.replace("{id}", name).replace("{number}", listed["number"]).replace("{upload}", name)
                filled = re.sub(r"\{\w+\}", name, filled)
                if method == "options":
                    continue
                body = {} if method == "post" else None
                status, answer = stranger.send(method.upper(), filled, body)
                sent += 1
                if status < 400 or status >= 500:
                    raise Failure(f"{method.upper()} {filled} answered {status} to a customer of {OTHER}: {answer}")
                if mark in json.dumps(answer):
                    raise Failure(f"{method.upper()} {filled} tells a customer of {OTHER} of the case: {answer}")
    for path in ["/api/v1/portal/cases", "/api/v1/organisations", "/api/v1/people", "/api/v1/cases"]:
        status, answer = stranger.send("GET", path)
        sent += 1
        if mark in json.dumps(answer):
            raise Failure(f"GET {path} shows a customer of {OTHER} the case")
    print(f"  {sent} requests of a customer of {OTHER} for a case of {ORGANISATION}: all refused", flush=True)


def run(options):
    with Desk(options.binary, "contract", keep=options.keep) as desk:
        print(f"API against its document: {options.examples} examples an operation, seed {options.seed}", flush=True)
        desk.server.flags = ["--demo"]
        desk.server.start()
        port = desk.server.port
        tokens = {
            "engineer": desk.token("engineer"),
            "halden": desk.token("customer", ORGANISATION),
            "orrin": desk.token("customer", OTHER),
            "administrator": desk.token("administrator"),
        }
        engineer = Client(port, tokens["engineer"])
        document = read(engineer, "/api/v1/openapi.json")
        (desk.directory / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
        write_configuration(desk.directory, tokens, known_names(engineer))
        engineer.close()
        sweep(document, port, tokens)
        fuzz(options, desk, port)
        desk.verify()
        if faults := [line for line in desk.server.log.read_text(errors="replace").splitlines() if " fault" in line]:
            raise Failure("the log has faults:\n" + "\n".join(faults[:5]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    examples = int(os.environ.get("THIRDLINE_CONTRACT_EXAMPLES", "3"))
    parser.add_argument("--examples", type=int, default=examples)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--time", type=int, default=3600, help="seconds after which schemathesis is ended")
    built = ROOT / ".venv-thirdline" / "bin" / "st"
    found = str(built) if built.exists() else shutil.which("st")
    parser.add_argument("--schemathesis", default=found)
    options = parser.parse_args()
    if not options.schemathesis:
        print("schemathesis is not there; Scripts/setup test installs it", file=sys.stderr)
        return 2
    return finished(lambda: run(options))


if __name__ == "__main__":
    sys.exit(main())
