#!/usr/bin/env node
// The command: starts the binary, sends signals on to it, and ends as it does.
"use strict";

const { spawn } = require("node:child_process");
const { findBinary } = require("./binary.js");

let binary;
try {
  binary = findBinary();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

// Asynchronously: while spawnSync waits, no signal can be sent on, and one that ends this process leaves the binary alone.
const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });

for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR2"]) {
  try {
    process.on(signal, () => child.kill(signal));
  } catch {
    // Windows does not know all of them.
  }
}

child.on("error", (error) => {
  console.error(`cannot run ${binary}: ${error.message}`);
  process.exit(1);
});

child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exit(code);
  }
  // To die of the same signal, so that a shell sees what happened.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
