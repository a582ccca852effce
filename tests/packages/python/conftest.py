"""What the tests of the Python package share: runs of pytest inside tests, and a client that needs no SDK."""

import json
import os
import subprocess
import urllib.error
import urllib.request

import pytest

pytest_plugins = ["pytester"]

# Of the default world.
PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"
USER = "user_01DeveDeveDeveDeveDeveDe"
ACTIVE_KEY = "apikey_01ActiveActiveActiveActi"
RESEARCH = "wrkspc_01ResearchResearchResear"

# What a test inside a test calls the API with.
CLIENT = f'''
import http.client, json, os, urllib.parse

PENDING = "{PENDING}"

def call(url, key, method="DELETE", path="invites/" + PENDING, body=None):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=20)
    headers = {{"x-api-key": key, "anthropic-version": "2023-06-01"}}
    connection.request(method, "/v1/organizations/" + path, body and json.dumps(body), headers)
    try:
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()

def delete(mock):
    return call(mock.url, mock.key)[0]
'''


@pytest.fixture(autouse=True)
def no_settings_of_the_caller(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("MOCK_", "ADMIN_MOCK_", "ANTHROPIC_", "RUST_LOG", "PYTEST_XDIST")) or name.lower().endswith("_proxy"):
            if name != "ANTHROPIC_ADMIN_MOCK_BINARY":
                monkeypatch.delenv(name)


@pytest.fixture
def inner(pytester):
    """A folder with the client, in which pytest is run; outside the process only where a test says so."""
    pytester.makepyfile(client=CLIENT)
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    return pytester


def call(url, key, method="DELETE", path=f"invites/{PENDING}", body=None):
    """One request to the API: the status and the answer's body."""
    request = urllib.request.Request(
        f"{url}/v1/organizations/{path}",
        method=method,
        headers={"x-api-key": key, "anthropic-version": "2023-06-01"},
        data=body and json.dumps(body).encode(),
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def processes(words):
    """The numbers of the processes whose command line holds all of the words."""
    listed = subprocess.run(["ps", "-wweo", "pid,stat,args"], capture_output=True, text=True, check=True).stdout
    lines = (line.split(None, 2) for line in listed.splitlines()[1:])
    return [int(pid) for pid, state, *args in lines if args and state[0] != "Z" and all(word in args[0] for word in words)]
