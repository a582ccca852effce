// startMock(): a server for as long as a test run needs one, and the tester's door (/_mock) in JavaScript.
"use strict";

const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");
// Taken now, since libraries that intercept requests or stop the time replace these functions later.
const { request } = require("node:http");
const { inspect } = require("node:util");
const { clearTimeout, setTimeout } = require("node:timers");
const { findBinary } = require("./binary.js");

const OPERATIONS = Object.freeze({
  "organization.retrieve": [],
  "invites.create": [],
  "invites.retrieve": ["inviteId"],
  "invites.list": [],
  "invites.delete": ["inviteId"],
  "users.retrieve": ["userId"],
  "users.list": [],
  "users.update": ["userId"],
  "users.remove": ["userId"],
  "workspaces.create": [],
  "workspaces.retrieve": ["workspaceId"],
  "workspaces.list": [],
  "workspaces.update": ["workspaceId"],
  "workspaces.archive": ["workspaceId"],
  "workspaces.members.add": ["workspaceId"],
  "workspaces.members.retrieve": ["workspaceId", "userId"],
  "workspaces.members.list": ["workspaceId"],
  "workspaces.members.update": ["workspaceId", "userId"],
  "workspaces.members.remove": ["workspaceId", "userId"],
  "api_keys.retrieve": ["apiKeyId"],
  "api_keys.list": [],
  "api_keys.update": ["apiKeyId"],
});

const ERROR_TYPES = [
  "invalid_request_error",
  "authentication_error",
  "billing_error",
  "permission_error",
  "not_found_error",
  "conflict_error",
  "request_too_large",
  "rate_limit_error",
  "api_error",
  "timeout_error",
  "overloaded_error",
];

// The delays that the program takes.
const DELAY = /^(?:[0-9]{1,7}ms|[0-9]{1,3}s|[0-9]{1,2}m)$/;
const VISIBLE = /^[ -~]+$/;
// Which id of the path each race needs; of several one is enough.
const MEANWHILE = {
  accept: ["inviteId"],
  expire: ["inviteId"],
  delete: ["inviteId"],
  remove: ["userId"],
  archive: ["apiKeyId", "workspaceId"],
};

const OUTCOMES = ["error", "delay", "drop", "response", "meanwhile"];
const WITH_ERROR = ["status", "retryAfter", "retryAfterMs", "shouldRetry", "errorCode", "details", "message"];
const IDS = ["inviteId", "userId", "workspaceId", "apiKeyId"];
const FAULT_FIELDS = ["operation", ...OUTCOMES, ...WITH_ERROR, ...IDS, "times", "skip", "afterCommit"];
const FILTER_FIELDS = ["operation", "status", "reason", "after", ...IDS];
const OPTION_FIELDS = ["fixtures", "now", "seed", "anyKey", "rateLimit", "args"];

// How long a start may take; a large fixture needs some of it.
const START = 60_000;
// How long a stop may take before the server is killed.
const STOP = 10_000;
// How long an answer may take, so that a server which hangs does not hang the test run.
const PATIENCE = 60_000;
// How many characters of the log a message shows.
const TOLD = 1000;
const LOG_LINES = 10_000;
// How many requests an explanation shows; the last are those that matter.
const SHOWN = 50;

/** The mock refused a call of its control routes, or is not there. */
class MockError extends Error {
  constructor(message, { status = null, reason = null, cause } = {}) {
    super(message, { cause });
    this.name = "MockError";
    this.status = status;
    this.reason = reason;
  }
}

// What may be planned and asked: checked here, so that a mistake is a sentence before anything is sent.

function refuse(message) {
  throw new TypeError(message);
}

function shown(value) {
  return typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 0 });
}

function known(name, value, all, more = "") {
  if (all.includes(value)) return;
  const near = typeof value === "string" ? all.find((one) => isNear(one, value)) : undefined;
  const guess = near === undefined ? "" : `did you mean ${shown(near)}? `;
  refuse(`${name} ${shown(value)} is unknown; ${guess}expected one of ${all.join(", ")}${more}`);
}

/** Whether one text becomes the other by changing, adding or leaving out at most two letters. */
function isNear(a, b) {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = above[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(changed, above[column] + 1, line[column - 1] + 1));
    }
    above = line;
  }
  return above[b.length] <= 2;
}

function whole(name, value, least, most, more = "") {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  // The greatest number of 32 or more bits is noise in the message for whoever gave no number that is greater.
  const upper = most < 2 ** 32 - 1 || (Number.isInteger(value) && value > most) ? ` to ${most}` : "";
  refuse(`${name} is ${shown(value)}; expected a whole number from ${least}${upper}${more}`);
}

function text(name, value, expected = "a text that is not empty") {
  if (typeof value !== "string" || value === "") refuse(`${name} is ${shown(value)}; expected ${expected}`);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields that are set, all of them among those that there are. */
function given(what, fields, allowed) {
  if (!isObject(fields)) refuse(`${what} is an object; this is ${shown(fields)}`);
  const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
  const unknown = Object.keys(set).find((name) => !allowed.includes(name));
  if (unknown !== undefined) refuse(`${what} has no ${shown(unknown)}; it takes ${allowed.join(", ")}`);
  return set;
}

/** A fault as the mock takes it. */
function plan(fault) {
  const set = { operation: "*", ...given("a fault", fault, FAULT_FIELDS) };
  const all = Object.keys(OPERATIONS);
  if (set.operation !== "*") known("operation", set.operation, all, ' or "*" for all');
  const outcomes = OUTCOMES.filter((name) => name in set);
  if (outcomes.length !== 1) {
    const got = outcomes.join(" and ") || "none";
    refuse(`a fault has exactly one outcome of ${OUTCOMES.join(", ")}; this one has ${got}`);
  }
  const stray = WITH_ERROR.find((name) => name in set);
  if (stray !== undefined && !("error" in set)) {
    refuse(`${stray} goes with error alone, and this fault has ${outcomes[0]}`);
  }
  if ("error" in set) known("error", set.error, ERROR_TYPES);
  if ("status" in set) whole("status", set.status, 400, 599);
  for (const name of ["retryAfter", "retryAfterMs", "skip"]) {
    if (name in set) whole(name, set[name], 0, 2 ** 32 - 1);
  }
  for (const name of ["shouldRetry", "afterCommit"]) {
    if (name in set && typeof set[name] !== "boolean") refuse(`${name} is ${shown(set[name])}; expected true or false`);
  }
  for (const name of ["errorCode", "message"]) {
    if (name in set) text(name, set[name]);
  }
  if ("details" in set && !isObject(set.details)) refuse(`details is ${shown(set.details)}; expected an object`);
  if ("delay" in set && (typeof set.delay !== "string" || !DELAY.test(set.delay))) {
    refuse(`delay is ${shown(set.delay)}; expected a text such as "400ms" or "2s" (at most 9999999ms, 999s or 99m)`);
  }
  if ("drop" in set && set.drop !== true && set.drop !== "mid_body") {
    refuse(`drop is ${shown(set.drop)}; expected true (not one byte is sent) or "mid_body"`);
  }
  if ("times" in set && set.times !== "always") whole("times", set.times, 1, 2 ** 32 - 1, ', or "always"');
  if ("response" in set) {
    const response = given("response", set.response, ["status", "contentType", "body"]);
    whole("the status of response", response.status, 200, 599);
    const { contentType = "text/html", body = "" } = response;
    if (typeof body !== "string") refuse(`body of response is ${shown(body)}; expected a text`);
    if (typeof contentType !== "string" || !VISIBLE.test(contentType)) {
      refuse(`contentType of response is ${shown(contentType)}; expected a text of visible ASCII characters`);
    }
    set.response = snakeCase(response);
  }
  const inPath = OPERATIONS[set.operation];
  if ("meanwhile" in set) {
    known("meanwhile", set.meanwhile, Object.keys(MEANWHILE));
    if (set.afterCommit) refuse("meanwhile happens before the call is handled, so it cannot be afterCommit");
    const needed = MEANWHILE[set.meanwhile];
    if (inPath !== undefined && !needed.some((name) => inPath.includes(name))) {
      const ids = needed.join(" or ");
      refuse(`meanwhile ${shown(set.meanwhile)} needs a path with ${ids}; that of ${set.operation} has none`);
    }
  }
  for (const name of IDS) {
    if (!(name in set)) continue;
    text(name, set[name]);
    if (inPath !== undefined && !inPath.includes(name)) {
      refuse(`the path of ${set.operation} has no ${name}; it has ${inPath.join(" and ") || "no id"}`);
    }
  }
  return snakeCase(set);
}

/** The query of a look at the journal. */
function journalQuery(filter) {
  const set = given("a filter", filter, FILTER_FIELDS);
  if ("operation" in set) known("operation", set.operation, Object.keys(OPERATIONS));
  if ("status" in set) whole("status", set.status, 100, 599);
  if ("after" in set) whole("after", set.after, 0, Number.MAX_SAFE_INTEGER);
  for (const name of ["reason", ...IDS]) {
    if (name in set) text(name, set[name]);
  }
  return new URLSearchParams(snakeCase(set)).toString();
}

// The fields' names alone; what they hold is sent and given back as it is.
function snakeCase(fields) {
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [snake(name), value]));
}

function camelCase(fields) {
  const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [camel(name), value]));
}

function time(name, when, more = "") {
  if (typeof when === "string") return when;
  if (!(when instanceof Date) || Number.isNaN(when.getTime())) {
    refuse(`${name} is ${shown(when)}; expected a Date or a text such as "2026-01-01T00:00:00Z"${more}`);
  }
  return when.toISOString();
}

/** The hosts that are reached without a proxy, with this machine among them. */
function withoutProxy() {
  const already = process.env.NO_PROXY || process.env.no_proxy || "";
  if (already === "*") return already;
  return [already, "127.0.0.1", "localhost"].filter(Boolean).join(",");
}

/** What the tester can do, with a key to one organization, without one to the whole world. */
class Door {
  #key;
  #howItEnded;

  constructor(url, key, howItEnded) {
    this.url = url;
    this.#key = key;
    this.#howItEnded = howItEnded;
  }

  #call(method, route, body) {
    const headers = { connection: "close" };
    if (this.#key !== undefined) headers["x-api-key"] = this.#key;
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    if (content !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = content.length;
    }
    return new Promise((done, failed) => {
      const broken = (error) =>
        failed(new MockError(`no mock answers at ${this.url}: ${error.message}${this.#howItEnded()}`, { cause: error }));
      // One connection a call, and never through a proxy.
      const options = { method, headers, agent: false, timeout: PATIENCE };
      const call = request(`${this.url}/_mock/${route}`, options, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", broken);
        answer.on("end", () => {
          let said;
          try {
            said = JSON.parse(Buffer.concat(parts).toString());
          } catch {
            failed(new MockError(`what answers at ${this.url} is no mock`, { status: answer.statusCode }));
            return;
          }
          if (answer.statusCode === 200) done(said);
          else failed(refusal(said, answer));
        });
      });
      call.on("timeout", () => call.destroy(new Error(`no answer within ${PATIENCE / 1000} seconds`)));
      call.on("error", broken);
      call.end(content);
    });
  }

  async requests(filter = {}) {
    const { requests } = await this.#call("GET", `requests?${journalQuery(filter)}`);
    return requests.map((entry) => ({ ...camelCase(entry), time: new Date(entry.time) }));
  }

  async clearRequests() {
    await this.#call("DELETE", "requests");
  }

  async accept(inviteId) {
    return this.#happens("invites", "inviteId", inviteId, "accept");
  }

  async expire(inviteId) {
    return this.#happens("invites", "inviteId", inviteId, "expire");
  }

  async delete(inviteId) {
    await this.#happens("invites", "inviteId", inviteId, "delete");
  }

  async remove(userId) {
    await this.#happens("users", "userId", userId, "remove");
  }

  async #happens(things, name, id, what) {
    text(name, id);
    return this.#call("POST", `${things}/${encodeURIComponent(id)}/${what}`);
  }

  async _organizations() {
    const { organizations } = await this.#call("GET", "organizations");
    return organizations.map(({ now, counts, ...rest }) => ({ ...rest, now: new Date(now), counts: camelCase(counts) }));
  }

  async fault(...faults) {
    if (faults.length === 0) refuse("fault() takes a fault, or several");
    await this.#call("POST", "faults", faults.map(plan));
  }

  async faults() {
    const { faults } = await this.#call("GET", "faults");
    return faults.map(plannedFault);
  }

  async clearFaults() {
    await this.#call("DELETE", "faults");
  }

  async freeze(when) {
    await this.#call("PUT", "clock", { now: time("when", when) });
  }

  async advance(by) {
    text("by", by, 'a text such as "22d" or "-1h"');
    await this.#call("PUT", "clock", { advance: by });
  }

  async useSystemClock() {
    await this.#call("PUT", "clock", { system: true });
  }

  async now() {
    return new Date((await this.#call("GET", "clock")).now);
  }

  async state() {
    return this.#call("GET", "state");
  }

  async load(fixture) {
    if (!isObject(fixture)) refuse(`a fixture is an object; this is ${shown(fixture)}`);
    const document = { ...fixture };
    if (document.clock === undefined) {
      // A clock that was frozen or moved stays so, and the fixture's relative times count from it.
      const { clock } = await this.#call("GET", "clock");
      if (clock !== null) document.clock = clock;
    }
    await this.#call("PUT", "state", document);
  }

  async reset() {
    await this.#call("POST", "reset");
  }

  async explain() {
    const [entries, faults] = [await this.requests(), await this.faults()];
    const lines = [];
    if (entries.length === 0) lines.push(this._nothingWasAsked());
    else if (entries.length > SHOWN) lines.push(`the last ${SHOWN} of ${entries.length} requests, oldest first:`);
    else lines.push(`${entries.length} request${entries.length > 1 ? "s" : ""}, oldest first:`);
    lines.push(...entries.slice(-SHOWN).flatMap(entryLines));
    if (faults.length > 0) lines.push("planned faults:", ...faults.map(faultLine));
    return lines.join("\n");
  }

  _nothingWasAsked() {
    return "no request came";
  }
}

function plannedFault(fault) {
  const planned = { times: 1, skip: 0, afterCommit: false, ...camelCase(fault) };
  if (planned.response !== undefined) planned.response = camelCase(planned.response);
  return planned;
}

function refusal(said, answer) {
  const error = said.error ?? {};
  const problems = error.problems ?? [error];
  const texts = problems.map(({ path, message }) => (path ? `${path}: ${message}` : `${message}`));
  return new MockError(texts.join("\n"), {
    status: answer.statusCode,
    reason: answer.headers["x-mock-reason"] ?? null,
  });
}

function entryLines(entry) {
  const query = entry.query ? `?${entry.query}` : "";
  const retry = entry.retry ? ` (retry ${entry.retry})` : "";
  const status = entry.status ?? "the connection was dropped";
  const error = entry.errorType ? ` ${entry.errorType}` : "";
  const reason = entry.reason ? ` [${entry.reason}]` : "";
  const more = ["message", "fault", "hint"].filter((name) => entry[name]).map((name) => `       ${name}: ${entry[name]}`);
  return [`  #${entry.number} ${entry.method} ${entry.path}${query}${retry} -> ${status}${error}${reason}`, ...more];
}

function faultLine(fault) {
  const name = OUTCOMES.find((outcome) => fault[outcome] !== undefined);
  const value = isObject(fault[name]) ? JSON.stringify(fault[name]) : fault[name];
  return `  ${fault.operation}: ${name} ${value}, struck ${fault.hits} time${fault.hits === 1 ? "" : "s"} of ${fault.times}`;
}

/** One key's organization, which no other key can see or change. */
class Organization extends Door {
  constructor(url, key, howItEnded) {
    super(url, key, howItEnded);
    this.key = key;
  }

  get env() {
    const hosts = withoutProxy();
    return { ANTHROPIC_BASE_URL: this.url, ANTHROPIC_API_KEY: this.key, NO_PROXY: hosts, no_proxy: hosts };
  }

  _nothingWasAsked() {
    return "no request carried this organization's key; the program's client takes its url as baseURL and its key as apiKey";
  }
}

/** A server; what it shares with an organization is about its whole world here. */
class Mock extends Door {
  #child;
  #log;
  #ended;
  #wasStopped = false;

  constructor(url, child, log, ended) {
    super(url, undefined, () => this.#howItEnded());
    this.#child = child;
    this.#log = log;
    this.#ended = ended;
  }

  key() {
    return `sk-ant-admin01-${randomUUID()}`;
  }

  organization(key = this.key()) {
    return new Organization(this.url, key, () => this.#howItEnded());
  }

  organizations() {
    return this._organizations();
  }

  log() {
    return this.#log.join("");
  }

  async stop() {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      this.#wasStopped = true;
      // Counted again, so that the stop is waited for although nothing else keeps this process.
      child.ref();
      child.stdin.end();
      // The second thing that asks for a stop, after the end of its input, so that it waits for no request.
      if (process.platform !== "win32") child.kill("SIGTERM");
      const tooLate = setTimeout(() => child.kill("SIGKILL"), STOP);
      await this.#ended;
      clearTimeout(tooLate);
    }
  }

  #howItEnded() {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return "";
    if (this.#wasStopped) return "; this mock was stopped";
    const last = lastLines(this.#log);
    return `; it has ended with ${exitCode ?? signalCode}${last && `, and the last lines of its log are:\n${last}`}`;
  }
}

/** The last whole lines, together as long as a message shows at most, or else the last line alone, uncut. */
function lastLines(log) {
  const told = [];
  let size = -1;
  for (const line of log.map((line) => line.trimEnd()).reverse()) {
    size += line.length + 1;
    if (told.length > 0 && size > TOLD) break;
    told.unshift(line);
  }
  return told.join("\n");
}

// Node before 20.5 has no such symbol; TypeScript's and the bundlers' helpers look for this one there.
Mock.prototype[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")] = function dispose() {
  return this.stop();
};

/** Starts a server on a free port of this machine. It listens when the promise is fulfilled. */
async function startMock(options = {}) {
  const set = given("startMock()", options, OPTION_FIELDS);
  const words = [];
  const fixtures = typeof set.fixtures === "string" ? [set.fixtures] : (set.fixtures ?? []);
  if (!Array.isArray(fixtures) || fixtures.some((path) => typeof path !== "string")) {
    refuse("fixtures are paths of files or folders; give a document to load()");
  }
  for (const path of fixtures) words.push("--fixture", path);
  const args = set.args ?? [];
  if (args.some((arg) => ["--listen", "--no-control"].includes(String(arg).split("=")[0]))) {
    refuse("the helper chooses the address and needs /_mock, so --listen and --no-control cannot be given");
  }
  // As one word, since an offset may begin with a minus.
  if ("now" in set) words.push(`--now=${time("now", set.now, ' or "+22d"')}`);
  if ("seed" in set) words.push("--seed", String(set.seed));
  if (set.anyKey) words.push("--any-key");
  if ("rateLimit" in set) words.push("--rate-limit", set.rateLimit);
  const child = spawn(
    findBinary(),
    ["--listen", "127.0.0.1:0", "--until-stdin-ends", ...words, ...args],
    {
      stdio: "pipe",
      env: cleanEnvironment(),
      // In a session of its own, so that a Ctrl-C does not stop the server before the tests are torn down. Windows would open a
      // console for it.
      detached: process.platform !== "win32",
      windowsHide: true,
    },
  );
  const log = [];
  gatherLines(child.stderr, (line) => {
    log.push(line);
    if (log.length > LOG_LINES) log.shift();
  });
  // A write to a server that has ended is no failure of the tests.
  child.stdin.on("error", () => {});
  const ended = new Promise((done) => child.once("close", done));
  const first = await firstLine(child, ended);
  if (!first.startsWith("listening on ")) {
    child.kill("SIGKILL");
    await ended;
    throw new MockError(`the mock did not start: ${log.join("").trim() || `it said ${shown(first)}`}`);
  }
  // Nothing of the server keeps a process that has nothing else to do; when the process ends, the server's input does.
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle.unref();
  return new Mock(first.slice("listening on ".length).trim(), child, log, ended);
}

/** What is set for another server, or for the program under test, must not change this one. */
function cleanEnvironment() {
  const foreign = (name) => name.toUpperCase().startsWith("MOCK_") || name.toUpperCase() === "RUST_LOG";
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign(name)));
}

function gatherLines(stream, each) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (part) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop();
    for (const line of lines) each(`${line}\n`);
  });
}

/** The first line on stdout; nothing when the server ends instead, or takes too long. */
function firstLine(child, ended) {
  return new Promise((done, failed) => {
    const tooLate = setTimeout(() => child.kill("SIGKILL"), START);
    const settle = (line) => {
      clearTimeout(tooLate);
      done(line);
    };
    gatherLines(child.stdout, settle);
    child.once("error", (error) => {
      clearTimeout(tooLate);
      failed(new MockError(`the mock did not start: ${error.message}`, { cause: error }));
    });
    ended.then(() => settle(""));
  });
}

// One by one, so that Node finds the names when an ES module imports them.
exports.ERROR_TYPES = ERROR_TYPES;
exports.MockError = MockError;
exports.OPERATIONS = Object.keys(OPERATIONS);
exports.findBinary = findBinary;
exports.startMock = startMock;
