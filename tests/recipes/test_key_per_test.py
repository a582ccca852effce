"""A key a test: each test is an organization of its own, so none sees what another does."""

import hashlib
import os

import anthropic
import pytest

PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"  # every new key has this invite


@pytest.fixture
def client(request):
    key = "sk-ant-admin01-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()
    # Without the variable this stops here; the SDK alone would go to the real service.
    with anthropic.Anthropic(base_url=os.environ["ANTHROPIC_BASE_URL"], api_key=key) as client:
        client.post("/_mock/reset", cast_to=object)  # this key only: an earlier run may have used it
        yield client


def test_a_pending_invite_is_deleted(client):
    answer = client.organization.invites.with_raw_response.delete(PENDING)
    assert (answer.status_code, answer.parse().type) == (200, "invite_deleted")


def test_a_deleted_invite_is_gone(client):
    client.organization.invites.delete(PENDING)
    with pytest.raises(anthropic.NotFoundError) as refusal:
        client.organization.invites.delete(PENDING)
    assert (refusal.value.status_code, refusal.value.type) == (404, "not_found_error")
