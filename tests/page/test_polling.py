"""When the page asks for something, and for how much: next to nothing."""

import re
import time

from playwright.sync_api import expect

from parts import row, until_shown
from server import INVITES


def test_an_idle_page_asks_for_new_requests_once_a_second_and_for_nothing_else(mock, look):
    mock.call("GET", INVITES)
    page = look(mock.url)
    page.wait_for_timeout(500)
    look.calls.clear()
    page.wait_for_timeout(4000)
    assert 2 <= len(look.calls) <= 4, look.calls
    assert set(look.calls) == {f"{mock.url}/_mock/requests?after=0"}
    # What reads nothing but requests costs no more, since a GET changes nothing.
    for limit in range(1, 4):
        until_shown(mock, page, f"{INVITES}?limit={limit}")
    assert {re.sub(r"\d+$", "N", url) for url in look.calls} == {f"{mock.url}/_mock/requests?after=N"}
    # The program's own log has no line of it.
    assert "/_mock/" not in mock.log.read_text()


def test_what_takes_long_to_read_is_read_seldom(mock, look):
    mock.call("GET", INVITES)
    page = look(mock.url)
    expect(row(page, "invites", "pending@example.com")).to_be_visible()

    def slowly(route):
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/_mock/state*", slowly)
    look.calls.clear()
    read = lambda: sum("/_mock/state" in url for url in look.calls)
    for number in range(40):
        mock.call("POST", INVITES, {"email": f"x{number}@example.com", "role": "user"})
        page.wait_for_timeout(100)
    page.unroute_all(behavior="ignoreErrors")
    assert len(look.calls) >= 3 and 1 <= read() <= 2, look.calls


def test_a_page_that_cannot_be_seen_asks_for_nothing(serve, browser):
    mock = serve(RUST_LOG="debug")

    def asked_in(seconds):
        before = mock.log.read_text().count("/_mock/requests")
        time.sleep(seconds)
        return mock.log.read_text().count("/_mock/requests") - before

    # Playwright keeps its own pages visible, so this window is the browser's.
    session = browser.new_browser_cdp_session()
    target = session.send("Target.createTarget", {"url": mock.url + "/_mock", "newWindow": True})
    window = session.send("Browser.getWindowForTarget", target)["windowId"]
    try:
        time.sleep(1)
        assert asked_in(2.5) >= 1
        session.send("Browser.setWindowBounds", {"windowId": window, "bounds": {"windowState": "minimized"}})
        time.sleep(1)
        assert asked_in(2.5) == 0
        session.send("Browser.setWindowBounds", {"windowId": window, "bounds": {"windowState": "normal"}})
        assert asked_in(2.5) >= 1
    finally:
        session.send("Target.closeTarget", target)
        session.detach()
