"""A server for a test, and the program under test: calls of the API and of the control routes, without a browser."""

import http.client
import json
import os
import socket
import subprocess

KEY = "sk-ant-admin01-the-key-of-the-tests-7f3a"
INVITES = "/v1/organizations/invites"


class Server:
    """A server on a free port of 127.0.0.1, or on the one named. The log goes to a file."""

    def __init__(self, log, *options, port=0, **environment):
        self.log = log
        command = [os.environ["PAGE_SERVER"], "--listen", f"127.0.0.1:{port}", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log.open("a"), text=True, env={**os.environ, **environment}
        )
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), log.read_text()
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """A stop that is no clean one is a failure."""
        self.process.terminate()
        try:
            assert self.process.wait(10) == 0, self.log.read_text()
        finally:
            self.process.kill()
            self.process.stdout.close()

    def call(self, method, path, body=None, key=KEY, **headers):
        """The status, the headers and the text of an answer; three times None where there is none."""
        headers = {"anthropic-version": "2023-06-01", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if key is not None:
            headers["x-api-key"] = key
        if body is not None:
            headers["content-type"] = "application/json"
            body = body if isinstance(body, str) else json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except http.client.HTTPException:
            return None, None, None
        finally:
            connection.close()

    def json(self, method, path, body=None, key=KEY):
        """What a good answer holds."""
        status, _, text = self.call(method, path, body, key)
        assert status == 200, (status, text)
        return json.loads(text)

    def raw(self, head):
        """Sends a request as it stands, such as no HTTP library would send, and takes the first bytes of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(head.replace("\n", "\r\n").encode())
            return connection.recv(4096).decode()

    def requests(self):
        return self.json("GET", "/_mock/requests", key=None)["requests"]

    def world(self):
        """All that a call could change, apart from the passing of time."""
        state = self.json("GET", "/_mock/state", key=None)
        faults = self.json("GET", "/_mock/faults", key=None)
        return json.dumps([state, faults, self.requests()])


def busy(server, key=KEY):
    """What a program does in its first minutes: good calls, refusals, and faults that strike."""
    call = server.call
    call("GET", "/v1/organizations/me", key=key)
    call("GET", INVITES + "?limit=20", key=key)
    call("POST", INVITES, {"email": "ada@example.com", "role": "developer"}, key)
    call("POST", INVITES, {"email": "ada@example.com", "role": "developer"}, key)
    call("POST", INVITES, {"email": "not an address", "role": "user"}, key)
    call("DELETE", INVITES + "/invite_01AcceptedAcceptedAccept", key=key)
    call("DELETE", INVITES + "/invite_01ExpiredExpiredExpiredX", key=key)
    faults = [
        {"operation": "invites.list", "error": "rate_limit_error", "retry_after": 2, "times": 2},
        {"operation": "users.list", "delay": "30ms", "times": "always"},
        {"operation": "invites.create", "drop": True, "after_commit": True},
    ]
    server.json("POST", "/_mock/faults", faults, key)
    call("GET", INVITES, key=key)
    call("GET", INVITES, key=key)
    call("GET", INVITES, key=key)
    call("GET", "/v1/organizations/users", key=key)
    call("POST", INVITES, {"email": "grace@example.com", "role": "user"}, key)
    call("GET", "/v1/organizations/workspaces?include_archived=true", key=key)
    call("POST", "/v1/organizations/workspaces", {"name": "Robots"}, key)
    call("GET", "/v1/organizations/usage_report/messages", key=key)
    call("GET", INVITES, key=None)
