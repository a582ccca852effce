"""A server for as long as a test run needs one."""

from __future__ import annotations

import collections
import os
import secrets
import subprocess
import threading
import weakref
from datetime import datetime
from typing import Any, Sequence, Union

from . import _checks
from ._binary import find_binary
from ._organization import Door, MockError, Organization

_Path = Union[str, "os.PathLike[str]"]

# How long a start may take; a large fixture needs some of it.
_START = 60.0
# How long a stop may take before the server is killed.
_STOP = 10.0
# How many characters of the log a message shows.
_TOLD = 1000
# How many lines of the log are kept.
_LOG_LINES = 10_000


class MockServer(Door):
    """A server on a free port of this machine. It stops at the end of a ``with`` statement, by :meth:`stop`, and, whatever
    happens, with this process.

    The methods that it shares with :class:`Organization` are about its whole world here: all organizations, and those to come.
    """

    # What the user corrects when the address of a server that runs already is wrong.
    _source: str

    def __init__(
        self,
        *,
        fixtures: _Path | Sequence[_Path] = (),
        now: datetime | str | None = None,
        seed: int | None = None,
        any_key: bool = False,
        rate_limit: str | None = None,
        args: Sequence[str] = (),
    ) -> None:
        """Starts a server; when this returns, it listens.

        ``fixtures`` are paths of files or folders; :meth:`load` takes a document. ``args`` are further options of the command,
        but for ``--listen`` and ``--no-control``.
        """
        options: list[str] = []
        for path in _checks.paths(fixtures):
            options += ["--fixture", path]
        if now is not None:
            # As one word, since an offset may begin with a minus.
            options.append("--now=" + _checks.time("now", now, " or '+22d'"))
        if seed is not None:
            options += ["--seed", str(seed)]
        if any_key:
            options.append("--any-key")
        if rate_limit is not None:
            options += ["--rate-limit", rate_limit]
        self._begin([*options, *args], None)

    def _begin(self, options: Sequence[str], folder: _Path | None) -> None:
        _checks.options(options)
        # Relative paths among the options count from the folder.
        self._log: collections.deque[str] = collections.deque(maxlen=_LOG_LINES)
        process = _spawn(options, folder)
        self._process: subprocess.Popen[str] | None = process
        self._was_stopped = False
        reader = threading.Thread(target=_read, args=(process.stderr, self._log), name="anthropic-admin-mock", daemon=True)
        reader.start()
        # Also when nobody calls `stop`: at the latest when this process ends.
        self._stop = weakref.finalize(self, _stop, process, reader, os.getpid())
        line = _first_line(process)
        if not line.startswith("listening on "):
            self._stop()
            raise MockError(f"the mock did not start: {self.log().strip() or f'it said {line!r}'}")
        super().__init__(line.removeprefix("listening on ").strip(), None)

    @classmethod
    def _with_options(cls, options: Sequence[str], folder: _Path) -> MockServer:
        server = cls.__new__(cls)
        server._begin(options, folder)
        return server

    @classmethod
    def at(cls, url: str) -> MockServer:
        """A server that runs already. Stopping it is its owner's business: here ``stop()`` does nothing."""
        return cls._at(url, "the address")

    @classmethod
    def _at(cls, url: str, source: str) -> MockServer:
        server = cls.__new__(cls)
        Door.__init__(server, url, None)
        server._source = source
        server._log = collections.deque()
        server._process = None
        server._call("GET", "health")
        return server

    def __enter__(self) -> MockServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<MockServer at {self._url}>"

    def organization(self, key: str | None = None) -> Organization:
        """The organization of a key; without one that of a new key."""
        organization = Organization(self.url, key or f"sk-ant-admin01-{secrets.token_hex(16)}")
        organization._server = self
        return organization

    @property
    def organizations(self) -> list[dict[str, Any]]:
        """Which organizations there are by now, with their names, keys (their beginnings alone), clocks and counts."""
        organizations: list[dict[str, Any]] = self._call("GET", "organizations")["organizations"]
        return organizations

    def log(self) -> str:
        """What the server has logged; nothing of one that ran already."""
        return "".join(self._log)

    def stop(self) -> None:
        """Stops the server at once. Doing it again does nothing."""
        if self._process is not None:
            # A server that has ended before was not stopped; why it ended is then of more use.
            self._was_stopped = self._was_stopped or self._process.poll() is None
            self._stop()

    def _why_or_advice(self) -> str:
        if self._process is None:
            return f"; start it, or correct {self._source}"
        if self._process.poll() is None:
            return ""
        if self._was_stopped:
            return "; this mock was stopped"
        last = _last_lines(list(self._log))
        return f"; it has ended with {self._process.returncode}" + (f", and the last lines of its log are:\n{last}" if last else "")


def _last_lines(log: list[str]) -> str:
    """The last whole lines, together as long as a message shows at most, or else the last line alone, uncut."""
    told: list[str] = []
    size = -1
    for line in map(str.rstrip, reversed(log)):
        size += len(line) + 1
        if told and size > _TOLD:
            break
        told.insert(0, line)
    return "\n".join(told)


def _spawn(options: Sequence[str], folder: _Path | None) -> subprocess.Popen[str]:
    # What is set for another server, or for the program under test, must not change this one.
    environment = {
        name: value for name, value in os.environ.items() if not name.upper().startswith("MOCK_") and name.upper() != "RUST_LOG"
    }
    # In a session of its own, so that a Ctrl-C does not stop the server before the tests are torn down.
    apart: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)} if os.name == "nt" else {"start_new_session": True}
    )
    return subprocess.Popen(
        [find_binary(), "--listen", "127.0.0.1:0", "--until-stdin-ends", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        cwd=folder,
        env=environment,
        **apart,
    )


def _read(stream: Any, log: collections.deque[str]) -> None:
    for line in stream:
        log.append(line)


def _first_line(process: subprocess.Popen[str]) -> str:
    """The first line on stdout; nothing when the server ends instead, or takes too long."""
    assert process.stdout is not None
    too_late = threading.Timer(_START, process.kill)
    too_late.daemon = True
    too_late.start()
    try:
        return process.stdout.readline()
    finally:
        too_late.cancel()


def _stop(process: subprocess.Popen[str], reader: threading.Thread, owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork of the process that started it; the server is not the fork's to stop
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    process.stdin.close()
    if os.name != "nt":
        # The second thing that asks for a stop, after the end of its input, so that it waits for no request.
        process.terminate()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    reader.join(_STOP)
    process.stdout.close()
    process.stderr.close()
