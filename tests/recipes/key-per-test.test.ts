// A key a test: each test is an organization of its own, so none sees what another does.
import { randomUUID } from "node:crypto";
import Anthropic from "@anthropic-ai/sdk";
import { test as base, describe } from "vitest";

const PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu"; // every new key has this invite

const test = base.extend<{ client: Anthropic }>({
  client: async ({}, use) => {
    const baseURL = process.env.ANTHROPIC_BASE_URL;
    // Without the variable the SDK would go to the real service.
    if (!baseURL) throw new Error("ANTHROPIC_BASE_URL is not set");
    await use(new Anthropic({ baseURL, apiKey: `sk-ant-admin01-${randomUUID()}` }));
  },
});

describe.concurrent("invites", () => {
  test("a pending invite is deleted", async ({ client, expect }) => {
    const { data, response } = await client.organization.invites.delete(PENDING).withResponse();
    expect([response.status, data.type]).toEqual([200, "invite_deleted"]);
  });

  test("a deleted invite is gone", async ({ client, expect }) => {
    await client.organization.invites.delete(PENDING);
    const refusal = await client.organization.invites.delete(PENDING).catch((error) => error);
    expect(refusal).toBeInstanceOf(Anthropic.NotFoundError);
    expect([refusal.status, refusal.type]).toEqual([404, "not_found_error"]);
  });
});
