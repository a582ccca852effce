"""Invites: what a success looks like, an invite's life, what is not created, what is listed."""

import json
import re

from anthropic import omit

from client import EVERY_STATUS_URL, GENERATION, POLICIES_URL, TIME, settle
from invite_checks import (
    ACCEPTED, ACME, ACME_ACCEPTED, DELETED, EXPIRED, INVITE_ID, LISTED, PENDING, SAYS_ACCEPTED, SAYS_EXPIRED, STRICT,
    STRICT_PENDING, UNKNOWN, InviteChecks, not_found,
)


class Invites(InviteChecks):
    # What a success looks like.

    async def test_a_pending_invite_is_deleted(self):
        await self.deleted(self.invites())

    # What the invite decides.

    async def test_a_second_delete_finds_nothing(self):
        invites = self.invites()
        await self.deleted(invites)
        await self.refused(invites, 404, not_found(PENDING))

    async def test_an_accepted_invite_is_a_bad_request(self):
        await self.refused(self.invites(), 400, SAYS_ACCEPTED, ACCEPTED)

    async def test_an_expired_invite_is_a_bad_request(self):
        await self.refused(self.invites(), 400, SAYS_EXPIRED, EXPIRED)

    async def test_an_unknown_id_is_not_found(self):
        await self.refused(self.invites(), 404, not_found(UNKNOWN), UNKNOWN)

    async def test_a_malformed_id_is_not_found(self):
        await self.refused(self.invites(), 404, not_found("not an id/at all"), "not an id/at all")

    async def test_an_invite_deleted_long_ago_is_not_found(self):
        await self.refused(self.invites(), 404, not_found(DELETED), DELETED)

    async def test_an_invite_of_another_organization_is_not_found(self):
        there = self.invites(api_key="sk-ant-admin01-acme-ci")
        await self.refused(there, 400, SAYS_ACCEPTED, ACME_ACCEPTED, organization=ACME)
        await self.refused(self.invites(), 404, not_found(ACME_ACCEPTED), ACME_ACCEPTED)

    async def test_every_status_of_the_example_world(self):
        invites = self.invites(EVERY_STATUS_URL)
        for pending in ("invite_01PendingByDefau1tPendin", "invite_01PendinginWordsPendingX",
                        "invite_01PendingforoneMoreSecon", "x"):
            await self.deleted(invites, pending)
        for expired in ("invite_01ExpiredByDefau1tExpire", "invite_01ExpiredByitsTimesExpir",
                        "invite_01ExpiredThisVeryMomentX"):
            await self.refused(invites, 400, SAYS_EXPIRED, expired)
        for accepted in ("invite_01AcceptedByDefau1tAccep", "invite_01AcceptedByitsTimeAccep"):
            await self.refused(invites, 400, SAYS_ACCEPTED, accepted)
        gone = "invite_01De1etedLongAgoDe1etedX"
        await self.refused(invites, 404, not_found(gone), gone)

    # An invite's life.

    async def test_a_whole_life(self):
        invites, email = self.invites(), "Life+1@example.com"
        created = await self.created(invites, email, "developer")
        self.assertEqual(await settle(invites.retrieve(created.id)), created)
        await self.lists(invites, [created.id, *LISTED])
        self.assertEqual((await settle(invites.list(limit=1))).data, [created])

        await self.deleted(invites, created.id)
        await self.fails(404, not_found(created.id), invites.retrieve, created.id)
        await self.refused(invites, 404, not_found(created.id), created.id)
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
        await self.refused(invites, 400, SAYS_ACCEPTED, created.id)
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
            await self.fails(404, not_found(invite_id), invites.retrieve, invite_id)

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
            await self.fails(400, re.compile("^" + begins), invites.list, **query)
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
            await self.fails(400, re.compile("^" + begins), invites.create, **new)
        await self.lists(invites, LISTED)

    async def test_a_bad_create_of_an_enterprise(self):
        invites = self.invites(POLICIES_URL, api_key="sk-ant-admin01-strict-all")
        for begins, new in (
            ("role: ", {"role": "developer"}),
            ("rbac_group_ids: .*group_nobody_has", {"rbac_group_ids": ["group_nobody_has"]}),
            ("rbac_group_ids: .*100", {"rbac_group_ids": ["group_plain"] * 101}),
        ):
            new = {"email": self.address("strict.example"), "role": "user", **new}
            await self.fails(400, re.compile("^" + begins), invites.create, organization=STRICT, **new)

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
