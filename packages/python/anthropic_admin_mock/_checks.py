"""What may be planned and asked: checked here, so that a mistake is a sentence before anything is sent."""

from __future__ import annotations

import difflib
from datetime import datetime, timedelta, timezone
from typing import Any, Mapping

_PATH_IDS: dict[str, tuple[str, ...]] = {
    "organization.retrieve": (),
    "invites.create": (),
    "invites.retrieve": ("invite_id",),
    "invites.list": (),
    "invites.delete": ("invite_id",),
    "users.retrieve": ("user_id",),
    "users.list": (),
    "users.update": ("user_id",),
    "users.remove": ("user_id",),
    "workspaces.create": (),
    "workspaces.retrieve": ("workspace_id",),
    "workspaces.list": (),
    "workspaces.update": ("workspace_id",),
    "workspaces.archive": ("workspace_id",),
    "workspaces.members.add": ("workspace_id",),
    "workspaces.members.retrieve": ("workspace_id", "user_id"),
    "workspaces.members.list": ("workspace_id",),
    "workspaces.members.update": ("workspace_id", "user_id"),
    "workspaces.members.remove": ("workspace_id", "user_id"),
    "api_keys.retrieve": ("api_key_id",),
    "api_keys.list": (),
    "api_keys.update": ("api_key_id",),
}

OPERATIONS = tuple(_PATH_IDS)
"""The operations that a fault or a look at the journal can name, in the words of the SDKs."""

ERROR_TYPES = (
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "conflict_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "timeout_error",
    "overloaded_error",
)
"""The vendor's types of errors."""

_OUTCOMES = ("error", "delay", "drop", "response", "meanwhile")
_WITH_ERROR = ("status", "retry_after", "retry_after_ms", "should_retry", "error_code", "details", "message")
# Which id of the path each race needs; of several one is enough.
_MEANWHILE = {
    "accept": ("invite_id",),
    "expire": ("invite_id",),
    "delete": ("invite_id",),
    "remove": ("user_id",),
    "archive": ("api_key_id", "workspace_id"),
}
IDS = ("invite_id", "user_id", "workspace_id", "api_key_id")


def plan(operation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A fault as the mock takes it; of the fields those that are None are not set. Raises ValueError."""
    if operation != "*":
        _known("operation", operation, OPERATIONS, " or '*' for all")
    given = {name: value for name, value in fields.items() if value is not None}
    outcomes = [name for name in _OUTCOMES if name in given]
    if len(outcomes) != 1:
        got = " and ".join(outcomes) or "none"
        raise ValueError(f"a fault has exactly one outcome of {', '.join(_OUTCOMES)}; this one has {got}")
    for name in _WITH_ERROR:
        if name in given and "error" not in given:
            raise ValueError(f"{name} goes with error alone, and this fault has {outcomes[0]}")
    if "error" in given:
        _known("error", given["error"], ERROR_TYPES)
    if "status" in given:
        _whole("status", given["status"], 400, 599)
    for name in ("retry_after", "retry_after_ms", "skip"):
        if name in given:
            _whole(name, given[name], 0, 2**32 - 1)
    if "should_retry" in given and not isinstance(given["should_retry"], bool):
        raise ValueError(f"should_retry is {given['should_retry']!r}; it is True or False")
    for name in ("error_code", "message"):
        if name in given:
            _text(name, given[name])
    if "details" in given and not isinstance(given["details"], Mapping):
        raise ValueError(f"details is {given['details']!r}; it is a mapping")
    if "delay" in given:
        given["delay"] = _delay(given["delay"])
    if "drop" in given and given["drop"] is not True and given["drop"] != "mid_body":
        raise ValueError(f"drop is {given['drop']!r}; it is True (not one byte is sent) or 'mid_body'")
    if "response" in given:
        given["response"] = _response(given["response"])
    if "times" in given and given["times"] != "always":
        _whole("times", given["times"], 1, 2**32 - 1, " or 'always'")
    if "meanwhile" in given:
        _known("meanwhile", given["meanwhile"], tuple(_MEANWHILE))
        if given.get("after_commit"):
            raise ValueError("meanwhile happens before the call is handled, so it cannot be after_commit")
        needed = _MEANWHILE[given["meanwhile"]]
        if operation != "*" and not set(needed) & set(_PATH_IDS[operation]):
            raise ValueError(f"meanwhile {given['meanwhile']!r} needs a path with {' or '.join(needed)}; that of {operation} has none")
    for name in IDS:
        if name in given:
            _text(name, given[name])
            if operation != "*" and name not in _PATH_IDS[operation]:
                has = " and ".join(_PATH_IDS[operation]) or "no id"
                raise ValueError(f"the path of {operation} has no {name}; it has {has}")
    return {"operation": operation, **given}


def journal_filter(fields: Mapping[str, Any]) -> dict[str, str]:
    """The query of a look at the journal. Raises ValueError."""
    given = {name: value for name, value in fields.items() if value is not None}
    if "operation" in given:
        _known("operation", given["operation"], OPERATIONS)
    if "status" in given:
        _whole("status", given["status"], 100, 599)
    if "after" in given:
        _whole("after", given["after"], 0, 2**64 - 1)
    for name in ("reason", *IDS):
        if name in given:
            _text(name, given[name])
    return {name: str(value) for name, value in given.items()}


def time(when: datetime | str) -> str:
    """A time as the mock takes it. Raises ValueError."""
    if isinstance(when, str):
        return when
    if not isinstance(when, datetime):
        raise ValueError(f"{when!r} is neither a datetime nor a text such as '2026-01-01T00:00:00Z'")
    if when.tzinfo is None:
        raise ValueError(f"{when!r} has no time zone, so it is no moment; give it tzinfo=timezone.utc")
    return when.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def duration(by: timedelta | str) -> str:
    """A duration as the mock takes it. Raises ValueError."""
    if isinstance(by, str):
        return by
    if not isinstance(by, timedelta):
        raise ValueError(f"{by!r} is neither a timedelta nor a text such as '22d' or '-1h'")
    milliseconds, rest = divmod(by, timedelta(milliseconds=1))
    if rest:
        raise ValueError(f"{by!r} is no whole number of milliseconds, which is as fine as a clock can be moved")
    return f"{milliseconds}ms"


def _delay(delay: timedelta | str) -> str:
    text = duration(delay)
    if isinstance(delay, timedelta) and not timedelta(0) <= delay < timedelta(milliseconds=10**7):
        raise ValueError(f"{delay!r} is no delay; it is 0 to some 2 hours long")
    return text


def _response(response: Any) -> dict[str, Any]:
    if not isinstance(response, Mapping) or "status" not in response:
        raise ValueError("response is a mapping with a status, such as {'status': 520, 'body': '<html>'}")
    unknown = set(response) - {"status", "content_type", "body"}
    if unknown:
        raise ValueError(f"response has {sorted(unknown)[0]!r}; it takes status, content_type and body")
    _whole("the status of response", response["status"], 200, 599)
    for name in ("content_type", "body"):
        if not isinstance(response.get(name, ""), str):
            raise ValueError(f"{name} of response is {response[name]!r}; it is a text")
    return dict(response)


def _known(name: str, value: Any, known: tuple[str, ...], more: str = "") -> None:
    if value in known:
        return
    near = difflib.get_close_matches(str(value), known, 1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(f"{name} {value!r} is unknown; {guess}it is one of {', '.join(known)}{more}")


def _whole(name: str, value: Any, least: int, most: int, more: str = "") -> None:
    # A bool is an int to Python, and a mistake here.
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}; it is a whole number from {least} to {most}{more}")


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is {value!r}; it is a text that is not empty")
