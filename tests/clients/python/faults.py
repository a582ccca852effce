"""What the rate limit and planned faults do to the SDK, by the example of invites."""

import re
from datetime import datetime, timedelta, timezone

from anthropic import APIConnectionError, NotFoundError

from client import ONE_A_SECOND_URL, THREE_AN_HOUR_URL, TIME, settle
from invite_checks import LISTED, PENDING, SAYS_EXPIRED, UNKNOWN, InviteChecks, not_found


class Faults(InviteChecks):
    def plan_delete(self, **fault):
        self.plan("invites.delete", **fault)

    def journals(self, *wanted):
        """Deletes with exactly these statuses and faults are in the journal; the seconds between one and the next."""
        requests = self.door("GET", "requests")["requests"]
        got = [(request["operation"], request["status"], request["fault"]) for request in requests]
        self.assertEqual(got, [("invites.delete", *answer) for answer in wanted])
        times = [datetime.fromisoformat(request["time"]) for request in requests]
        return [(later - sooner).total_seconds() for sooner, later in zip(times, times[1:])]

    # What the rate limit decides.

    async def test_the_fourth_of_three_requests_an_hour(self):
        invites = self.invites(THREE_AN_HOUR_URL, max_retries=0)
        await self.lists(invites, LISTED)
        await self.created(invites, "limited@example.com")
        await self.fails(404, not_found(UNKNOWN), invites.retrieve, UNKNOWN)
        began = datetime.now(timezone.utc)
        headers = await self.fails(429, re.compile("(?i)limit"), invites.delete, PENDING)
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
        self.plan_delete(error="overloaded_error", retry_after_ms=40, times=2)
        await self.deleted(self.invites())
        overloaded = 529, "overloaded_error"
        for wait in self.journals(overloaded, overloaded, (200, None)):
            self.assertTrue(0.038 <= wait < 0.37, wait)

    async def test_a_rate_limit_and_its_retry_after(self):
        self.plan_delete(error="rate_limit_error", retry_after=1, times=2)
        at_once = self.invites(max_retries=0)
        headers = await self.fails(429, re.compile("(?i)limit"), at_once.delete, PENDING)
        self.assertEqual(headers["retry-after"], "1")
        await self.deleted(self.invites())
        _, wait = self.journals((429, "rate_limit_error"), (429, "rate_limit_error"), (200, None))
        self.assertTrue(0.998 <= wait < 2, wait)

    async def test_should_retry_stops_the_retries(self):
        self.plan_delete(error="overloaded_error", should_retry=False, times="always")
        await self.refused(self.invites(), 529, "Overloaded", should_retry="false")
        self.journals((529, "overloaded_error"))
        (fault,) = self.door("GET", "faults")["faults"]
        self.assertEqual(fault["hits"], 1)
        self.assertEqual(self.door("DELETE", "faults"), {"faults": []})
        await self.deleted(self.invites())

    async def test_a_dropped_connection_is_retried(self):
        self.plan_delete(drop=True)
        await self.deleted(self.invites())
        self.journals((None, "drop"), (200, None))

    async def test_a_dropped_connection_is_an_error_without_retries(self):
        self.plan_delete(drop=True)
        with self.assertRaises(APIConnectionError):
            await settle(self.invites(max_retries=0).delete(PENDING))
        self.journals((None, "drop"))
        await self.deleted(self.invites())

    async def test_a_body_cut_short_is_a_broken_connection(self):
        # The SDK reads the body before it looks at the status, and tries again whatever that was.
        self.plan_delete(drop="mid_body")
        with self.assertRaises(APIConnectionError):
            await settle(self.invites(max_retries=0).delete(PENDING))
        self.plan_delete(drop="mid_body", after_commit=True)
        with self.assertRaises(NotFoundError):
            await settle(self.invites().delete(PENDING))
        self.journals((500, "drop mid_body"), (200, "drop mid_body"), (404, None))

    async def test_a_lost_answer_makes_the_retry_find_nothing(self):
        self.plan_delete(drop=True, after_commit=True)
        await self.fails(404, not_found(PENDING), self.invites().delete, PENDING, tries=2)
        self.journals((None, "drop"), (404, None))

    async def test_after_22_days_an_invite_has_expired_until_the_reset(self):
        invites = self.invites()
        created = await self.created(invites, "forgotten@example.com")
        self.door("PUT", "clock", {"advance": "22d"})
        for invite_id in (PENDING, created.id):
            await self.refused(invites, 400, SAYS_EXPIRED, invite_id)
        self.plan_delete(error="api_error", times="always")
        self.door("POST", "reset")
        self.journals()
        await self.lists(invites, LISTED)
        await self.deleted(invites)

    async def test_a_header_strikes_one_call(self):
        invites = self.invites()
        for value, error, says, tries in (
            ("overloaded_error; retry-after-ms=20", 529, "^Overloaded$", 3),  # the retries carry it too
            ("overloaded_error; should-retry=false", 529, "^Overloaded$", 1),
            ("nonsense", 400, "nonsense", 1),
        ):
            headers = await self.fails(
                error, re.compile(says), invites.delete, PENDING, tries=tries,
                should_retry="false" if "false" in value else "", extra_headers={"x-mock-fault": value},
            )
            self.assertEqual(headers["x-mock-reason"], "fault-unknown" if value == "nonsense" else "fault")
        always = self.invites(max_retries=0, default_headers={"x-mock-fault": "overloaded_error"})
        await self.refused(always, 529, "Overloaded")
        await self.deleted(invites)
