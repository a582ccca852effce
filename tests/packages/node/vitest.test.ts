// The helper in vitest, with a failing test's journal.
import { startMock, type Mock } from "anthropic-admin-mock";
import { afterAll, beforeAll, describe, expect, onTestFailed, test, vi } from "vitest";
// @ts-expect-error it has no types
import { PENDING, call } from "./client.mjs";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock?.stop());

describe.concurrent("organizations", () => {
  for (const number of [1, 2, 3]) {
    test(`delete ${number}`, async ({ expect }) => {
      const org = mock.organization();
      expect((await call(org)).status).toBe(200);
      expect((await org.requests({ inviteId: PENDING })).map((entry) => entry.status)).toEqual([200]);
    });
  }
});

test("time that stands still in the test does not stop the mock", async () => {
  vi.useFakeTimers();
  await using own = await startMock();
  expect(await own.organization().state()).toHaveProperty("invites");
  await own.stop();
  vi.useRealTimers();
});

test.fails("a test that fails can tell what it asked", async () => {
  const org = mock.organization();
  onTestFailed(async () => console.log(`EXPLAINED ${await org.explain()}`));
  await call(org);
  await call(org);
  expect(true).toBe(false);
});
