// Where the installed package of this platform has put the binary.
"use strict";

const { accessSync, constants } = require("node:fs");
const { join, resolve } = require("node:path");

const OVERRIDE = "ANTHROPIC_ADMIN_MOCK_BINARY";
// pack.mjs makes a package for each of these.
const PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];

/** The path of the binary; ANTHROPIC_ADMIN_MOCK_BINARY overrides what the packages brought. */
function findBinary() {
  const override = process.env[OVERRIDE];
  if (override) {
    if (!isExecutable(override)) {
      throw new Error(`${OVERRIDE} is ${JSON.stringify(override)}, which is no file that can be run`);
    }
    return resolve(override);
  }
  const platform = `${process.platform}-${process.arch}`;
  const name = `@anthropic-admin-mock/${platform}`;
  const instead = `build it with cargo and set ${OVERRIDE} to its path`;
  if (!PLATFORMS.includes(platform)) {
    throw new Error(`anthropic-admin-mock has no binary for ${platform}, but for ${PLATFORMS.join(", ")}; ${instead}`);
  }
  const file = platform.startsWith("win32") ? "anthropic-admin-mock.exe" : "anthropic-admin-mock";
  let folder;
  try {
    folder = join(require.resolve(`${name}/package.json`), "..");
  } catch {
    throw new Error(
      `the package ${name}, which holds the binary, is not installed; install without --omit=optional ` +
        `(--no-optional), on the platform that runs it, or ${instead}`,
    );
  }
  const binary = join(folder, "bin", file);
  if (!isExecutable(binary)) {
    throw new Error(`${binary} is no file that can be run; reinstall ${name}, or ${instead}`);
  }
  return binary;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

exports.findBinary = findBinary;
