#!/usr/bin/env python3
"""Asks every path of the API's openapi.json and checks each answer against the schema that it promises.

Usage: contract.py --binary build/release/wws --project FOLDER
Exit code 77 when this Python has no jsonschema (Debian: python3-jsonschema).
"""

import argparse
import http.client
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from server import Server, clean_environment  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None

JSON = {"Content-Type": "application/json"}
# (operation, what stands for {id}, query, body, headers, status): every operation must be here.
REQUESTS = [
    ("get /workers", None, "", None, {}, 200),
    ("get /workers/{id}", "known", "", None, {}, 200),
    ("get /workers/{id}", "0000", "", None, {}, 404),
    ("get /workers/{id}/state", "each", "", None, {}, 200),
    ("get /workers/{id}/state", "0000", "", None, {}, 404),
    ("get /states", None, "", None, {}, 200),
    ("get /states", None, "?contains=api&state=loaded&limit=1", None, {}, 200),
    ("get /states", None, "?state=odd", None, {}, 400),
    ("get /server", None, "", None, {}, 200),
    ("get /server", None, "", None, {"Sec-Fetch-Site": "cross-site"}, 403),
    ("get /server", None, "", None, {"Host": "evil.example"}, 421),
    ("get /live", None, "", None, {}, 200),
    ("get /log", None, "?level=debug&limit=5", None, {}, 200),
    ("get /log", None, "?after=-1", None, {}, 400),
    ("get /errors", None, "", None, {}, 200),
    ("get /errors", None, "?limit=x", None, {}, 400),
    ("post /requests", None, "", {"path": "/"}, JSON, 200),
    ("post /requests", None, "", {"path": "/bytes"}, JSON, 200),
    ("post /requests", None, "", {"path": "/spin", "method": "POST", "headers": [["a", "b"]], "body": "Zg==", "body_encoding": "base64"}, JSON, 200),
    ("post /requests", None, "", {"path": "/nothing/here"}, JSON, 200),
    ("post /requests", None, "", {"path": "x"}, JSON, 400),
    ("post /requests", None, "", {"path": "/", "body": "x" * 3_000_000}, JSON, 413),
    ("post /requests", None, "", {"path": "/"}, {"Content-Type": "text/plain"}, 415),
    ("post /reload", None, "", None, JSON, 200),
    ("post /reload", None, "", None, {"Content-Type": "text/plain"}, 415),
    ("get /openapi.json", None, "", None, {}, 200),
]


class Api:
    def __init__(self, address):
        self.address = address

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        connection.request(method.upper(), "/_api/v0" + path, None if body is None else json.dumps(body), headers or {})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        content_type = response.getheader("content-type").split(";")[0]
        return response.status, content_type, json.loads(text) if "json" in content_type else text.decode()


def check(document, operation, status, content_type, value):
    method, path = operation.split(" ")
    promised = document["paths"][path][method]["responses"][str(status)]["content"]
    if content_type not in promised:
        raise AssertionError(f"{operation}: {content_type} is not promised for {status}")
    schema = {**promised[content_type]["schema"], "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def check_body(document, operation, body):
    """What is sent fits, unless it is sent to be refused."""
    method, path = operation.split(" ")
    schema = document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(body)


def run(api):
    document = api.ask("get", "/openapi.json")[2]
    if document["openapi"] != "3.1.0":
        raise AssertionError("the document is not OpenAPI 3.1")
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    known = {f"{method} {path}" for path, methods in document["paths"].items() for method in methods}
    asked = {request[0] for request in REQUESTS}
    if known != asked:
        raise AssertionError(f"asked and promised differ in {sorted(known ^ asked)}")
    ids = [worker["id"] for worker in api.ask("get", "/workers")[2]]
    for operation, which, query, body, headers, status in REQUESTS:
        method, path = operation.split(" ")
        for one in ids if which == "each" else [ids[0] if which == "known" else which]:
            got = api.ask(method, path.replace("{id}", one or "") + query, body, headers)
            if got[0] != status:
                raise AssertionError(f"{operation}{query}: {got[0]}, not {status}: {got[2]}")
            check(document, operation, *got)
            if body is not None and status == 200:
                check_body(document, operation, body)
    print(f"{len(REQUESTS)} requests to {len(known)} operations fit")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--project", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    if jsonschema is None:
        print("skipped: this Python has no jsonschema")
        return 77
    server = Server(arguments.binary, arguments.project, ["--enable-panel", "--admin-port", "0"], clean_environment({}))
    try:
        server.wait_ready()
        run(Api(server.admin))
        server.send_signal("SIGTERM")
        return server.wait_exit()
    finally:
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
