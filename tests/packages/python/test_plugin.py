"""The pytest plugin, by runs of pytest inside tests."""

import re

from anthropic_admin_mock import MockServer


def run(inner, source, *options, **outcomes):
    """Runs the source as a test file in this process, and looks at how it went."""
    inner.makepyfile(test_inner="from client import *\nimport os, pytest\n" + source)
    result = inner.runpytest_inprocess(*options)
    result.assert_outcomes(**outcomes)
    return result


def test_each_test_has_an_organization_of_its_own(inner):
    source = """
KEYS = set()
def test_one(admin_mock, admin_mock_server): assert delete(admin_mock) == 200; KEYS.add(admin_mock.key)
def test_two(admin_mock, admin_mock_server): assert delete(admin_mock) == 200; KEYS.add(admin_mock.key)
def test_apart(admin_mock_server):
    assert len(KEYS) == 2
    # What one did is still there after the other's set-up.
    assert [len(admin_mock_server.organization(key).requests()) for key in KEYS] == [1, 1]
@pytest.mark.parametrize("number", [1, 2])
def test_more(admin_mock, number):
    assert delete(admin_mock) == 200
    assert delete(admin_mock) == 404
    assert [entry.status for entry in admin_mock.requests()] == [200, 404]
def test_one_server(admin_mock, admin_mock_server):
    assert admin_mock.url == admin_mock_server.url
"""
    run(inner, source, passed=6)


def test_with_xdist_each_worker_has_a_server(inner):
    source = """
@pytest.mark.parametrize("number", range(8))
def test_more(admin_mock, number):
    with open("urls", "a") as file: print(admin_mock.url, file=file)
    assert delete(admin_mock) == 200
"""
    run(inner, source, "-n", "2", passed=8)
    assert len(set((inner.path / "urls").read_text().split())) == 2


def test_async_tests_use_the_same_fixtures(inner):
    source = """
import asyncio
@pytest.mark.asyncio
async def test_async(admin_mock):
    statuses = await asyncio.gather(*(asyncio.to_thread(delete, admin_mock) for _ in range(4)))
    assert sorted(statuses) == [200, 404, 404, 404]
"""
    run(inner, source, passed=1)


def test_env_leads_a_subprocess_to_the_mock_and_takes_the_real_key_away(inner, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-admin01-real")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "real")
    monkeypatch.setenv("NO_PROXY", "example.org")
    source = """
import subprocess, sys
PROGRAM = "import os; from client import call; print(call(os.environ['ANTHROPIC_BASE_URL'], os.environ['ANTHROPIC_API_KEY'])[0])"
def ask(**environment):
    return subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, **environment).stdout
def test_monkeypatched(admin_mock_env):
    assert ask() == "200\\n" and len(admin_mock_env.requests(status=200)) == 1
    assert "ANTHROPIC_AUTH_TOKEN" not in os.environ
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "example.org,127.0.0.1,localhost"
def test_handed_on(admin_mock):
    assert os.environ["ANTHROPIC_API_KEY"] == "sk-ant-admin01-real"
    assert ask(env={**os.environ, **admin_mock.env}) == "200\\n"
"""
    run(inner, source, passed=2)


def test_a_lost_reply_shows_that_the_work_was_done(inner):
    source = """
import http.client
def test_lost(admin_mock):
    admin_mock.fault("invites.delete", drop=True, after_commit=True)
    with pytest.raises(http.client.RemoteDisconnected): delete(admin_mock)
    assert delete(admin_mock) == 404
    assert [(entry.fault, entry.status) for entry in admin_mock.requests()] == [("drop", None), (None, 404)]
    assert [fault.hits for fault in admin_mock.faults] == [1]
"""
    run(inner, source, passed=1)


def test_the_marker_gives_the_world_and_the_time(inner):
    inner.path.joinpath("world.json").write_text('{"invites": [{"email": "file@example.com", "invited_at": "-3d"}]}')
    source = """
NOW = "2026-01-01T00:00:00Z"
def emails(mock): return [invite["email"] for invite in mock.state["invites"]]
@pytest.mark.admin_mock(fixture={"invites": [{"email": "a@example.com"}]})
def test_mapping(admin_mock): assert emails(admin_mock) == ["a@example.com"]
@pytest.mark.admin_mock(fixture="world.json", now=NOW)
def test_path(admin_mock):
    assert emails(admin_mock) == ["file@example.com"]
    assert admin_mock.state["invites"][0]["invited_at"] == "2025-12-29T00:00:00Z"
    assert admin_mock.now.isoformat() == "2026-01-01T00:00:00+00:00"
@pytest.mark.admin_mock(now=NOW)
def test_the_servers_own_world_at_another_time(admin_mock):
    status, invite = call(admin_mock.url, admin_mock.key, "GET")
    assert (status, invite["status"], invite["invited_at"]) == (200, "pending", "2025-12-29T00:00:00Z")
@pytest.mark.admin_mock(now=NOW)
class TestMerged:
    @pytest.mark.admin_mock(fixture={"invites": []})
    def test_fixture(self, admin_mock):
        assert emails(admin_mock) == [] and admin_mock.now.year == 2026
    @pytest.mark.admin_mock(now="2027-01-01T00:00:00Z")
    def test_closest(self, admin_mock): assert admin_mock.now.year == 2027
def test_without(admin_mock): assert len(emails(admin_mock)) == 4
"""
    run(inner, source, "--strict-markers", passed=6)


def test_a_marker_that_says_nothing_is_told_so(inner):
    source = """
@pytest.mark.admin_mock(fixtures={})
def test_misspelt(admin_mock): pass
@pytest.mark.admin_mock({})
def test_positional(admin_mock): pass
@pytest.mark.admin_mock(fixture="nowhere.json")
def test_missing(admin_mock): pass
@pytest.mark.admin_mock(fixture={"invites": [{"email": "a@example.com", "status": "pendng"}]})
def test_refused(admin_mock): pass
@pytest.mark.admin_mock(now="2026-01-01T00:00:00Z")
def test_without_the_fixture(): pass
"""
    output = run(inner, source, errors=4, passed=1).stdout.str()
    assert "takes fixture=... and now=..., not 'fixtures'" in output
    assert "not a positional argument" in output
    # The test's file stands in the rootdir, so both places are one.
    assert re.search(f"no fixture at {re.escape(str(inner.path / 'nowhere.json'))}$", output, re.MULTILINE)
    assert "invites[0].status: unknown variant `pendng`" in output
    assert "does nothing in a test without the fixture" in output


def test_a_fixture_that_is_missing_is_told_with_both_places(inner):
    inner.mkdir("sub").joinpath("test_sub.py").write_text(
        "import pytest\n@pytest.mark.admin_mock(fixture='nowhere.json')\ndef test_missing(admin_mock): pass\n"
    )
    result = inner.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*no fixture at {inner.path}/sub/nowhere.json, and none at {inner.path}/nowhere.json"])


def test_a_marker_with_a_time_that_is_none_names_its_argument(inner):
    source = """
@pytest.mark.admin_mock(now=5)
def test_now(admin_mock): pass
"""
    run(inner, source, errors=1).stdout.fnmatch_lines(["*ValueError: now is 5; expected a datetime or a text such as*"])


def test_a_set_up_that_fails_before_any_request_gets_no_advice_on_requests(inner):
    inner.path.joinpath("bad.json").write_text("{")
    source = """
@pytest.mark.admin_mock(fixtures={})
def test_misspelt(admin_mock): pass
@pytest.mark.admin_mock(fixture="nowhere.json")
def test_missing(admin_mock): pass
@pytest.mark.admin_mock(fixture="bad.json")
def test_bad_file(admin_mock): pass
@pytest.mark.admin_mock(fixture={"invites": [{"email": "x"}]})
def test_refused(admin_mock): pass
@pytest.fixture
def broken(admin_mock): raise OSError
def test_broken(broken): pass
"""
    output = run(inner, source, errors=5).stdout.str()
    assert "- anthropic-admin-mock -" not in output and "no request carried" not in output


def test_a_rerun_meets_a_fresh_organization(inner):
    source = """
tries = []
@pytest.mark.flaky(reruns=2)
def test_flaky(admin_mock):
    tries.append(delete(admin_mock))
    assert tries == [200] * 3
"""
    run(inner, source, passed=1).stdout.fnmatch_lines(["*1 passed, 2 rerun*"])


def test_the_same_test_gets_the_same_ids_in_every_run(inner):
    source = """
def test_create(admin_mock):
    status, invite = call(admin_mock.url, admin_mock.key, "POST", "invites", {"email": "a@example.com", "role": "user"})
    assert status == 200
    with open("ids", "a") as file: print(invite["id"], file=file)
"""
    for _ in range(2):
        run(inner, source, passed=1)
    first, second = (inner.path / "ids").read_text().split()
    assert first == second


def test_a_failing_test_shows_its_journal_and_faults(inner):
    source = """
def test_refused(admin_mock):
    admin_mock.fault("invites.list", error="overloaded_error", times=3)
    delete(admin_mock); delete(admin_mock)
    assert False
def test_other(admin_mock): call(admin_mock.url, "sk-ant-admin01-another"); assert False
def test_without(): assert False
@pytest.fixture
def broken(admin_mock): delete(admin_mock); raise OSError
def test_set_up(broken): pass
def test_good(admin_mock): delete(admin_mock)
"""
    output = run(inner, source, "-rP", passed=1, failed=3, errors=1).stdout.str()
    sections = re.findall(r"- anthropic-admin-mock -+\n(.*?)\n(?:_|=)", output, re.DOTALL)
    assert len(sections) == 3
    refused = next(section for section in sections if section.startswith("2 requests, oldest first:\n"))
    assert re.search(r"^  #\d+ DELETE /v1/organizations/invites/\S+ -> 200$", refused, re.MULTILINE)
    assert "-> 404 not_found_error [invite-deleted]" in refused
    assert "message: Invite `" in refused and "hint: " in refused
    assert "invites.list: error overloaded_error, struck 0 times of 3" in refused
    assert sum(section.startswith("no request carried this test's key") for section in sections) == 1
    # A key is a secret, even here.
    assert "sk-ant-admin01-" not in "".join(sections)


def test_a_journal_that_cannot_be_read_does_not_hide_the_failure(inner):
    source = """
def test_fails(admin_mock, admin_mock_server):
    admin_mock_server.stop()
    assert "the real reason" == 1
"""
    output = run(inner, source, failed=1).stdout.str()
    assert "the real reason" in output and "the journal cannot be read: no mock answers at " in output


def test_settings_for_other_servers_do_not_change_this_one(inner, monkeypatch):
    for name, value in {
        "MOCK_LISTEN": "192.0.2.1:1",
        "MOCK_FIXTURE": "/nowhere",
        "MOCK_NOW": "2001-01-01T00:00:00Z",
        "MOCK_NO_CONTROL": "1",
        "MOCK_RATE_LIMIT": "1/h",
        "MOCK_LOG": "xml",
        "RUST_LOG": "info=maybe",
        "HTTP_PROXY": "http://192.0.2.1:1",
        "http_proxy": "http://192.0.2.1:1",
        "ALL_PROXY": "http://192.0.2.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    source = """
import anthropic
def test_sdk(admin_mock_env):
    with anthropic.Anthropic() as client: client.organization.invites.delete(PENDING)
    assert admin_mock_env.now.year > 2001 and len(admin_mock_env.requests()) == 1
"""
    run(inner, source, passed=1)


def test_a_server_that_runs_already_is_used_by_option_or_variable_and_left_running(inner, monkeypatch):
    source = """
def test_delete(admin_mock): assert delete(admin_mock) == 200
"""
    with MockServer() as server:
        run(inner, source, "--admin-mock-url", server.url, passed=1)
        monkeypatch.setenv("ADMIN_MOCK_URL", server.url)
        # The same key as before, so a reset is what makes it succeed.
        run(inner, source, passed=1)
        assert len(server.requests(operation="invites.delete", status=200)) == 1
    told = "*no mock answers at *: *; start it, or correct "
    run(inner, source, errors=1).stdout.fnmatch_lines([told + "ADMIN_MOCK_URL"])
    run(inner, source, "--admin-mock-url", server.url, errors=1).stdout.fnmatch_lines([told + "--admin-mock-url"])


def test_options_of_the_server_come_from_the_ini_file_and_count_from_the_rootdir(inner, monkeypatch):
    folder = inner.mkdir("worlds")
    folder.joinpath("one.json").write_text('{"invites": [{"email": "ini@example.com"}]}')
    inner.makeini("[pytest]\naddopts = -p no:cacheprovider\nadmin_mock_args = --fixture worlds/one.json --seed 7\n")
    source = """
def test_world(admin_mock): assert [invite["email"] for invite in admin_mock.state["invites"]] == ["ini@example.com"]
"""
    run(inner, source, passed=1)
    with monkeypatch.context() as elsewhere:
        elsewhere.chdir(folder)
        run(inner, source, "--rootdir", str(inner.path), str(inner.path / "test_inner.py"), passed=1)
    inner.makeini("[pytest]\naddopts = -p no:cacheprovider\nadmin_mock_args = --fixture worlds/two.json\n")
    output = run(inner, source, errors=1).stdout.str()
    assert "the mock did not start: " in output and "worlds/two.json" in output
    for option in ("--no-control", "--listen=127.0.0.1:0"):
        inner.makeini(f"[pytest]\naddopts = -p no:cacheprovider\nadmin_mock_args = {option}\n")
        output = run(inner, source, errors=1).stdout.str()
        assert "the helper chooses the address and needs /_mock, so --listen and --no-control cannot be given" in output


def test_a_run_without_the_fixtures_starts_no_server_and_loads_none_of_the_package(inner):
    source = """
import sys
def test_nothing(): assert not [name for name in sys.modules if name.startswith("anthropic_admin_mock._") and name != "anthropic_admin_mock._binary"]
"""
    inner.makepyfile(test_inner=source)
    result = inner.runpytest_subprocess()
    result.assert_outcomes(passed=1)


def test_help_and_markers_tell_of_the_plugin(inner):
    assert "--admin-mock-url=URL" in inner.runpytest_inprocess("--help").stdout.str()
    assert "@pytest.mark.admin_mock(fixture=None, now=None)" in inner.runpytest_inprocess("--markers").stdout.str()


def test_the_plugin_works_under_warnings_as_errors(inner):
    # Without a plugin that warns of settings of its own.
    source = "def test_delete(admin_mock): assert delete(admin_mock) == 200\n"
    run(inner, source, "-W", "error", "-p", "no:asyncio", passed=1)
