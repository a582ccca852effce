"""What the tests of the page share: a browser, servers, and pages on which a dialog, an error or a foreign call is a failure."""

import os
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from server import Server

# No update, no experiment, no name but ours: a browser asks for much by itself. A name under `rebound.example` is what an
# attacker's DNS server would send to this machine.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

FIGURES = []


@pytest.fixture(scope="session")
def browser():
    expect.set_options(timeout=8000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["PAGE_BROWSER"], args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def serve(tmp_path):
    """Starts servers, and stops them after the test."""
    servers = []

    def start(*options, **more):
        servers.append(Server(tmp_path / f"server{len(servers)}.log", *options, **more))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture
def mock(serve):
    """A server with the default fixture."""
    return serve()


class Look:
    """Opens pages, and notes what no page of ours may do."""

    def __init__(self, browser):
        self.browser = browser
        self.contexts = []
        self.dialogs, self.errors, self.calls = [], [], []
        self.expected, self.hosts = [], {"127.0.0.1"}

    def __call__(self, url, width=1280, height=900, dark=False, wait=True, before="", **options):
        """The page at an address, once it has shown what there is; `before` is a script that runs before its own."""
        options = {"color_scheme": "dark" if dark else "light", "viewport": {"width": width, "height": height}, **options}
        context = self.browser.new_context(**options)
        context.set_default_timeout(8000)
        self.contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.on("dialog", self.dialog)
        page.on("console", lambda line: self.errors.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.calls.append(request.url))
        page.goto(url if url.count("/") > 2 else url + "/_mock")
        if wait:
            expect(page.get_by_role("status")).to_have_text("Connected.")
        return page

    def dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def expect_error(self, pattern):
        """An error on the console that belongs to the test."""
        self.expected.append(pattern)

    def finish(self):
        for context in self.contexts:
            context.close()
        assert self.dialogs == []
        unexpected = [error for error in self.errors if not any(re.search(pattern, error) for pattern in self.expected)]
        assert unexpected == []
        missing = [pattern for pattern in self.expected if not any(re.search(pattern, error) for error in self.errors)]
        assert missing == [], "the test expected such errors"
        foreign = [url for url in self.calls if url != "data:," and urlsplit(url).hostname not in self.hosts]
        assert foreign == []


@pytest.fixture
def look(browser):
    look = Look(browser)
    yield look
    look.finish()


@pytest.fixture
def figure():
    """Notes what was measured, for the end of the run."""
    return FIGURES.append


def pytest_terminal_summary(terminalreporter):
    for line in FIGURES:
        terminalreporter.write_line("measured: " + line)
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("FAIL a skipped test looks like a passing one")


def pytest_sessionfinish(session, exitstatus):
    # Nothing here is skipped, so a skip is a mistake.
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter.stats.get("skipped"):
        session.exitstatus = 1
