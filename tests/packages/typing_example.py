"""What the types allow and refuse, for ``mypy --strict``: an ignore below a line that is right would be an error."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import anthropic_admin_mock
from anthropic_admin_mock import JournalEntry, MockError, MockServer, Organization, PlannedFault, find_binary


def allowed(admin_mock: Organization) -> list[str]:
    admin_mock.fault("invites.delete", invite_id="x", drop=True, after_commit=True, times="always", skip=1)
    admin_mock.fault(error="rate_limit_error", retry_after=1, details={"a": 1})
    admin_mock.fault(delay=timedelta(milliseconds=5))
    admin_mock.fault(response={"status": 520})
    admin_mock.fault(meanwhile="accept", times=2)
    admin_mock.fault("users.remove", meanwhile="remove", user_id="x")
    admin_mock.delete("x")
    admin_mock.remove("x")
    admin_mock.freeze(datetime(2026, 1, 1, tzinfo=timezone.utc))
    admin_mock.advance("22d")
    admin_mock.load(Path("world.json"))
    admin_mock.load({"invites": []})
    entries: list[JournalEntry] = admin_mock.requests(operation="invites.delete", status=404, api_key_id="x", after=1)
    faults: list[PlannedFault] = admin_mock.faults
    with MockServer(fixtures=["a.json"], now="+22d", seed=1, any_key=True, rate_limit="5/s", args=["--journal", "5"]) as server:
        environment: dict[str, str] = server.organization().env
    error = MockError("x", status=404)
    hits: int = faults[0].hits
    invite = admin_mock.accept("x")
    return [find_binary(), admin_mock.explain(), str(invite["email"]), str(error.status), entries[0].path, environment["NO_PROXY"], str(hits)]


def refused(admin_mock: Organization) -> None:
    admin_mock.fault(error="api_error", drop=True)  # type: ignore[call-overload]
    admin_mock.fault("invites.delete")  # type: ignore[call-overload]
    admin_mock.fault(drop=True, message="x")  # type: ignore[call-overload]
    admin_mock.fault(drop=False)  # type: ignore[call-overload]
    admin_mock.fault(meanwhile="accept", after_commit=True)  # type: ignore[call-overload]
    admin_mock.requests(invite="x")  # type: ignore[call-arg]
    MockServer("a.json")  # type: ignore[call-arg]
    admin_mock.now = "2026"  # type: ignore[misc, assignment]
    anthropic_admin_mock.Server  # type: ignore[attr-defined]
