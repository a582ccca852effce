// The stories of tests/clients/calls: calls of the SDK and of the tester's door in a row, each with what it must give.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CALLS, DEFAULT_URL, EVERY_STATUS_URL, GENERATION, POLICIES_URL, TABLE, TIME, UUID, check, filled,
} from './client.mjs';

const SERVERS = { default: DEFAULT_URL, 'every-status': EVERY_STATUS_URL, policies: POLICIES_URL };

// What stands in a story for a value that is not known before.
const SHAPES = {
  '~time': TIME,
  '~uuid': UUID,
  '~color': /^#[0-9A-Fa-f]{6}$/,
  '~hint': /^sk-ant-api03-[1-9A-HJ-NP-Za-km-z]{3}\.\.\.[1-9A-HJ-NP-Za-km-z]{4}$/,
};
for (const kind of ['invite', 'user', 'wrkspc', 'apikey']) {
  SHAPES[`~${kind}`] = new RegExp(`^${kind}_01[1-9A-HJ-NP-Za-km-z]{22}$`);
}

for (const file of readdirSync(CALLS).sort()) {
  const { stories = [] } = JSON.parse(readFileSync(join(CALLS, file)));
  for (const story of stories) {
    check(`${file.replace('.json', '')}: ${story.name}`, async (caller) => {
      const url = SERVERS[story.server ?? 'default'];
      const names = { ...TABLE.names };
      if (story.state) await caller.door('PUT', 'state', filled(story.state, names), { url });
      const organization = caller.organization({ url, ...(story.key && { apiKey: story.key }) });
      for (const [at, step] of story.steps.entries()) {
        await tell(caller, organization, { url, key: story.key }, filled(step, names), names).catch((problem) => {
          problem.message = `step ${at + 1}, ${JSON.stringify(step)}: ${problem.message}`;
          throw problem;
        });
      }
    });
  }
}

async function tell(caller, organization, where, step, names) {
  let answer;
  if (step.door) {
    answer = await caller.door(...step.door.split(' '), step.send, where);
  } else if (step.refused) {
    const { code, tries } = step;
    const message = step.says ? new RegExp(step.says, 'i') : step.message;
    const call = () => caller.begin(organization, step.call, step.with);
    return caller.fails(call, step.refused, message, { code, tries });
  } else {
    answer = await caller.call(organization, step.call, step.with, step.tries);
  }
  // What only the older versions of the API send.
  const old = GENERATION.oldFields ? step.old : {};
  if (step.is) matches(answer, { ...step.is, ...old });
  if (step.has) {
    const wanted = { ...step.has, ...old };
    matches(Object.fromEntries(Object.keys(wanted).map((name) => [name, answer[name]])), wanted);
  }
  if (step.ids) {
    const { data, ...ends } = answer;
    const ids = data.map(({ id, user_id }) => id ?? user_id);
    const wanted = { has_more: step.has_more ?? false, first_id: step.ids.at(0) ?? null, last_id: step.ids.at(-1) ?? null };
    assert.deepEqual([ids, ends], [step.ids, wanted]);
  }
  for (const [name, field] of Object.entries(step.keep ?? {})) names[name] = answer[field];
}

function matches(value, wanted) {
  if (wanted !== null && typeof wanted === 'object' && !Array.isArray(wanted)) {
    assert.deepEqual(Object.keys(value), Object.keys(wanted));
    for (const [name, item] of Object.entries(wanted)) matches(value[name], item);
  } else if (typeof wanted === 'string' && wanted.startsWith('~')) {
    assert.match(value, SHAPES[wanted]);
  } else {
    assert.deepEqual(value, wanted);
  }
}
