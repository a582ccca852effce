// Off-boarding, tested. Each test has an organization of its own, so they run concurrently.
import Anthropic from "@anthropic-ai/sdk";
import { type Mock, startMock } from "anthropic-admin-mock";
import { afterAll, beforeAll, describe, type TestContext, test } from "vitest";
import { offboard } from "./offboard";

const both = (name: string) =>
  Array.from({ length: 25 }, (_, n) => [`${name}${n}@leaving.example`, `${name}${n}@staying.example`]).flat();
const users = both("user");
const world = {
  invites: both("invited").map((email) => ({ email })), // several pages
  users,
  api_keys: users.map((created_by) => ({ created_by })),
};

let mock: Mock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.stop());

async function setUp({ onTestFailed }: TestContext) {
  const org = mock.organization();
  onTestFailed(async () => console.log(await org.explain()));
  await org.load(world);
  const client = new Anthropic({ baseURL: org.url, apiKey: org.key });
  // The domains of everybody who is left, and how many keys are active.
  const left = async () => {
    const { invites, users, apiKeys } = client.organization;
    const domains = new Set<string>();
    let keys = 0;
    for await (const { email } of invites.list({ statuses: ["pending"] })) domains.add(email.split("@")[1]);
    for await (const { email } of users.list()) domains.add(email.split("@")[1]);
    for await (const _ of apiKeys.list({ status: "active" })) keys += 1;
    return [...domains, keys];
  };
  return { org, client, left };
}

describe.concurrent("off-boarding", () => {
  test("a domain is off-boarded, and no other", async (context) => {
    const { org, client, left } = await setUp(context);
    await offboard(client, "leaving.example");
    context.expect(await left()).toEqual(["staying.example", 25]);
    context.expect(await org.requests({ operation: "users.remove", status: 200 })).toHaveLength(25);
  });

  test("what is gone already is no failure", async (context) => {
    const { org, client, left } = await setUp(context);
    await org.fault(
      { operation: "invites.delete", drop: true, afterCommit: true }, // the reply is lost, and the SDK tries again
      { operation: "invites.delete", meanwhile: "accept" },
      { operation: "api_keys.update", meanwhile: "archive" },
      { operation: "users.remove", meanwhile: "remove" }, // somebody else is faster
    );
    await offboard(client, "leaving.example");
    context.expect(await left()).toEqual(["staying.example", 25]);
    context.expect((await org.faults()).map(({ hits }) => hits)).toEqual([1, 1, 1, 1]);
  });

  test("a failure is told", async (context) => {
    const { org, client } = await setUp(context);
    await org.fault({ operation: "users.remove", error: "permission_error" });
    await context.expect(offboard(client, "leaving.example")).rejects.toThrow(Anthropic.PermissionDeniedError);
  });
});
