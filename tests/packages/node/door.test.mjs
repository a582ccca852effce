// startMock() and everything of the tester's door, and what is refused before it is sent; with node:test.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { ERROR_TYPES, MockError, OPERATIONS, findBinary, startMock } from "anthropic-admin-mock";
import { ACTIVE_KEY, PENDING, RESEARCH, USER, call } from "./client.mjs";

let mock, org;
before(async () => {
  mock = await startMock();
});
after(() => mock?.stop());
beforeEach(() => {
  org = mock.organization();
});

test("ESM and CommonJS get the same", () => {
  const required = createRequire(import.meta.url)("anthropic-admin-mock");
  assert.equal(required.startMock, startMock);
  assert.deepEqual(Object.keys(required).sort(), ["ERROR_TYPES", "MockError", "OPERATIONS", "findBinary", "startMock"]);
  assert.match(findBinary(), /anthropic-admin-mock/);
});

test("organizations are apart, and a reset brings one back", async () => {
  const other = mock.organization();
  assert.notEqual(org.key, other.key);
  assert.notEqual(mock.key(), mock.key());
  assert.equal(mock.organization(org.key).key, org.key);
  assert.equal((await call(org)).status, 200);
  assert.deepEqual([(await org.requests()).length, (await other.requests()).length], [1, 0]);
  await org.reset();
  assert.equal((await call(org)).status, 200);
  assert.equal((await call(other)).status, 200);
});

test("an invite is accepted, or expires", async () => {
  const accepted = await org.accept(PENDING);
  assert.deepEqual([accepted.id, accepted.status], [PENDING, "accepted"]);
  await assert.rejects(org.expire(PENDING), { name: "MockError", status: 409, reason: "invite-accepted" });
  await org.reset();
  assert.equal((await org.expire(PENDING)).status, "expired");
  await assert.rejects(org.accept("no/such?invite"), { status: 404, reason: "invite-unknown" });
});

test("an invite is deleted and a user removed behind the program's back", async () => {
  await org.delete(PENDING);
  assert.equal((await call(org, "GET")).status, 404);
  await org.remove(USER);
  assert.equal((await call(org, "GET", `users/${USER}`)).status, 404);
  assert.deepEqual((await org.requests()).map(({ operation }) => operation), ["invites.retrieve", "users.retrieve"]);
  await assert.rejects(org.remove(USER), { status: 404, reason: "user-unknown" });
});

test("ids of every resource narrow faults and the journal", async () => {
  await org.fault(
    { operation: "users.remove", meanwhile: "remove", userId: USER },
    { operation: "api_keys.update", meanwhile: "archive", apiKeyId: ACTIVE_KEY },
    { operation: "workspaces.update", meanwhile: "archive", workspaceId: RESEARCH },
  );
  assert.equal((await call(org, "DELETE", `users/${USER}`)).status, 404);
  assert.equal((await call(org, "POST", `api_keys/${ACTIVE_KEY}`, { status: "inactive" })).status, 400);
  assert.equal((await call(org, "POST", `workspaces/${RESEARCH}`, { name: "x" })).status, 400);
  assert.equal((await call(org, "GET", `workspaces/${RESEARCH}/members/${USER}`)).status, 404);
  assert.deepEqual((await org.faults()).map(({ hits, workspaceId }) => [hits, workspaceId]), [[1, undefined], [1, undefined], [1, RESEARCH]]);
  const operations = async (filter) => (await org.requests(filter)).map(({ operation }) => operation);
  assert.deepEqual(await operations({ userId: USER }), ["users.remove", "workspaces.members.retrieve"]);
  assert.deepEqual(await operations({ apiKeyId: ACTIVE_KEY }), ["api_keys.update"]);
  assert.deepEqual(await operations({ workspaceId: RESEARCH }), ["workspaces.update", "workspaces.members.retrieve"]);
});

test("the clock is frozen, moved and given back", async () => {
  await org.freeze(new Date("2026-01-01T00:00:00Z"));
  await org.advance("22d");
  assert.equal((await org.now()).toISOString(), "2026-01-23T00:00:00.000Z");
  await org.freeze("2027-01-01T00:00:00Z");
  assert.equal((await org.now()).getUTCFullYear(), 2027);
  await org.useSystemClock();
  assert.ok(Math.abs((await org.now()) - Date.now()) < 60_000);
  await assert.rejects(org.advance("soon"), /is not a duration/);
});

test("a state goes out and in, and keeps a clock that was frozen", async () => {
  const fixture = { invites: [{ email: "ada@example.com", invited_at: "-1d" }] };
  await org.freeze("2026-01-02T00:00:00Z");
  await org.load(fixture);
  const state = await org.state();
  assert.equal(state.invites[0].invited_at, "2026-01-01T00:00:00Z");
  await org.load({ invites: [], clock: "2027-01-01T00:00:00Z" });
  assert.equal((await org.now()).getUTCFullYear(), 2027);
  await org.load(state);
  assert.deepEqual(await org.state(), state);
  await assert.rejects(org.load({ invites: [{ email: "x" }] }), /invites\[0\]\.email/);
});

const outcomes = [
  [{ error: "overloaded_error" }, 529],
  [{ error: "api_error", status: 503, errorCode: "change_outcome_unknown", details: { workspace_id: "w" } }, 503],
  [{ error: "rate_limit_error", retryAfter: 1, retryAfterMs: 5, shouldRetry: false, message: "Slow" }, 429],
  [{ delay: "5ms" }, 200],
  [{ delay: "5ms", afterCommit: true }, 200],
  [{ response: { status: 520, contentType: "text/plain", body: "edge" } }, 520],
  [{ meanwhile: "accept" }, 400],
  [{ meanwhile: "expire" }, 400],
  [{ meanwhile: "delete" }, 404],
];
for (const [outcome, status] of outcomes) {
  test(`a fault strikes: ${JSON.stringify(outcome)}`, async () => {
    await org.fault({ operation: "invites.delete", inviteId: PENDING, skip: 1, times: "always", ...outcome });
    assert.equal((await call(org, "DELETE", "invites/unknown")).status, 404);
    const [planned] = await org.faults();
    for (const [name, value] of Object.entries({ operation: "invites.delete", hits: 0, skip: 1, ...outcome })) {
      assert.deepEqual(planned[name], value, name);
    }
    assert.equal((await call(org)).status, 200);
    await org.clearFaults();
    assert.deepEqual(await org.faults(), []);
    await org.reset();
    await org.fault({ operation: "invites.delete", ...outcome }, { error: "billing_error" });
    const answer = await call(org);
    assert.equal(answer.status, status);
    if (outcome.response) assert.equal(answer.text, "edge");
    if (outcome.details) assert.deepEqual(JSON.parse(answer.text).error.details.workspace_id, "w");
    assert.equal((await call(org)).status, 402);
  });
}

for (const drop of [true, "mid_body"]) {
  test(`a dropped connection is no answer: ${drop}`, async () => {
    await org.fault({ drop, afterCommit: true });
    await assert.rejects(call(org));
    assert.equal((await call(org)).status, 404);
    assert.equal((await org.requests())[0].fault, drop === true ? "drop" : "drop mid_body");
  });
}

test("the journal tells what was asked, by all filters", async () => {
  await call(org);
  await call(org);
  await call(org, "GET", "invites?limit=1");
  await call(org, "POST", "invites", { email: "a@example.com", role: "user" });
  const entries = await org.requests();
  const [first, second, listed, created] = entries;
  assert.deepEqual(
    entries.map((entry) => entry.operation),
    ["invites.delete", "invites.delete", "invites.list", "invites.create"],
  );
  assert.deepEqual([first.inviteId, first.status, first.reason, first.errorType], [PENDING, 200, null, null]);
  assert.ok(first.time instanceof Date && first.durationMs > 0 && first.requestId.startsWith("req_"));
  assert.equal(created.body, '{"email":"a@example.com","role":"user"}');
  const numbers = async (filter) => (await org.requests(filter)).map((entry) => entry.number);
  assert.deepEqual(await numbers({ operation: "invites.list" }), [listed.number]);
  assert.deepEqual(await numbers({ status: 404 }), [second.number]);
  assert.deepEqual(await numbers({ reason: "invite-deleted" }), [second.number]);
  assert.deepEqual(await numbers({ after: listed.number }), [created.number]);
  assert.deepEqual(await numbers({ inviteId: PENDING, status: 200 }), [first.number]);
  const explained = await org.explain();
  // With the number by which `after` asks, which counts the requests of the whole world.
  assert.ok(explained.startsWith(`4 requests, oldest first:\n  #${first.number} DELETE /v1/`), explained);
  assert.match(explained, /-> 404 not_found_error \[invite-deleted\]\n {7}message: /);
  await org.clearRequests();
  assert.deepEqual(await org.requests(), []);
  await org.fault({ error: "api_error", times: 2 });
  assert.match(await org.explain(), /^no request carried this organization's key.*\nplanned faults:\n {2}\*: error api_error, struck 0 times of 2$/);
});

test("a mock is about its whole world", async () => {
  const own = await startMock({ seed: 7 });
  try {
    const [one, other] = [own.organization(), own.organization()];
    await call(one);
    await call(other);
    assert.equal((await own.requests({ operation: "invites.delete" })).length, 2);
    await own.fault({ operation: "invites.list", error: "api_error" });
    assert.equal((await call(own.organization(), "GET", "invites")).status, 500);
    await own.freeze("2026-01-01T00:00:00Z");
    assert.deepEqual(await one.now(), await own.organization().now());
    const shown = await own.organizations();
    assert.equal(shown.length, 4);
    assert.ok(shown.every(({ now, clock }) => now.toISOString() === "2026-01-01T00:00:00.000Z" && clock === "2026-01-01T00:00:00Z"));
    assert.deepEqual(Object.keys(shown[0].counts).sort(), ["apiKeys", "invites", "users", "workspaces"]);
    // Of a key the beginning and the end alone.
    assert.ok(!shown.some(({ keys }) => keys.includes(one.key)));
    await own.load({ invites: [] });
    assert.equal((await call(one)).status, 404);
    await own.reset();
    assert.equal((await call(one)).status, 200);
  } finally {
    await own.stop();
  }
});

test("options reach the server, and a start that fails says why", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mock-"));
  const world = join(folder, "world.json");
  writeFileSync(world, '{"invites": [{"email": "file@example.com"}]}');
  try {
    const own = await startMock({ fixtures: [world], now: new Date("2026-01-01T00:00:00Z"), anyKey: true, rateLimit: "2/h", args: ["--journal", "1"] });
    const org = own.organization("nonsense");
    assert.equal((await org.state()).invites[0].email, "file@example.com");
    assert.equal((await org.now()).getUTCFullYear(), 2026);
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await call(org, "GET", "invites")).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.equal((await org.requests()).length, 1);
    await own.stop();
    await own.stop();
    assert.match(own.log(), /method=GET.*status=429/);
    await assert.rejects(org.reset(), /^MockError: no mock answers at [^;]*; this mock was stopped$/);
    await assert.rejects(own.reset(), /; this mock was stopped$/);
    const offset = await startMock({ fixtures: world, now: "-1d" });
    assert.ok((await offset.now()) < Date.now());
    await offset.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
  await assert.rejects(startMock({ fixtures: "nowhere.json" }), /the mock did not start: .*nowhere\.json/);
  await assert.rejects(startMock({ args: ["--seed", "x"] }), /--seed/);
  await assert.rejects(startMock({ fixture: "x" }), /startMock\(\) has no "fixture"; it takes fixtures, /);
});

test("a server that died is told with the last whole lines of its log", async () => {
  const children = () => {
    const lines = execFileSync("ps", ["-wweo", "pid,ppid,args"], { encoding: "utf8" }).split("\n");
    const ours = lines.map((line) => line.trim().split(/ +/)).filter(([, parent, binary]) => Number(parent) === process.pid && binary === findBinary());
    return ours.map(([pid]) => Number(pid));
  };
  const before = children();
  const own = await startMock();
  const org = own.organization();
  for (let number = 0; number < 20; number++) await call(org);
  const [pid, ...more] = children().filter((child) => !before.includes(child));
  assert.deepEqual(more, []);
  process.kill(pid, "SIGKILL");
  let message = "";
  for (let tries = 0; tries < 100 && !message.includes("SIGKILL"); tries++) {
    await new Promise((done) => setTimeout(done, 50));
    await assert.rejects(org.reset(), (error) => ((message = error.message), true));
  }
  const [head, ...told] = message.split("\n");
  assert.match(head, /; it has ended with SIGKILL, and the last lines of its log are:$/);
  const logged = own.log().trimEnd().split("\n");
  assert.ok(told.length > 1 && told.length < logged.length, message);
  assert.deepEqual(told, logged.slice(-told.length));
  assert.ok(told.join("\n").length <= 1000 && logged.slice(-told.length - 1).join("\n").length >= 1000);
  // The stop came after the death, which is the news.
  await own.stop();
  await assert.rejects(org.reset(), /; it has ended with SIGKILL, /);
});

test("what belongs to the helper, and fixtures that are no paths, are refused at once", async () => {
  for (const fixtures of [{ invites: [] }, [{ invites: [] }], ["a.json", 5], 5]) {
    await assert.rejects(startMock({ fixtures }), { name: "TypeError", message: "fixtures are paths of files or folders; give a document to load()" });
  }
  for (const args of [["--no-control"], ["--seed", "1", "--listen", "127.0.0.1:0"], ["--listen=127.0.0.1:0"]]) {
    await assert.rejects(startMock({ args }), {
      name: "TypeError",
      message: "the helper chooses the address and needs /_mock, so --listen and --no-control cannot be given",
    });
  }
});

test("settings for other servers do not change this one", async () => {
  const hostile = { MOCK_LISTEN: "192.0.2.1:1", MOCK_FIXTURE: "/nowhere", MOCK_NO_CONTROL: "1", RUST_LOG: "info=maybe", HTTP_PROXY: "http://192.0.2.1:1" };
  Object.assign(process.env, hostile);
  try {
    const own = await startMock();
    assert.equal((await call(own.organization())).status, 200);
    await own.stop();
  } finally {
    for (const name of Object.keys(hostile)) delete process.env[name];
  }
});

test("env is what a subprocess needs", () => {
  process.env.NO_PROXY = "example.org";
  try {
    const { NO_PROXY, no_proxy, ...rest } = org.env;
    assert.deepEqual(rest, { ANTHROPIC_BASE_URL: org.url, ANTHROPIC_API_KEY: org.key });
    assert.deepEqual([NO_PROXY, no_proxy], Array(2).fill("example.org,127.0.0.1,localhost"));
  } finally {
    delete process.env.NO_PROXY;
  }
});

const misuses = [
  [{ operation: "invite.delete", error: "api_error" }, 'did you mean "invites.delete"'],
  [{ operation: "nothing.like.it", error: "api_error" }, "is unknown; expected one of organization.retrieve"],
  [{}, "exactly one outcome of error, delay, drop, response, meanwhile; this one has none"],
  [{ error: "api_error", drop: true }, "this one has error and drop"],
  [{ error: "overload_error" }, 'did you mean "overloaded_error"'],
  [{ drop: true, message: "x" }, "message goes with error alone"],
  [{ drop: false }, "drop is false"],
  [{ error: "api_error", status: 200 }, "from 400 to 599"],
  [{ error: "api_error", times: 0 }, 'times is 0; expected a whole number from 1, or "always"'],
  [{ error: "api_error", times: 2 ** 32 }, 'times is 4294967296; expected a whole number from 1 to 4294967295, or "always"'],
  [{ error: "api_error", times: "often" }, 'or "always"'],
  [{ error: "api_error", skip: -1 }, "skip is -1; expected a whole number from 0"],
  [{ error: "api_error", retryAfter: 0.5 }, "retryAfter is 0.5"],
  [{ error: "api_error", shouldRetry: "yes" }, 'shouldRetry is "yes"; expected true or false'],
  [{ error: "api_error", details: [] }, "details is []; expected an object"],
  [{ error: "api_error", message: "" }, 'message is ""; expected a text that is not empty'],
  [{ delay: 400 }, 'delay is 400; expected a text such as "400ms" or "2s" (at most 9999999ms, 999s or 99m)'],
  [{ delay: "400" }, 'delay is "400"; expected a text such as "400ms"'],
  [{ delay: "" }, 'delay is ""; expected a text such as "400ms"'],
  [{ delay: "ms" }, 'delay is "ms"'],
  [{ delay: "-1s" }, 'delay is "-1s"'],
  [{ delay: "1.5s" }, 'delay is "1.5s"'],
  [{ delay: "1h" }, 'delay is "1h"'],
  [{ delay: "100m" }, 'delay is "100m"'],
  [{ delay: "1s\n" }, 'delay is "1s\\n"'],
  [{ response: { status: 100 } }, "from 200 to 599"],
  [{ response: "x" }, "response is an object"],
  [{ response: { status: 520, headers: {} } }, 'response has no "headers"'],
  [{ response: { status: 520, body: {} } }, "body of response is {}; expected a text"],
  [{ response: { status: 520, contentType: 5 } }, "contentType of response is 5; expected a text of visible ASCII characters"],
  [{ response: { status: 520, contentType: "\n" } }, 'contentType of response is "\\n"; expected a text of visible ASCII characters'],
  [{ meanwhile: "vanish" }, 'meanwhile "vanish" is unknown'],
  [{ meanwhile: "accept", afterCommit: true }, "cannot be afterCommit"],
  [{ operation: "users.remove", meanwhile: "accept" }, '"accept" needs a path with inviteId; that of users.remove has none'],
  [{ operation: "invites.delete", meanwhile: "archive" }, '"archive" needs a path with apiKeyId or workspaceId; that of invites.delete has'],
  [{ operation: "invites.delete", error: "api_error", userId: "user_01" }, "has no userId; it has inviteId"],
  [{ operation: "invites.list", error: "api_error", inviteId: "x" }, "it has no id"],
  [{ error: "api_error", retry_after: 1 }, 'has no "retry_after"'],
  ["api_error", "a fault is an object"],
];
test("what makes no sense is a sentence before anything is sent", async () => {
  const own = await startMock();
  const nowhere = own.organization();
  await own.stop(); // so that whatever is sent fails otherwise
  for (const [fault, said] of misuses) {
    await assert.rejects(nowhere.fault(fault), (error) => error instanceof TypeError && error.message.includes(said), said);
  }
  await assert.rejects(nowhere.fault(), /takes a fault/);
  for (const [filter, said] of [
    [{ operation: "*" }, 'operation "*" is unknown'],
    [{ status: "404" }, 'status is "404"'],
    [{ after: -1 }, "after is -1"],
    [{ apiKeyId: 7 }, "apiKeyId is 7"],
    [{ invite_id: "x" }, 'has no "invite_id"'],
  ]) {
    await assert.rejects(nowhere.requests(filter), (error) => error instanceof TypeError && error.message.includes(said), said);
  }
  for (const [misuse, said] of [
    [nowhere.freeze(new Date("x")), 'when is Invalid Date; expected a Date or a text such as "2026-01-01T00:00:00Z"'],
    [startMock({ now: 5 }), 'now is 5; expected a Date or a text such as "2026-01-01T00:00:00Z" or "+22d"'],
    [nowhere.advance(5), 'by is 5; expected a text such as "22d" or "-1h"'],
  ]) {
    await assert.rejects(misuse, { name: "TypeError", message: said });
  }
  await assert.rejects(nowhere.accept(""), TypeError);
  await assert.rejects(nowhere.load([]), TypeError);
  await assert.rejects(nowhere.reset(), MockError);
});

test("every delay that the program takes is sent", async () => {
  const delays = ["0ms", "9999999ms", "999s", "99m", "007s"];
  await org.fault(...delays.map((delay) => ({ delay })));
  assert.equal((await org.faults()).length, delays.length);
});

test("the operations are those of the mock", async () => {
  assert.deepEqual([OPERATIONS.length, ERROR_TYPES.length], [22, 11]);
});
