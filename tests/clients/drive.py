"""Drives `invites.delete` of one Python SDK: drive.py VERSION DEFAULT_URL EVERY_STATUS_URL PINNED_URL."""

import inspect
import logging
import re
import sys
import unittest
from contextlib import AsyncExitStack

import anthropic
from anthropic import AuthenticationError, BadRequestError, NotFoundError, Omit, PermissionDeniedError

VERSION, DEFAULT_URL, EVERY_STATUS_URL, PINNED_URL = sys.argv[1:]

# What differs between the generations: what they send, and what their errors carry.
GENERATION = {
    "2.12.0": {
        "credential": ("authorization", "Bearer {}"),
        "version": "2026-10-21",
        "beta_query": {},
        "malformed": "Invalid bearer token",
        "coded_errors": True,
    },
    "1.17.0": {
        "credential": ("x-api-key", "{}"),
        "version": "2023-06-01",
        "beta_query": {"beta": "true"},
        "malformed": "invalid x-api-key",
        "coded_errors": False,
    },
}[VERSION]

ERRORS = {
    BadRequestError: (400, "invalid_request_error"),
    AuthenticationError: (401, "authentication_error"),
    PermissionDeniedError: (403, "permission_error"),
    NotFoundError: (404, "not_found_error"),
}

PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"
ACCEPTED = "invite_01AcceptedAcceptedAccept"
EXPIRED = "invite_01ExpiredExpiredExpiredX"
DELETED = "invite_01GoneGoneGoneGoneGone12"
ACME_ACCEPTED = "invite_01AcmeAcceptedAcmeAccep1"
UNKNOWN = "invite_01NobodyEverSawThisXXXXX"

ACME = "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506"
GLOBEX = "0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a"

REQUEST_ID = r"\Areq_011C[1-9A-HJ-NP-Za-km-z]{20}\Z"
UUID = r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
SLUG = r"\A[a-z0-9]+(-[a-z0-9]+)*\Z"

SAYS_ACCEPTED = re.compile(r"(?i)accepted.*member")
SAYS_EXPIRED = re.compile(r"(?i)expired")
MISSING_PERMISSIONS = "Missing permissions. Please check with Anthropic support if you think this is in error."
MISSING_SCOPES = "Missing required scopes. Got: ['read:members'] Needed: ['write:members']"


def not_found(invite_id):
    return f"Invite `{invite_id}` not found."


async def settle(value):
    """The value of a call that the asynchronous client makes awaitable and the synchronous one does not."""
    return await value if inspect.isawaitable(value) else value


class Delete:
    """The checks; the classes at the end say which client and which door of it they go through."""

    def setUp(self):
        self.sent = []  # every request that left the SDK, retries included
        # A key is an organization, so a key of its own keeps each test apart from all the others.
        self.key = "sk-ant-admin01-" + re.sub(r"[^A-Za-z0-9]+", "-", f"python-{VERSION}-{self.id()}")

    def invites(self, url=DEFAULT_URL, **options):
        if not {"api_key", "auth_token"} & options.keys():
            options["api_key"] = self.key
        if self.asynchronous:

            async def record(request):
                self.sent.append(request)

            http_client = anthropic.DefaultAsyncHttpxClient(event_hooks={"request": [record]})
            client = anthropic.AsyncAnthropic(base_url=url, timeout=10, http_client=http_client, **options)
        else:
            http_client = anthropic.DefaultHttpxClient(event_hooks={"request": [self.sent.append]})
            client = anthropic.Anthropic(base_url=url, timeout=10, http_client=http_client, **options)

        async def close():
            await settle(client.close())

        self.addAsyncCleanup(close)
        return (client.beta.organization if self.beta else client.organization).invites

    async def deleted(self, invites, invite_id=PENDING, **options):
        result = await settle(invites.delete(invite_id, **options))
        self.is_receipt(result, invite_id)

    def is_receipt(self, result, invite_id):
        self.assertEqual(type(result).__name__, "InviteDeleteResponse")
        self.assertEqual((result.id, result.type), (invite_id, "invite_deleted"))
        self.assertEqual(result.to_dict(), {"id": invite_id, "type": "invite_deleted"})

    def has_headers_of_success(self, response):
        self.assertEqual(response.status_code, 200)
        self.assertRegex(response.headers.get("request-id", ""), REQUEST_ID)
        self.assertEqual(response.request_id, response.headers["request-id"])
        self.assertRegex(response.headers.get("anthropic-organization-id", ""), UUID)
        self.assertEqual(response.headers.get("content-type"), "application/json")
        self.assertNotIn("x-should-retry", response.headers)
        self.assertNotIn("x-mock-reason", response.headers)

    async def refused(self, invites, error, message, invite_id=PENDING, organization=UUID, traced=True, **options):
        """One request, answered by exactly this error; `organization=None` and `traced=False`: without those ids."""
        before = len(self.sent)
        with self.assertRaises(error) as caught:
            await settle(invites.delete(invite_id, **options))
        self.assertEqual(len(self.sent) - before, 1, "the SDK must not try again")

        e, (status, kind) = caught.exception, ERRORS[error]
        self.assertIs(type(e), error)
        self.assertEqual((e.status_code, e.response.status_code, e.type), (status, status, kind))
        said = e.body["error"]["message"]
        if isinstance(message, re.Pattern):
            self.assertRegex(said, message)
        else:
            self.assertEqual(said, message)
        # The whole body, so neither `details` nor anything else has slipped in.
        self.assertEqual(
            e.body, {"type": "error", "error": {"type": kind, "message": said}, "request_id": e.request_id}
        )
        if GENERATION["coded_errors"]:
            self.assertEqual((e.api_message, e.error_code, e.details), (said, None, None))

        headers = e.response.headers
        if traced:
            self.assertRegex(e.request_id or "", REQUEST_ID)
        else:
            self.assertIsNone(e.request_id)
        self.assertEqual(headers.get("request-id"), e.request_id)
        if organization:
            self.assertRegex(headers.get("anthropic-organization-id", ""), organization)
        else:
            self.assertNotIn("anthropic-organization-id", headers)
        self.assertEqual(headers.get("content-type"), "application/json")
        self.assertEqual(headers.get("x-should-retry"), "false")
        self.assertRegex(headers.get("x-mock-reason", ""), SLUG)

    # What a success looks like.

    async def test_a_pending_invite_is_deleted(self):
        await self.deleted(self.invites())

    async def test_the_request_is_the_one_of_this_generation(self):
        await self.deleted(self.invites())
        (request,) = self.sent
        header, shape = GENERATION["credential"]
        other = {"authorization": "x-api-key", "x-api-key": "authorization"}[header]
        self.assertEqual((request.method, request.url.path), ("DELETE", f"/v1/organizations/invites/{PENDING}"))
        self.assertEqual(dict(request.url.params), GENERATION["beta_query"] if self.beta else {})
        self.assertEqual(request.headers[header], shape.format(self.key))
        self.assertNotIn(other, request.headers)
        self.assertEqual(request.headers["anthropic-version"], GENERATION["version"])
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertEqual(request.content, b"")

    async def test_a_parsed_answer_knows_its_request_id(self):
        result = await settle(self.invites().delete(PENDING))
        self.assertRegex(result._request_id, REQUEST_ID)

    async def test_a_raw_response_has_the_headers(self):
        raw = await settle(self.invites().with_raw_response.delete(PENDING))
        self.has_headers_of_success(raw)
        self.is_receipt(await settle(raw.parse()), PENDING)

    async def test_a_streamed_response_has_the_headers(self):
        manager = self.invites().with_streaming_response.delete(PENDING)
        async with AsyncExitStack() as stack:
            if self.asynchronous:
                response = await stack.enter_async_context(manager)
            else:
                response = stack.enter_context(manager)
            self.has_headers_of_success(response)
            self.is_receipt(await settle(response.parse()), PENDING)

    # What the invite decides.

    async def test_a_second_delete_finds_nothing(self):
        invites = self.invites()
        await self.deleted(invites)
        await self.refused(invites, NotFoundError, not_found(PENDING))

    async def test_a_raw_call_raises_too(self):
        await self.refused(self.invites().with_raw_response, NotFoundError, not_found(UNKNOWN), UNKNOWN)

    async def test_an_accepted_invite_is_a_bad_request(self):
        await self.refused(self.invites(), BadRequestError, SAYS_ACCEPTED, ACCEPTED)

    async def test_an_expired_invite_is_a_bad_request(self):
        await self.refused(self.invites(), BadRequestError, SAYS_EXPIRED, EXPIRED)

    async def test_an_unknown_id_is_not_found(self):
        await self.refused(self.invites(), NotFoundError, not_found(UNKNOWN), UNKNOWN)

    async def test_a_malformed_id_is_not_found(self):
        await self.refused(self.invites(), NotFoundError, not_found("not an id/at all"), "not an id/at all")

    async def test_an_invite_deleted_long_ago_is_not_found(self):
        await self.refused(self.invites(), NotFoundError, not_found(DELETED), DELETED)

    async def test_an_invite_of_another_organization_is_not_found(self):
        there = self.invites(api_key="sk-ant-admin01-acme-ci")
        await self.refused(there, BadRequestError, SAYS_ACCEPTED, ACME_ACCEPTED, organization=ACME)
        await self.refused(self.invites(), NotFoundError, not_found(ACME_ACCEPTED), ACME_ACCEPTED)

    async def test_every_status_of_the_example_world(self):
        invites = self.invites(EVERY_STATUS_URL)
        for pending in ("invite_01PendingByDefau1tPendin", "invite_01PendinginWordsPendingX",
                        "invite_01PendingforoneMoreSecon", "x"):
            await self.deleted(invites, pending)
        for expired in ("invite_01ExpiredByDefau1tExpire", "invite_01ExpiredByitsTimesExpir",
                        "invite_01ExpiredThisVeryMomentX"):
            await self.refused(invites, BadRequestError, SAYS_EXPIRED, expired)
        for accepted in ("invite_01AcceptedByDefau1tAccep", "invite_01AcceptedByitsTimeAccep"):
            await self.refused(invites, BadRequestError, SAYS_ACCEPTED, accepted)
        gone = "invite_01De1etedLongAgoDe1etedX"
        await self.refused(invites, NotFoundError, not_found(gone), gone)

    # What the credential decides.

    async def test_an_inference_key_lacks_permission(self):
        invites = self.invites(api_key="sk-ant-api03-an-inference-key")
        await self.refused(invites, PermissionDeniedError, MISSING_PERMISSIONS, organization=None)

    async def test_a_malformed_key_is_named_after_its_header(self):
        invites = self.invites(api_key="nonsense")
        await self.refused(invites, AuthenticationError, GENERATION["malformed"], organization=None)

    async def test_a_malformed_token(self):
        invites = self.invites(auth_token="nonsense")
        await self.refused(invites, AuthenticationError, "Invalid bearer token", organization=None)

    async def test_an_unknown_kind_of_key_leaves_no_trace(self):
        invites = self.invites(api_key="sk-ant-sid01-x")
        await self.refused(invites, AuthenticationError, "API key is invalid.", organization=None, traced=False)

    async def test_a_world_of_pinned_keys_knows_no_others(self):
        for key in (self.key, "sk-ant-api03-an-inference-key"):
            invites = self.invites(PINNED_URL, api_key=key)
            await self.refused(invites, AuthenticationError, "API key is invalid.", organization=None, traced=False)
        invites = self.invites(PINNED_URL, auth_token="sk-ant-oat01-a-token")
        await self.refused(
            invites, AuthenticationError, "OAuth access token is invalid.", organization=None, traced=False
        )

    async def test_a_disabled_key(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-disabled")
        await self.refused(
            invites, AuthenticationError, "API key has been deactivated.", organization=None, traced=False
        )

    async def test_an_expired_key(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-expired")
        await self.refused(invites, AuthenticationError, "API key has expired.", organization=None, traced=False)

    async def test_a_reader_lacks_the_scope(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-reader")
        await self.refused(invites, PermissionDeniedError, MISSING_SCOPES, ACME_ACCEPTED, organization=ACME)

    async def test_a_writer_has_the_scope(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-writer")
        await self.refused(invites, BadRequestError, SAYS_ACCEPTED, ACME_ACCEPTED, organization=ACME)

    async def test_a_pinned_key_may_have_any_shape(self):
        invites = self.invites(api_key="any-shape-can-be-pinned")
        await self.refused(invites, NotFoundError, not_found(PENDING), organization=GLOBEX)

    async def test_a_token_is_a_bearer_credential(self):
        invites = self.invites(auth_token=self.key.replace("admin01", "oat01"))
        await self.deleted(invites)
        self.assertTrue(self.sent[0].headers["authorization"].startswith("Bearer sk-ant-oat01-"))
        self.assertNotIn("x-api-key", self.sent[0].headers)
        await self.refused(invites, NotFoundError, not_found(PENDING))

    async def test_no_credential(self):
        nothing = {GENERATION["credential"][0]: Omit()}
        await self.refused(
            self.invites(), AuthenticationError, "x-api-key header is required", organization=None, extra_headers=nothing
        )

    async def test_of_both_credentials_the_x_api_key_decides(self):
        bearer = {"x-api-key": self.key, "authorization": "Bearer nonsense"}
        await self.deleted(self.invites(), extra_headers=bearer)
        header = {"x-api-key": "nonsense", "authorization": f"Bearer {self.key}"}
        await self.refused(
            self.invites(), AuthenticationError, "invalid x-api-key", organization=None, extra_headers=header
        )

    # What the version and the rest of the request decide.

    async def test_no_version(self):
        invites = self.invites(default_headers={"anthropic-version": Omit()})
        await self.refused(invites, BadRequestError, "anthropic-version: header is required")

    async def test_an_unknown_version(self):
        wrong = {"anthropic-version": "2023-10-01"}
        message = 'anthropic-version: "2023-10-01" is not a valid version'
        await self.refused(self.invites(), BadRequestError, message, extra_headers=wrong)

    async def test_ids_that_need_encoding(self):
        invites = self.invites(EVERY_STATUS_URL)
        for odd in ("team/platform invite", "einladung-für-zoë-✉", "100%25-percent", "a+b&c=d?e#f;g:h@i,j",
                    'invite_"quoted"\\back'):
            await self.deleted(invites, odd)
            await self.refused(invites, NotFoundError, not_found(odd), odd)

    async def test_extras_change_nothing(self):
        invites = self.invites()
        await self.deleted(
            invites,
            extra_query={"beta": "true", "surprise": "1"},
            extra_body={"id": UNKNOWN},
            extra_headers={"anthropic-beta": "any-2026-01-01", "x-surprise": "1"},
        )
        self.assertEqual(self.sent[0].url.params["beta"], "true")
        self.assertIn(UNKNOWN.encode(), self.sent[0].content)
        await self.refused(invites, NotFoundError, not_found(PENDING))

    async def test_the_sdk_itself_refuses_ids_that_leave_the_path(self):
        for invite_id in ("", ".", ".."):
            with self.assertRaises(ValueError):
                await settle(self.invites().delete(invite_id))
        self.assertEqual(self.sent, [])


class Sync(Delete, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = False, False


class SyncBeta(Delete, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = False, True


class Async(Delete, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = True, False


class AsyncBeta(Delete, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = True, True


if __name__ == "__main__":
    if anthropic.__version__ != VERSION:
        sys.exit(f"anthropic {anthropic.__version__} is installed, not {VERSION}")
    # unittest turns on asyncio's debug mode, which would report every slow step among the failures.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0)
