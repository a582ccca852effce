// How long servers live: never longer than what started them, and they leave nothing behind; with node:test.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { findBinary, startMock } from "anthropic-admin-mock";

const launcher = join(dirname(createRequire(import.meta.url).resolve("anthropic-admin-mock")), "bin.js");
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The numbers of the servers that run of this project's binary; others may run on the machine. */
function servers() {
  const lines = execFileSync("ps", ["-wweo", "pid,stat,args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(`${findBinary()} --listen`) && !/^\s*\d+ Z/.test(line)).map((line) => parseInt(line, 10));
}

async function isGone(pid) {
  for (let tries = 0; tries < 200; tries++) {
    if (!servers().includes(pid)) return true;
    await sleep(50);
  }
  return false;
}


/** Starts a node that starts a mock, and tells the server's number. */
async function nodeWithMock(then) {
  const program = `
    const childProcess = require("node:child_process");
    const { spawn } = childProcess;
    childProcess.spawn = (...words) => { const child = spawn(...words); console.log(child.pid); return child; };
    require("anthropic-admin-mock").startMock().then(async (mock) => { ${then} });`;
  // As the leader of a process group, to which a terminal's Ctrl-C is sent as a whole.
  const options = { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"], detached: true };
  const node = spawn(process.execPath, ["-e", program], options);
  const lines = createInterface({ input: node.stdout })[Symbol.asyncIterator]();
  const line = (await lines.next()).value;
  return { node, lines, server: parseInt(line, 10) };
}

for (const signal of ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"]) {
  test(`${signal} to node leaves no server`, async () => {
    const { node, server } = await nodeWithMock("setInterval(() => {}, 1000);");
    assert.ok(servers().includes(server));
    node.kill(signal);
    assert.deepEqual(await once(node, "exit"), [null, signal]);
    assert.ok(await isGone(server));
  });
}

test("a Ctrl-C of the terminal does not reach the server before the teardown", async () => {
  const { node, lines, server } = await nodeWithMock(`
    process.on("SIGINT", async () => {
      await new Promise((done) => setTimeout(done, 300));
      await mock.organization().reset();
      process.exit(42);
    });
    console.log("ready");
    setInterval(() => {}, 1000);`);
  assert.equal((await lines.next()).value, "ready");
  process.kill(-node.pid, "SIGINT");
  assert.deepEqual(await once(node, "exit"), [42, null]);
  assert.ok(await isGone(server));
});

test("a process that never stops its mock ends by itself and leaves no server", async () => {
  const { node, server } = await nodeWithMock("await mock.organization().reset();");
  assert.deepEqual(await once(node, "exit"), [0, null]);
  assert.ok(await isGone(server));
});

test("two hundred starts leave no process and no open file", async () => {
  await (await startMock()).stop();
  const state = () => [servers().length, readdirSync("/proc/self/fd").length];
  const before = state();
  const started = performance.now();
  for (let number = 0; number < 200; number++) await (await startMock()).stop();
  console.log(`200 starts and stops took ${((performance.now() - started) / 1000).toFixed(2)} s`);
  await sleep(50);
  assert.deepEqual(state(), before);
});

test("the launcher ends as the binary does", () => {
  const launched = (...words) => spawnSync(process.execPath, [launcher, ...words], { encoding: "utf8", input: "" });
  assert.equal(launched("--version").stdout, spawnSync(findBinary(), ["--version"], { encoding: "utf8" }).stdout);
  assert.equal(launched("--nonsense").status, 2);
  assert.equal(launched("check", "nowhere.json").status, 1);
  assert.equal(launched("run", "--", "sh", "-c", "exit 7").status, 7);
  assert.equal(launched("run", "--", "sh", "-c", "kill -TERM $$").status, 143);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  test(`the launcher sends ${signal} on`, async () => {
    const node = spawn(process.execPath, [launcher, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
    await once(node.stdout, "data");
    node.kill(signal);
    // The server stops cleanly at the first two; the third ends it, and the launcher dies as it did.
    assert.deepEqual(await once(node, "exit"), signal === "SIGHUP" ? [null, signal] : [0, null]);
  });
}

test("a killed command tells its signal", async () => {
  const node = spawn(process.execPath, [launcher, "run", "--", "sleep", "60"], { stdio: ["ignore", "ignore", "ignore"] });
  await sleep(500);
  node.kill("SIGTERM");
  assert.deepEqual(await once(node, "exit"), [128 + constants.signals.SIGTERM, null]);
});
