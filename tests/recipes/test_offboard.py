"""Off-boarding, tested. Each test has an organization of its own, so they run in parallel: pytest -n 2"""

import anthropic
import pytest
from offboard import offboard

LEAVING, STAYING = "leaving.example", "staying.example"
INVITED = [f"invited{number}@{domain}" for number in range(25) for domain in (LEAVING, STAYING)]  # several pages
USERS = [f"user{number}@{domain}" for number in range(25) for domain in (LEAVING, STAYING)]

pytestmark = pytest.mark.admin_mock(
    fixture={
        "invites": [{"email": email} for email in INVITED],
        "users": USERS,
        "api_keys": [{"created_by": email} for email in USERS],
    }
)


@pytest.fixture
def client(admin_mock):
    with anthropic.Anthropic(base_url=admin_mock.url, api_key=admin_mock.key) as client:
        yield client


def left(client):
    """The domains of everybody who is left, and how many keys are active."""
    organization = client.organization
    people = [*organization.invites.list(statuses=["pending"]), *organization.users.list()]
    keys = list(organization.api_keys.list(status="active"))
    return {person.email.split("@")[1] for person in people}, len(keys)


def test_a_domain_is_off_boarded_and_no_other(admin_mock, client):
    offboard(client, LEAVING)
    assert left(client) == ({STAYING}, 25)
    assert len(admin_mock.requests(operation="users.remove", status=200)) == 25


def test_what_is_gone_already_is_no_failure(admin_mock, client):
    admin_mock.fault("invites.delete", drop=True, after_commit=True)  # the reply is lost, and the SDK tries again
    admin_mock.fault("invites.delete", meanwhile="accept")
    admin_mock.fault("api_keys.update", meanwhile="archive")
    admin_mock.fault("users.remove", meanwhile="remove")  # somebody else is faster
    offboard(client, LEAVING)
    assert left(client) == ({STAYING}, 25)
    assert [fault.hits for fault in admin_mock.faults] == [1, 1, 1, 1]


def test_a_failure_is_told(admin_mock, client):
    admin_mock.fault("users.remove", error="permission_error")
    with pytest.raises(anthropic.PermissionDeniedError):
        offboard(client, LEAVING)
