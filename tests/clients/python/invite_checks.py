"""What the checks of invites have in common."""

import re
from datetime import datetime, timedelta, timezone

from client import DEFAULT_URL, Checks, settle

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

INVITE_ID = r"\Ainvite_01[1-9A-HJ-NP-Za-km-z]{22}\Z"
SAYS_ACCEPTED = re.compile(r"(?i)accepted.*member")
SAYS_EXPIRED = re.compile(r"(?i)expired")


def not_found(invite_id):
    return f"Invite `{invite_id}` not found."


class InviteChecks(Checks):
    def invites(self, *url, **options):
        return self.organization(*url, **options).invites

    async def deleted(self, invites, invite_id=PENDING, **options):
        result = await settle(invites.delete(invite_id, **options))
        self.assertEqual(type(result).__name__, "InviteDeleteResponse")
        self.assertEqual(result.to_dict(), {"id": invite_id, "type": "invite_deleted"})

    async def refused(self, invites, status, message, invite_id=PENDING, **options):
        await self.fails(status, message, invites.delete, invite_id, **options)

    async def uncreatable(self, invites, code, message, email, role="user", **options):
        await self.fails(400, re.compile(message), invites.create, code=code, email=email, role=role, **options)

    def address(self, domain="example.com"):
        """An address of this check's own, for organizations that are not."""
        return f"check-{self.key[-12:]}@{domain}"

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

    def accept(self, invite_id, url=DEFAULT_URL):
        """What the invitee does; there is no operation of the API for it."""
        return self.door("POST", f"invites/{invite_id}/accept", url=url)

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
