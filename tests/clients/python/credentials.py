"""What the credential, its scopes and the version decide, by the example of invites."""

import re

from anthropic import Omit

from client import EVERY_STATUS_URL, GENERATION, PINNED_URL, POLICIES_URL, missing_scopes, settle
from invite_checks import (
    ACME, ACME_ACCEPTED, GLOBEX, PENDING, SAYS_ACCEPTED, STRICT, STRICT_PENDING, UNKNOWN, InviteChecks, not_found,
)


class Credentials(InviteChecks):
    # What the credential decides.

    async def test_a_malformed_key_is_named_after_its_header(self):
        invites = self.invites(api_key="nonsense")
        await self.refused(invites, 401, GENERATION["malformed"], organization=None)

    async def test_a_malformed_token(self):
        invites = self.invites(auth_token="nonsense")
        await self.refused(invites, 401, "Invalid bearer token", organization=None)

    async def test_an_unknown_kind_of_key_leaves_no_trace(self):
        invites = self.invites(api_key="sk-ant-sid01-x")
        await self.refused(invites, 401, "API key is invalid.", organization=None, traced=False)

    async def test_a_world_of_pinned_keys_knows_no_others(self):
        for key in (self.key, "sk-ant-api03-an-inference-key"):
            invites = self.invites(PINNED_URL, api_key=key)
            await self.refused(invites, 401, "API key is invalid.", organization=None, traced=False)
        invites = self.invites(PINNED_URL, auth_token="sk-ant-oat01-a-token")
        await self.refused(
            invites, 401, "OAuth access token is invalid.", organization=None, traced=False
        )

    async def test_a_disabled_key(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-disabled")
        await self.refused(
            invites, 401, "API key has been deactivated.", organization=None, traced=False
        )

    async def test_an_expired_key(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-expired")
        await self.refused(invites, 401, "API key has expired.", organization=None, traced=False)

    async def test_a_reader_lacks_the_scope(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-reader")
        message = missing_scopes("write:members", "read:members")
        await self.refused(invites, 403, message, ACME_ACCEPTED, organization=ACME)

    async def test_a_writer_has_the_scope(self):
        invites = self.invites(api_key="sk-ant-admin01-acme-writer")
        await self.refused(invites, 400, SAYS_ACCEPTED, ACME_ACCEPTED, organization=ACME)

    async def test_a_pinned_key_may_have_any_shape(self):
        invites = self.invites(api_key="any-shape-can-be-pinned")
        await self.refused(invites, 404, not_found(PENDING), organization=GLOBEX)

    async def test_a_token_is_a_bearer_credential(self):
        invites = self.invites(auth_token=self.key.replace("admin01", "oat01"))
        await self.deleted(invites)
        self.assertTrue(self.sent[0].headers["authorization"].startswith("Bearer sk-ant-oat01-"))
        self.assertNotIn("x-api-key", self.sent[0].headers)
        await self.refused(invites, 404, not_found(PENDING))

    async def test_no_credential(self):
        nothing = {GENERATION["credential"][0]: Omit()}
        await self.refused(
            self.invites(), 401, "x-api-key header is required", organization=None, extra_headers=nothing
        )

    async def test_both_credentials(self):
        for other in (f"Bearer {self.key}", "Basic bm9ib2R5"):  # a proxy's credential is passed over
            both = {"x-api-key": self.key, "authorization": other}
            await self.fails(404, not_found(UNKNOWN), self.invites().delete, UNKNOWN, extra_headers=both)
        for header, bearer, says in (
            (self.key, f"Bearer {self.key}-other", re.compile("x-api-key.*Authorization|Authorization.*x-api-key")),
            ("nonsense", f"Bearer {self.key}", "invalid x-api-key"),
        ):
            both = {"x-api-key": header, "authorization": bearer}
            await self.refused(self.invites(), 401, says, organization=None, extra_headers=both)
        await self.deleted(self.invites())

    # What the scopes decide.

    async def test_a_reader_may_only_read(self):
        reader = self.invites(api_key="sk-ant-admin01-acme-reader")
        self.assertIn(ACME_ACCEPTED, await self.ids(reader))
        self.assertEqual((await settle(reader.retrieve(ACME_ACCEPTED))).id, ACME_ACCEPTED)
        message = missing_scopes("write:members", "read:members")
        new = {"email": self.address(), "role": "user"}
        await self.fails(403, message, reader.create, organization=ACME, **new)
        await self.lists(reader, [], email=new["email"])

    async def test_an_auditor_may_only_read(self):
        auditor = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-auditor")
        self.assertIn(STRICT_PENDING, await self.ids(auditor))
        self.assertEqual((await settle(auditor.retrieve(STRICT_PENDING))).id, STRICT_PENDING)
        message = missing_scopes("write:members", "read:org_audit")
        new = {"email": self.address("strict.example"), "role": "user"}
        await self.fails(403, message, auditor.create, organization=STRICT, **new)
        await self.refused(auditor, 403, message, STRICT_PENDING, organization=STRICT)

    async def test_a_writer_may_only_write(self):
        writer = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-writer")
        created = await self.created(writer, self.address("strict.example"))
        message = missing_scopes("read:members", "write:members")
        await self.fails(403, message, writer.retrieve, created.id, organization=STRICT)
        await self.fails(403, message, writer.list, organization=STRICT)
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
            await self.fails(403, message, members.create, organization=STRICT, email=email, **new)
            created = await self.created(groups, email, **new)
            self.assertEqual(await settle(members.retrieve(created.id)), created)
            await self.deleted(members, created.id)
        created = await self.created(members, email, rbac_group_ids=[])
        await self.deleted(members, created.id)

    # What the version and the rest of the request decide.

    async def test_no_version(self):
        invites = self.invites(default_headers={"anthropic-version": Omit()})
        await self.refused(invites, 400, "anthropic-version: header is required")

    async def test_an_unknown_version(self):
        wrong = {"anthropic-version": "2023-10-01"}
        message = 'anthropic-version: "2023-10-01" is not a valid version'
        await self.refused(self.invites(), 400, message, extra_headers=wrong)

    async def test_ids_that_need_encoding(self):
        invites = self.invites(EVERY_STATUS_URL)
        for odd in ("team/platform invite", "einladung-für-zoë-✉", "100%25-percent", "a+b&c=d?e#f;g:h@i,j",
                    'invite_"quoted"\\back'):
            await self.deleted(invites, odd)
            await self.refused(invites, 404, not_found(odd), odd)

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
        await self.refused(invites, 404, not_found(PENDING))
