// The mock in a container that the test run starts itself. Ports are the engine's choice, so runs do not collide.
import Anthropic from "@anthropic-ai/sdk";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, expect, test } from "vitest";

const PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";

let mock: StartedTestContainer;

beforeAll(async () => {
  mock = await new GenericContainer("anthropic-admin-mock")
    .withExposedPorts(4010)
    .withWaitStrategy(Wait.forHealthCheck())
    .start();
}, 60_000);

afterAll(async () => {
  await mock?.stop();
});

test("an invite is deleted once", async () => {
  const baseURL = `http://${mock.getHost()}:${mock.getMappedPort(4010)}`;
  const { invites } = new Anthropic({ baseURL, apiKey: "sk-ant-admin01-testcontainers" }).organization;

  const { data, response } = await invites.delete(PENDING).withResponse();
  expect([response.status, data.type]).toEqual([200, "invite_deleted"]);

  const refusal = await invites.delete(PENDING).catch((error) => error);
  expect(refusal).toBeInstanceOf(Anthropic.NotFoundError);
  expect([refusal.status, refusal.type]).toEqual([404, "not_found_error"]);
});
