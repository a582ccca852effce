"""Takes everybody of a domain out of an organization: python offboard.py leaving.example"""

import sys

import anthropic


def offboard(client: anthropic.Anthropic, domain: str) -> None:
    organization = client.organization

    def leaving(pages):
        # The whole list, before anything changes it: the next page's cursor has to be there still.
        return [person for person in pages if person.email.endswith(f"@{domain}")]

    for invite in leaving(organization.invites.list(statuses=["pending"])):
        try:
            organization.invites.delete(invite.id)
        except (anthropic.NotFoundError, anthropic.BadRequestError):
            pass  # gone already; or accepted meanwhile, and so among the users below

    for user in leaving(organization.users.list()):
        for key in list(organization.api_keys.list(created_by_user_id=user.id)):
            if key.status != "archived":
                organization.api_keys.update(key.id, status="archived")
        try:
            organization.users.remove(user.id)
        except anthropic.NotFoundError:
            pass  # gone already


if __name__ == "__main__":
    offboard(anthropic.Anthropic(), sys.argv[1])
