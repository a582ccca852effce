"""The tester's door (``/_mock``) in Python: for one organization, or for the whole world of a server."""

from __future__ import annotations

import dataclasses
import json
import os
import urllib.parse
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Literal, Mapping, TypeVar, Union, overload

from . import _checks

Fixture = Union[Mapping[str, Any], str, "os.PathLike[str]"]
"""A fixture document, or the path of a file with one."""

# Longer than any of the door's answers takes, so that a server which hangs does not hang the test run.
_PATIENCE = 60.0
# How many requests an explanation shows; the last are those that matter.
_SHOWN = 50


class MockError(Exception):
    """The mock refused a call of its control routes, or is not there."""

    def __init__(self, message: str, *, status: int | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class JournalEntry:
    """One request and what became of it."""

    number: int
    time: datetime
    method: str
    path: str
    duration_ms: float
    request_id: str | None = None
    organization: str | None = None
    operation: str | None = None
    query: str | None = None
    invite_id: str | None = None
    user_id: str | None = None
    workspace_id: str | None = None
    api_key_id: str | None = None
    body: str | None = None
    credential: str | None = None
    version: str | None = None
    user_agent: str | None = None
    retry: int | None = None
    status: int | None = None
    error_type: str | None = None
    message: str | None = None
    reason: str | None = None
    hint: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class PlannedFault:
    """A planned fault and how often it has struck."""

    operation: str
    hits: int
    times: int | Literal["always"] = 1
    skip: int = 0
    after_commit: bool = False
    invite_id: str | None = None
    user_id: str | None = None
    workspace_id: str | None = None
    api_key_id: str | None = None
    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    retry_after_ms: int | None = None
    should_retry: bool | None = None
    error_code: str | None = None
    details: Mapping[str, Any] | None = None
    message: str | None = None
    delay: str | None = None
    drop: Literal[True, "mid_body"] | None = None
    response: Mapping[str, Any] | None = None
    meanwhile: str | None = None


_Record = TypeVar("_Record", JournalEntry, PlannedFault)


def _record(kind: type[_Record], fields: Mapping[str, Any]) -> _Record:
    # A newer server may say more than this class knows.
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in fields.items() if name in known})


def _moment(text: str) -> datetime:
    # Python 3.10 does not read the Z.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def without_proxy(environ: Mapping[str, str]) -> str:
    """The hosts that are reached without a proxy, with this machine among them."""
    already = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if already == "*":
        return already
    return ",".join(filter(None, (already, "127.0.0.1", "localhost")))


class Door:
    """What the tester can do, with a key to one organization, without one to the whole world."""

    def __init__(self, url: str, key: str | None) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a server, such as http://127.0.0.1:4010")
        self._url = url.rstrip("/")
        self._key = key

    @property
    def url(self) -> str:
        """The base URL for a client, without a slash at the end."""
        return self._url

    def _call(self, method: str, route: str, body: Any = None) -> Any:
        parts = urllib.parse.urlsplit(self._url)
        connection_class = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        # One connection a call, and never through a proxy.
        connection = connection_class(parts.hostname or "", parts.port, timeout=_PATIENCE)
        headers = {"connection": "close"}
        if self._key is not None:
            headers["x-api-key"] = self._key
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["content-type"] = "application/json"
        try:
            connection.request(method, f"{parts.path}/_mock/{route}", content, headers)
            answer = connection.getresponse()
            status, reason, text = answer.status, answer.getheader("x-mock-reason"), answer.read()
        except (OSError, HTTPException) as error:
            raise MockError(f"no mock answers at {self._url}: {error}{self._why_or_advice()}") from error
        finally:
            connection.close()
        try:
            said = json.loads(text)
        except ValueError:
            raise MockError(f"what answers at {self._url} is no mock: {status} {text[:100]!r}", status=status) from None
        if status != 200:
            raise MockError(_refusal(said), status=status, reason=reason)
        return said

    def _why_or_advice(self) -> str:
        """Why no server answers, where that is known, or else what to do."""
        return "; start it, or correct the address"

    def requests(
        self,
        *,
        operation: str | None = None,
        status: int | None = None,
        reason: str | None = None,
        after: int | None = None,
        invite_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        api_key_id: str | None = None,
    ) -> list[JournalEntry]:
        """What was asked, oldest first; ``after`` is the number of an entry, and later ones are shown."""
        query = _checks.journal_filter(
            {
                "operation": operation,
                "status": status,
                "reason": reason,
                "after": after,
                "invite_id": invite_id,
                "user_id": user_id,
                "workspace_id": workspace_id,
                "api_key_id": api_key_id,
            }
        )
        entries = self._call("GET", "requests?" + urllib.parse.urlencode(query))["requests"]
        return [_record(JournalEntry, {**entry, "time": _moment(entry["time"])}) for entry in entries]

    def clear_requests(self) -> None:
        """Empties the journal."""
        self._call("DELETE", "requests")

    def accept(self, invite_id: str) -> dict[str, Any]:
        """Accepts a pending invite, as the invitee would, and returns it."""
        return self._happens("invites", "invite_id", invite_id, "accept")

    def expire(self, invite_id: str) -> dict[str, Any]:
        """Lets a pending invite's time end now, and returns it."""
        return self._happens("invites", "invite_id", invite_id, "expire")

    def delete(self, invite_id: str) -> None:
        """Deletes a pending invite, as somebody else would: the journal does not show it."""
        self._happens("invites", "invite_id", invite_id, "delete")

    def remove(self, user_id: str) -> None:
        """Removes a user, as somebody else would: the journal does not show it."""
        self._happens("users", "user_id", user_id, "remove")

    def _happens(self, things: str, name: str, id: str, what: str) -> dict[str, Any]:
        _checks.journal_filter({name: id})
        became: dict[str, Any] = self._call("POST", f"{things}/{urllib.parse.quote(id, safe='')}/{what}")
        return became

    @overload
    def fault(
        self,
        operation: str = "*",
        *,
        error: str,
        status: int | None = None,
        retry_after: int | None = None,
        retry_after_ms: int | None = None,
        should_retry: bool | None = None,
        error_code: str | None = None,
        details: Mapping[str, Any] | None = None,
        message: str | None = None,
        times: int | Literal["always"] = 1,
        skip: int = 0,
        after_commit: bool = False,
        invite_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        api_key_id: str | None = None,
    ) -> None: ...

    @overload
    def fault(
        self,
        operation: str = "*",
        *,
        delay: timedelta | str,
        times: int | Literal["always"] = 1,
        skip: int = 0,
        after_commit: bool = False,
        invite_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        api_key_id: str | None = None,
    ) -> None: ...

    @overload
    def fault(
        self,
        operation: str = "*",
        *,
        drop: Literal[True, "mid_body"],
        times: int | Literal["always"] = 1,
        skip: int = 0,
        after_commit: bool = False,
        invite_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        api_key_id: str | None = None,
    ) -> None: ...

    @overload
    def fault(
        self,
        operation: str = "*",
        *,
        response: Mapping[str, Any],
        times: int | Literal["always"] = 1,
        skip: int = 0,
        after_commit: bool = False,
        invite_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        api_key_id: str | None = None,
    ) -> None: ...

    @overload
    def fault(
        self,
        operation: str = "*",
        *,
        meanwhile: Literal["accept", "expire", "delete", "remove", "archive"],
        times: int | Literal["always"] = 1,
        skip: int = 0,
        invite_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        api_key_id: str | None = None,
    ) -> None: ...

    def fault(self, operation: str = "*", **fields: Any) -> None:
        """Plans something to go wrong: exactly one of error, delay, drop, response and meanwhile.

        Misuse is a ValueError before anything is sent, a misspelt argument a TypeError.
        """
        unknown = set(fields) - _FAULT_FIELDS
        if unknown:
            raise TypeError(f"fault() has no argument {sorted(unknown)[0]!r}; it takes {', '.join(sorted(_FAULT_FIELDS))}")
        self._call("POST", "faults", _checks.plan(operation, fields))

    @property
    def faults(self) -> list[PlannedFault]:
        """What is planned, in order, with how often it has struck."""
        return [_record(PlannedFault, fault) for fault in self._call("GET", "faults")["faults"]]

    def clear_faults(self) -> None:
        """Forgets all that is planned."""
        self._call("DELETE", "faults")

    def freeze(self, when: datetime | str) -> None:
        """Stops the clock at a time."""
        self._call("PUT", "clock", {"now": _checks.time("when", when)})

    def advance(self, by: timedelta | str) -> None:
        """Moves the clock, such as by ``"22d"``; a frozen one stays frozen."""
        self._call("PUT", "clock", {"advance": _checks.duration("by", by)})

    def use_system_clock(self) -> None:
        """Gives the clock back to the system."""
        self._call("PUT", "clock", {"system": True})

    @property
    def now(self) -> datetime:
        """What the clock reads."""
        return _moment(self._call("GET", "clock")["now"])

    @property
    def state(self) -> dict[str, Any]:
        """The state, as a fixture document."""
        state: dict[str, Any] = self._call("GET", "state")
        return state

    def load(self, fixture: Fixture) -> None:
        """Puts a fixture in the place of the state, all or nothing.

        A clock that was frozen or moved stays so, unless the fixture has one of its own, and the fixture's relative times
        count from it.
        """
        if isinstance(fixture, Mapping):
            document = dict(fixture)
        elif not isinstance(fixture, (str, os.PathLike)):
            raise ValueError(f"fixture is {fixture!r}; expected a document, which is a mapping, or the path of a file with one")
        else:
            document = json.loads(Path(fixture).read_text(encoding="utf-8-sig"))
            if not isinstance(document, dict):
                raise ValueError(f"{os.fspath(fixture)} holds no fixture, which is a JSON object")
        if "clock" not in document:
            clock = self._call("GET", "clock")["clock"]
            if clock is not None:
                document["clock"] = clock
        self._call("PUT", "state", document)

    def reset(self) -> None:
        """Brings back what was there at the start, and empties the journal."""
        self._call("POST", "reset")

    def explain(self) -> str:
        """The journal and the planned faults as a text, for a test that failed."""
        entries = self.requests()
        lines = []
        if not entries:
            lines.append(self._nothing_was_asked())
        elif len(entries) > _SHOWN:
            lines.append(f"the last {_SHOWN} of {len(entries)} requests, oldest first:")
        else:
            lines.append(f"{len(entries)} request{'s' if len(entries) > 1 else ''}, oldest first:")
        for entry in entries[-_SHOWN:]:
            lines += _entry_lines(entry)
        faults = self.faults
        if faults:
            lines.append("planned faults:")
            lines += map(_fault_line, faults)
        return "\n".join(lines)

    def _nothing_was_asked(self) -> str:
        return "no request came"


_FAULT_FIELDS = frozenset(
    field.name for field in dataclasses.fields(PlannedFault) if field.name not in ("operation", "hits")
)


class Organization(Door):
    """One key's organization, which no other key can see or change."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key)
        self.key = key
        """The admin key for a client."""
        self._server: Door | None = None

    def __repr__(self) -> str:
        # A key is a secret, even here: reports and logs show the beginning alone.
        return f"<Organization at {self._url}>"

    @property
    def env(self) -> dict[str, str]:
        """What to add to a subprocess's environment, so that its client calls this organization."""
        hosts = without_proxy(os.environ)
        return {
            "ANTHROPIC_BASE_URL": self._url,
            "ANTHROPIC_API_KEY": self.key,
            "NO_PROXY": hosts,
            "no_proxy": hosts,
        }

    def _why_or_advice(self) -> str:
        return super()._why_or_advice() if self._server is None else self._server._why_or_advice()

    def _nothing_was_asked(self) -> str:
        return (
            "no request carried this test's key; the program's client takes base_url=admin_mock.url and "
            "api_key=admin_mock.key, or both from the environment (admin_mock_env, or admin_mock.env for a subprocess)"
        )


def _refusal(said: Any) -> str:
    error = said.get("error", {}) if isinstance(said, dict) else {}
    problems = error.get("problems") or [error]
    texts = []
    for problem in problems:
        path, message = problem.get("path"), problem.get("message", "the mock refused without a word")
        texts.append(f"{path}: {message}" if path else str(message))
    return "\n".join(texts)


def _entry_lines(entry: JournalEntry) -> list[str]:
    query = f"?{entry.query}" if entry.query else ""
    retry = f" (retry {entry.retry})" if entry.retry else ""
    status = "the connection was dropped" if entry.status is None else str(entry.status)
    error = f" {entry.error_type}" if entry.error_type else ""
    reason = f" [{entry.reason}]" if entry.reason else ""
    lines = [f"  #{entry.number} {entry.method} {entry.path}{query}{retry} -> {status}{error}{reason}"]
    for name, value in (("message", entry.message), ("fault", entry.fault), ("hint", entry.hint)):
        if value:
            lines.append(f"       {name}: {value}")
    return lines


def _fault_line(fault: PlannedFault) -> str:
    outcome = next(
        f"{name} {value}"
        for name in ("error", "delay", "drop", "response", "meanwhile")
        if (value := getattr(fault, name)) is not None
    )
    struck = f"struck {fault.hits} time{'' if fault.hits == 1 else 's'} of {fault.times}"
    return f"  {fault.operation}: {outcome}, {struck}"
