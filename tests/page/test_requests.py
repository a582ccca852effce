"""What a person sees of the organizations and the requests, and how a request is looked into."""

import json
import re
import subprocess

import pytest
from playwright.sync_api import expect

from parts import choose, entries, opener, part, press, row, table
from server import INVITES, KEY, busy

FIXTURES = ["--fixture", "fixtures/default.json", "--fixture", "fixtures/organizations.json"]
ACME, READER = "Acme", "sk-ant-admin01-acme-reader"
REQUEST_ROW = re.compile(r"^\d\d:\d\d:\d\d")


def bash(command, key=KEY):
    """Runs a command that the page shows, as a person would who copied it."""
    return subprocess.run(
        ["bash", "-c", command + " --silent --show-error --write-out '\\n%{http_code}'"],
        env={"PATH": "/usr/bin:/bin", "ANTHROPIC_ADMIN_KEY": key}, capture_output=True, text=True, timeout=20,
    )  # fmt: skip


def test_the_address_leads_a_browser_to_the_page(mock, look):
    page = look(mock.url + "/")
    assert page.url == mock.url + "/_mock"
    assert page.title() == "anthropic-admin-mock: a local stand-in for the Admin API"
    expect(page.get_by_role("heading", level=1)).to_have_text("anthropic-admin-mock")


@pytest.mark.parametrize("accept", [{}, {"accept": "*/*"}, {"accept": "application/json"}])
def test_a_program_gets_the_routes_as_indented_json(mock, accept):
    status, headers, text = mock.call("GET", "/_mock", key=None, **accept)
    assert status == 200 and headers["content-type"] == "application/json" and headers["vary"] == "accept"
    index = json.loads(text)
    assert {"method": "GET", "path": "/_mock/health", "query": [], "what": "whether the server is there"} in index["routes"]
    assert "invites.delete" in index["operations"]
    assert text.startswith('{\n  "') and text.endswith("}\n")
    status, headers, text = mock.call("GET", "/", key=None, **accept)
    assert status == 404 and json.loads(text)["error"] == {"type": "not_found_error", "message": "Not found"}


def test_a_fresh_start_says_what_to_do_and_the_command_that_it_shows_works(mock, look):
    page = look(mock.url)
    expect(part(page, "Requests")).to_contain_text("No request yet.")
    hint = page.get_by_text("Let the program under test call")
    expect(hint).to_be_visible()
    expect(hint).to_contain_text(f"{mock.url} as its base URL")
    expect(part(page, "State")).to_contain_text("Nothing yet: the first request of a key makes its organization.")
    expect(part(page, "Faults")).to_contain_text("None is planned.")
    shown = bash(part(page, "Requests").locator("pre").inner_text())
    assert shown.stdout.endswith("\n200"), shown
    expect(entries(page, f"GET {INVITES}")).to_have_count(1)
    expect(hint).to_be_hidden()
    expect(row(page, "invites", "pending@example.com")).to_be_visible()


def test_organizations_show_id_keys_type_clock_and_counts_and_no_key_whole(serve, look):
    mock = serve(*FIXTURES)
    mock.call("GET", INVITES)
    page = look(mock.url)
    acme = row(page, "organizations", ACME)
    for text in ["6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506", "sk-ant-admin01-…bled", "Acme, console", "system"]:
        expect(acme).to_contain_text(text)
    expect(acme).to_contain_text("2 invites, 2 users, 2 workspaces, 2 API keys")
    expect(row(page, "organizations", "Globex")).to_contain_text("Globex, enterprise")
    expect(row(page, "organizations", "Mock organization")).to_contain_text("sk-ant-admin01-…7f3a")
    expect(row(page, "organizations", "All organizations")).to_contain_text("3 organizations")
    assert KEY not in page.content() and "acme-disabled" not in page.content()
    mock.json("PUT", "/_mock/clock", {"now": "2031-02-03T04:05:06Z"}, key=READER)
    page.reload()
    expect(acme).to_contain_text("frozen2031-02-03 04:05Z")


def test_one_organization_is_chosen_or_all(serve, look):
    mock = serve(*FIXTURES)
    mock.call("GET", INVITES + "?limit=7")
    mock.call("GET", INVITES + "?limit=9", key=READER)
    mock.call("GET", INVITES + "?limit=11", key=None)
    page = look(mock.url)
    expect(entries(page)).to_have_count(3)
    expect(part(page, "State")).to_contain_text("Choose an organization to see what it holds.")
    choose(page, ACME)
    expect(entries(page)).to_have_count(1)
    expect(entries(page)).to_contain_text("limit=9")
    expect(row(page, "users", "Zoë Admin")).to_be_visible()
    expect(part(page, "Time")).to_contain_text("The clock of Acme reads")
    page.reload()
    expect(row(page, "organizations", ACME)).to_have_attribute("aria-current", "true")
    expect(entries(page)).to_have_count(1)
    choose(page, "All organizations")
    expect(entries(page)).to_have_count(3)
    assert page.url == mock.url + "/_mock"


def test_a_row_has_time_status_method_path_query_operation_key_and_duration(mock, look):
    page = look(mock.url)
    mock.call("GET", INVITES + "?limit=2&email=ada%40example.com")
    cells = entries(page).get_by_role("cell")
    expect(cells).to_have_count(6)
    expect(cells.nth(0)).to_have_text(REQUEST_ROW)
    expect(cells.nth(1)).to_have_text("200")
    expect(cells.nth(2)).to_have_text(f"GET {INVITES}?limit=2&email=ada%40example.com")
    expect(cells.nth(3)).to_have_text("invites.list")
    expect(cells.nth(4)).to_have_text("…7f3a")
    expect(cells.nth(5)).to_have_text(re.compile(r"^\d+\.\d ms$"))


def test_a_refusal_reads_as_a_sentence_with_its_hint_and_reason(mock, look):
    page = look(mock.url)
    mock.call("DELETE", INVITES + "/invite_01AcceptedAcceptedAccept")
    mock.call("POST", INVITES, {"email": "ada", "role": "user"})
    mock.call("GET", INVITES, key=None)
    refusals = {
        "DELETE": "This invite has been accepted and can no longer be deleted. Remove the member from the organization "
        "instead. Only pending invites can be deleted. invite-accepted",
        "POST": "email: value is not a valid email address: expected one such as ada@example.com. The message names the "
        "field of the body or the query and what it must be. input-invalid",
        "GET": "x-api-key header is required. Send x-api-key: <admin key> or Authorization: Bearer <admin key>. "
        "credential-missing",
    }
    for method, sentence in refusals.items():
        expect(entries(page, method).locator("tr").nth(1)).to_have_text(sentence)
    expect(entries(page, "GET")).to_contain_text("none")


def test_a_fault_is_told_of(mock, look):
    page = look(mock.url)
    mock.call("GET", INVITES, x_mock_fault="overloaded_error")
    mock.call("GET", INVITES + "/invite_015gWxCN9Hfg2QhZwTK7Mdeu", x_mock_fault="delay=20ms")
    mock.call("GET", "/v1/organizations/users", x_mock_fault="drop")
    mock.call("GET", "/v1/organizations/workspaces", x_mock_fault="response=520")
    for operation, status, sentence in [
        ("invites.list", "529", "A planned fault struck: overloaded_error. The answer said: Overloaded."),
        ("invites.retrieve", "200", "A planned fault struck: delay 20ms."),
        ("users.list", "dropped", "A planned fault struck: drop. The connection was closed without an answer."),
        ("workspaces.list", "520", "A planned fault struck: response 520."),
    ]:
        expect(entries(page, operation)).to_contain_text(status)
        expect(entries(page, operation)).to_contain_text(sentence)


def test_requests_are_filtered_by_operation_status_and_reason(mock, look):
    busy(mock)
    page = look(mock.url)
    expect(entries(page)).to_have_count(16)
    boxes = part(page, "Requests").get_by_role("combobox")
    filters = {name: boxes.and_(page.get_by_role("combobox", name=name)) for name in ["Operation", "Status", "Reason"]}
    filters["Operation"].select_option("invites.delete")
    expect(entries(page)).to_have_count(2)
    filters["Reason"].select_option("invite-expired")
    expect(entries(page)).to_have_count(1)
    expect(entries(page)).to_contain_text("This invite has expired")
    filters["Operation"].select_option("users.list")
    expect(part(page, "Requests")).to_contain_text("No request fits the filters.")
    filters["Operation"].select_option("every")
    filters["Reason"].select_option("every")
    filters["Status"].select_option("429")
    expect(entries(page)).to_have_count(2)
    filters["Status"].select_option("refused or dropped")
    expect(entries(page)).to_have_count(9)
    expect(part(page, "Requests")).to_contain_text("9 requests, the newest first.")
    # A new request goes through the same filter.
    mock.call("GET", INVITES)
    mock.call("GET", "/v1/nonsense")
    expect(entries(page)).to_have_count(10)
    expect(entries(page).first).to_contain_text("/v1/nonsense")


def test_one_click_shows_the_whole_entry_and_new_requests_leave_it_open(mock, look):
    mock.call("POST", INVITES, {"email": "ada@example.com", "role": "user"}, user_agent="a \"quoted\" 'agent'")
    page = look(mock.url)
    entry = entries(page, "POST")
    expect(opener(entry)).to_have_attribute("aria-expanded", "false")
    opener(entry).click()
    expect(opener(entry)).to_have_attribute("aria-expanded", "true")
    assert json.loads(entry.locator("pre").nth(1).inner_text()) == mock.requests()[0]
    mock.call("GET", INVITES)
    expect(entries(page)).to_have_count(2)
    expect(entry.locator("pre")).to_have_count(2)
    expect(opener(entry)).to_be_focused()
    opener(entry).click()
    expect(entry.locator("pre")).to_have_count(0)


CALLS = [
    ("GET", INVITES + "?email=a%20b&x[0]={1}", None, KEY),
    ("GET", "/v1/../v1/organizations/users", None, KEY),
    ("GET", INVITES, None, None),
    ("POST", INVITES, '{"email": "o\'hara@example.com", "role": "o\'wner"}', KEY),
    ("POST", INVITES, "@/etc/hostname", KEY),
    ("POST", INVITES, '{\n  "email": "$HOME `id` $(id)",\r\n\t"role": "\\u0061"\n}', KEY),
    ("DELETE", INVITES + "/';id;'", None, KEY),
]


def test_the_copied_curl_commands_ask_the_same_again(mock, look):
    for call in CALLS:
        mock.call(*call)
    first = mock.requests()
    page = look(mock.url, permissions=["clipboard-read", "clipboard-write"])
    commands = []
    for number in reversed(range(len(CALLS))):
        entry = entries(page).nth(number)
        opener(entry).click()
        entry.get_by_role("button", name="Copy as cURL").click()
        expect(entry.get_by_role("button", name="Copied")).to_be_visible()
        commands.append(page.evaluate("navigator.clipboard.readText()"))
        opener(entry).click()
    assert KEY not in "".join(commands)
    results = [bash(command) for command in commands]
    same = ["method", "path", "query", "body", "status", "reason", "message", "credential", "version", "operation"]
    for entry, again, result in zip(first, mock.requests()[len(CALLS) :], results, strict=True):
        assert {name: again[name] for name in same} == {name: entry[name] for name in same}
        assert result.stdout.endswith(f"\n{entry['status']}"), result
        assert "uid=" not in result.stdout + result.stderr


def test_a_method_that_is_a_shell_command_stays_a_method(mock, look, tmp_path):
    # Backquotes and bars are letters of a method, as HTTP has it.
    mock.raw(f"GET|id|`id`$$ {INVITES} HTTP/1.1\nhost: 127.0.0.1\nconnection: close\n\n")
    page = look(mock.url, before="Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    opener(entries(page)).click()
    press(page, "Copy as cURL")
    # A page that has no clipboard, as by http:// from another machine, selects the command instead.
    expect(page.get_by_role("button", name="Selected, to be copied by hand")).to_be_visible()
    result = bash(page.evaluate("getSelection().toString()"))
    assert "uid=" not in result.stdout + result.stderr
    assert [entry["method"] for entry in mock.requests()] == ["GET|id|`id`$$"] * 2


def test_the_journal_is_emptied_here_or_elsewhere(mock, look):
    mock.call("GET", INVITES)
    page = look(mock.url)
    expect(entries(page)).to_have_count(1)
    press(page, "Empty the journal")
    expect(part(page, "Requests")).to_contain_text("No request yet.")
    assert mock.requests() == []
    mock.call("GET", INVITES + "?limit=3")
    expect(entries(page)).to_have_count(1)
    mock.json("DELETE", "/_mock/requests", key=None)
    expect(entries(page)).to_have_count(0)
    mock.call("GET", INVITES + "?limit=4")
    expect(entries(page)).to_have_count(1)
    expect(table(page, "requests")).to_contain_text("limit=4")


def test_a_server_that_starts_anew_is_found_again(serve, look):
    mock = serve()
    mock.call("GET", INVITES)
    mock.json("POST", "/_mock/faults", {"operation": "*", "delay": "1ms"})
    page = look(mock.url)
    choose(page, "Mock organization")
    mock.stop()
    look.expect_error("ERR_CONNECTION_REFUSED")
    expect(page.get_by_role("status")).to_contain_text("Is the server running?")
    again = serve(port=mock.port)
    expect(page.get_by_role("status")).to_have_text("Connected.")
    look.expect_error("404")
    expect(page.get_by_role("alert")).to_contain_text("The organization that was chosen is not there any more.")
    expect(part(page, "Requests")).to_contain_text("No request yet.")
    expect(part(page, "Faults")).to_contain_text("None is planned.")
    again.call("GET", INVITES + "?limit=5")
    expect(entries(page)).to_contain_text("limit=5")
