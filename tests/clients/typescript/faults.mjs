// What the rate limit and planned faults do to the SDK, by the example of invites.
import assert from 'node:assert/strict';
import { Anthropic, ONE_A_SECOND_URL, THREE_AN_HOUR_URL, TIME } from './client.mjs';
import {
  LISTED, PENDING, SAYS_EXPIRED, UNKNOWN, check, notFound,
} from './invite-checks.mjs';

// What the rate limit decides.

check('the fourth of three requests an hour', async (caller) => {
  const invites = caller.invites({ url: THREE_AN_HOUR_URL, maxRetries: 0 });
  await caller.lists(invites, LISTED);
  await caller.created(invites, 'limited@example.com');
  await caller.fails(() => invites.retrieve(UNKNOWN), 404, notFound(UNKNOWN));
  const began = Date.now();
  const headers = await caller.fails(() => invites.delete(PENDING), 429, /limit/i);
  const retryAfter = headers.get('retry-after');
  assert.ok(/^[1-9]\d*$/.test(retryAfter) && Number(retryAfter) <= 3600, retryAfter);
  const said = (name) => headers.get(`anthropic-ratelimit-requests-${name}`);
  assert.deepEqual([said('limit'), said('remaining')], ['3', '0']);
  assert.match(said('reset'), TIME);
  const wait = Date.parse(said('reset')) - began;
  assert.ok(wait > 0 && wait <= 3_601_000, said('reset'));
});

check('a client waits as long as the server says', async (caller) => {
  const invites = caller.invites({ url: ONE_A_SECOND_URL, maxRetries: 1 });
  let calls = 0; // the second is over the limit, unless a second has passed
  while (calls < 5 && caller.sent.length === calls) {
    await caller.lists(invites, LISTED);
    calls += 1;
  }
  assert.equal(caller.sent.length, calls + 1);
});

// What the faults do to the SDK's own retries, of which there are two; unasked it waits 375 ms or more.

check('two overloads and then success', async (caller) => {
  await caller.planDelete({ error: 'overloaded_error', retry_after_ms: 40, times: 2 });
  await caller.deleted(caller.invites());
  const overloaded = [529, 'overloaded_error'];
  for (const wait of await caller.journals(overloaded, overloaded, [200, null])) {
    assert.ok(wait >= 38 && wait < 370, String(wait));
  }
});

check('a rate limit and its retry-after', async (caller) => {
  await caller.planDelete({ error: 'rate_limit_error', retry_after: 1, times: 2 });
  const atOnce = caller.invites({ maxRetries: 0 });
  const headers = await caller.fails(() => atOnce.delete(PENDING), 429, /limit/i);
  assert.equal(headers.get('retry-after'), '1');
  await caller.deleted(caller.invites());
  const limited = [429, 'rate_limit_error'];
  const [, wait] = await caller.journals(limited, limited, [200, null]);
  assert.ok(wait >= 998 && wait < 2000, String(wait));
});

check('should_retry stops the retries', async (caller) => {
  await caller.planDelete({ error: 'overloaded_error', should_retry: false, times: 'always' });
  const invites = caller.invites();
  await caller.fails(() => invites.delete(PENDING), 529, 'Overloaded', { shouldRetry: 'false' });
  await caller.journals([529, 'overloaded_error']);
  assert.deepEqual((await caller.door('GET', 'faults')).faults.map(({ hits }) => hits), [1]);
  assert.deepEqual(await caller.door('DELETE', 'faults'), { faults: [] });
  await caller.deleted(invites);
});

check('a dropped connection is retried', async (caller) => {
  await caller.planDelete({ drop: true });
  await caller.deleted(caller.invites());
  await caller.journals([null, 'drop'], [200, null]);
});

check('a dropped connection is an error without retries', async (caller) => {
  await caller.planDelete({ drop: true });
  await assert.rejects(caller.invites({ maxRetries: 0 }).delete(PENDING), Anthropic.APIConnectionError);
  await caller.journals([null, 'drop']);
  await caller.deleted(caller.invites());
});

check('a body cut short is not a broken connection', async (caller) => {
  // The SDK looks at the status before it reads the body: an error is retried for its status, a success never.
  await caller.planDelete({ drop: 'mid_body' });
  await assert.rejects(caller.invites({ maxRetries: 0 }).delete(PENDING), Anthropic.InternalServerError);
  await caller.planDelete({ drop: 'mid_body' }, { drop: 'mid_body', after_commit: true });
  await assert.rejects(caller.invites().delete(PENDING), (error) => {
    assert.equal(error.constructor, TypeError, String(error));
    return true;
  });
  const cut = 'drop mid_body';
  await caller.journals([500, cut], [500, cut], [200, cut]);
  await caller.refused(caller.invites(), 404, notFound(PENDING));
});

check('a lost answer makes the retry find nothing', async (caller) => {
  await caller.planDelete({ drop: true, after_commit: true });
  const invites = caller.invites();
  await caller.fails(() => invites.delete(PENDING), 404, notFound(PENDING), { tries: 2 });
  await caller.journals([null, 'drop'], [404, null]);
});

check('after 22 days an invite has expired, until the reset', async (caller) => {
  const invites = caller.invites();
  const { id } = await caller.created(invites, 'forgotten@example.com');
  await caller.door('PUT', 'clock', { advance: '22d' });
  for (const pending of [PENDING, id]) await caller.refused(invites, 400, SAYS_EXPIRED, pending);
  await caller.planDelete({ error: 'api_error', times: 'always' });
  await caller.door('POST', 'reset');
  await caller.journals();
  await caller.lists(invites, LISTED);
  await caller.deleted(invites);
});

check('a header strikes one call', async (caller) => {
  const invites = caller.invites();
  for (const [value, Class, message, options, reason] of [
    // The retries carry it too.
    ['overloaded_error; retry-after-ms=20', 529, 'Overloaded', { tries: 3 }, 'fault'],
    ['overloaded_error; should-retry=false', 529, 'Overloaded', { shouldRetry: 'false' }, 'fault'],
    ['nonsense', 400, /nonsense/, {}, 'fault-unknown'],
  ]) {
    const call = () => invites.delete(PENDING, { headers: { 'x-mock-fault': value } });
    assert.equal((await caller.fails(call, Class, message, options)).get('x-mock-reason'), reason);
  }
  const defaultHeaders = { 'x-mock-fault': 'overloaded_error' };
  await caller.refused(caller.invites({ maxRetries: 0, defaultHeaders }), 529, 'Overloaded');
  await caller.deleted(invites);
});
