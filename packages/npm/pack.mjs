// Makes the npm packages: pack.mjs FOLDER makes the main one, pack.mjs FOLDER PLATFORM BINARY that of a platform, such as linux-x64.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
// The version stands in Cargo.toml alone.
const [, version] = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^version = "(.*)"$/m);
const { files, ...main } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

const [folder, platform, binary] = process.argv.slice(2);
if (folder === undefined || (platform !== undefined && (!PLATFORMS.includes(platform) || binary === undefined))) {
  console.error(`usage: pack.mjs FOLDER [${PLATFORMS.join("|")} BINARY]`);
  process.exit(2);
}

const staging = mkdtempSync(join(tmpdir(), "pack-"));
try {
  copyFileSync(join(root, "LICENSE"), join(staging, "LICENSE"));
  if (platform === undefined) stageMain();
  else stagePlatform();
  mkdirSync(folder, { recursive: true });
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const options = { cwd: staging, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" };
  execFileSync(npm, ["pack", "--silent", "--pack-destination", resolve(folder)], options);
} finally {
  rmSync(staging, { recursive: true });
}

function stageMain() {
  for (const file of [...files, "README.md"]) copyFileSync(join(here, file), join(staging, file));
  chmodSync(join(staging, "bin.js"), 0o755);
  const optionalDependencies = Object.fromEntries(PLATFORMS.map((name) => [`@${main.name}/${name}`, version]));
  write({ ...main, version, files, optionalDependencies });
}

function stagePlatform() {
  const [os, cpu] = platform.split("-");
  const file = os === "win32" ? "anthropic-admin-mock.exe" : "anthropic-admin-mock";
  mkdirSync(join(staging, "bin"));
  copyFileSync(binary, join(staging, "bin", file));
  chmodSync(join(staging, "bin", file), 0o755);
  writeFileSync(
    join(staging, "README.md"),
    `The binary of the package anthropic-admin-mock, an unofficial mock, for ${platform}. Install that package; it brings this one.\n`,
  );
  const { license } = main;
  const name = `@${main.name}/${platform}`;
  const description = `The binary of ${main.name} for ${platform}.`;
  // Unplugged, since a binary cannot be run inside a zip archive.
  write({ name, version, description, license, os: [os], cpu: [cpu], files: ["bin"], preferUnplugged: true });
}

function write(manifest) {
  writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
