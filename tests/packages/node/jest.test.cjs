// The helper in jest, by require; nothing keeps the worker alive, though one mock is never stopped.
const { startMock } = require("anthropic-admin-mock");

let mock;
beforeAll(async () => {
  mock = await startMock();
  await startMock();
});
afterAll(() => mock?.stop());

test.each([1, 2])("an organization of its own %i", async () => {
  const org = mock.organization();
  await org.fault({ operation: "invites.list", error: "overloaded_error" });
  expect(await org.faults()).toMatchObject([{ operation: "invites.list", error: "overloaded_error", hits: 0 }]);
  await expect(org.fault({ error: "overloaded" })).rejects.toThrow("error \"overloaded\" is unknown");
});
