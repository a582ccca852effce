// What the credential, its scopes and the version decide, by the example of invites.
import assert from 'node:assert/strict';
import { EVERY_STATUS_URL, GENERATION, PINNED_URL, POLICIES_URL, missingScopes } from './client.mjs';
import {
  ACME, ACME_ACCEPTED, GLOBEX, PENDING, SAYS_ACCEPTED, STRICT, STRICT_PENDING, UNKNOWN, UNTRACED, allIds, check, notFound,
} from './invite-checks.mjs';

// What the credential decides.

check('a malformed key is named after its header', (caller) => {
  const invites = caller.invites({ apiKey: 'nonsense' });
  return caller.refused(invites, 401, GENERATION.malformed, PENDING, { organization: null });
});

check('a malformed token', (caller) => {
  const invites = caller.invites({ authToken: 'nonsense' });
  return caller.refused(invites, 401, 'Invalid bearer token', PENDING, { organization: null });
});

check('an unknown kind of key leaves no trace', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-sid01-x' });
  return caller.refused(invites, 401, 'API key is invalid.', PENDING, UNTRACED);
});

check('a world of pinned keys knows no others', async (caller) => {
  for (const apiKey of [caller.key, 'sk-ant-api03-an-inference-key']) {
    const invites = caller.invites({ url: PINNED_URL, apiKey });
    await caller.refused(invites, 401, 'API key is invalid.', PENDING, UNTRACED);
  }
  const invites = caller.invites({ url: PINNED_URL, authToken: 'sk-ant-oat01-a-token' });
  await caller.refused(invites, 401, 'OAuth access token is invalid.', PENDING, UNTRACED);
});

check('a disabled key', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-disabled' });
  return caller.refused(invites, 401, 'API key has been deactivated.', PENDING, UNTRACED);
});

check('an expired key', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-expired' });
  return caller.refused(invites, 401, 'API key has expired.', PENDING, UNTRACED);
});

check('a reader lacks the scope', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-reader' });
  const message = missingScopes('write:members', 'read:members');
  return caller.refused(invites, 403, message, ACME_ACCEPTED, { organization: ACME });
});

check('a writer has the scope', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-writer' });
  return caller.refused(invites, 400, SAYS_ACCEPTED, ACME_ACCEPTED, { organization: ACME });
});

check('a pinned key may have any shape', (caller) => {
  const invites = caller.invites({ apiKey: 'any-shape-can-be-pinned' });
  return caller.refused(invites, 404, notFound(PENDING), PENDING, { organization: GLOBEX });
});

check('a token is a bearer credential', async (caller) => {
  const invites = caller.invites({ authToken: caller.key.replace('admin01', 'oat01') });
  await caller.deleted(invites);
  assert.match(caller.sent[0].headers.get('authorization'), /^Bearer sk-ant-oat01-/);
  assert.equal(caller.sent[0].headers.get('x-api-key'), null);
  await caller.refused(invites, 404, notFound(PENDING));
});

check('no credential', (caller) =>
  caller.refused(caller.invites(), 401, 'x-api-key header is required', PENDING, {
    organization: null,
    headers: { [GENERATION.credential]: null },
  }));

check('both credentials', async (caller) => {
  const unknown = (headers) => () => caller.invites().delete(UNKNOWN, { headers });
  // The same one twice is served, and a proxy's is passed over.
  for (const authorization of [`Bearer ${caller.key}`, 'Basic bm9ib2R5']) {
    await caller.fails(unknown({ 'x-api-key': caller.key, authorization }), 404, notFound(UNKNOWN));
  }
  for (const [header, bearer, message] of [
    [caller.key, `${caller.key}-other`, /x-api-key.*Authorization|Authorization.*x-api-key/],
    ['nonsense', caller.key, 'invalid x-api-key'],
  ]) {
    const headers = { 'x-api-key': header, authorization: `Bearer ${bearer}` };
    await caller.fails(unknown(headers), 401, message, { organization: null });
  }
  await caller.deleted(caller.invites());
});

// What the scopes decide.

check('a reader may only read', async (caller) => {
  const reader = caller.invites({ apiKey: 'sk-ant-admin01-acme-reader' });
  assert.ok((await allIds(reader)).includes(ACME_ACCEPTED));
  assert.equal((await reader.retrieve(ACME_ACCEPTED)).id, ACME_ACCEPTED);
  const message = missingScopes('write:members', 'read:members');
  const email = caller.address();
  const create = () => reader.create({ email, role: 'user' });
  await caller.fails(create, 403, message, { organization: ACME });
  await caller.lists(reader, [], { email });
});

check('an auditor may only read', async (caller) => {
  const auditor = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-auditor' });
  assert.ok((await allIds(auditor)).includes(STRICT_PENDING));
  assert.equal((await auditor.retrieve(STRICT_PENDING)).id, STRICT_PENDING);
  const message = missingScopes('write:members', 'read:org_audit');
  const create = () => auditor.create({ email: caller.address('strict.example'), role: 'user' });
  await caller.fails(create, 403, message, { organization: STRICT });
  await caller.refused(auditor, 403, message, STRICT_PENDING, { organization: STRICT });
});

check('a writer may only write', async (caller) => {
  const writer = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-writer' });
  const { id } = await caller.created(writer, caller.address('strict.example'));
  const message = missingScopes('read:members', 'write:members');
  for (const read of [() => writer.retrieve(id), () => writer.list()]) {
    await caller.fails(read, 403, message, { organization: STRICT });
  }
  await caller.deleted(writer, id);
});

check('groups have a scope of their own', async (caller) => {
  const members = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-members' });
  const groups = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-groups' });
  const email = caller.address('strict.example');
  const message = missingScopes('write:rbac_groups', 'read:members', 'write:members');
  for (const more of [
    { role: 'managed' },
    { role: 'user', rbac_group_ids: ['group_plain'] },
    { role: 'managed', rbac_group_ids: ['group_plain', 'group_other'] },
  ]) {
    const create = () => members.create({ email, ...more });
    await caller.fails(create, 403, message, { organization: STRICT });
    const created = await caller.created(groups, email, more);
    assert.deepEqual({ ...(await members.retrieve(created.id)) }, created);
    await caller.deleted(members, created.id);
  }
  const { id } = await caller.created(members, email, { rbac_group_ids: [] });
  await caller.deleted(members, id);
});

// What the version and the rest of the request decide.

check('no version', (caller) => {
  const invites = caller.invites({ defaultHeaders: { 'anthropic-version': null } });
  return caller.refused(invites, 400, 'anthropic-version: header is required');
});

check('an unknown version', (caller) =>
  caller.refused(
    caller.invites(),
    400,
    'anthropic-version: "2023-10-01" is not a valid version',
    PENDING,
    { headers: { 'anthropic-version': '2023-10-01' } },
  ));

check('ids that need encoding', async (caller) => {
  const invites = caller.invites({ url: EVERY_STATUS_URL });
  const odd = [
    'team/platform invite',
    'einladung-für-zoë-✉',
    '100%25-percent',
    'a+b&c=d?e#f;g:h@i,j',
    'invite_"quoted"\\back',
  ];
  for (const id of odd) {
    await caller.deleted(invites, id);
    await caller.refused(invites, 404, notFound(id), id);
  }
});

check('extras change nothing', async (caller) => {
  const invites = caller.invites();
  await caller.deleted(invites, PENDING, {
    query: { beta: true, surprise: 1 },
    body: { id: UNKNOWN },
    headers: { 'anthropic-beta': 'any-2026-01-01', 'x-surprise': '1' },
  });
  assert.equal(caller.sent[0].url.searchParams.get('beta'), 'true');
  assert.equal(caller.sent[0].body, JSON.stringify({ id: UNKNOWN }));
  await caller.refused(invites, 404, notFound(PENDING));
});
