// Invites: what a success looks like, an invite's life, what is not created, what is listed.
import assert from 'node:assert/strict';
import { EVERY_STATUS_URL, GENERATION, POLICIES_URL, TIME, hasHeadersOfSuccess } from './client.mjs';
import {
  ACCEPTED, ACME, ACME_ACCEPTED, DELETED, EXPIRED, LISTED, PENDING, SAYS_ACCEPTED, SAYS_EXPIRED, STRICT,
  STRICT_PENDING, UNKNOWN, allIds, check, notFound,
} from './invite-checks.mjs';

// What a success looks like.

check('a pending invite is deleted', (caller) => caller.deleted(caller.invites()));

// What the invite decides.

check('a second delete finds nothing', async (caller) => {
  const invites = caller.invites();
  await caller.deleted(invites);
  await caller.refused(invites, 404, notFound(PENDING));
});

check('an accepted invite is a bad request', (caller) =>
  caller.refused(caller.invites(), 400, SAYS_ACCEPTED, ACCEPTED));

check('an expired invite is a bad request', (caller) =>
  caller.refused(caller.invites(), 400, SAYS_EXPIRED, EXPIRED));

check('an unknown id is not found', (caller) =>
  caller.refused(caller.invites(), 404, notFound(UNKNOWN), UNKNOWN));

check('a malformed id is not found', (caller) =>
  caller.refused(caller.invites(), 404, notFound('not an id/at all'), 'not an id/at all'));

check('an invite deleted long ago is not found', (caller) =>
  caller.refused(caller.invites(), 404, notFound(DELETED), DELETED));

check('an invite of another organization is not found', async (caller) => {
  const there = caller.invites({ apiKey: 'sk-ant-admin01-acme-ci' });
  await caller.refused(there, 400, SAYS_ACCEPTED, ACME_ACCEPTED, { organization: ACME });
  await caller.refused(caller.invites(), 404, notFound(ACME_ACCEPTED), ACME_ACCEPTED);
});

check('every status of the example world', async (caller) => {
  const invites = caller.invites({ url: EVERY_STATUS_URL });
  const pending = [
    'invite_01PendingByDefau1tPendin',
    'invite_01PendinginWordsPendingX',
    'invite_01PendingforoneMoreSecon',
    'x',
  ];
  const expired = [
    'invite_01ExpiredByDefau1tExpire',
    'invite_01ExpiredByitsTimesExpir',
    'invite_01ExpiredThisVeryMomentX',
  ];
  const accepted = ['invite_01AcceptedByDefau1tAccep', 'invite_01AcceptedByitsTimeAccep'];
  const gone = 'invite_01De1etedLongAgoDe1etedX';
  for (const id of pending) await caller.deleted(invites, id);
  for (const id of expired) await caller.refused(invites, 400, SAYS_EXPIRED, id);
  for (const id of accepted) await caller.refused(invites, 400, SAYS_ACCEPTED, id);
  await caller.refused(invites, 404, notFound(gone), gone);
});

// An invite's life.

check('a whole life', async (caller) => {
  const invites = caller.invites();
  const email = 'Life+1@example.com';
  const created = await caller.created(invites, email, { role: 'developer' });
  assert.deepEqual({ ...(await invites.retrieve(created.id)) }, created);
  await caller.lists(invites, [created.id, ...LISTED]);
  assert.deepEqual((await invites.list({ limit: 1 })).data, [created]);

  await caller.deleted(invites, created.id);
  await caller.fails(() => invites.retrieve(created.id), 404, notFound(created.id));
  await caller.refused(invites, 404, notFound(created.id), created.id);
  await caller.lists(invites, LISTED);

  const again = await caller.created(invites, email, { role: 'billing' });
  assert.notEqual(again.id, created.id);
  await caller.lists(invites, [again.id, ...LISTED]);
});

check('the life of an accepted invite', async (caller) => {
  const invites = caller.invites();
  const created = await caller.created(invites, 'joins@example.com', { role: 'claude_code_user' });
  const { accepted_at } = await caller.accept(created.id);
  assert.match(accepted_at, TIME);
  const [invited, joined, expires] = [created.invited_at, accepted_at, created.expires_at].map(Date.parse);
  assert.ok(invited <= joined && joined < expires, accepted_at);
  const accepted = { ...created, status: 'accepted', accepted_at };
  assert.deepEqual({ ...(await invites.retrieve(created.id)) }, accepted);
  await caller.refused(invites, 400, SAYS_ACCEPTED, created.id);
  for (const email of ['joins@example.com', 'JOINS+again@Example.com', 'accepted@example.com']) {
    await caller.uncreatable(invites, 'already_member', /member/i, email);
  }
});

check('a creation on the wire', async (caller) => {
  const body = { email: 'wire@example.com', role: 'user' };
  const { data, response } = await caller.invites().create(body).withResponse();
  hasHeadersOfSuccess(response);
  assert.equal(data._request_id, response.headers.get('request-id'));
  const [{ url, ...request }] = caller.sent;
  assert.deepEqual([request.method, url.pathname], ['POST', '/v1/organizations/invites']);
  assert.equal(url.search, caller.beta ? GENERATION.betaQuery : '');
  assert.deepEqual(JSON.parse(request.body), body);
});

check('the invites of the world can be retrieved', async (caller) => {
  const invites = caller.invites();
  for (const [id, wanted] of [[PENDING, 'pending'], [ACCEPTED, 'accepted'], [EXPIRED, 'expired']]) {
    const { email, status, accepted_at } = await invites.retrieve(id);
    assert.deepEqual([email, status], [`${wanted}@example.com`, wanted]);
    assert.equal(accepted_at !== null, wanted === 'accepted');
  }
  for (const id of [DELETED, UNKNOWN, ACME_ACCEPTED, 'not an id/at all']) {
    await caller.fails(() => invites.retrieve(id), 404, notFound(id));
  }
});

check('an expired or deleted address can be invited again', async (caller) => {
  for (const email of ['expired@example.com', 'gone@example.com']) await caller.created(caller.invites(), email);
});

// What is not created, by error code.

check('an address is invited once', async (caller) => {
  const invites = caller.invites();
  const { id } = await caller.created(invites, 'once@example.com');
  for (const email of ['once@example.com', 'Once+more@EXAMPLE.com']) {
    await caller.uncreatable(invites, 'invite_already_exists', new RegExp(id), email);
  }
  await caller.uncreatable(invites, 'invite_already_exists', new RegExp(PENDING), 'pending@example.com');
  await caller.lists(invites, [id, ...LISTED]);
});

check('pending invites count towards the member limit', async (caller) => {
  const invites = caller.invites({ url: POLICIES_URL });
  await caller.uncreatable(invites, 'already_member', /member/i, 'founder@full.example');
  const second = await caller.created(invites, 'second@full.example');
  await caller.uncreatable(invites, 'org_member_limit_exceeded', /limit/i, 'third@full.example');
  await caller.deleted(invites, second.id);
  const third = await caller.created(invites, 'third@full.example');
  await caller.accept(third.id, POLICIES_URL);
  await caller.uncreatable(invites, 'org_member_limit_exceeded', /limit/i, 'fourth@full.example');
});

check('what an organization does not allow', async (caller) => {
  const invites = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-all' });
  const email = caller.address('strict.example');
  for (const [code, names, address, rbac_group_ids] of [
    ['email_domain_not_allowed', /elsewhere\.example/, 'ada@elsewhere.example', []],
    ['cannot_invite_emails_with_unverified_domains', /unverified\.example/, 'ada@Unverified.Example', []],
    ['rbac_group_grants_owner_access', /group_owners/, email, ['group_plain', 'group_owners']],
    ['rbac_group_owner_access_unconfirmed', /group_unclear/, email, ['group_unclear']],
    ['invite_already_exists', new RegExp(STRICT_PENDING), 'pending@strict.example', ['group_plain']],
    ['already_member', /member/i, 'owner@strict.example', []],
  ]) {
    await caller.uncreatable(invites, code, names, address, { rbac_group_ids, organization: STRICT });
  }
  await caller.lists(invites, [], { email });
});

// What is wrong with the input.

check('a bad list', async (caller) => {
  const invites = caller.invites();
  const [after_id, before_id] = [UNKNOWN, UNKNOWN];
  for (const [message, query, options] of [
    [/^limit: Input should be greater than or equal to 1$/, { limit: 0 }],
    [/^limit: Input should be greater than or equal to 1$/, { limit: -1 }],
    [/^limit: Input should be less than or equal to 1000$/, { limit: 1001 }],
    [/^limit: Input should be a valid integer/, { limit: 'many' }],
    [/^statuses: /, {}, { query: { statuses: 'deleted' } }],
    [/^statuses: /, { statuses: ['pending', 'nonsense'] }],
    [/^roles: /, { roles: ['user', 'nonsense'] }],
    [/^(?=.*after_id)(?=.*before_id)/, { after_id: ACCEPTED, before_id: EXPIRED }],
    [/^(?=.*after_id)(?=.*before_id)/, { after_id, before_id, limit: 0 }],
    ["Invalid pagination cursor for 'after_id'", { after_id }],
    ["Invalid pagination cursor for 'before_id'", { before_id }],
    ["Invalid pagination cursor for 'after_id'", { after_id: ACME_ACCEPTED }],
  ]) {
    await caller.fails(() => invites.list(query, options), 400, message);
  }
  await caller.lists(invites, LISTED, { limit: 1000 });
});

check('a bad create', async (caller) => {
  const invites = caller.invites();
  for (const [message, more] of [
    ['surprise: Extra inputs are not permitted', { surprise: 1 }],
    ['email: Field required', { email: undefined }],
    [/^email: /, { email: 'bad.example.com' }],
    [/^email: Input should be a valid string/, { email: 7 }],
    ['role: Field required', { role: undefined }],
    [/^role: /, { role: 'admin' }],
    [/^role: /, { role: 'managed' }],
    [/^role: /, { role: 'owner' }],
    [/^rbac_group_ids: /, { rbac_group_ids: ['group_plain'] }],
    [/^rbac_group_ids: /, { rbac_group_ids: 'group_plain' }],
  ]) {
    const create = () => invites.create({ email: 'bad@example.com', role: 'user', ...more });
    await caller.fails(create, 400, message);
  }
  await caller.lists(invites, LISTED);
});

check('a bad create of an enterprise', async (caller) => {
  const invites = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-all' });
  for (const [message, more] of [
    [/^role: /, { role: 'developer' }],
    [/^rbac_group_ids: .*group_nobody_has/, { rbac_group_ids: ['group_nobody_has'] }],
    [/^rbac_group_ids: .*100/, { rbac_group_ids: Array(101).fill('group_plain') }],
  ]) {
    const create = () => invites.create({ email: caller.address('strict.example'), role: 'user', ...more });
    await caller.fails(create, 400, message, { organization: STRICT });
  }
});

// What is listed.

check('paging through 250 invites', async (caller) => {
  const invites = caller.invites();
  const ids = [...LISTED];
  for (let number = 0; number < 250; number += 1) {
    ids.unshift((await invites.create({ email: `n${number}@example.com`, role: 'user' })).id);
  }
  assert.equal(new Set(ids).size, 253);

  const pages = async (cursor, start, wanted, query = {}) => {
    const before = caller.sent.length;
    assert.deepEqual(await allIds(invites, { limit: 100, ...query }), wanted);
    const params = caller.sent.slice(before).map(({ url }) => url.searchParams);
    assert.deepEqual(params.map((sent) => sent.get('limit')), ['100', '100', '100']);
    assert.deepEqual(params.map((sent) => sent.get(cursor)), start);
  };
  await pages('after_id', [null, ids[99], ids[199]], ids);
  await pages('after_id', [ids[0], ids[100], ids[200]], ids.slice(1), { after_id: ids[0] });
  // Backwards every page is still newest first, and the pages come from old to new.
  const backwards = [...ids.slice(152, 252), ...ids.slice(52, 152), ...ids.slice(0, 52)];
  await pages('before_id', [EXPIRED, ids[152], ids[52]], backwards, { before_id: EXPIRED });
  await caller.lists(invites, ids.slice(0, 20), {}, true);
  await caller.lists(invites, ids, { limit: 1000 });
});

check('the filters', async (caller) => {
  const invites = caller.invites();
  for (const [wanted, query] of [
    [LISTED, {}],
    [LISTED, { statuses: ['pending', 'accepted', 'expired'] }],
    [[PENDING], { statuses: ['pending'] }],
    [[ACCEPTED, EXPIRED], { statuses: ['expired', 'accepted'] }],
    [[PENDING], { statuses: 'pending' }],
    [[EXPIRED], { roles: ['billing'] }],
    [[PENDING, EXPIRED], { roles: ['billing', 'developer'] }],
    [[], { roles: ['admin'] }],
    [[PENDING], { email: 'pending@example.com' }],
    [[PENDING], { email: 'PENDING+x@Example.COM' }],
    [[], { email: 'gone@example.com' }],
    [[EXPIRED], { statuses: ['expired', 'pending'], roles: ['billing', 'user'] }],
    [[], { statuses: ['accepted'], email: 'pending@example.com' }],
  ]) {
    await caller.lists(invites, wanted, query);
  }
  const { id } = await caller.created(invites, 'Tagged+one@example.com', { role: 'billing' });
  await caller.lists(invites, [id], { email: 'tagged@EXAMPLE.com' });
  await caller.lists(invites, [id], { email: 'tagged+two@example.com', statuses: ['pending'] });
  await caller.lists(invites, [id], { roles: ['billing'], limit: 1 }, true);
  assert.match(caller.sent[2].url.search, /^\?(beta=true&)?statuses%5B%5D=pending(&beta=true)?$/);
});

check('the ends of the pages', async (caller) => {
  const invites = caller.invites();
  for (const [wanted, more, query] of [
    [[ACCEPTED], true, { limit: 1 }],
    [[ACCEPTED, PENDING], true, { limit: 2 }],
    [LISTED, false, { limit: 3 }],
    [[PENDING], true, { limit: 1, after_id: ACCEPTED }],
    [[EXPIRED], false, { limit: 1, after_id: PENDING }],
    [[], false, { after_id: EXPIRED }],
    [[PENDING], true, { limit: 1, before_id: EXPIRED }],
    [[ACCEPTED], false, { limit: 1, before_id: PENDING }],
    [[], false, { before_id: ACCEPTED }],
    [[EXPIRED], false, { limit: 1, after_id: ACCEPTED, statuses: ['expired'] }],
    [[ACCEPTED], false, { limit: 1, before_id: EXPIRED, statuses: ['accepted'] }],
  ]) {
    await caller.lists(invites, wanted, query, more);
  }
  // A cursor outlives its invite.
  await caller.deleted(invites);
  await caller.lists(invites, [EXPIRED], { after_id: PENDING });
  await caller.lists(invites, [ACCEPTED], { before_id: PENDING });
});
