"""Takes everybody with an address at a domain out of an organization: python offboard.py left.example

Invites that are pending are deleted, memberships in workspaces ended, API keys archived, users removed. What is gone already
counts as done, so the program can be run again after anything that stopped it. It ends with 1 if somebody is left.
"""

import argparse
import time

import anthropic

arguments = argparse.ArgumentParser()
arguments.add_argument("domain")
arguments.add_argument("--pause", type=float, default=30, help="seconds to wait for a busy service, if it names no time")
arguments.add_argument("--tries", type=int, default=5, help="how often to call a busy service")
options = arguments.parse_args()

client = anthropic.Anthropic()  # ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY say where and who
organization = client.organization


def patiently(call):
    """Calls a busy service (429, 529) again: the SDK does so twice by itself, within seconds; this goes on for minutes."""
    for tries_left in reversed(range(options.tries)):
        try:
            return call()
        except (anthropic.RateLimitError, anthropic.OverloadedError) as busy:
            if not tries_left:
                raise
            time.sleep(float(busy.response.headers.get("retry-after", options.pause)))


def everything(pages):
    """All of a list, before anything changes it: the cursor of a page is an object that must still be there."""
    return patiently(lambda: list(pages(limit=100)))


def end(what, call):
    """Ends something. What is not there any more is at its end, too: the answer of an earlier try may have been lost."""
    try:
        patiently(call)
        print(f"{what}: done")
    except anthropic.NotFoundError:
        print(f"{what}: gone already")
    except anthropic.BadRequestError as refusal:
        # An invite was accepted meanwhile, a workspace archived; what counts is who is left in the end.
        print(f"{what}: {refusal.body['error']['message']}")


def leaving(people):
    return [person for person in people if person.email.lower().endswith(f"@{options.domain.lower()}")]


def pending_invites():
    invites = organization.invites
    return leaving(everything(lambda **page: invites.list(statuses=["pending"], **page)))


def users():
    return leaving(everything(organization.users.list))


# Invites first: an invitee who accepts in the meantime is among the users afterwards.
for invite in pending_invites():
    end(f"invite of {invite.email}", lambda: organization.invites.delete(invite.id))

found = {user.id: user for user in users()}

for workspace in everything(organization.workspaces.list) if found else []:
    members = organization.workspaces.members
    for member in everything(lambda **page: members.list(workspace.id, **page)):
        if member.user_id in found:
            what = f"{found[member.user_id].email} in workspace {workspace.name}"
            end(what, lambda: members.remove(member.user_id, workspace_id=workspace.id))

for user in found.values():
    # Before the user, who leads to them. A removal archives the user's personal keys, and lets the others go on.
    for key in everything(lambda **page: organization.api_keys.list(created_by_user_id=user.id, **page)):
        if key.status != "archived":
            end(f"API key {key.name} of {user.email}", lambda: organization.api_keys.update(key.id, status="archived"))
    end(f"user {user.email}", lambda: organization.users.remove(user.id))

left = [person.email for person in pending_invites() + users()]
if left:
    raise SystemExit(f"still there: {', '.join(left)}")
print(f"nobody with an address at {options.domain} is left")
