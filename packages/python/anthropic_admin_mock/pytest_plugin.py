"""The pytest plugin: fixtures, a marker, and what was asked in the report of a test that failed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generator, Iterator

import pytest

from ._binary import OVERRIDE

if TYPE_CHECKING:
    from ._organization import Organization
    from ._server import MockServer

_MARKER = "admin_mock"
_USED: pytest.StashKey[Organization] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("anthropic-admin-mock")
    group.addoption(
        "--admin-mock-url",
        metavar="URL",
        help="use an anthropic-admin-mock that runs already (default: ADMIN_MOCK_URL, else one is started)",
    )
    parser.addini("admin_mock_args", "options for the anthropic-admin-mock that is started; paths count from the rootdir", "args")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(fixture=None, now=None): the world of the test's organization: a fixture document or the path of one, "
        "and the time at which its clock stands",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker(_MARKER) and "admin_mock" not in getattr(item, "fixturenames", ()):
        item.warn(pytest.PytestWarning(f"the marker {_MARKER} does nothing in a test without the fixture admin_mock"))


@pytest.fixture(scope="session")
def admin_mock_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """One anthropic-admin-mock for the session; with pytest-xdist one for each worker."""
    from ._server import MockServer

    for source, url in (
        ("--admin-mock-url", pytestconfig.getoption("--admin-mock-url")),
        ("ADMIN_MOCK_URL", os.environ.get("ADMIN_MOCK_URL")),
    ):
        if url:
            yield MockServer._at(url, source)
            return
    with MockServer._with_options(pytestconfig.getini("admin_mock_args"), pytestconfig.rootpath) as server:
        yield server


@pytest.fixture
def admin_mock(request: pytest.FixtureRequest, admin_mock_server: MockServer) -> Organization:
    """An organization of the test's own, as it was at the start of the server or as the marker says."""
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
    from ._checks import time

    organization = admin_mock_server.organization(f"sk-ant-admin01-{digest[:40]}")
    request.node.stash[_USED] = organization
    # Reruns, and runs against a server that stays, meet the same key again.
    organization.reset()
    fixture, now = _world(request)
    if now is not None:
        organization.freeze(time("now", now))
        if fixture is None:
            # A template's relative times count from the new clock when it is loaded again.
            fixture = {name: value for name, value in admin_mock_server.state.items() if name not in ("clock", "organizations")}
            if "invites" not in fixture:
                pytest.fail(f"{_MARKER}(now=...) without fixture=... needs a server whose fixture has a template", pytrace=False)
    if fixture is not None:
        organization.load(fixture)
    return organization


@pytest.fixture
def admin_mock_env(admin_mock: Organization, monkeypatch: pytest.MonkeyPatch) -> Organization:
    """The same, for a program that takes URL and key from the environment; other ANTHROPIC_ variables are removed."""
    for name in list(os.environ):
        if name.upper().startswith("ANTHROPIC_") and name != OVERRIDE:
            monkeypatch.delenv(name)
    for name, value in admin_mock.env.items():
        monkeypatch.setenv(name, value)
    return admin_mock


def _world(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """What the markers say: the closest one that names a thing decides it."""
    said: dict[str, Any] = {}
    for marker in request.node.iter_markers(_MARKER):
        unknown = sorted(set(marker.kwargs) - {"fixture", "now"})
        if marker.args or unknown:
            got = repr(unknown[0]) if unknown else "a positional argument"
            pytest.fail(f"the marker {_MARKER} takes fixture=... and now=..., not {got}", pytrace=False)
        said = {**marker.kwargs, **said}
    fixture = said.get("fixture")
    if isinstance(fixture, (str, os.PathLike)):
        fixture = _file(request, Path(fixture))
    return fixture, said.get("now")


def _file(request: pytest.FixtureRequest, path: Path) -> Path:
    """A relative path counts from the test's file, or else from the rootdir."""
    # One place, where the test's file stands in the rootdir.
    places = dict.fromkeys((request.path.parent / path, request.config.rootpath / path))
    for place in places:
        if place.is_file():
            return place
    raise pytest.fail.Exception(f"no fixture at {', and none at '.join(map(str, places))}", pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    organization = item.stash.get(_USED, None)
    if not report.failed or organization is None:
        return
    try:
        # After a set-up that failed before any request the test never ran, so advice on its requests would mislead.
        if report.when == "setup" and not organization.requests():
            return
        text = organization.explain()
    except Exception as error:
        text = f"the journal cannot be read: {error}"
    report.sections.append(("anthropic-admin-mock", text))
