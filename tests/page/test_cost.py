"""What the page costs: the program under test next to nothing, and a person no waiting, however much there is to show."""

import json
import re
import statistics
import time

from playwright.sync_api import expect

from parts import entries, part, row, table
from server import INVITES, KEY

# Notes every task of the main thread that takes longer than 50 milliseconds.
LONG_TASKS = "window.longTasks = []; new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask' });"
MANY = 10_000


def many_invites(tmp_path):
    path = tmp_path / "many.json"
    invites = [{"email": f"person{number}@example.com", "invited_at": f"-{MANY - number}s"} for number in range(MANY)]
    path.write_text(json.dumps({"invites": invites}))
    return str(path)


def longest_task(page):
    return max(page.evaluate("longTasks.splice(0)"), default=0)


def until_shown(mock, page, target, method="GET", body=None):
    """How long it takes from a request to its row."""
    begin = time.monotonic()
    mock.call(method, target, body)
    expect(entries(page).first).to_contain_text(f"{method} {target}", timeout=2000)
    return time.monotonic() - begin


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
    assert "_mock" not in mock.log.read_text()


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


def test_a_thousand_requests_stay_smooth(mock, look, figure):
    for number in range(1000):
        mock.call("GET" if number % 3 else "POST", f"{INVITES}?limit={number % 100}", None if number % 3 else "{}")
    page = look(mock.url, before=LONG_TASKS)
    expect(part(page, "Requests")).to_contain_text("The newest 200 of 1,000 requests.")
    expect(entries(page)).to_have_count(200)
    page.wait_for_timeout(1000)
    start = longest_task(page)
    waited = [until_shown(mock, page, f"{INVITES}/{number}") for number in range(3)]
    for _ in range(100):
        mock.call("GET", INVITES)
    page.wait_for_timeout(1500)
    tasks = longest_task(page)
    expect(entries(page)).to_have_count(200)
    expect(part(page, "Requests")).to_contain_text("The newest 200 of 1,000 requests.")
    page.get_by_role("combobox", name="Reason").select_option("input-invalid")
    expect(part(page, "Requests")).to_contain_text("The newest 200 of 3")
    filtering = longest_task(page)
    figure(f"1,000 requests: a row after {max(waited):.2f} s at the most; longest tasks {start:.0f} ms at the start, {tasks:.0f} ms while polling, {filtering:.0f} ms filtering")
    assert max(waited) < 2 and tasks < 200 and filtering < 200


def test_ten_thousand_invites_stay_smooth(serve, look, tmp_path, figure):
    mock = serve("--fixture", many_invites(tmp_path))
    mock.call("GET", INVITES)
    page = look(mock.url, before=LONG_TASKS)
    expect(part(page, "State").get_by_role("heading", name="Invites")).to_have_text("Invites the first 200 of 10,000")
    expect(table(page, "invites").locator("tbody tr")).to_have_count(200)
    page.wait_for_timeout(1000)
    start = longest_task(page)
    waited = []
    for number in range(2):
        email = f"new{number}@example.com"
        begin = time.monotonic()
        waited.append(until_shown(mock, page, f"{INVITES}", "POST", {"email": email, "role": "user"}))
        expect(row(page, "invites", email)).to_be_visible(timeout=8000)
    shown = time.monotonic() - begin
    page.wait_for_timeout(1500)
    tasks = longest_task(page)
    page.get_by_label("Find an email, a name or an id").fill("person77@")
    expect(table(page, "invites").locator("tbody tr")).to_have_count(1)
    row(page, "invites", "person77@").get_by_role("button", name="accept").click()
    expect(row(page, "users", "person77@")).to_be_visible()
    finding = longest_task(page)
    figure(f"10,000 invites: a row after {max(waited):.2f} s at the most, the new invite after {shown:.2f} s; longest tasks {start:.0f} ms at the start, {tasks:.0f} ms while polling, {finding:.0f} ms finding one")
    assert max(waited) < 2 and tasks < 200 and finding < 200


def test_the_program_under_test_does_not_wait_for_the_page(serve, look, tmp_path, figure):
    mock = serve("--fixture", many_invites(tmp_path))

    def answered_in():
        """The median and the slowest of calls that change nothing for three seconds, each tenth that does."""
        took = []
        end = time.monotonic() + 3
        while time.monotonic() < end:
            begin = time.monotonic()
            if len(took) % 10:
                mock.call("GET", INVITES + "?limit=1")
            else:
                mock.call("POST", INVITES, {"email": f"x{len(took)}-{begin}@example.com", "role": "user"})
            took.append(time.monotonic() - begin)
            time.sleep(0.005)
        return statistics.median(took) * 1000, max(took) * 1000

    alone = answered_in()
    look(mock.url)
    watched = answered_in()
    figure("10,000 invites: a call takes {:.1f} ms (the slowest {:.0f}) without the page, {:.1f} ms (the slowest {:.0f}) with it".format(*alone, *watched))
    assert watched[0] < alone[0] * 2 + 1
