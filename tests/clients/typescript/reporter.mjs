// Reports drive.mjs in plain lines: each failure with its reason, then the line that tests/clients/run adds up.
import { inspect } from 'node:util';

export default async function* report(events) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    if (type === 'test:pass') passed += 1;
    if (type === 'test:fail') {
      failed += 1;
      yield `FAIL ${data.name}\n${inspect(data.details.error.cause ?? data.details.error)}\n\n`;
    }
  }
  yield `${passed} passed, ${failed} failed\n`;
}
