"""Drives `organization.invites` of one Python SDK: drive.py VERSION URL..., one for each server of tests/clients/run."""

import inspect
import json
import logging
import re
import sys
import unittest
import urllib.request
from contextlib import AsyncExitStack
from datetime import datetime, timedelta, timezone

import anthropic
from anthropic import (
    APIConnectionError, AuthenticationError, BadRequestError, NotFoundError, Omit, OverloadedError,
    PermissionDeniedError, RateLimitError, omit,
)

VERSION, DEFAULT_URL, EVERY_STATUS_URL, PINNED_URL, POLICIES_URL, THREE_AN_HOUR_URL, ONE_A_SECOND_URL = sys.argv[1:]

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
    RateLimitError: (429, "rate_limit_error"),
    OverloadedError: (529, "overloaded_error"),
}
SHOULD_RETRY = {429: "true", 529: None}  # for the others it is "false"

# The classes that the current generation raises by `error_code`; the older one raises what they derive from.
CODED = {}
if GENERATION["coded_errors"]:
    from anthropic.types import OrgMemberLimitExceededError, SandboxEgressRestrictedError
    from anthropic.types.organization import (
        AlreadyMemberError, CannotInviteEmailsWithUnverifiedDomainsError, EmailDomainNotAllowedError,
        InviteAlreadyExistsError, RBACGroupGrantsOwnerAccessError, RBACGroupOwnerAccessUnconfirmedError,
    )

    CODED = {
        "already_member": AlreadyMemberError,
        "cannot_invite_emails_with_unverified_domains": CannotInviteEmailsWithUnverifiedDomainsError,
        "email_domain_not_allowed": EmailDomainNotAllowedError,
        "invite_already_exists": InviteAlreadyExistsError,
        "org_member_limit_exceeded": OrgMemberLimitExceededError,
        "rbac_group_grants_owner_access": RBACGroupGrantsOwnerAccessError,
        "rbac_group_owner_access_unconfirmed": RBACGroupOwnerAccessUnconfirmedError,
        "sandbox_egress_restricted": SandboxEgressRestrictedError,
    }

PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"
ACCEPTED = "invite_01AcceptedAcceptedAccept"
EXPIRED = "invite_01ExpiredExpiredExpiredX"
DELETED = "invite_01GoneGoneGoneGoneGone12"
ACME_ACCEPTED = "invite_01AcmeAcceptedAcmeAccep1"
UNKNOWN = "invite_01NobodyEverSawThisXXXXX"
LISTED = [ACCEPTED, PENDING, EXPIRED]  # what the default world lists, newest first

ACME = "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506"
GLOBEX = "0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a"
STRICT = "c0ffee00-1234-4abc-8def-00000000e57e"  # of policies.json, as is its invite
STRICT_PENDING = "invite_01StrictPendingStrictPen"

REQUEST_ID = r"\Areq_011C[1-9A-HJ-NP-Za-km-z]{20}\Z"
UUID = r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
INVITE_ID = r"\Ainvite_01[1-9A-HJ-NP-Za-km-z]{22}\Z"
TIME = r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z\Z"
SLUG = r"\A[a-z0-9]+(-[a-z0-9]+)*\Z"

SAYS_ACCEPTED = re.compile(r"(?i)accepted.*member")
SAYS_EXPIRED = re.compile(r"(?i)expired")
MISSING_PERMISSIONS = "Missing permissions. Please check with Anthropic support if you think this is in error."


def missing_scopes(needed, *got):
    return f"Missing required scopes. Got: {list(got)} Needed: {[needed]}"


def not_found(invite_id):
    return f"Invite `{invite_id}` not found."


async def settle(value):
    """The value of a call that the asynchronous client makes awaitable and the synchronous one does not."""
    return await value if inspect.isawaitable(value) else value


class Checks:
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

    async def fails(
        self, error, message, call, *args, code=None, organization=UUID, traced=True, tries=1, should_retry="", **kwargs
    ):
        """One request, or `tries`, the last answered by exactly this error.

        `organization=None` and `traced=False`: without those ids.
        """
        before = len(self.sent)
        with self.assertRaises(error) as caught:
            await settle(call(*args, **kwargs))
        self.assertEqual(len(self.sent) - before, tries, "the SDK must not try again")

        e, (status, kind) = caught.exception, next(ERRORS[base] for base in error.__mro__ if base in ERRORS)
        self.assertIs(type(e), error)
        self.assertEqual((e.status_code, e.response.status_code, e.type), (status, status, kind))
        said = e.body["error"]["message"]
        if isinstance(message, re.Pattern):
            self.assertRegex(said, message)
        else:
            self.assertEqual(said, message)
        # The whole body, so nothing else has slipped in.
        details = {"details": {"error_code": code}} if code else {}
        self.assertEqual(
            e.body, {"type": "error", "error": {"type": kind, "message": said, **details}, "request_id": e.request_id}
        )
        if GENERATION["coded_errors"]:
            self.assertEqual((e.api_message, e.error_code, e.details and e.details.error_code), (said, code, code))

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
        self.assertEqual(headers.get("x-should-retry"), should_retry or SHOULD_RETRY.get(status, "false"))
        self.assertRegex(headers.get("x-mock-reason", ""), SLUG)
        return headers

    async def refused(self, invites, error, message, invite_id=PENDING, **options):
        await self.fails(error, message, invites.delete, invite_id, **options)

    async def uncreatable(self, invites, code, message, email, role="user", **options):
        error = CODED.get(code, BadRequestError)
        await self.fails(error, re.compile(message), invites.create, code=code, email=email, role=role, **options)

    def address(self, domain="example.com"):
        """An address of this test's own, for organizations that are not."""
        return re.sub(r"[^a-z0-9]+", "-", self.key.lower()) + "@" + domain

    async def created(self, invites, email, role="user", **options):
        """A new invite with all that the contract says of one."""
        began = datetime.now(timezone.utc)
        invite = await settle(invites.create(email=email, role=role, **options))
        self.assertRegex(invite.id, INVITE_ID)
        self.assertLess(abs(invite.invited_at - began), timedelta(minutes=1))
        self.assertEqual(invite.expires_at - invite.invited_at, timedelta(days=21))
        wanted = {
            "id": invite.id, "type": "invite", "email": email, "role": role, "status": "pending",
            "invited_at": invite.invited_at, "expires_at": invite.expires_at, "accepted_at": None,
            "rbac_group_ids": options.get("rbac_group_ids", []),
        }
        self.assertEqual(invite.to_dict(mode="python"), wanted)
        return invite

    def control(self, method, route, body=None, url=DEFAULT_URL):
        """A call at the tester's door, about this test's own organization."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": self.key, "content-type": "application/json"}
        request = urllib.request.Request(f"{url}/_mock/{route}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def accept(self, invite_id, url=DEFAULT_URL):
        """What the invitee does; there is no operation of the API for it."""
        return self.control("POST", f"invites/{invite_id}/accept", url=url)

    def plan(self, **fault):
        self.control("POST", "faults", {"operation": "invites.delete", **fault})

    def journals(self, *wanted):
        """Deletes with exactly these statuses and faults are in the journal; the seconds between one and the next."""
        requests = self.control("GET", "requests")["requests"]
        got = [(request["operation"], request["status"], request["fault"]) for request in requests]
        self.assertEqual(got, [("invites.delete", *answer) for answer in wanted])
        times = [datetime.fromisoformat(request["time"]) for request in requests]
        return [(later - sooner).total_seconds() for sooner, later in zip(times, times[1:])]

    async def ids(self, invites, **query):
        """The ids of all pages."""
        if self.asynchronous:
            return [invite.id async for invite in invites.list(**query)]
        return [invite.id for invite in invites.list(**query)]

    async def lists(self, invites, wanted, has_more=False, **query):
        """One page of exactly these ids."""
        page = (await settle(invites.list(**query))).to_dict()
        ids = [invite["id"] for invite in page.pop("data")]
        ends = {"first_id": wanted[0] if wanted else None, "last_id": wanted[-1] if wanted else None}
        self.assertEqual((ids, page), (wanted, {"has_more": has_more, **ends}), query)

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
        message = missing_scopes("write:members", "read:members")
        await self.refused(invites, PermissionDeniedError, message, ACME_ACCEPTED, organization=ACME)

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

    # An invite's life.

    async def test_a_whole_life(self):
        invites, email = self.invites(), "Life+1@example.com"
        created = await self.created(invites, email, "developer")
        self.assertEqual(await settle(invites.retrieve(created.id)), created)
        await self.lists(invites, [created.id, *LISTED])
        self.assertEqual((await settle(invites.list(limit=1))).data, [created])

        await self.deleted(invites, created.id)
        await self.fails(NotFoundError, not_found(created.id), invites.retrieve, created.id)
        await self.refused(invites, NotFoundError, not_found(created.id), created.id)
        await self.lists(invites, LISTED)

        again = await self.created(invites, email, "billing")
        self.assertNotEqual(again.id, created.id)
        await self.lists(invites, [again.id, *LISTED])

    async def test_the_life_of_an_accepted_invite(self):
        invites = self.invites()
        created = await self.created(invites, "joins@example.com", "claude_code_user")
        self.assertEqual(self.accept(created.id)["status"], "accepted")
        accepted = await settle(invites.retrieve(created.id))
        self.assertLessEqual(created.invited_at, accepted.accepted_at)
        self.assertLess(accepted.accepted_at, created.expires_at)
        changed = {"status": "accepted", "accepted_at": accepted.accepted_at}
        self.assertEqual(accepted.to_dict(mode="python"), {**created.to_dict(mode="python"), **changed})
        await self.refused(invites, BadRequestError, SAYS_ACCEPTED, created.id)
        for email in ("joins@example.com", "JOINS+again@Example.com", "accepted@example.com"):
            await self.uncreatable(invites, "already_member", "(?i)member", email)

    async def test_an_invite_on_the_wire(self):
        raw = await settle(self.invites().with_raw_response.create(email="wire@example.com", role="user"))
        self.has_headers_of_success(raw)
        body = await settle(raw.json())
        for time in ("invited_at", "expires_at"):
            self.assertRegex(body.pop(time), TIME)
        self.assertRegex(body.pop("id"), INVITE_ID)
        self.assertEqual(body, {
            "type": "invite", "email": "wire@example.com", "role": "user", "status": "pending",
            "rbac_group_ids": [], "accepted_at": None,
        })
        (request,) = self.sent
        self.assertEqual((request.method, request.url.path), ("POST", "/v1/organizations/invites"))
        self.assertEqual(dict(request.url.params), GENERATION["beta_query"] if self.beta else {})
        self.assertEqual(json.loads(request.content), {"email": "wire@example.com", "role": "user"})

    async def test_the_invites_of_the_world_can_be_retrieved(self):
        invites = self.invites()
        for invite_id, email, status in (
            (PENDING, "pending@example.com", "pending"),
            (ACCEPTED, "accepted@example.com", "accepted"),
            (EXPIRED, "expired@example.com", "expired"),
        ):
            invite = await settle(invites.retrieve(invite_id))
            self.assertEqual((invite.id, invite.email, invite.status), (invite_id, email, status))
            self.assertEqual(invite.accepted_at is not None, status == "accepted")
        for invite_id in (DELETED, UNKNOWN, ACME_ACCEPTED, "not an id/at all"):
            await self.fails(NotFoundError, not_found(invite_id), invites.retrieve, invite_id)

    async def test_an_expired_or_deleted_address_can_be_invited_again(self):
        for email in ("expired@example.com", "gone@example.com"):
            await self.created(self.invites(), email)

    # What is not created, by error code.

    async def test_an_address_is_invited_once(self):
        invites = self.invites()
        created = await self.created(invites, "once@example.com")
        for email in ("once@example.com", "Once+more@EXAMPLE.com"):
            await self.uncreatable(invites, "invite_already_exists", created.id, email)
        await self.uncreatable(invites, "invite_already_exists", PENDING, "pending@example.com")
        await self.lists(invites, [created.id, *LISTED])

    async def test_pending_invites_count_towards_the_member_limit(self):
        invites = self.invites(POLICIES_URL)
        await self.uncreatable(invites, "already_member", "(?i)member", "founder@full.example")
        created = await self.created(invites, "second@full.example")
        await self.uncreatable(invites, "org_member_limit_exceeded", "(?i)limit", "third@full.example")
        await self.deleted(invites, created.id)
        created = await self.created(invites, "third@full.example")
        self.accept(created.id, POLICIES_URL)
        await self.uncreatable(invites, "org_member_limit_exceeded", "(?i)limit", "fourth@full.example")

    async def test_what_an_organization_does_not_allow(self):
        invites, email = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-all"), self.address("strict.example")
        for code, names, address, groups in (
            ("email_domain_not_allowed", "elsewhere.example", "ada@elsewhere.example", []),
            ("cannot_invite_emails_with_unverified_domains", "unverified.example", "ada@Unverified.Example", []),
            ("rbac_group_grants_owner_access", "group_owners", email, ["group_plain", "group_owners"]),
            ("rbac_group_owner_access_unconfirmed", "group_unclear", email, ["group_unclear"]),
            ("invite_already_exists", STRICT_PENDING, "pending@strict.example", ["group_plain"]),
            ("already_member", "(?i)member", "owner@strict.example", []),
        ):
            await self.uncreatable(invites, code, names, address, rbac_group_ids=groups, organization=STRICT)
        await self.lists(invites, [], email=email)

    # What the scopes decide.

    async def test_a_reader_may_only_read(self):
        reader = self.invites(api_key="sk-ant-admin01-acme-reader")
        self.assertIn(ACME_ACCEPTED, await self.ids(reader))
        self.assertEqual((await settle(reader.retrieve(ACME_ACCEPTED))).id, ACME_ACCEPTED)
        message = missing_scopes("write:members", "read:members")
        new = {"email": self.address(), "role": "user"}
        await self.fails(PermissionDeniedError, message, reader.create, organization=ACME, **new)
        await self.lists(reader, [], email=new["email"])

    async def test_an_auditor_may_only_read(self):
        auditor = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-auditor")
        self.assertIn(STRICT_PENDING, await self.ids(auditor))
        self.assertEqual((await settle(auditor.retrieve(STRICT_PENDING))).id, STRICT_PENDING)
        message = missing_scopes("write:members", "read:org_audit")
        new = {"email": self.address("strict.example"), "role": "user"}
        await self.fails(PermissionDeniedError, message, auditor.create, organization=STRICT, **new)
        await self.refused(auditor, PermissionDeniedError, message, STRICT_PENDING, organization=STRICT)

    async def test_a_writer_may_only_write(self):
        writer = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-writer")
        created = await self.created(writer, self.address("strict.example"))
        message = missing_scopes("read:members", "write:members")
        await self.fails(PermissionDeniedError, message, writer.retrieve, created.id, organization=STRICT)
        await self.fails(PermissionDeniedError, message, writer.list, organization=STRICT)
        await self.deleted(writer, created.id)

    async def test_groups_have_a_scope_of_their_own(self):
        members = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-members")
        groups = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-groups")
        email = self.address("strict.example")
        for new in (
            {"role": "managed"},
            {"role": "user", "rbac_group_ids": ["group_plain"]},
            {"role": "managed", "rbac_group_ids": ["group_plain", "group_other"]},
        ):
            message = missing_scopes("write:rbac_groups", "read:members", "write:members")
            await self.fails(PermissionDeniedError, message, members.create, organization=STRICT, email=email, **new)
            created = await self.created(groups, email, **new)
            self.assertEqual(await settle(members.retrieve(created.id)), created)
            await self.deleted(members, created.id)
        created = await self.created(members, email, rbac_group_ids=[])
        await self.deleted(members, created.id)

    # What is wrong with the input.

    async def test_a_bad_list(self):
        invites = self.invites()
        for begins, query in (
            ("limit: Input should be greater than or equal to 1$", {"limit": 0}),
            ("limit: Input should be greater than or equal to 1$", {"limit": -1}),
            ("limit: Input should be less than or equal to 1000$", {"limit": 1001}),
            ("limit: Input should be a valid integer", {"extra_query": {"limit": "many"}}),
            ("statuses: ", {"extra_query": {"statuses": "deleted"}}),
            ("statuses: ", {"statuses": ["pending", "nonsense"]}),
            ("roles: ", {"roles": ["user", "nonsense"]}),
            ("(?=.*after_id)(?=.*before_id)", {"after_id": ACCEPTED, "before_id": EXPIRED}),
            ("(?=.*after_id)(?=.*before_id)", {"after_id": UNKNOWN, "before_id": UNKNOWN, "limit": 0}),
            ("Invalid pagination cursor for 'after_id'$", {"after_id": UNKNOWN}),
            ("Invalid pagination cursor for 'before_id'$", {"before_id": UNKNOWN}),
            ("Invalid pagination cursor for 'after_id'$", {"after_id": ACME_ACCEPTED}),
        ):
            await self.fails(BadRequestError, re.compile("^" + begins), invites.list, **query)
        await self.lists(invites, LISTED, limit=1000)

    async def test_a_bad_create(self):
        invites, email = self.invites(), "bad@example.com"
        for begins, new in (
            ("surprise: Extra inputs are not permitted$", {"extra_body": {"surprise": 1}}),
            ("email: Field required$", {"email": omit}),
            ("email: ", {"email": "bad.example.com"}),
            ("email: Input should be a valid string", {"email": 7}),
            ("role: Field required$", {"role": omit}),
            ("role: ", {"role": "admin"}),
            ("role: ", {"role": "managed"}),
            ("role: ", {"role": "owner"}),
            ("rbac_group_ids: ", {"rbac_group_ids": ["group_plain"]}),
            ("rbac_group_ids: ", {"extra_body": {"rbac_group_ids": "group_plain"}}),
        ):
            new = {"email": email, "role": "user", **new}
            await self.fails(BadRequestError, re.compile("^" + begins), invites.create, **new)
        await self.lists(invites, LISTED)

    async def test_a_bad_create_of_an_enterprise(self):
        invites = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-all")
        for begins, new in (
            ("role: ", {"role": "developer"}),
            ("rbac_group_ids: .*group_nobody_has", {"rbac_group_ids": ["group_nobody_has"]}),
            ("rbac_group_ids: .*100", {"rbac_group_ids": ["group_plain"] * 101}),
        ):
            new = {"email": self.address("strict.example"), "role": "user", **new}
            await self.fails(BadRequestError, re.compile("^" + begins), invites.create, organization=STRICT, **new)

    # What is listed.

    async def test_paging_through_250_invites(self):
        invites, ids = self.invites(), LISTED
        for number in range(250):
            invite = await settle(invites.create(email=f"n{number}@example.com", role="user"))
            ids = [invite.id, *ids]
        self.assertEqual(len(set(ids)), 253)

        async def pages(cursor, start, wanted, **query):
            before = len(self.sent)
            self.assertEqual(await self.ids(invites, limit=100, **query), wanted)
            params = [request.url.params for request in self.sent[before:]]
            self.assertEqual([sent["limit"] for sent in params], ["100"] * 3)
            self.assertEqual([sent.get(cursor) for sent in params], start)

        await pages("after_id", [None, ids[99], ids[199]], ids)
        await pages("after_id", [ids[0], ids[100], ids[200]], ids[1:], after_id=ids[0])
        # Backwards every page is still newest first, and the pages come from old to new.
        await pages(
            "before_id", [EXPIRED, ids[152], ids[52]], ids[152:252] + ids[52:152] + ids[:52], before_id=EXPIRED
        )
        await self.lists(invites, ids[:20], has_more=True)
        await self.lists(invites, ids, limit=1000)

    async def test_the_filters(self):
        invites = self.invites()
        for wanted, query in (
            (LISTED, {}),
            (LISTED, {"statuses": ["pending", "accepted", "expired"]}),
            ([PENDING], {"statuses": ["pending"]}),
            ([ACCEPTED, EXPIRED], {"statuses": ["expired", "accepted"]}),
            ([PENDING], {"extra_query": {"statuses": "pending"}}),
            ([EXPIRED], {"roles": ["billing"]}),
            ([PENDING, EXPIRED], {"roles": ["billing", "developer"]}),
            ([], {"roles": ["admin"]}),
            ([PENDING], {"email": "pending@example.com"}),
            ([PENDING], {"email": "PENDING+x@Example.COM"}),
            ([], {"email": "gone@example.com"}),
            ([EXPIRED], {"statuses": ["expired", "pending"], "roles": ["billing", "user"]}),
            ([], {"statuses": ["accepted"], "email": "pending@example.com"}),
        ):
            await self.lists(invites, wanted, **query)
        tagged = await self.created(invites, "Tagged+one@example.com", "billing")
        await self.lists(invites, [tagged.id], email="tagged@EXAMPLE.com")
        await self.lists(invites, [tagged.id], email="tagged+two@example.com", statuses=["pending"])
        await self.lists(invites, [tagged.id], has_more=True, roles=["billing"], limit=1)
        self.assertEqual(self.sent[2].url.query, b"&".join(
            ([b"beta=true"] if self.beta and GENERATION["beta_query"] else []) + [b"statuses%5B%5D=pending"]
        ))

    async def test_the_ends_of_the_pages(self):
        invites = self.invites()
        for wanted, has_more, query in (
            ([ACCEPTED], True, {"limit": 1}),
            ([ACCEPTED, PENDING], True, {"limit": 2}),
            (LISTED, False, {"limit": 3}),
            ([PENDING], True, {"limit": 1, "after_id": ACCEPTED}),
            ([EXPIRED], False, {"limit": 1, "after_id": PENDING}),
            ([], False, {"after_id": EXPIRED}),
            ([PENDING], True, {"limit": 1, "before_id": EXPIRED}),
            ([ACCEPTED], False, {"limit": 1, "before_id": PENDING}),
            ([], False, {"before_id": ACCEPTED}),
            ([EXPIRED], False, {"limit": 1, "after_id": ACCEPTED, "statuses": ["expired"]}),
            ([ACCEPTED], False, {"limit": 1, "before_id": EXPIRED, "statuses": ["accepted"]}),
        ):
            await self.lists(invites, wanted, has_more, **query)
        # A cursor outlives its invite.
        await self.deleted(invites)
        await self.lists(invites, [EXPIRED], after_id=PENDING)
        await self.lists(invites, [ACCEPTED], before_id=PENDING)

    # What the rate limit decides.

    async def test_the_fourth_of_three_requests_an_hour(self):
        invites = self.invites(THREE_AN_HOUR_URL, max_retries=0)
        await self.lists(invites, LISTED)
        await self.created(invites, "limited@example.com")
        await self.fails(NotFoundError, not_found(UNKNOWN), invites.retrieve, UNKNOWN)
        began = datetime.now(timezone.utc)
        headers = await self.fails(RateLimitError, re.compile("(?i)limit"), invites.delete, PENDING)
        self.assertIn(int(headers["retry-after"]), range(1, 3601))
        limits = {name: headers[f"anthropic-ratelimit-requests-{name}"] for name in ("limit", "remaining", "reset")}
        self.assertEqual((limits["limit"], limits["remaining"]), ("3", "0"))
        self.assertRegex(limits["reset"], TIME)
        wait = datetime.fromisoformat(limits["reset"]) - began
        self.assertTrue(timedelta(0) < wait <= timedelta(hours=1, seconds=1), wait)

    async def test_a_client_waits_as_long_as_the_server_says(self):
        invites = self.invites(ONE_A_SECOND_URL, max_retries=1)
        for calls in range(1, 6):  # the second is over the limit, unless a second has passed
            await self.lists(invites, LISTED)
            if len(self.sent) > calls:
                break
        self.assertEqual(len(self.sent), calls + 1)

    # What the faults do to the SDK's own retries, of which there are two; unasked it waits 375 ms or more.

    async def test_two_overloads_and_then_success(self):
        self.plan(error="overloaded_error", retry_after_ms=40, times=2)
        await self.deleted(self.invites())
        overloaded = 529, "overloaded_error"
        for wait in self.journals(overloaded, overloaded, (200, None)):
            self.assertTrue(0.038 <= wait < 0.37, wait)

    async def test_a_rate_limit_and_its_retry_after(self):
        self.plan(error="rate_limit_error", retry_after=1, times=2)
        at_once = self.invites(max_retries=0)
        headers = await self.fails(RateLimitError, re.compile("(?i)limit"), at_once.delete, PENDING)
        self.assertEqual(headers["retry-after"], "1")
        await self.deleted(self.invites())
        _, wait = self.journals((429, "rate_limit_error"), (429, "rate_limit_error"), (200, None))
        self.assertTrue(0.998 <= wait < 2, wait)

    async def test_should_retry_stops_the_retries(self):
        self.plan(error="overloaded_error", should_retry=False, times="always")
        await self.refused(self.invites(), OverloadedError, "Overloaded", should_retry="false")
        self.journals((529, "overloaded_error"))
        (fault,) = self.control("GET", "faults")["faults"]
        self.assertEqual(fault["hits"], 1)
        self.assertEqual(self.control("DELETE", "faults"), {"faults": []})
        await self.deleted(self.invites())

    async def test_a_dropped_connection_is_retried(self):
        self.plan(drop=True)
        await self.deleted(self.invites())
        self.journals((None, "drop"), (200, None))

    async def test_a_dropped_connection_is_an_error_without_retries(self):
        self.plan(drop=True)
        with self.assertRaises(APIConnectionError):
            await settle(self.invites(max_retries=0).delete(PENDING))
        self.journals((None, "drop"))
        await self.deleted(self.invites())

    async def test_a_body_cut_short_is_a_broken_connection(self):
        # The SDK reads the body before it looks at the status, and tries again whatever that was.
        self.plan(drop="mid_body")
        with self.assertRaises(APIConnectionError):
            await settle(self.invites(max_retries=0).delete(PENDING))
        self.plan(drop="mid_body", after_commit=True)
        with self.assertRaises(NotFoundError):
            await settle(self.invites().delete(PENDING))
        self.journals((500, "drop mid_body"), (200, "drop mid_body"), (404, None))

    async def test_a_lost_answer_makes_the_retry_find_nothing(self):
        self.plan(drop=True, after_commit=True)
        await self.fails(NotFoundError, not_found(PENDING), self.invites().delete, PENDING, tries=2)
        self.journals((None, "drop"), (404, None))

    async def test_after_22_days_an_invite_has_expired_until_the_reset(self):
        invites = self.invites()
        created = await self.created(invites, "forgotten@example.com")
        self.control("PUT", "clock", {"advance": "22d"})
        for invite_id in (PENDING, created.id):
            await self.refused(invites, BadRequestError, SAYS_EXPIRED, invite_id)
        self.plan(error="api_error", times="always")
        self.control("POST", "reset")
        self.journals()
        await self.lists(invites, LISTED)
        await self.deleted(invites)

    async def test_a_header_strikes_one_call(self):
        invites = self.invites()
        for value, error, says, tries in (
            ("overloaded_error; retry-after-ms=20", OverloadedError, "^Overloaded$", 3),  # the retries carry it too
            ("overloaded_error; should-retry=false", OverloadedError, "^Overloaded$", 1),
            ("nonsense", BadRequestError, "nonsense", 1),
        ):
            headers = await self.fails(
                error, re.compile(says), invites.delete, PENDING, tries=tries,
                should_retry="false" if "false" in value else "", extra_headers={"x-mock-fault": value},
            )
            self.assertEqual(headers["x-mock-reason"], "fault-unknown" if value == "nonsense" else "fault")
        always = self.invites(max_retries=0, default_headers={"x-mock-fault": "overloaded_error"})
        await self.refused(always, OverloadedError, "Overloaded")
        await self.deleted(invites)

    async def test_an_error_code_that_is_planned(self):
        self.plan(error="permission_error", error_code="sandbox_egress_restricted")
        code = "sandbox_egress_restricted"
        await self.refused(self.invites(), CODED.get(code, PermissionDeniedError), re.compile("."), code=code)
        await self.deleted(self.invites())


class Sync(Checks, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = False, False


class SyncBeta(Checks, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = False, True


class Async(Checks, unittest.IsolatedAsyncioTestCase):
    asynchronous, beta = True, False


class AsyncBeta(Checks, unittest.IsolatedAsyncioTestCase):
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
