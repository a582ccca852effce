// What the types allow and refuse, for `tsc --strict`: a line below @ts-expect-error that is right would be an error.
import { type Fault, type Mock, MockError, type Organization, OPERATIONS, findBinary, startMock } from "anthropic-admin-mock";

export async function allowed(): Promise<string[]> {
  await using mock: Mock = await startMock({ fixtures: ["a.json"], now: new Date(), seed: 1, anyKey: true, rateLimit: "5/s", args: ["--journal", "5"] });
  await startMock({ fixtures: "a.json", now: "+22d" });
  const org: Organization = mock.organization(mock.key());
  await org.fault({ operation: "invites.delete", inviteId: "x", drop: true, afterCommit: true, times: "always", skip: 1 });
  await org.fault({ error: "rate_limit_error", retryAfter: 1, shouldRetry: false, details: { a: 1 } }, { delay: "5ms" }, { meanwhile: "accept" });
  const plan: Fault = { response: { status: 520, contentType: "text/html", body: "" } };
  await mock.fault(plan);
  await org.freeze("2026-01-01T00:00:00Z");
  await org.load({ ...(await org.state()), invites: [] });
  const entries = await org.requests({ operation: "api_keys.update", status: 404, apiKeyId: "x", after: 1 });
  const late: Date | undefined = entries[0]?.time;
  const planned = (await org.faults())[0];
  const hits: number | undefined = planned?.hits;
  const invite = await org.accept("x");
  await org.fault({ operation: "users.remove", meanwhile: "remove", userId: "x" });
  await org.delete("x");
  await org.remove("x");
  const keys: number | undefined = (await mock.organizations())[0]?.counts.apiKeys;
  const environment: Record<string, string | undefined> = { ...process.env, ...org.env };
  if (new MockError() instanceof Error) await mock.stop();
  return [...OPERATIONS, findBinary(), await org.explain(), invite.email, String(late), String(hits), String(keys), environment.NO_PROXY ?? ""];
}

export async function refused(mock: Mock, org: Organization): Promise<void> {
  // @ts-expect-error two outcomes
  await org.fault({ error: "api_error", drop: true });
  // @ts-expect-error no outcome
  await org.fault({ operation: "invites.delete" });
  // @ts-expect-error an unknown operation
  await org.fault({ operation: "invite.delete", error: "api_error" });
  // @ts-expect-error an unknown error
  await org.fault({ error: "overloaded" });
  // @ts-expect-error a field of error with another outcome
  await org.fault({ drop: true, message: "x" });
  // @ts-expect-error too late for a race
  await org.fault({ meanwhile: "accept", afterCommit: true });
  // @ts-expect-error the wire's words
  await org.fault({ error: "api_error", retry_after: 1 });
  // @ts-expect-error nothing planned
  await org.fault();
  // @ts-expect-error an unknown filter
  await org.requests({ invite_id: "x" });
  // @ts-expect-error every operation is no operation
  await org.requests({ operation: "*" });
  // @ts-expect-error a misspelt option
  await startMock({ fixture: "a.json" });
  // @ts-expect-error the mock has no key of its own
  mock.key = "x";
}
