"""What holds for every operation: what leaves the SDK, what comes back, and the refusals that all have in common."""

import inspect
import json
import operator
import re
from contextlib import AsyncExitStack

import anthropic

from client import (
    CODES, GENERATION, MISSING_PERMISSIONS, OPERATIONS, POLICIES_URL, STATUSES, THREE_AN_HOUR_URL, Checks, each,
    missing_scopes, settle,
)

ACME_READER = "sk-ant-admin01-acme-reader"
GLOBEX = "sk-ant-admin01-globex-ci"  # an Enterprise organization

THINGS = {"invite_id": "Invite", "user_id": "User", "workspace_id": "Workspace", "api_key_id": "API key"}
# An id that nothing has, one that another organization has, and one that is none.
STRANGERS = {
    "invite_id": ["invite_01NobodyEverSawThisXXXXX", "invite_01AcmePendingAcmePendin1", "not an id/at all"],
    "user_id": ["user_01NobodyEverSawThisXXXXXXX", "user_01AcmeBobAcmeBobAcmeBobAc", "not an id/at all"],
    "workspace_id": ["wrkspc_01NobodyEverSawThisXXXX", "wrkspc_01AcmeRobotsAcmeRobotsAc", "not an id/at all"],
    "api_key_id": ["apikey_01NobodyEverSawThisXXXX", "apikey_01AcmeBobAcmeBobAcmeBobA", "not an id/at all"],
}

ROWS = list(OPERATIONS.values())
NAME = operator.itemgetter("operation")
WITH_BODY = [
    row["operation"] for row in ROWS if row["request"].startswith("POST") and not row["request"].endswith("/archive")
]
CODED = [
    (row, code, beta)
    for row in ROWS
    for codes, beta in (("codes", False), ("beta_codes", True))
    for code in row.get(codes, [])
]


class Operations(Checks):
    @each(ROWS, NAME)
    async def test_the_request_and_the_answer(self, row):
        organization = self.organization()
        answer = await self.call(organization, row["operation"], row["with"])
        self.has_headers_of_success(self.received[0])
        (request,) = self.sent
        method, path = row["request"].split(" ")
        self.assertEqual((request.method, request.url.path), (method, path.format(**row["with"])))
        self.assertEqual(dict(request.url.params), GENERATION["beta_query"] if self.beta else {})
        header, shape = GENERATION["credential"]
        other = {"authorization": "x-api-key", "x-api-key": "authorization"}[header]
        self.assertEqual(request.headers[header], shape.format(self.key))
        self.assertNotIn(other, request.headers)
        self.assertEqual(request.headers["anthropic-version"], GENERATION["version"])
        self.assertEqual(request.headers.get("content-type", "application/json"), "application/json")
        fields = {name: value for name, value in row["with"].items() if "{" + name + "}" not in path}
        self.assertEqual(json.loads(request.content or "{}"), fields)
        if row["operation"] == "organization.retrieve":
            self.assertEqual(answer["id"], self.received[0].headers["anthropic-organization-id"])

    @each(ROWS, NAME)
    async def test_the_raw_answer(self, row):
        method = self.method(self.organization(), row["operation"], "with_raw_response")
        raw = await settle(method(**self.arguments(method, row["operation"], row["with"])))
        self.has_headers_of_success(raw)
        self.assertEqual(raw.request_id, raw.headers["request-id"])
        parsed = await settle(raw.parse())
        self.is_answer(parsed, json.loads(await settle(raw.text())), row["operation"])
        self.assertEqual(parsed._request_id, raw.request_id)

    @each(ROWS, NAME)
    async def test_the_streamed_answer(self, row):
        method = self.method(self.organization(), row["operation"], "with_streaming_response")
        manager = method(**self.arguments(method, row["operation"], row["with"]))
        async with AsyncExitStack() as stack:
            if self.asynchronous:
                response = await stack.enter_async_context(manager)
            else:
                response = stack.enter_context(manager)
            self.has_headers_of_success(response)
            self.is_answer(await settle(response.parse()), await settle(response.json()), row["operation"])

    @each(ROWS, NAME)
    async def test_extras_change_nothing(self, row):
        method = self.method(self.organization(), row["operation"])
        extras = {"extra_query": {"surprise": "1"}, "extra_headers": {"anthropic-beta": "any-2026-01-01", "x-surprise": "1"}}
        if row["operation"] not in WITH_BODY:  # a body that nothing asks for is not looked at
            extras["extra_body"] = {"surprise": 1}
        result = await settle(method(**row["with"], **extras))
        self.is_answer(result, self.received[0].json(), row["operation"])
        self.assertEqual(self.sent[0].url.params["surprise"], "1")

    @each([row for row in ROWS if row["operation"] in WITH_BODY], NAME)
    async def test_a_call_without_a_body(self, row):
        post, path = self.client().post, row["request"].split(" ")[1].format(**row["with"])
        await self.fails(400, re.compile("^The request body is not valid JSON"), post, path, cast_to=object)

    @each([row for row in ROWS if "_id" in row["request"]], NAME)
    async def test_an_id_that_the_organization_does_not_have(self, row):
        organization = self.organization()
        for name in filter(THINGS.get, row["with"]):
            for stranger in STRANGERS[name]:
                # Of two ids the workspace's is looked up first.
                wanted = f"{THINGS[name]} `{stranger}` not found."
                for door in (None, "with_raw_response"):
                    method = self.method(organization, row["operation"], door)
                    await self.fails(404, wanted, method, **{**row["with"], name: stranger})

    @each([row for row in ROWS if "_id" in row["request"]], NAME)
    async def test_the_sdk_itself_refuses_ids_that_leave_the_path(self, row):
        method = self.method(self.organization(), row["operation"])
        for name in re.findall(r"\{(\w+)\}", row["request"]):
            for refused in ("", ".", ".."):
                with self.assertRaises(ValueError):
                    await settle(method(**{**row["with"], name: refused}))
        self.nothing_is_sent = True

    # What the credential decides.

    @each(ROWS, NAME)
    async def test_an_inference_key_lacks_permission(self, row):
        method = self.method(self.organization(api_key="sk-ant-api03-an-inference-key"), row["operation"])
        await self.fails(403, MISSING_PERMISSIONS, method, organization=None, **row["with"])

    @each(ROWS, NAME)
    async def test_a_scoped_key(self, row):
        needs = row["needs"]
        for scopes, options in (
            (["read:members"], {"api_key": ACME_READER}),
            (["read:org_audit"], {"url": POLICIES_URL, "api_key": "sk-ant-admin01-strict-auditor"}),
            (["write:members"], {"url": POLICIES_URL, "api_key": "sk-ant-admin01-strict-writer"}),
        ):
            method = self.method(self.organization(**options), row["operation"])
            if needs and not set(needs) & set(scopes):
                await self.fails(403, missing_scopes(needs[0], *scopes), method, **row["with"])
            elif not row["with"]:
                await settle(method())
            else:  # these organizations have nothing of what the row names, so nothing is done
                with self.assertRaises((anthropic.NotFoundError, anthropic.BadRequestError)):
                    await settle(method(**row["with"]))

    @each([row for row in ROWS if row["needs"] == ["org:admin"]], NAME)
    async def test_an_enterprise_organization_has_no_workspaces_and_api_keys(self, row):
        method = self.method(self.organization(api_key=GLOBEX), row["operation"])
        message = re.compile("not available for organizations of this type")
        await self.fails(400, message, method, code="organization_type_not_supported", **row["with"])

    # What the SDK does again by itself.

    @each(ROWS, NAME)
    async def test_an_overload_and_a_rate_limit_are_tried_again(self, row):
        for kind in ("overloaded_error", "rate_limit_error"):
            self.plan(row["operation"], error=kind, retry_after_ms=1)
        await self.call(self.organization(), row["operation"], row["with"], tries=3)

    @each(ROWS, NAME)
    async def test_three_overloads_are_an_error(self, row):
        self.plan(row["operation"], error="overloaded_error", retry_after_ms=1, times=3)
        method = self.method(self.organization(), row["operation"])
        await self.fails(529, "Overloaded", method, tries=3, **row["with"])

    @each(CODED, lambda of: f"{of[0]['operation']} {of[1]}{' (beta)' if of[2] else ''}")
    async def test_an_error_code_that_is_planned(self, of):
        row, code, of_beta = of
        if of_beta and not self.beta:
            self.leave_out("the SDK names it under `beta` alone")
        status, details = CODES[code]["status"], CODES[code].get("details", {})
        kind = STATUSES[status][1]
        self.plan(row["operation"], error=kind, status=status, error_code=code, details=details, retry_after_ms=1, times=3)
        method = self.method(self.organization(), row["operation"])
        tries = 3 if status in (409, 503) else 1
        await self.fails(status, re.compile("."), method, code=code, details=details, tries=tries, **row["with"])

    async def test_one_rate_limit_for_all(self):
        organization = self.organization(THREE_AN_HOUR_URL, max_retries=0)
        for operation in ("users.list", "workspaces.list", "api_keys.list"):
            await self.call(organization, operation, {})
        await self.fails(429, re.compile("limit"), organization.retrieve)


class Completeness(Checks):
    """Nothing that an SDK has for these resources is left out."""

    def setUp(self):
        super().setUp()
        self.nothing_is_sent = True

    def resources(self):
        """The resources of the organization that the table names, each with the methods that are its own."""
        for path in sorted({operation.rpartition(".")[0] for operation in OPERATIONS}):
            resource = self.organization()
            for part in path.removeprefix("organization").split("."):
                resource = getattr(resource, part) if part else resource
            yield path, {
                name: method for name, method in vars(type(resource)).items()
                if inspect.isfunction(method) and not name.startswith("_")
            }

    def test_every_method_is_an_operation(self):
        for path, methods in self.resources():
            wanted = {name.rpartition(".")[2] for name in OPERATIONS if name.rpartition(".")[0] == path}
            self.assertEqual(methods.keys() - {"sign_out"}, wanted, path)

    def test_every_error_that_a_method_names_is_in_the_table(self):
        for path, methods in self.resources():
            for name, method in methods.items():
                row = OPERATIONS.get(f"{path}.{name}")
                named = re.findall(r"(\w+Error):", (method.__doc__ or "").partition("Raises:")[2])
                codes = row and [*row.get("codes", []), *(row.get("beta_codes", []) if self.beta else [])]
                if row and GENERATION["coded_errors"]:
                    self.assertEqual(sorted(named), sorted(CODES[code]["error"] for code in codes), f"{path}.{name}")

    async def test_signing_a_user_out_is_not_served(self):
        users = self.organization().users
        if not hasattr(users, "sign_out"):
            self.leave_out("this SDK does not have it here")
        self.nothing_is_sent = False
        await self.fails(501, re.compile("sign_out"), users.sign_out, "user_01AdminAdminAdminAdminAd", organization=None)

    async def test_an_api_key_cannot_be_created(self):
        self.nothing_is_sent = False
        post = self.client().post
        headers = await self.fails(
            405, "Method Not Allowed", post, "/v1/organizations/api_keys", cast_to=object, organization=None
        )
        self.assertEqual(headers["allow"], "GET,HEAD")
