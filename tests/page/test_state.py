"""What a person sees of the state, and does to it: invites and users, time, faults, reset, download."""

import json
import re
import subprocess
import time
from datetime import datetime

import pytest
from playwright.sync_api import expect

from parts import choose, entries, part, press, row, table
from server import INVITES, KEY

PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"
MOCK = "Mock organization"


@pytest.fixture
def page(mock, look):
    """The page at the state of the only organization, whose program asked once."""
    mock.call("GET", INVITES)
    page = look(mock.url)
    expect(row(page, "invites", PENDING)).to_be_visible()
    return page


def cells(page, name, text):
    return row(page, name, text).get_by_role("cell")


def clock(mock):
    return mock.json("GET", "/_mock/clock")


def test_the_state_shows_status_and_expiry_at_the_organizations_clock(page):
    for name, text, wanted in [
        ("invites", "pending@example.com", ["developer", "pending", "in 17 d"]),
        ("invites", "accepted@example.com", ["user", "accepted", "–"]),
        ("invites", "expired@example.com", ["billing", "expired", "1 d ago"]),
        ("invites", "gone@example.com", ["user", "deleted", "–"]),
        ("users", "developer@example.com", ["Developer", "developer", "60 d ago"]),
        ("workspaces", "Research", ["active", "developer@example.com, workspace_admin"]),
        ("workspaces", "wrkspc_01DefauDefauDefauDefauDe", ["default", "–"]),
        ("API keys", "production", ["sk-ant-api03-Prd...ctiv", "active", "never", "Production"]),
        ("API keys", "experiments", ["sk-ant-api03-Exp...actv", "inactive", "never", "Research"]),
        ("API keys", "trial", ["sk-ant-api03-Tri...pird", "expired", "30 d ago", "Default"]),
        ("API keys", "retired", ["sk-ant-api03-Ret...rchv", "archived", "never", "Default"]),
    ]:
        for column, shown in enumerate(wanted, start=1):
            expect(cells(page, name, text).nth(column)).to_contain_text(shown)
    # Newest first, as the API lists them.
    expect(table(page, "users").get_by_role("row").nth(1)).to_contain_text("accepted@example.com")
    expect(part(page, "State")).to_contain_text("without a call of the API, so it does not stand in the requests")


def test_an_invite_is_accepted(mock, page):
    press(page, "accept pending@example.com")
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("accepted")
    expect(row(page, "users", "pending@example.com")).to_be_visible()
    assert mock.json("GET", f"{INVITES}/{PENDING}")["status"] == "accepted"
    expect(entries(page)).to_have_count(2)  # the program's own two


def test_an_invite_expires(mock, page):
    press(page, "expire pending@example.com")
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("expired")
    expect(cells(page, "invites", "pending@example.com").nth(3)).to_have_text(re.compile(r"^\d s ago$"))
    assert mock.json("GET", f"{INVITES}/{PENDING}")["status"] == "expired"


def test_an_invite_is_deleted_and_the_requests_do_not_show_it(mock, page):
    press(page, "delete pending@example.com")
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("deleted")
    assert mock.call("GET", f"{INVITES}/{PENDING}")[0] == 404
    expect(entries(page)).to_have_count(2)
    assert [entry["method"] for entry in mock.requests()] == ["GET", "GET"]


def test_a_user_is_removed(mock, page):
    press(page, "remove developer@example.com")
    expect(row(page, "users", "developer@example.com")).to_have_count(0)
    expect(cells(page, "API keys", "experiments").nth(2)).to_have_text("archived")
    assert "developer@example.com" not in mock.call("GET", "/v1/organizations/users")[2]


def test_what_the_rules_forbid_is_told(mock, look, page):
    look.expect_error("409")
    press(page, "remove admin@example.com")
    expect(page.get_by_role("alert")).to_contain_text("admin")
    expect(row(page, "users", "admin@example.com")).to_be_visible()
    press(page, "Dismiss")
    expect(page.get_by_role("alert")).to_be_hidden()
    # Somebody else was quicker.
    look.expect_error("409")
    mock.json("POST", f"/_mock/invites/{PENDING}/accept")
    press(page, "expire pending@example.com")
    expect(page.get_by_role("alert")).to_contain_text("the invite has been accepted before")
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("accepted")


def test_a_row_is_found_by_email_name_or_id(page):
    find = page.get_by_label("Find an email, a name or an id")
    for text, invites, users, keys in [("BILLING@", 0, 1, 0), ("trial", 0, 0, 1), ("invite_01Exp", 1, 0, 0)]:
        find.fill(text)
        for name, number in [("invites", invites), ("users", users), ("API keys", keys)]:
            rows = table(page, name).locator("tbody tr")
            expect(rows).to_have_count(number)
    expect(part(page, "State").get_by_role("heading", name="Users")).to_have_text("Users none")


def test_time_moves_by_a_day_a_week_and_22_days_and_what_is_pending_expires(mock, page):
    begin = time.time()
    for name, shift, expiry in [
        ("A day later", "system +1d", "in 16 d"),
        ("A week later", "system +8d", "in 9 d"),
        ("22 days later", "system +30d", "12 d ago"),
    ]:
        press(page, name)
        expect(part(page, "Time")).to_contain_text(shift)
        expect(cells(page, "invites", "pending@example.com").nth(3)).to_have_text(expiry)
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("expired")
    assert mock.json("GET", f"{INVITES}/{PENDING}")["status"] == "expired"
    there = time.strftime("%Y-%m-%d", time.gmtime(begin + 30 * 86_400))
    expect(part(page, "Time")).to_contain_text(there)
    press(page, "Back to the system's")
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("pending")
    assert clock(mock)["clock"] is None


def test_time_moves_by_any_step_or_to_a_time_and_freezes(mock, look, page):
    step = page.get_by_label("A step such as -3h, or a time")
    step.fill("-3h")
    press(page, "Move")
    expect(part(page, "Time")).to_contain_text("system -3h")
    step.fill("2031-02-03T04:05:06Z")
    step.press("Enter")
    expect(part(page, "Time")).to_contain_text("2031-02-03 04:05:06Z frozen")
    look.expect_error("400")
    step.fill("soon")
    press(page, "Move")
    expect(page.get_by_role("alert")).to_contain_text('advance: "soon" is not')
    press(page, "Back to the system's")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(part(page, "Time")).to_contain_text("the system's")
    shown = page.locator("#now").inner_text()
    expect(page.locator("#now")).not_to_have_text(shown)  # it ticks
    press(page, "Freeze")
    expect(part(page, "Time")).to_contain_text("frozen")
    frozen = clock(mock)["now"]
    assert abs(time.time() - datetime.fromisoformat(frozen).timestamp()) < 5
    shown = page.locator("#now").inner_text()
    time.sleep(2.2)
    assert page.locator("#now").inner_text() == shown and clock(mock)["now"] == frozen


def plan(page, **fields):
    """Fills the form for a fault in, and sends it."""
    form = part(page, "Faults")
    for label, value in fields.items():
        field = form.get_by_label(label.replace("_", " ")).filter(visible=True)
        if value is True:
            field.check()
        elif field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(page, "Plan")


def test_a_fault_of_each_kind_is_planned_strikes_and_counts_its_hits(mock, page):
    choose(page, MOCK)
    plan(page, Operation="invites.list", Outcome="error", Which="rate_limit_error", Retry_after="7", Times="2", Let_pass="1")
    expect(row(page, "faults", "invites.list")).to_contain_text("error: rate_limit_error, retry_after: 7, skip: 1")
    expect(row(page, "faults", "invites.list")).to_contain_text("0 of 2")
    assert [mock.call("GET", INVITES)[0] for _ in range(4)] == [200, 429, 429, 200]
    expect(row(page, "faults", "invites.list")).to_contain_text("2 of 2")
    press(page, "Clear all")
    expect(part(page, "Faults")).to_contain_text("None is planned.")

    page.reload()
    plan(page, Operation="users.list", Outcome="delay", Which="50ms", Times="always")
    expect(row(page, "faults", "users.list")).to_contain_text("0 (always)")
    begin = time.monotonic()
    mock.call("GET", "/v1/organizations/users")
    assert time.monotonic() - begin > 0.05

    page.reload()
    plan(page, Operation="invites.create", Outcome="drop", Which="before the first byte", After_the_work=True)
    expect(row(page, "faults", "invites.create")).to_contain_text("after_commit")
    assert mock.call("POST", INVITES, {"email": "ada@example.com", "role": "user"}) == (None, None, None)
    expect(row(page, "invites", "ada@example.com")).to_be_visible()

    page.reload()
    plan(page, Operation="workspaces.list", Outcome="drop", Which="in the middle of the body")
    expect(row(page, "faults", "workspaces.list")).to_contain_text("drop: mid_body")
    assert mock.call("GET", "/v1/organizations/workspaces") == (None, None, None)

    plan(page, Operation="api_keys.list", Outcome="response", Which="520")
    expect(row(page, "faults", "api_keys.list")).to_contain_text('response: {"status":520}')
    assert mock.call("GET", "/v1/organizations/api_keys")[0] == 520

    plan(page, Operation="invites.delete", Outcome="meanwhile", Which="accept", Only_for=PENDING)
    expect(row(page, "faults", "invites.delete")).to_contain_text(f"invite_id: {PENDING}, meanwhile: accept")
    status, headers, _ = mock.call("DELETE", f"{INVITES}/{PENDING}")
    assert (status, headers["x-mock-reason"]) == (400, "invite-accepted")
    expect(row(page, "faults", "invites.delete")).to_contain_text("1 of 1")


def test_a_fault_for_all_is_planned_for_organizations_to_come(mock, look):
    page = look(mock.url)
    plan(page, Operation="*", Outcome="error", Which="overloaded_error")
    expect(row(page, "faults", "overloaded_error")).to_contain_text("0 (1 for each)")
    for key in [KEY, "sk-ant-admin01-another-key-of-the-tests"]:
        assert mock.call("GET", INVITES, key=key)[0] == 529
    expect(row(page, "faults", "overloaded_error")).to_contain_text("2 (1 for each)")
    expect(row(page, "faults", "overloaded_error")).to_have_count(1)


def test_a_fault_that_contradicts_itself_is_refused(mock, look):
    page = look(mock.url)
    look.expect_error("400")
    for fields, message in [
        ({"Times": "0"}, "times: "),
        ({"Times": "often"}, 'expected a whole number from 1, or "always"'),
        ({"Times": "1", "Operation": "users.list", "Only_for": "user_01"}, "the path of `users.list` has no user_id"),
        ({"Only_for": "", "Outcome": "delay", "Which": "soon"}, '"soon" is not a delay such as "400ms"'),
        ({"Outcome": "response", "Which": "199"}, "199 is no status of an answer"),
    ]:
        plan(page, **fields)
        expect(page.get_by_role("alert")).to_contain_text(message)
        expect(part(page, "Faults")).to_contain_text("None is planned.")


def test_a_reset_brings_the_start_back(mock, page):
    choose(page, MOCK)
    press(page, "delete pending@example.com")
    press(page, "22 days later")
    plan(page, Operation="*", Outcome="delay", Which="1ms")
    expect(row(page, "faults", "delay")).to_be_visible()
    press(page, "Reset")
    expect(part(page, "Requests")).to_contain_text("No request yet.")
    expect(cells(page, "invites", "pending@example.com").nth(2)).to_have_text("pending")
    expect(part(page, "Time")).to_contain_text("the system's")
    expect(part(page, "Faults")).to_contain_text("None is planned.")
    assert mock.requests() == []


@pytest.mark.parametrize("scope", [MOCK, "All organizations"])
def test_the_download_is_a_fixture_that_check_takes_and_that_brings_the_state_back(serve, look, tmp_path, scope):
    mock = serve("--fixture", "fixtures/default.json", "--fixture", "fixtures/organizations.json")
    mock.call("POST", INVITES, {"email": "ada@example.com", "role": "user"})
    mock.call("POST", "/v1/organizations/workspaces", {"name": "Robots"})
    mock.json("POST", "/_mock/faults", {"operation": "users.list", "error": "overloaded_error"})
    page = look(mock.url, accept_downloads=True)
    choose(page, scope)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as fixture").click()
    assert download.value.suggested_filename == "fixture.json"
    path = tmp_path / "fixture.json"
    download.value.save_as(path)
    checked = subprocess.run([mock.process.args[0], "check", path], capture_output=True, text=True)
    assert checked.returncode == 0 and checked.stdout.startswith("ok: ") and checked.stderr == "", checked
    again = serve("--fixture", str(path))
    key = KEY if scope == MOCK else None
    state = mock.json("GET", "/_mock/state", key=key)
    assert json.loads(path.read_text()) == state == again.json("GET", "/_mock/state", key=key)
    assert again.call("GET", "/v1/organizations/users")[0] == 529
    assert "ada@example.com" in again.call("GET", INVITES)[2]


def test_an_organization_that_a_reset_of_the_world_forgets_is_left(mock, look, page):
    choose(page, MOCK)
    mock.json("POST", "/_mock/reset", key=None)
    look.expect_error("404")
    expect(page.get_by_role("alert")).to_contain_text("is not there any more. All are shown.")
    expect(row(page, "organizations", "All organizations")).to_have_attribute("aria-current", "true")
    expect(row(page, "organizations", MOCK)).to_have_count(0)
