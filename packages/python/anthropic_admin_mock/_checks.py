"""What may be planned and asked: checked here, so that a mistake is a sentence before anything is sent."""

from __future__ import annotations

import difflib
import os
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Iterable, Mapping, Sequence

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
# The longest delay, in milliseconds: what the program's seven digits hold.
_LONGEST_DELAY = 9_999_999
_DELAY = re.compile("[0-9]{1,7}ms|[0-9]{1,3}s|[0-9]{1,2}m")
_VISIBLE = re.compile("[ -~]+")
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
    for name in ("should_retry", "after_commit"):
        if name in given and not isinstance(given[name], bool):
            raise ValueError(f"{name} is {given[name]!r}; expected True or False")
    for name in ("error_code", "message"):
        if name in given:
            _text(name, given[name])
    if "details" in given and not isinstance(given["details"], Mapping):
        raise ValueError(f"details is {given['details']!r}; expected a mapping")
    if "delay" in given:
        given["delay"] = _delay(given["delay"])
    if "drop" in given and given["drop"] is not True and given["drop"] != "mid_body":
        raise ValueError(f"drop is {given['drop']!r}; expected True (not one byte is sent) or 'mid_body'")
    if "response" in given:
        given["response"] = _response(given["response"])
    if "times" in given and given["times"] != "always":
        _whole("times", given["times"], 1, 2**32 - 1, ", or 'always'")
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


def time(name: str, when: datetime | str, more: str = "") -> str:
    """A time as the mock takes it. Raises ValueError."""
    if isinstance(when, str):
        return when
    if not isinstance(when, datetime):
        raise ValueError(f"{name} is {when!r}; expected a datetime or a text such as '2026-01-01T00:00:00Z'{more}")
    if when.tzinfo is None:
        raise ValueError(f"{name} is {when!r}, which has no time zone and so is no moment; give it tzinfo=timezone.utc")
    return when.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def duration(name: str, by: timedelta | str) -> str:
    """A duration as the mock takes it. Raises ValueError."""
    if isinstance(by, str):
        return by
    if not isinstance(by, timedelta):
        raise ValueError(f"{name} is {by!r}; expected a timedelta or a text such as '22d' or '-1h'")
    milliseconds, rest = divmod(by, timedelta(milliseconds=1))
    if rest:
        raise ValueError(f"{name} is {by!r}; expected a timedelta of whole milliseconds, which are as fine as a clock can be moved")
    return f"{milliseconds}ms"


def paths(fixtures: Any) -> list[str]:
    """The paths of a server's fixtures, one or several. Raises ValueError."""
    several = [fixtures] if isinstance(fixtures, (str, os.PathLike)) else fixtures
    # The keys of a document would be taken for paths.
    if isinstance(several, Iterable) and not isinstance(several, (Mapping, bytes)):
        given = list(several)
        texts = [os.fspath(path) for path in given if isinstance(path, (str, os.PathLike))]
        if len(texts) == len(given) and all(isinstance(text, str) for text in texts):
            return texts
    raise ValueError("fixtures are paths of files or folders; give a document to load()")


def options(args: Sequence[str]) -> None:
    """Further options of a server, which must leave alone what the helper relies on. Raises ValueError."""
    if any(arg.split("=", 1)[0] in ("--listen", "--no-control") for arg in args):
        raise ValueError("the helper chooses the address and needs /_mock, so --listen and --no-control cannot be given")


def _delay(delay: timedelta | str) -> str:
    if isinstance(delay, timedelta):
        milliseconds, rest = divmod(delay, timedelta(milliseconds=1))
        if rest or not 0 <= milliseconds <= _LONGEST_DELAY:
            raise ValueError(f"delay is {delay!r}; expected a timedelta of whole milliseconds, from 0 to {_LONGEST_DELAY}")
        return f"{milliseconds}ms"
    if not isinstance(delay, str) or not _DELAY.fullmatch(delay):
        raise ValueError(
            f"delay is {delay!r}; expected a text such as '400ms' or '2s' (at most {_LONGEST_DELAY}ms, 999s or 99m), or a timedelta"
        )
    return delay


def _response(response: Any) -> dict[str, Any]:
    if not isinstance(response, Mapping) or "status" not in response:
        raise ValueError(f"response is {response!r}; expected a mapping with a status, such as {{'status': 520, 'body': '<html>'}}")
    unknown = set(response) - {"status", "content_type", "body"}
    if unknown:
        raise ValueError(f"response has {sorted(unknown)[0]!r}; it takes status, content_type and body")
    _whole("the status of response", response["status"], 200, 599)
    if not isinstance(response.get("body", ""), str):
        raise ValueError(f"body of response is {response['body']!r}; expected a text")
    content_type = response.get("content_type", "text/html")
    if not isinstance(content_type, str) or not _VISIBLE.fullmatch(content_type):
        raise ValueError(f"content_type of response is {content_type!r}; expected a text of visible ASCII characters")
    return dict(response)


def _known(name: str, value: Any, known: tuple[str, ...], more: str = "") -> None:
    if value in known:
        return
    near = difflib.get_close_matches(str(value), known, 1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(f"{name} {value!r} is unknown; {guess}expected one of {', '.join(known)}{more}")


def _whole(name: str, value: Any, least: int, most: int, more: str = "") -> None:
    # A bool is an int to Python, and a mistake here.
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not least <= value <= most:
        # The greatest number of 32 or 64 bits is noise in the message for whoever gave no number that is greater.
        upper = f" to {most}" if most < 2**32 - 1 or is_whole and value > most else ""
        raise ValueError(f"{name} is {value!r}; expected a whole number from {least}{upper}{more}")


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is {value!r}; expected a text that is not empty")
