"""What the page costs where there is much to show: a person waits for nothing, the program under test no longer than without."""

import json
import statistics
import time

from playwright.sync_api import expect

from parts import entries, part, row, table, until_shown
from server import INVITES

# Notes every task of the main thread that takes longer than 50 milliseconds.
LONG_TASKS = """
    window.longTasks = [];
    const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)));
    observer.observe({ type: "longtask" });
"""
MANY = 10_000


def many_invites(tmp_path):
    path = tmp_path / "many.json"
    invites = [{"email": f"person{number}@example.com", "invited_at": f"-{MANY - number}s"} for number in range(MANY)]
    path.write_text(json.dumps({"invites": invites}))
    return str(path)


def longest_task(page):
    return max(page.evaluate("longTasks.splice(0)"), default=0)


def test_a_request_appears_within_two_seconds(mock, look, figure):
    page = look(mock.url)
    waited = []
    for limit in range(1, 4):
        waited.append(until_shown(mock, page, f"{INVITES}?limit={limit}"))
        time.sleep(0.3)
    figure(f"a row after {max(waited):.2f} s at the most")
    assert max(waited) < 2


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
    figure(
        f"1,000 requests: a row after {max(waited):.2f} s at the most; longest tasks {start:.0f} ms at the start, "
        f"{tasks:.0f} ms while polling, {filtering:.0f} ms filtering"
    )
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
    figure(
        f"10,000 invites: a row after {max(waited):.2f} s at the most, the new invite after {shown:.2f} s; longest tasks "
        f"{start:.0f} ms at the start, {tasks:.0f} ms while polling, {finding:.0f} ms finding one"
    )
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
    text = "10,000 invites: a call takes {:.1f} ms (the slowest {:.0f}) without the page, {:.1f} ms (the slowest {:.0f}) with it"
    figure(text.format(*alone, *watched))
    assert watched[0] < alone[0] * 2 + 1
