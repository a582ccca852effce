// The five lists: paging by the SDK's own iterators over 45 objects, single pages, and queries that are refused.
import assert from 'node:assert/strict';
import { GENERATION, check } from './client.mjs';

const COUNT = 45;
const ALL = 'wrkspc_of_all';
const numbers = [...Array(COUNT).keys()];

// The operation, what it is given, what its ids begin with, and a cursor that another organization has.
const LISTS = [
  ['invites.list', {}, 'invite', 'invite_01AcmePendingAcmePendin1'],
  ['users.list', {}, 'user', 'user_01AcmeBobAcmeBobAcmeBobAc'],
  ['workspaces.list', {}, 'wrkspc', 'wrkspc_01AcmeRobotsAcmeRobotsAc'],
  ['workspaces.members.list', { workspace_id: ALL }, 'user', 'user_01AcmeBobAcmeBobAcmeBobAc'],
  ['api_keys.list', {}, 'apikey', 'apikey_01AcmeBobAcmeBobAcmeBobA'],
];

// An organization that has 45 of everything. Of what has one time the later is the newer.
const WORLD = {
  users: numbers.map((n) => ({ id: `user_${n}`, email: `user${n}@example.com`, added_at: `-${COUNT - n}d` })),
  invites: numbers.map((n) => ({ id: `invite_${n}`, email: `invited${n}@example.com` })),
  workspaces: [
    ...numbers.slice(1).map((n) => ({ id: `wrkspc_${n}`, name: 'One of many' })),
    { id: ALL, name: 'All', members: numbers.map((n) => `user_${n}`) },
  ],
  api_keys: numbers.map((n) => ({ id: `apikey_${n}`, name: `key ${n}` })),
};

const idOf = ({ id, user_id }) => id ?? user_id;

for (const [operation, given, kind, foreign] of LISTS) {
  // All ids, newest first.
  const newest = numbers.toReversed().map((n) => `${kind}_${n}`);
  const ids = kind === 'wrkspc' ? [ALL, ...newest.slice(0, COUNT - 1)] : newest;

  const checkList = (name, body) =>
    check(`${operation}: ${name}`, async (caller) => {
      await caller.door('PUT', 'state', WORLD);
      const organization = caller.organization();
      const asked = (name) => caller.sent.map(({ url }) => url.searchParams.get(name));
      await body((query = {}) => caller.begin(organization, operation, { ...given, ...query }), asked, caller);
    });

  const all = async (pages) => {
    const got = [];
    for await (const item of pages) got.push(idOf(item));
    return got;
  };

  checkList('forwards', async (list, asked) => {
    assert.deepEqual(await all(list()), ids);
    assert.deepEqual(asked('after_id'), [null, ids[19], ids[39]]);
    assert.deepEqual(asked('limit'), [null, null, null]);
  });

  checkList('forwards from a cursor', async (list, asked) => {
    assert.deepEqual(await all(list({ after_id: ids[4], limit: 20 })), ids.slice(5));
    assert.deepEqual(asked('after_id'), [ids[4], ids[24]]); // exactly two pages, and no third to find the end
    assert.deepEqual(asked('limit'), ['20', '20']);
  });

  checkList('backwards', async (list, asked) => {
    // Every page is still newest first, and the pages come from old to new.
    const wanted = [...ids.slice(24, 44), ...ids.slice(4, 24), ...ids.slice(0, 4)];
    assert.deepEqual(await all(list({ before_id: ids[44], limit: 20 })), wanted);
    assert.deepEqual(asked('before_id'), [ids[44], ids[24], ids[4]]);
  });

  checkList('page by page', async (list, _, caller) => {
    const got = [];
    let page = await list({ limit: 30 });
    for (;;) {
      got.push(page.data.map(idOf));
      caller.isAnswer(page, caller.lastAnswer(), operation);
      if (!page.hasNextPage()) break;
      page = await page.getNextPage();
    }
    assert.deepEqual(got, [ids.slice(0, 30), ids.slice(30)]);
  });

  checkList('the iterator of pages', async (list) => {
    const got = [];
    for await (const page of (await list({ limit: 22 })).iterPages()) got.push(page.data.map(idOf));
    assert.deepEqual(got, [ids.slice(0, 22), ids.slice(22, 44), ids.slice(44)]);
  });

  checkList('the ends of a page', async (list) => {
    for (const [wanted, more, query] of [
      [ids.slice(0, 20), true, {}],
      [ids.slice(0, 1), true, { limit: 1 }],
      [ids, false, { limit: 45 }],
      [ids.slice(0, 44), true, { limit: 44 }],
      [ids, false, { limit: 1000 }],
      [[], false, { after_id: ids[44] }],
      [[], false, { before_id: ids[0] }],
      [ids.slice(43, 44), true, { before_id: ids[44], limit: 1 }],
      [ids.slice(0, 1), false, { before_id: ids[1], limit: 1 }],
      [ids.slice(44), false, { after_id: ids[43], limit: 1 }],
    ]) {
      const { data, has_more, first_id, last_id } = await list(query);
      const ends = [wanted.at(0) ?? null, wanted.at(-1) ?? null];
      assert.deepEqual([data.map(idOf), has_more, first_id, last_id], [wanted, more, ...ends], JSON.stringify(query));
    }
  });

  checkList('queries that are refused', async (list, _, caller) => {
    const [after, before] = ["Invalid pagination cursor for 'after_id'", "Invalid pagination cursor for 'before_id'"];
    for (const [message, query] of [
      ['limit: Input should be greater than or equal to 1', { limit: 0 }],
      ['limit: Input should be greater than or equal to 1', { limit: -1 }],
      ['limit: Input should be less than or equal to 1000', { limit: 1001 }],
      [/^limit: Input should be a valid integer/, { limit: 'many' }],
      [/(?=.*after_id)(?=.*before_id)/, { after_id: ids[0], before_id: ids[9] }],
      [/(?=.*after_id)(?=.*before_id)/, { after_id: 'nobody', before_id: 'nobody', limit: 0 }],
      [after, { after_id: 'nobody' }],
      [before, { before_id: 'nobody' }],
      [after, { after_id: '' }],
      [before, { before_id: '' }],
      [after, { after_id: foreign }],
    ]) {
      await caller.fails(() => list(query), 400, message);
    }
  });

  if ('workspace_id' in given) {
    check(`${operation}: of a workspace that does not exist`, async (caller) => {
      const list = () => caller.begin(caller.organization(), operation, { workspace_id: 'nothing' });
      await caller.fails(list, 404, 'Workspace `nothing` not found.');
    });
  }
}

for (const [operation, name, value] of [
  ['invites.list', 'statuses', 'pending'],
  ['users.list', 'roles', 'user'],
  ['workspaces.list', 'ids', 'nothing'],
]) {
  check(`${operation}: a list in a query is written with brackets`, async (caller) => {
    await caller.call(caller.organization(), operation, { [name]: [value, value] });
    const written = `${name}%5B%5D=${value}&${name}%5B%5D=${value}`;
    const wanted = caller.beta && GENERATION.betaQuery ? `${GENERATION.betaQuery}&${written}` : `?${written}`;
    assert.equal(caller.sent[0].url.search, wanted);
  });
}
