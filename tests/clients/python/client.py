"""One SDK at work: the client that is driven, what leaves it, what comes back, and how its errors look."""

import hashlib
import inspect
import json
import re
import ssl
import sys
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import anthropic
from anthropic import omit

VERSION, DEFAULT_URL, EVERY_STATUS_URL, PINNED_URL, POLICIES_URL, THREE_AN_HOUR_URL, ONE_A_SECOND_URL = sys.argv[1:]

# What the SDKs of both languages have in common.
CALLS = Path(__file__).parent.parent / "calls"
TABLE = json.loads((CALLS / "operations.json").read_text())
CODES = TABLE["codes"]


def filled(value, names):
    """A value of a table, with `$NAME` replaced in every text and what is `repeated` or `numbered` written out."""
    if isinstance(value, str):
        return re.sub(r"\$([A-Z_]+)", lambda found: names[found[1]], value)
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if "repeated" in value:
        return value["repeated"] * value["times"]
    if "numbered" in value:
        return [f"{value['numbered']}{number}" for number in range(value["times"])]
    return {filled(name, names): filled(item, names) for name, item in value.items()}


OPERATIONS = {row["operation"]: filled(row, TABLE["names"]) for row in TABLE["operations"]}

# What differs between the generations: what they send, what their errors carry, which fields of an answer their models
# do not know, and which they know and this server does not send, since these speak of a beta that it does not serve.
GENERATION = {
    "2.14.0": {
        "credential": ("authorization", "Bearer {}"),
        "version": "2026-10-21",
        "beta_query": {},
        "malformed": "Invalid bearer token",
        "coded_errors": True,
        "old_fields": False,
        "unknown_fields": {},
        "unknown_beta_fields": {},
        "unsent_fields": {"BetaWorkspace": {"inference_data_privacy"}},
    },
    "1.17.0": {
        "credential": ("x-api-key", "{}"),
        "version": "2023-06-01",
        "beta_query": {"beta": "true"},
        "malformed": "invalid x-api-key",
        "coded_errors": False,
        "old_fields": True,
        "unknown_fields": {"Workspace": {"user_profile_id"}, "APIKey": {"workspace_id"}},
        "unknown_beta_fields": {"Workspace": {"user_profile_id"}},
        "unsent_fields": {},
    },
}[VERSION]

# The status of each error: its class, its `error.type`, and `x-should-retry`.
STATUSES = {
    400: (anthropic.BadRequestError, "invalid_request_error", "false"),
    401: (anthropic.AuthenticationError, "authentication_error", "false"),
    403: (anthropic.PermissionDeniedError, "permission_error", "false"),
    404: (anthropic.NotFoundError, "not_found_error", "false"),
    405: (anthropic.APIStatusError, "invalid_request_error", "false"),
    409: (anthropic.ConflictError, "conflict_error", None),
    429: (anthropic.RateLimitError, "rate_limit_error", "true"),
    500: (anthropic.InternalServerError, "api_error", None),
    501: (getattr(anthropic, "HTTPNotImplementedError", anthropic.InternalServerError), "api_error", "false"),
    503: (anthropic.InternalServerError, "api_error", None),
    529: (anthropic.OverloadedError, "overloaded_error", None),
}
if GENERATION["coded_errors"]:
    STATUSES[503] = (anthropic.ServiceUnavailableError, "api_error", None)

REQUEST_ID = r"\Areq_011C[1-9A-HJ-NP-Za-km-z]{20}\Z"
UUID = r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
TIME = r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z\Z"
SLUG = r"\A[a-z0-9]+(-[a-z0-9]+)*\Z"

MISSING_PERMISSIONS = "Missing permissions. Please check with Anthropic support if you think this is in error."

# One for all clients, since making one reads every certificate of the system, and no test needs any.
TLS = ssl.create_default_context()


def missing_scopes(needed, *got):
    return f"Missing required scopes. Got: {list(got)} Needed: {[needed]}"


def error_class(status, code=None):
    """What the SDK raises: the current generation a class of its own for each code, the older one for each status."""
    if not (code and GENERATION["coded_errors"]):
        return STATUSES[status][0]
    name, beta = CODES[code]["error"], anthropic.types.beta
    places = [anthropic.types, anthropic.types.shared, anthropic.types.organization, beta, beta.organization]
    return next(getattr(place, name) for place in places if hasattr(place, name))


async def settle(value):
    """The value of a call that the asynchronous client makes awaitable and the synchronous one does not."""
    return await value if inspect.isawaitable(value) else value


def each(rows, name=str):
    """Makes of one check as many as there are rows, each with its row and a key of its own."""

    def mark(check):
        check.rows = [(name(row), row) for row in rows]
        return check

    return mark


def with_row(check, row):
    async def check_row(self):
        await check(self, row)

    return check_row


class Checks:
    """What all checks use. Each goes through all four doors: synchronous and asynchronous, with `beta` and without."""

    asynchronous = beta = False

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        for check_name, check in list(vars(cls).items()):
            for name, row in getattr(check, "rows", ()):
                setattr(cls, f"{check_name}: {name}", with_row(check, row))
            if hasattr(check, "rows"):
                delattr(cls, check_name)

    nothing_is_sent = False  # a check that means to send nothing sets it

    def setUp(self):
        self.sent = []  # every request that left the SDK, retries included
        self.received = []  # every answer that came back
        # A key is an organization, so a key of its own keeps each check apart from all the others.
        name = f"python-{VERSION}-{self.id()}"
        short = re.sub(r"[^A-Za-z0-9]+", "-", name)[:60]
        self.key = f"sk-ant-admin01-{short}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"

    def tearDown(self):
        self.assertEqual(not self.sent, self.nothing_is_sent, "a check that sends nothing checks nothing")

    def leave_out(self, reason):
        self.nothing_is_sent = True
        self.skipTest(reason)

    # What is driven.

    def client(self, url=DEFAULT_URL, **options):
        if not {"api_key", "auth_token"} & options.keys():
            options["api_key"] = self.key
        if self.asynchronous:

            async def sent(request):
                self.sent.append(request)

            async def received(response):
                self.received.append(response)

            hooks = {"request": [sent], "response": [received]}
            http_client = anthropic.DefaultAsyncHttpxClient(event_hooks=hooks, verify=TLS)
            client = anthropic.AsyncAnthropic(base_url=url, timeout=10, http_client=http_client, **options)
        else:
            hooks = {"request": [self.sent.append], "response": [self.received.append]}
            http_client = anthropic.DefaultHttpxClient(event_hooks=hooks, verify=TLS)
            client = anthropic.Anthropic(base_url=url, timeout=10, http_client=http_client, **options)

        async def close():
            await settle(client.close())

        self.addAsyncCleanup(close)
        return client

    def organization(self, *url, **options):
        client = self.client(*url, **options)
        return client.beta.organization if self.beta else client.organization

    def method(self, organization, operation, door=None):
        """The SDK's method for an operation; `door` is with_raw_response or with_streaming_response."""
        *path, name = operation.removeprefix("organization.").split(".")
        resource = organization
        for part in path:
            resource = getattr(resource, part)
        return getattr(getattr(resource, door) if door else resource, name)

    def arguments(self, method, operation, given):
        """The arguments as the method takes them: what an SDK has no name for goes along as an extra, as a user would do."""
        named = inspect.signature(method).parameters
        extra = "extra_query" if OPERATIONS[operation]["request"].startswith("GET") else "extra_body"
        arguments = {name: value for name, value in given.items() if name in named}
        if unnamed := {name: value for name, value in given.items() if name not in named}:
            arguments[extra] = unnamed
        required = [name for name, of in named.items() if of.default is of.empty and of.kind is not of.VAR_KEYWORD]
        return {name: omit for name in required} | arguments

    async def call(self, organization, operation, given, tries=1):
        """Calls the SDK's method, checks what came back against what was sent, and returns it as the wire had it."""
        method, before = self.method(organization, operation), len(self.sent)
        result = await settle(method(**self.arguments(method, operation, given)))
        self.assertEqual(len(self.sent) - before, tries, "requests")
        wire = self.received[-1].json()
        self.is_answer(result, wire, operation)
        return wire

    def door(self, method, route, body=None, url=DEFAULT_URL, key=None):
        """A call at the tester's door, about this check's own organization."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": key or self.key, "content-type": "application/json"}
        request = urllib.request.Request(f"{url}/_mock/{route}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as refusal:
            self.fail(f"{method} {route}: {refusal.read().decode()}")

    def plan(self, operation, **fault):
        self.door("POST", "faults", {"operation": operation, **fault})

    # What came back.

    def has_headers_of_success(self, response):
        self.assertEqual(response.status_code, 200)
        self.assertRegex(response.headers.get("request-id", ""), REQUEST_ID)
        self.assertRegex(response.headers.get("anthropic-organization-id", ""), UUID)
        self.assertEqual(response.headers.get("content-type"), "application/json")
        self.assertNotIn("x-should-retry", response.headers)
        self.assertNotIn("x-mock-reason", response.headers)

    def is_answer(self, result, wire, operation):
        """The parsed result is what the wire had, and has the fields of the contract, in their order."""
        name = OPERATIONS[operation]["answer"]
        if not operation.endswith(".list"):
            self.is_object(result, wire, name)
            return
        self.assertEqual(list(wire), ["data", "has_more", "first_id", "last_id"])
        page = {"has_more": result.has_more, "first_id": result.first_id, "last_id": result.last_id}
        self.assertEqual(page, {name: wire[name] for name in page})
        self.assertEqual(len(result.data), len(wire["data"]))
        for item, of_wire in zip(result.data, wire["data"]):
            self.is_object(item, of_wire, name)

    def is_object(self, model, wire, name):
        self.assertIn(type(model).__name__, {name, TABLE["beta_names"].get(name, f"Beta{name}")})
        old = ["workspace_id"] if name == "APIKey" and GENERATION["old_fields"] else []
        self.assertEqual(list(wire), TABLE["answers"][name] + old)
        unknown = GENERATION["unknown_beta_fields" if self.beta else "unknown_fields"].get(name, set())
        self.assertEqual(set(model.model_extra or ()), unknown, "what the model does not know")
        unset = set(type(model).model_fields) - model.model_fields_set
        self.assertEqual(unset, GENERATION["unsent_fields"].get(type(model).__name__, set()), "what the answer lacks")
        # The SDK takes whatever comes. Its own model, asked strictly, refuses a wrong type or an unknown word.
        type(model).model_validate_json(json.dumps(wire), strict=True)
        for field, of_wire in wire.items():
            self.agrees(getattr(model, field), of_wire, field)

    def agrees(self, value, wire, field):
        if field.endswith("_at") and wire is not None:
            self.assertRegex(wire, TIME)
            self.assertIsInstance(value, datetime, field)
            self.assertEqual(value.utcoffset(), timedelta(0))
            self.assertEqual(value, datetime.fromisoformat(wire))
        elif hasattr(value, "model_fields_set"):
            self.assertEqual((value.model_extra or {}, value.model_fields_set), ({}, set(wire)), field)
            for name, of_wire in wire.items():
                self.agrees(getattr(value, name), of_wire, name)
        else:
            self.assertEqual(value, wire, field)

    async def fails(
        self, status, message, call, /, *args, code=None, details=None, organization=UUID, traced=True, tries=1,
        should_retry="", **kwargs,
    ):
        """One request, or `tries`, the last answered by exactly this error.

        A pattern as `message` is searched for. `organization=None` and `traced=False`: without those ids.
        """
        before = len(self.sent)
        with self.assertRaises(anthropic.APIStatusError) as caught:
            await settle(call(*args, **kwargs))
        self.assertEqual(len(self.sent) - before, tries, "requests")

        error, (_, kind, retry) = caught.exception, STATUSES[status]
        self.assertIs(type(error), error_class(status, code))
        self.assertEqual((error.status_code, error.response.status_code, error.type), (status, status, kind))
        said = error.body["error"]["message"]
        if isinstance(message, re.Pattern):
            self.assertRegex(said, message)
        else:
            self.assertEqual(said, message)
        # The whole body, so nothing else has slipped in.
        details = {**(details or {}), **({"error_code": code} if code else {})}
        body = {"type": kind, "message": said, **({"details": details} if details else {})}
        self.assertEqual(error.body, {"type": "error", "error": body, "request_id": error.request_id})
        if GENERATION["coded_errors"]:
            self.assertEqual((error.api_message, error.error_code), (said, code))
            self.assertEqual(error.details.to_dict() if error.details else {}, details)

        headers = error.response.headers
        if traced:
            self.assertRegex(error.request_id or "", REQUEST_ID)
        else:
            self.assertIsNone(error.request_id)
        self.assertEqual(headers.get("request-id"), error.request_id)
        if organization:
            self.assertRegex(headers.get("anthropic-organization-id", ""), organization)
        else:
            self.assertNotIn("anthropic-organization-id", headers)
        self.assertEqual(headers.get("content-type"), "application/json")
        self.assertEqual(headers.get("x-should-retry"), should_retry or retry)
        self.assertRegex(headers.get("x-mock-reason", ""), SLUG)
        return headers
