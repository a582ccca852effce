"""The mock in a container that the test run starts itself. Ports are the engine's choice, so runs do not collide."""

import anthropic
import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"


@pytest.fixture(scope="session")
def mock_url():
    container = DockerContainer("anthropic-admin-mock").with_exposed_ports(4010)
    with container.waiting_for(HealthcheckWaitStrategy()) as mock:
        yield f"http://{mock.get_container_host_ip()}:{mock.get_exposed_port(4010)}"


def test_an_invite_is_deleted_once(mock_url):
    with anthropic.Anthropic(base_url=mock_url, api_key="sk-ant-admin01-testcontainers") as client:
        answer = client.organization.invites.with_raw_response.delete(PENDING)
        assert (answer.status_code, answer.parse().type) == (200, "invite_deleted")

        with pytest.raises(anthropic.NotFoundError) as refusal:
            client.organization.invites.delete(PENDING)
        assert (refusal.value.status_code, refusal.value.type) == (404, "not_found_error")
