"""Runs offboard.py in organizations in which nothing, or something, goes wrong: test_offboard.py URL PROGRAM."""

import io
import json
import runpy
import sys
import unittest
import urllib.request
from contextlib import redirect_stdout
from unittest import mock

import anthropic

URL, PROGRAM = sys.argv[1:]

# Two leave who are users, and two who are invited, one of them for the second time; the rest stays.
WORLD = {
    "users": [
        {"id": "user_boss", "email": "boss@stays.example", "role": "admin", "added_at": "-90d"},
        {"id": "user_bob", "email": "bob@left.example", "role": "developer", "added_at": "-60d"},
        {"id": "user_cyd", "email": "Cyd@LEFT.example", "added_at": "-50d"},
        {"id": "user_dan", "email": "dan@notleft.example", "added_at": "-40d"},
    ],
    "invites": [
        {"id": "invite_old", "email": "ada@left.example", "status": "expired"},
        {"id": "invite_ada", "email": "ada@left.example"},
        {"id": "invite_eve", "email": "eve@left.example"},
        {"id": "invite_fay", "email": "fay@stays.example"},
    ],
    "workspaces": [
        {"id": "wrkspc_lab", "name": "Lab", "created_at": "-80d", "members": ["user_bob", "user_dan"]},
        {"id": "wrkspc_ops", "name": "Ops", "created_at": "-70d", "members": ["user_bob", "user_cyd"]},
    ],
    "api_keys": [
        {"id": "apikey_own", "created_by": "user_bob", "principal": "user_bob", "workspace": "Lab"},
        {"id": "apikey_made", "created_by": "user_bob", "workspace": "Lab"},
        {"id": "apikey_given", "created_by": "user_boss", "principal": "user_cyd"},
        {"id": "apikey_off", "created_by": "user_cyd", "status": "inactive"},
        {"id": "apikey_old", "created_by": "user_cyd", "status": "archived"},
        {"id": "apikey_dans", "created_by": "user_dan", "workspace": "Ops"},
    ],
}


class OffBoarding(unittest.TestCase):
    def setUp(self):
        self.key = f"sk-ant-admin01-{self._testMethodName}"

    def door(self, method, route, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": self.key, "content-type": "application/json"}
        request = urllib.request.Request(f"{URL}/_mock/{route}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def run_program(self, *arguments):
        """Runs the program in this process, since to import the SDK takes longer than all the rest; its end and its words."""
        argv, environment = [PROGRAM, *arguments], {"ANTHROPIC_BASE_URL": URL, "ANTHROPIC_API_KEY": self.key}
        said, end = io.StringIO(), None
        with mock.patch("sys.argv", argv), mock.patch.dict("os.environ", environment), redirect_stdout(said):
            try:
                runpy.run_path(PROGRAM, run_name="__main__")
            except SystemExit as exit:
                end = exit.code
            except anthropic.APIError as error:
                end = repr(error)
        return (0 if end is None else 1), f"{said.getvalue()}{end or ''}"

    def off_board(self, world=WORLD, faults=(), code=0, rest=(), domain="left.example"):
        """Off-boards a domain; what the program said. `rest`: the calls that are refused, and how."""
        self.door("PUT", "state", world)
        if faults:
            self.door("POST", "faults", list(faults))
        got, said = self.run_program(domain, "--pause", "0.1")
        self.assertEqual(got, code, said)
        for planned in self.door("GET", "faults")["faults"]:
            self.assertEqual(planned["hits"], planned["times"], planned)
        # The journal knows of no refusal but these.
        requests = self.door("GET", "requests")["requests"]
        refused = [(r["operation"], r["status"], r["reason"]) for r in requests if r["status"] != 200]
        self.assertEqual(sorted(refused, key=str), sorted(rest, key=str), said)
        return said

    def is_done(self, **other):
        """The state is what was asked for: nobody is left of those who leave, nothing of the others is changed."""
        state = self.door("GET", "state")
        wanted = {
            "users": {"user_boss", "user_dan"},
            "open invites": {"invite_old", "invite_fay"},
            "members": {"Lab": {"user_dan"}, "Ops": set()},
            "live keys": {"apikey_dans"},
            **other,
        }
        members = {
            workspace["name"]: {member["user"] for member in workspace.get("members", [])}
            for workspace in state["workspaces"] if not workspace.get("default")
        }
        got = {
            "users": {user["id"] for user in state["users"]},
            # A document writes no status that follows from the times.
            "open invites": {
                invite["id"] for invite in state["invites"] if not {"status", "accepted_at"} & invite.keys()
            },
            "members": members,
            "live keys": {key["id"] for key in state["api_keys"] if key.get("status") != "archived"},
        }
        self.assertEqual(got, wanted)

    def test_nothing_goes_wrong(self):
        said = self.off_board()
        self.is_done()
        for line in ("invite of ada@left.example: done", "user bob@left.example: done", "bob@left.example in workspace Lab: done"):
            self.assertIn(line, said)
        self.assertIn("nobody with an address at left.example is left", said)

    def test_a_second_run_finds_nobody(self):
        self.off_board()
        state = self.door("GET", "state")
        self.off_board(world=state)
        self.is_done()

    def test_everybody_on_many_pages(self):
        people = [{"id": f"user_{n}", "email": f"n{n}@left.example"} for n in range(130)]
        invites = [{"id": f"invite_{n}", "email": f"i{n}@left.example"} for n in range(120)]
        self.off_board({**WORLD, "users": WORLD["users"] + people, "invites": WORLD["invites"] + invites})
        self.is_done()

    def test_a_service_that_is_busy_for_a_moment(self):
        # Two times each, which the SDK bridges by itself.
        self.off_board(
            faults=[
                {"operation": operation, "error": error, "retry_after_ms": 1}
                for operation in ("invites.list", "users.list", "workspaces.list", "workspaces.members.remove", "users.remove")
                for error in ("rate_limit_error", "overloaded_error")
            ],
            rest=[
                (operation, status, "fault")
                for operation in ("invites.list", "users.list", "workspaces.list", "workspaces.members.remove", "users.remove")
                for status in (429, 529)
            ],
        )
        self.is_done()

    def test_a_service_that_is_busy_for_longer(self):
        # Four times, of which the SDK bridges two: the program must wait and call again.
        self.off_board(
            faults=[
                {"operation": "users.remove", "error": "overloaded_error", "retry_after_ms": 1, "times": 4},
                {"operation": "api_keys.update", "error": "rate_limit_error", "retry_after_ms": 1, "retry_after": 1, "times": 4},
            ],
            rest=[("users.remove", 529, "fault")] * 4 + [("api_keys.update", 429, "fault")] * 4,
        )
        self.is_done()

    def test_a_service_that_stays_busy(self):
        said = self.off_board(
            faults=[{"operation": "users.list", "error": "overloaded_error", "retry_after_ms": 1, "times": 15}],
            code=1,
            rest=[("users.list", 529, "fault")] * 15,
        )
        self.assertIn("OverloadedError", said)

    def test_lost_answers(self):
        # The work is done and its answer lost; the SDK asks again, and finds it done.
        self.off_board(
            faults=[
                {"operation": operation, "drop": True, "after_commit": True}
                for operation in ("invites.delete", "workspaces.members.remove", "api_keys.update", "users.remove")
            ],
            rest=[
                ("invites.delete", None, "fault"), ("invites.delete", 404, "invite-deleted"),
                ("workspaces.members.remove", None, "fault"), ("workspaces.members.remove", 404, "member-unknown"),
                ("api_keys.update", None, "fault"),
                ("users.remove", None, "fault"), ("users.remove", 404, "user-unknown"),
            ],
        )
        self.is_done()

    def test_another_change_of_the_members_is_under_way(self):
        self.off_board(
            faults=[{"operation": "users.remove", "error": "conflict_error", "error_code": "concurrent_membership_change"}],
            rest=[("users.remove", 409, "fault")],
        )
        self.is_done()

    def test_a_user_is_removed_by_somebody_else(self):
        said = self.off_board(
            faults=[{"operation": "users.remove", "user_id": "user_bob", "meanwhile": "remove"}],
            rest=[("users.remove", 404, "user-unknown")],
        )
        self.is_done()
        self.assertIn("user bob@left.example: gone already", said)

    def test_a_user_is_removed_while_a_membership_is(self):
        self.off_board(
            faults=[{"operation": "workspaces.members.remove", "user_id": "user_cyd", "meanwhile": "remove"}],
            rest=[("workspaces.members.remove", 404, "user-unknown"), ("users.remove", 404, "user-unknown")],
        )
        self.is_done()

    def test_an_invite_is_accepted_between_the_list_and_the_delete(self):
        # The invitee is a user now, and leaves as such.
        said = self.off_board(
            faults=[{"operation": "invites.delete", "invite_id": "invite_ada", "meanwhile": "accept"}],
            rest=[("invites.delete", 400, "invite-accepted")],
        )
        self.is_done()
        self.assertIn("user ada@left.example: done", said)

    def test_an_invite_is_deleted_by_somebody_else(self):
        self.off_board(
            faults=[{"operation": "invites.delete", "invite_id": "invite_eve", "meanwhile": "delete"}],
            rest=[("invites.delete", 404, "invite-deleted")],
        )
        self.is_done()

    def test_a_workspace_is_archived(self):
        # Its members cannot be changed any more; the membership ends with the user. Its keys are archived with it.
        self.off_board(
            faults=[{"operation": "workspaces.members.remove", "workspace_id": "wrkspc_ops", "meanwhile": "archive"}],
            rest=[("workspaces.members.remove", 400, "workspace-archived")] * 2,
        )
        self.is_done(**{"live keys": set()})

    def test_a_key_is_archived_by_somebody_else(self):
        self.off_board(faults=[{"operation": "api_keys.update", "api_key_id": "apikey_made", "meanwhile": "archive"}])
        self.is_done()

    def test_an_admin_cannot_be_removed(self):
        said = self.off_board(domain="stays.example", code=1, rest=[("users.remove", 400, "user-admin")])
        self.assertIn("still there: boss@stays.example", said)


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(OffBoarding)
    )
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0)
