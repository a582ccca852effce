"""MockServer and Organization: everything that the tester's door can do, and what is refused before it is sent."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from conftest import ACTIVE_KEY, PENDING, RESEARCH, USER, call

import anthropic_admin_mock
from anthropic_admin_mock import ERROR_TYPES, OPERATIONS, MockError, MockServer, find_binary


@pytest.fixture(scope="module")
def server():
    with MockServer() as server:
        yield server


@pytest.fixture
def mock(server):
    return server.organization()


def test_organizations_are_apart_and_a_reset_brings_one_back(server):
    one, other = server.organization(), server.organization()
    assert one.key != other.key and server.organization(one.key).key == one.key
    assert call(one.url, one.key)[0] == 200
    assert (len(one.requests()), len(other.requests())) == (1, 0)
    one.reset()
    assert call(one.url, one.key)[0] == 200
    assert call(other.url, other.key)[0] == 200


def test_an_invite_is_accepted_or_expires(mock):
    accepted = mock.accept(PENDING)
    assert (accepted["id"], accepted["status"]) == (PENDING, "accepted")
    with pytest.raises(MockError, match="has been accepted before") as refusal:
        mock.expire(PENDING)
    assert (refusal.value.status, refusal.value.reason) == (409, "invite-accepted")
    mock.reset()
    assert mock.expire(PENDING)["status"] == "expired"
    with pytest.raises(MockError) as refusal:
        mock.accept("no/such?invite")
    assert (refusal.value.status, refusal.value.reason) == (404, "invite-unknown")


def test_an_invite_is_deleted_and_a_user_removed_behind_the_programs_back(mock):
    mock.delete(PENDING)
    assert call(mock.url, mock.key, "GET")[0] == 404
    mock.remove(USER)
    assert call(mock.url, mock.key, "GET", f"users/{USER}")[0] == 404
    assert [entry.operation for entry in mock.requests()] == ["invites.retrieve", "users.retrieve"]
    with pytest.raises(MockError) as refusal:
        mock.remove(USER)
    assert (refusal.value.status, refusal.value.reason) == (404, "user-unknown")


def test_ids_of_every_resource_narrow_faults_and_the_journal(mock):
    mock.fault("users.remove", meanwhile="remove", user_id=USER)
    mock.fault("api_keys.update", meanwhile="archive", api_key_id=ACTIVE_KEY)
    mock.fault("workspaces.update", meanwhile="archive", workspace_id=RESEARCH)
    assert call(mock.url, mock.key, "DELETE", f"users/{USER}")[0] == 404
    assert call(mock.url, mock.key, "POST", f"api_keys/{ACTIVE_KEY}", {"status": "inactive"})[0] == 400
    assert call(mock.url, mock.key, "POST", f"workspaces/{RESEARCH}", {"name": "x"})[0] == 400
    member = f"workspaces/{RESEARCH}/members/{USER}"
    assert call(mock.url, mock.key, "GET", member)[0] == 404
    assert [fault.hits for fault in mock.faults] == [1, 1, 1]
    assert [fault.workspace_id for fault in mock.faults] == [None, None, RESEARCH]
    assert [entry.operation for entry in mock.requests(user_id=USER)] == ["users.remove", "workspaces.members.retrieve"]
    assert [entry.api_key_id for entry in mock.requests(api_key_id=ACTIVE_KEY)] == [ACTIVE_KEY]
    assert len(mock.requests(workspace_id=RESEARCH)) == 2 and len(mock.requests(workspace_id=RESEARCH, user_id=USER)) == 1


def test_the_clock_is_moved_frozen_and_given_back(mock):
    mock.freeze(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert mock.now == datetime(2026, 1, 1, tzinfo=timezone.utc)
    mock.advance("22d")
    mock.advance(timedelta(hours=-1, milliseconds=5))
    assert mock.now == datetime(2026, 1, 22, 23, 0, 0, 5000, tzinfo=timezone.utc)
    mock.use_system_clock()
    assert abs(mock.now - datetime.now(timezone.utc)) < timedelta(minutes=1)
    with pytest.raises(MockError, match="is not a duration"):
        mock.advance("soon")


def test_a_state_goes_out_and_in(mock, tmp_path):
    mock.load({"invites": [{"email": "ada@example.com", "invited_at": "-1d"}]})
    state = mock.state
    assert [invite["email"] for invite in state["invites"]] == ["ada@example.com"]
    file = tmp_path / "world.json"
    file.write_text('\ufeff{"invites": []}', encoding="utf-8")
    mock.load(file)
    assert mock.state["invites"] == []
    mock.load(state)
    assert mock.state == state
    with pytest.raises(MockError) as refusal:
        mock.load({"invites": [{"email": "x"}, {"emial": "a@example.com"}]})
    assert "invites[0].email" in str(refusal.value) and "invites[1]" in str(refusal.value)
    file.write_text("[]")
    with pytest.raises(ValueError, match="holds no fixture"):
        mock.load(str(file))


def test_a_clock_that_was_frozen_or_moved_stays_so_when_a_fixture_is_loaded(mock):
    fixture = {"invites": [{"email": "ada@example.com", "invited_at": "-1d"}]}
    mock.freeze("2026-01-02T00:00:00Z")
    mock.load(fixture)
    assert mock.now.year == 2026 and mock.state["invites"][0]["invited_at"] == "2026-01-01T00:00:00Z"
    mock.load({**fixture, "clock": "2027-01-01T00:00:00Z"})
    assert mock.now.year == 2027
    mock.reset()
    mock.advance("100d")
    mock.load(fixture)
    assert timedelta(days=99) < mock.now - datetime.now(timezone.utc) < timedelta(days=101)


# Each outcome with what a client sees of it.
OUTCOMES = [
    ({"error": "overloaded_error"}, 529),
    ({"error": "api_error", "status": 503, "error_code": "change_outcome_unknown", "details": {"workspace_id": "w"}}, 503),
    ({"error": "rate_limit_error", "retry_after": 1, "retry_after_ms": 5, "should_retry": False, "message": "Slow"}, 429),
    ({"delay": "5ms"}, 200),
    ({"delay": timedelta(milliseconds=5), "after_commit": True}, 200),
    ({"response": {"status": 520, "content_type": "application/json", "body": "{}"}}, 520),
    ({"meanwhile": "accept"}, 400),
    ({"meanwhile": "expire"}, 400),
    ({"meanwhile": "delete"}, 404),
]


@pytest.mark.parametrize(("fields", "status"), OUTCOMES)
def test_a_fault_of_every_outcome_strikes(mock, fields, status):
    mock.fault("invites.delete", error="api_error", invite_id=PENDING, skip=5)
    mock.clear_faults()
    assert mock.faults == []
    mock.fault("invites.delete", invite_id=PENDING, skip=1, times="always", **fields)
    # Another invite, and another operation.
    assert call(mock.url, mock.key, path="invites/unknown")[0] == 404
    assert call(mock.url, mock.key, method="GET")[0] == 200
    planned = mock.faults[0]
    assert (planned.operation, planned.invite_id, planned.hits, planned.skip) == ("invites.delete", PENDING, 0, 1)
    for name, value in fields.items():
        assert getattr(planned, name) == ("5ms" if name == "delay" else value)
    # One that fits is let pass. It takes the invite with it, so the world is made anew, but for the faults.
    assert call(mock.url, mock.key)[0] == 200
    mock.reset()
    mock.fault("invites.delete", invite_id=PENDING, times="always", **fields)
    got, body = call(mock.url, mock.key)
    assert got == status and mock.faults[0].hits == 1
    if "details" in fields:
        assert body["error"]["details"] == {"error_code": "change_outcome_unknown", "workspace_id": "w"}


@pytest.mark.parametrize("drop", [True, "mid_body"])
def test_a_dropped_connection_is_no_answer(mock, drop):
    mock.fault(drop=drop)
    with pytest.raises(OSError if drop is True else Exception):
        call(mock.url, mock.key)
    entry = mock.requests()[0]
    assert entry.fault == ("drop" if drop is True else "drop mid_body")


def test_the_journal_tells_what_was_asked_by_all_filters(mock):
    call(mock.url, mock.key)
    call(mock.url, mock.key)
    call(mock.url, mock.key, "GET", "invites?limit=1")
    call(mock.url, mock.key, "POST", "invites", {"email": "a@example.com", "role": "user"})
    entries = mock.requests()
    assert [entry.operation for entry in entries] == ["invites.delete"] * 2 + ["invites.list", "invites.create"]
    first, _, listed, created = entries
    assert (first.method, first.invite_id, first.status, first.reason) == ("DELETE", PENDING, 200, None)
    assert listed.query == "limit=1" and created.body == '{"email": "a@example.com", "role": "user"}'
    assert created.version == "2023-06-01" and created.credential.startswith("sk-ant-admin01-…")
    assert isinstance(first.time, datetime) and first.time.tzinfo is not None and first.duration_ms > 0

    def numbers(**filters):
        return [entry.number for entry in mock.requests(**filters)]

    assert numbers(operation="invites.list") == [listed.number]
    assert numbers(status=404) == numbers(reason="invite-deleted") == [entries[1].number]
    assert numbers(after=listed.number) == [created.number]
    assert numbers(invite_id=PENDING, status=200) == [first.number]
    mock.clear_requests()
    assert mock.requests() == []


def test_a_server_is_about_its_whole_world():
    with MockServer(seed=7) as server:
        one, other = server.organization(), server.organization()
        assert call(one.url, one.key)[0] == call(other.url, other.key)[0] == 200
        assert len(server.requests(operation="invites.delete")) == 2
        server.fault("invites.list", error="api_error", times="always")
        assert call(one.url, server.organization().key, "GET", "invites")[0] == 500
        server.freeze("2026-01-01T00:00:00Z")
        assert one.now == other.now == server.now == server.organization().now
        assert len(server.state["organizations"]) >= 2
        shown = server.organizations
        assert len(shown) == 4 and {organization["type"] for organization in shown} == {"console"}
        assert all(organization["clock"] == "2026-01-01T00:00:00Z" for organization in shown)
        # Of a key the beginning and the end alone.
        assert not any(one.key in key for organization in shown for key in organization["keys"])
        server.load({"invites": []})
        assert call(one.url, one.key)[0] == 404
        server.reset()
        assert call(one.url, one.key)[0] == 200 and server.faults == []


@pytest.mark.parametrize(
    ("operation", "fields", "said"),
    [
        ("invite.delete", {"error": "api_error"}, "did you mean 'invites.delete'"),
        ("nothing.like.it", {"error": "api_error"}, "is unknown; expected one of organization.retrieve"),
        ("*", {}, "exactly one outcome of error, delay, drop, response, meanwhile; this one has none"),
        ("*", {"error": "api_error", "drop": True}, "this one has error and drop"),
        ("*", {"error": "overloaded"}, "did you mean 'overloaded_error'"),
        ("*", {"drop": True, "message": "x"}, "message goes with error alone"),
        ("*", {"drop": False}, "drop is False"),
        ("*", {"error": "api_error", "status": 200}, "from 400 to 599"),
        ("*", {"error": "api_error", "times": 0}, "times is 0; expected a whole number from 1, or 'always'"),
        ("*", {"error": "api_error", "times": 2**32}, "times is 4294967296; expected a whole number from 1 to 4294967295, or 'always'"),
        ("*", {"error": "api_error", "times": True}, "times is True"),
        ("*", {"error": "api_error", "times": "often"}, "or 'always'"),
        ("*", {"error": "api_error", "skip": -1}, "skip is -1; expected a whole number from 0"),
        ("*", {"error": "api_error", "retry_after": 0.5}, "retry_after is 0.5"),
        ("*", {"error": "api_error", "should_retry": "yes"}, "should_retry is 'yes'; expected True or False"),
        ("*", {"drop": True, "after_commit": "yes"}, "after_commit is 'yes'; expected True or False"),
        ("*", {"error": "api_error", "details": []}, "details is []; expected a mapping"),
        ("*", {"error": "api_error", "message": ""}, "message is ''; expected a text that is not empty"),
        ("*", {"delay": timedelta(seconds=-1)}, "expected a timedelta of whole milliseconds, from 0 to 9999999"),
        ("*", {"delay": timedelta(hours=3)}, "delay is datetime.timedelta(seconds=10800); expected a timedelta of whole"),
        ("*", {"delay": timedelta(microseconds=1)}, "delay is datetime.timedelta(microseconds=1); expected a timedelta of whole"),
        ("*", {"delay": 400}, "delay is 400; expected a text such as '400ms' or '2s' (at most 9999999ms, 999s or 99m), or a timedelta"),
        ("*", {"delay": "400"}, "delay is '400'; expected a text such as '400ms'"),
        ("*", {"delay": ""}, "delay is ''; expected a text such as '400ms'"),
        ("*", {"delay": "ms"}, "delay is 'ms'"),
        ("*", {"delay": "-1s"}, "delay is '-1s'"),
        ("*", {"delay": "1.5s"}, "delay is '1.5s'"),
        ("*", {"delay": "1h"}, "delay is '1h'"),
        ("*", {"delay": "100m"}, "delay is '100m'"),
        ("*", {"delay": "1s\n"}, "delay is '1s\\n'"),
        ("*", {"delay": "٤s"}, "delay is '٤s'"),
        ("*", {"response": {"status": 100}}, "from 200 to 599"),
        ("*", {"response": {"body": "x"}}, "response is {'body': 'x'}; expected a mapping with a status"),
        ("*", {"response": {"status": 520, "headers": {}}}, "has 'headers'"),
        ("*", {"response": {"status": 520, "body": b"x"}}, "body of response is b'x'; expected a text"),
        ("*", {"response": {"status": 520, "content_type": "\n"}}, "content_type of response is '\\n'; expected a text of visible ASCII characters"),
        ("*", {"meanwhile": "vanish"}, "meanwhile 'vanish' is unknown"),
        ("*", {"meanwhile": "accept", "after_commit": True}, "cannot be after_commit"),
        ("users.remove", {"meanwhile": "accept"}, "'accept' needs a path with invite_id; that of users.remove has none"),
        ("invites.delete", {"meanwhile": "archive"}, "'archive' needs a path with api_key_id or workspace_id; that of invites.delete has"),
        ("invites.delete", {"error": "api_error", "user_id": "user_01"}, "has no user_id; it has invite_id"),
        ("invites.list", {"error": "api_error", "invite_id": "x"}, "has no invite_id; it has no id"),
        ("*", {"error": "api_error", "invite_id": ""}, "invite_id is ''"),
    ],
)
def test_a_fault_that_makes_no_sense_is_a_sentence_before_anything_is_sent(operation, fields, said):
    # Nothing listens there, so whatever is sent fails otherwise.
    nowhere = anthropic_admin_mock.Organization("http://127.0.0.1:1", "sk-ant-admin01-nowhere")
    with pytest.raises(ValueError) as refusal:
        nowhere.fault(operation, **fields)
    assert said in str(refusal.value)


@pytest.mark.parametrize("delay", ["0ms", "9999999ms", "999s", "99m", "007s", timedelta(0), timedelta(milliseconds=9_999_999)])
def test_every_delay_that_the_program_takes_is_sent(mock, delay):
    mock.fault(delay=delay)
    assert len(mock.faults) == 1


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"operation": "*"}, "operation '*' is unknown"),
        ({"status": "404"}, "status is '404'"),
        ({"after": -1}, "after is -1"),
        ({"reason": ""}, "reason is ''"),
        ({"api_key_id": 7}, "api_key_id is 7"),
    ],
)
def test_a_look_at_the_journal_that_makes_no_sense_is_a_sentence(filters, said):
    nowhere = anthropic_admin_mock.Organization("http://127.0.0.1:1", "sk-ant-admin01-nowhere")
    with pytest.raises(ValueError) as refusal:
        nowhere.requests(**filters)
    assert said in str(refusal.value)


def test_times_without_a_zone_and_strange_arguments_are_refused():
    nowhere = anthropic_admin_mock.Organization("http://127.0.0.1:1", "sk-ant-admin01-nowhere")
    for misuse, said in [
        (lambda: nowhere.freeze(datetime(2026, 1, 1)), "when is datetime.datetime(2026, 1, 1, 0, 0), which has no time zone"),
        (lambda: nowhere.freeze(5), "when is 5; expected a datetime or a text such as '2026-01-01T00:00:00Z'"),
        (lambda: MockServer(now=5), "now is 5; expected a datetime or a text such as '2026-01-01T00:00:00Z' or '+22d'"),
        (lambda: nowhere.advance(5), "by is 5; expected a timedelta or a text such as '22d' or '-1h'"),
        (lambda: nowhere.advance(timedelta(microseconds=1)), "expected a timedelta of whole milliseconds"),
        (lambda: nowhere.accept(""), "invite_id is ''"),
        (lambda: anthropic_admin_mock.Organization("127.0.0.1:4010", "k"), "no address of a server"),
    ]:
        with pytest.raises(ValueError) as refusal:
            misuse()
        assert said in str(refusal.value)
    with pytest.raises(TypeError, match="has no argument 'eror'"):
        nowhere.fault(eror="api_error")
    with pytest.raises(MockError, match="no mock answers at http://127.0.0.1:1: .*; start it, or correct the address$"):
        nowhere.reset()
    with pytest.raises(AttributeError, match="has no attribute 'Server'"):
        anthropic_admin_mock.Server


def test_the_operations_are_those_of_the_mock(mock):
    assert len(OPERATIONS) == 22 and len(ERROR_TYPES) == 11
    # Every name that the server of this version knows is among them.
    with pytest.raises(MockError) as refusal:
        mock._call("POST", "faults", {"operation": "?", "error": "api_error"})
    served = [name for name in str(refusal.value).split("`") if "." in name and " " not in name]
    assert set(served) == set(OPERATIONS)


def test_options_reach_the_server_and_a_start_that_fails_says_why(tmp_path):
    world = tmp_path / "world.json"
    world.write_text('{"invites": [{"email": "file@example.com"}]}')
    with MockServer(fixtures=world, now="2026-01-01T00:00:00Z", any_key=True, rate_limit="2/h", args=["--journal", "1"]) as server:
        mock = server.organization("nonsense")
        assert mock.now.year == 2026 and [invite["email"] for invite in mock.state["invites"]] == ["file@example.com"]
        assert [call(mock.url, mock.key, "GET", "invites")[0] for _ in range(3)] == [200, 200, 429]
        assert len(mock.requests()) == 1
    assert server.log().count("method=GET") == 3
    with MockServer(fixtures=[str(world)], now="-1d") as server:
        assert server.now < datetime.now(timezone.utc)
    with pytest.raises(MockError, match="nowhere.json"):
        MockServer(fixtures="nowhere.json")
    with pytest.raises(MockError, match="--seed"):
        MockServer(args=["--seed", "x"])


def test_a_server_that_died_is_told_with_its_last_words():
    server = MockServer()
    server._process.kill()
    server._process.wait()
    server._log.clear()
    with pytest.raises(MockError, match="; it has ended with -9$"):
        server.organization().reset()
    # Whole lines alone, at least the last one, and of several no more than 1,000 characters.
    server._log.extend(["a" * 600 + "\n", "b" * 600 + "\n", "c" * 300 + "\n"])
    with pytest.raises(MockError, match="; it has ended with -9, and the last lines of its log are:\nb{600}\nc{300}$"):
        server.reset()
    server._log.append("d" * 1200 + "\n")
    with pytest.raises(MockError, match="; it has ended with -9, and the last lines of its log are:\nd{1200}$"):
        server.reset()
    server.stop()
    server.stop()
    # The stop came after the death, which is the news.
    with pytest.raises(MockError, match="; it has ended with -9"):
        server.reset()


def test_a_call_after_a_stop_says_that_the_mock_was_stopped():
    with MockServer() as server:
        mock = server.organization()
        mock.reset()
    for door in (server, mock):
        with pytest.raises(MockError, match="^no mock answers at [^;]*; this mock was stopped$"):
            door.reset()


@pytest.mark.parametrize("fixtures", [{"invites": []}, [{"invites": []}], ["a.json", 5], 5, None, b"a.json", [b"a.json"]])
def test_fixtures_that_are_no_paths_are_a_sentence(fixtures):
    with pytest.raises(ValueError, match="^fixtures are paths of files or folders; give a document to load\\(\\)$"):
        MockServer(fixtures=fixtures)


def test_a_fixture_to_load_is_a_document_or_a_path(mock):
    with pytest.raises(ValueError, match=r"^fixture is \[\]; expected a document, which is a mapping, or the path of a file with one$"):
        mock.load([])


@pytest.mark.parametrize("args", [["--no-control"], ["--seed", "1", "--listen", "127.0.0.1:0"], ["--listen=127.0.0.1:0"]])
def test_options_that_belong_to_the_helper_are_refused(args):
    said = "the helper chooses the address and needs /_mock, so --listen and --no-control cannot be given"
    with pytest.raises(ValueError) as refusal:
        MockServer(args=args)
    assert str(refusal.value) == said


def test_a_running_server_is_used_and_left_alone(server):
    attached = MockServer.at(server.url + "/")
    with attached:
        mock = attached.organization()
        assert call(attached.url, mock.key)[0] == 200
    assert attached.log() == "" and server.now
    with pytest.raises(MockError, match="no mock answers at .*; start it, or correct the address$"):
        MockServer.at("http://127.0.0.1:1")


def test_python_m_is_the_command():
    command = [sys.executable, "-m", "anthropic_admin_mock"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    assert version == subprocess.run([find_binary(), "--version"], capture_output=True, text=True, check=True).stdout
    assert subprocess.run([*command, "run", "--", "sh", "-c", "exit 7"], capture_output=True).returncode == 7


def test_the_binary_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("ANTHROPIC_ADMIN_MOCK_BINARY", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match="ANTHROPIC_ADMIN_MOCK_BINARY"):
        find_binary()
    own = tmp_path / "own"
    own.write_text("#!/bin/sh\nexit 3\n")
    own.chmod(0o755)
    monkeypatch.setenv("ANTHROPIC_ADMIN_MOCK_BINARY", str(own))
    assert find_binary() == str(own)
    with pytest.raises(MockError, match="did not start"):
        MockServer()


def test_explain_tells_the_last_of_many(mock):
    for _ in range(60):
        call(mock.url, mock.key, path="invites/unknown")
    text = mock.explain()
    assert text.startswith("the last 50 of 60 requests") and text.count("-> 404") == 50
    # With the numbers by which `after` asks, which count the requests of the whole world.
    last = mock.requests()[-1].number
    assert f"\n  #{last} DELETE /v1/" in text
