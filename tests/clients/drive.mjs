// Drives `organization.invites` of one TypeScript SDK: drive.mjs FOLDER VERSION URL..., one for each server of tests/clients/run.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const [FOLDER, VERSION, ...URLS] = process.argv.slice(2);
const [DEFAULT_URL, EVERY_STATUS_URL, PINNED_URL, POLICIES_URL, THREE_AN_HOUR_URL, ONE_A_SECOND_URL] = URLS;
const SDK = join(FOLDER, 'node_modules/@anthropic-ai/sdk');
const { default: Anthropic } = await import(pathToFileURL(join(SDK, 'index.mjs')));
const installed = createRequire(import.meta.url)(join(SDK, 'package.json')).version;
assert.equal(installed, VERSION, 'the installed SDK is not the pinned one');

// What differs between the generations: what they send, and what their errors carry.
const GENERATION = {
  '1.12.0': {
    credential: 'authorization',
    shape: (key) => `Bearer ${key}`,
    version: '2026-10-21',
    betaQuery: '',
    malformed: 'Invalid bearer token',
    codedErrors: true,
  },
  '0.137.0': {
    credential: 'x-api-key',
    shape: (key) => key,
    version: '2023-06-01',
    betaQuery: '?beta=true',
    malformed: 'invalid x-api-key',
    codedErrors: false,
  },
}[VERSION];

const { AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError, RateLimitError } = Anthropic;
const OverloadedError = Anthropic.OverloadedError ?? Anthropic.InternalServerError; // the older generation has none
const ERRORS = new Map([
  [BadRequestError, [400, 'invalid_request_error']],
  [AuthenticationError, [401, 'authentication_error']],
  [PermissionDeniedError, [403, 'permission_error']],
  [NotFoundError, [404, 'not_found_error']],
  [RateLimitError, [429, 'rate_limit_error']],
  [OverloadedError, [529, 'overloaded_error']],
]);
const SHOULD_RETRY = { 429: 'true', 529: null }; // for the others it is 'false'

// The classes that the current generation throws by `error_code`; the older one throws what they derive from.
const { Organization } = Anthropic;
const CODED = GENERATION.codedErrors && {
  already_member: Organization.AlreadyMemberError,
  cannot_invite_emails_with_unverified_domains: Organization.CannotInviteEmailsWithUnverifiedDomainsError,
  email_domain_not_allowed: Organization.EmailDomainNotAllowedError,
  invite_already_exists: Organization.InviteAlreadyExistsError,
  org_member_limit_exceeded: Organization.OrgMemberLimitExceededError,
  rbac_group_grants_owner_access: Organization.RBACGroupGrantsOwnerAccessError,
  rbac_group_owner_access_unconfirmed: Organization.RBACGroupOwnerAccessUnconfirmedError,
  sandbox_egress_restricted: Anthropic.SandboxEgressRestrictedError,
};

const PENDING = 'invite_015gWxCN9Hfg2QhZwTK7Mdeu';
const ACCEPTED = 'invite_01AcceptedAcceptedAccept';
const EXPIRED = 'invite_01ExpiredExpiredExpiredX';
const DELETED = 'invite_01GoneGoneGoneGoneGone12';
const ACME_ACCEPTED = 'invite_01AcmeAcceptedAcmeAccep1';
const UNKNOWN = 'invite_01NobodyEverSawThisXXXXX';
const LISTED = [ACCEPTED, PENDING, EXPIRED]; // what the default world lists, newest first

const ACME = /^6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506$/;
const GLOBEX = /^0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a$/;
const STRICT = /^c0ffee00-1234-4abc-8def-00000000e57e$/; // of policies.json, as is its invite
const STRICT_PENDING = 'invite_01StrictPendingStrictPen';

const REQUEST_ID = /^req_011C[1-9A-HJ-NP-Za-km-z]{20}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INVITE_ID = /^invite_01[1-9A-HJ-NP-Za-km-z]{22}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const SAYS_ACCEPTED = /accepted.*member/i;
const SAYS_EXPIRED = /expired/i;
const MISSING_PERMISSIONS =
  'Missing permissions. Please check with Anthropic support if you think this is in error.';
const missingScopes = (needed, ...got) =>
  `Missing required scopes. Got: [${got.map((scope) => `'${scope}'`).join(', ')}] Needed: ['${needed}']`;
const notFound = (id) => `Invite \`${id}\` not found.`;

const UNTRACED = { organization: null, traced: false };

// One caller: its `sent` holds every request that left the SDK, retries included.
class Caller {
  constructor(name, beta) {
    this.beta = beta;
    this.sent = [];
    // A key is an organization, so a key of its own keeps each test apart from all the others.
    this.key = `sk-ant-admin01-${`typescript-${VERSION}-${name}`.replace(/[^A-Za-z0-9]+/g, '-')}`;
  }

  invites({ url = DEFAULT_URL, ...options } = {}) {
    if (!('apiKey' in options || 'authToken' in options)) options.apiKey = this.key;
    const record = (address, init) => {
      this.sent.push({ url: new URL(address), ...init, headers: new Headers(init.headers) });
      return fetch(address, init);
    };
    const client = new Anthropic({ baseURL: url, timeout: 10_000, fetch: record, ...options });
    return (this.beta ? client.beta.organization : client.organization).invites;
  }

  async deleted(invites, id = PENDING, options = {}) {
    assert.deepEqual({ ...(await invites.delete(id, options)) }, { id, type: 'invite_deleted' });
  }

  // One request, or `tries`, the last answered by exactly this error.
  // `organization: null` and `traced: false`: without those ids.
  async fails(call, Class, message, { code, organization = UUID, traced = true, tries = 1, shouldRetry } = {}) {
    const before = this.sent.length;
    const error = await call().then(
      () => assert.fail('it was done'),
      (reason) => reason,
    );
    assert.equal(error.constructor, Class, String(error));
    assert.equal(this.sent.length - before, tries, 'the SDK must not try again');

    const [status, type] = ERRORS.get(Class) ?? ERRORS.get(Object.getPrototypeOf(Class));
    assert.deepEqual([error.status, error.type], [status, type]);
    const said = error.error.error.message;
    if (message instanceof RegExp) assert.match(said, message);
    else assert.equal(said, message);
    // The whole body, so nothing else has slipped in.
    const details = code ? { details: { error_code: code } } : {};
    const body = { type: 'error', error: { type, message: said, ...details }, request_id: error.requestID };
    assert.deepEqual(error.error, body);
    if (GENERATION.codedErrors) {
      assert.deepEqual([error.apiMessage, error.errorCode, error.details], [
        said,
        code ?? null,
        details.details ?? null,
      ]);
    }

    if (traced) assert.match(error.requestID, REQUEST_ID);
    else assert.equal(error.requestID, null);
    if (organization) assert.match(error.headers.get('anthropic-organization-id'), organization);
    else assert.equal(error.headers.get('anthropic-organization-id'), null);
    assert.equal(error.headers.get('content-type'), 'application/json');
    const wanted = status in SHOULD_RETRY ? SHOULD_RETRY[status] : 'false';
    assert.equal(error.headers.get('x-should-retry'), shouldRetry ?? wanted);
    assert.match(error.headers.get('x-mock-reason'), SLUG);
    return error.headers;
  }

  async refused(invites, Class, message, id = PENDING, { organization, traced, ...options } = {}) {
    await this.fails(() => invites.delete(id, options), Class, message, { organization, traced });
  }

  async uncreatable(invites, code, message, email, { organization, ...more } = {}) {
    const Class = CODED ? CODED[code] : BadRequestError;
    await this.fails(() => invites.create({ email, role: 'user', ...more }), Class, message, { code, organization });
  }

  // An address of this test's own, for organizations that are not.
  address(domain = 'example.com') {
    return `${this.key.toLowerCase().replace(/[^a-z0-9]+/g, '-')}@${domain}`;
  }

  // A new invite with all that the contract says of one.
  async created(invites, email, more = {}) {
    const began = Date.now();
    const invite = { ...(await invites.create({ email, role: 'user', ...more })) };
    const { id, invited_at, expires_at, ...rest } = invite;
    assert.match(id, INVITE_ID);
    assert.match(invited_at, TIME);
    assert.match(expires_at, TIME);
    assert.ok(Math.abs(Date.parse(invited_at) - began) < 60_000, invited_at);
    assert.equal(Date.parse(expires_at) - Date.parse(invited_at), 21 * 24 * 3600 * 1000);
    assert.equal(expires_at.slice(10), invited_at.slice(10));
    const wanted = { type: 'invite', role: 'user', status: 'pending', rbac_group_ids: [], accepted_at: null };
    assert.deepEqual(rest, { ...wanted, email, ...more });
    return invite;
  }

  // A call at the tester's door, about this test's own organization.
  async control(method, route, body, url = DEFAULT_URL) {
    const headers = { 'x-api-key': this.key, 'content-type': 'application/json' };
    const response = await fetch(`${url}/_mock/${route}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  }

  // What the invitee does; there is no operation of the API for it.
  accept(id, url = DEFAULT_URL) {
    return this.control('POST', `invites/${id}/accept`, undefined, url);
  }

  plan(...faults) {
    return this.control('POST', 'faults', faults.map((fault) => ({ operation: 'invites.delete', ...fault })));
  }

  // Deletes with exactly these statuses and faults are in the journal; the milliseconds between one and the next.
  async journals(...wanted) {
    const { requests } = await this.control('GET', 'requests');
    const got = requests.map(({ operation, status, fault }) => [operation, status, fault]);
    assert.deepEqual(got, wanted.map((answer) => ['invites.delete', ...answer]));
    const times = requests.map(({ time }) => Date.parse(time));
    return times.slice(1).map((later, sooner) => later - times[sooner]);
  }

  // One page of exactly these ids.
  async lists(invites, ids, query = {}, has_more = false) {
    const { data, ...page } = (await invites.list(query)).body;
    const got = data.map(({ id }) => id);
    const wanted = { has_more, first_id: ids.at(0) ?? null, last_id: ids.at(-1) ?? null };
    assert.deepEqual([got, page], [ids, wanted], JSON.stringify(query));
  }
}

// The ids of all pages.
async function allIds(invites, query) {
  const ids = [];
  for await (const { id } of invites.list(query)) ids.push(id);
  return ids;
}

function hasHeadersOfSuccess(response) {
  assert.equal(response.status, 200);
  assert.match(response.headers.get('request-id'), REQUEST_ID);
  assert.match(response.headers.get('anthropic-organization-id'), UUID);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-should-retry'), null);
  assert.equal(response.headers.get('x-mock-reason'), null);
}

// Every check goes through both doors of the client.
function check(name, body) {
  for (const beta of [false, true]) {
    const full = `${name} (${beta ? 'beta.organization' : 'organization'})`;
    test(full, { timeout: 60_000 }, () => body(new Caller(full, beta)));
  }
}

// What a success looks like.

check('a pending invite is deleted', (caller) => caller.deleted(caller.invites()));

check('the request is the one of this generation', async (caller) => {
  await caller.deleted(caller.invites());
  const [{ url, method, headers, body }, ...more] = caller.sent;
  assert.deepEqual(more, []);
  assert.deepEqual([method, url.pathname], ['DELETE', `/v1/organizations/invites/${PENDING}`]);
  assert.equal(url.search, caller.beta ? GENERATION.betaQuery : '');
  const other = { authorization: 'x-api-key', 'x-api-key': 'authorization' }[GENERATION.credential];
  assert.equal(headers.get(GENERATION.credential), GENERATION.shape(caller.key));
  assert.equal(headers.get(other), null);
  assert.equal(headers.get('anthropic-version'), GENERATION.version);
  assert.equal(headers.get('content-type'), null);
  assert.equal(body, undefined);
});

check('a parsed answer knows its request id', async (caller) => {
  const { data, response, request_id } = await caller.invites().delete(PENDING).withResponse();
  hasHeadersOfSuccess(response);
  assert.equal(request_id, response.headers.get('request-id'));
  assert.equal(data._request_id, request_id);
  assert.deepEqual({ ...data }, { id: PENDING, type: 'invite_deleted' });
});

check('a raw response has the headers and the bytes', async (caller) => {
  const response = await caller.invites().delete(PENDING).asResponse();
  hasHeadersOfSuccess(response);
  assert.deepEqual(await response.json(), { id: PENDING, type: 'invite_deleted' });
});

// What the invite decides.

check('a second delete finds nothing', async (caller) => {
  const invites = caller.invites();
  await caller.deleted(invites);
  await caller.refused(invites, NotFoundError, notFound(PENDING));
});

check('a raw call rejects too', async (caller) => {
  const invites = caller.invites();
  const raw = { delete: (id, options) => invites.delete(id, options).asResponse() };
  await caller.refused(raw, NotFoundError, notFound(UNKNOWN), UNKNOWN);
});

check('an accepted invite is a bad request', (caller) =>
  caller.refused(caller.invites(), BadRequestError, SAYS_ACCEPTED, ACCEPTED));

check('an expired invite is a bad request', (caller) =>
  caller.refused(caller.invites(), BadRequestError, SAYS_EXPIRED, EXPIRED));

check('an unknown id is not found', (caller) =>
  caller.refused(caller.invites(), NotFoundError, notFound(UNKNOWN), UNKNOWN));

check('a malformed id is not found', (caller) =>
  caller.refused(caller.invites(), NotFoundError, notFound('not an id/at all'), 'not an id/at all'));

check('an invite deleted long ago is not found', (caller) =>
  caller.refused(caller.invites(), NotFoundError, notFound(DELETED), DELETED));

check('an invite of another organization is not found', async (caller) => {
  const there = caller.invites({ apiKey: 'sk-ant-admin01-acme-ci' });
  await caller.refused(there, BadRequestError, SAYS_ACCEPTED, ACME_ACCEPTED, { organization: ACME });
  await caller.refused(caller.invites(), NotFoundError, notFound(ACME_ACCEPTED), ACME_ACCEPTED);
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
  for (const id of expired) await caller.refused(invites, BadRequestError, SAYS_EXPIRED, id);
  for (const id of accepted) await caller.refused(invites, BadRequestError, SAYS_ACCEPTED, id);
  await caller.refused(invites, NotFoundError, notFound(gone), gone);
});

// What the credential decides.

check('an inference key lacks permission', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-api03-an-inference-key' });
  return caller.refused(invites, PermissionDeniedError, MISSING_PERMISSIONS, PENDING, { organization: null });
});

check('a malformed key is named after its header', (caller) => {
  const invites = caller.invites({ apiKey: 'nonsense' });
  return caller.refused(invites, AuthenticationError, GENERATION.malformed, PENDING, { organization: null });
});

check('a malformed token', (caller) => {
  const invites = caller.invites({ authToken: 'nonsense' });
  return caller.refused(invites, AuthenticationError, 'Invalid bearer token', PENDING, { organization: null });
});

check('an unknown kind of key leaves no trace', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-sid01-x' });
  return caller.refused(invites, AuthenticationError, 'API key is invalid.', PENDING, UNTRACED);
});

check('a world of pinned keys knows no others', async (caller) => {
  for (const apiKey of [caller.key, 'sk-ant-api03-an-inference-key']) {
    const invites = caller.invites({ url: PINNED_URL, apiKey });
    await caller.refused(invites, AuthenticationError, 'API key is invalid.', PENDING, UNTRACED);
  }
  const invites = caller.invites({ url: PINNED_URL, authToken: 'sk-ant-oat01-a-token' });
  await caller.refused(invites, AuthenticationError, 'OAuth access token is invalid.', PENDING, UNTRACED);
});

check('a disabled key', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-disabled' });
  return caller.refused(invites, AuthenticationError, 'API key has been deactivated.', PENDING, UNTRACED);
});

check('an expired key', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-expired' });
  return caller.refused(invites, AuthenticationError, 'API key has expired.', PENDING, UNTRACED);
});

check('a reader lacks the scope', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-reader' });
  const message = missingScopes('write:members', 'read:members');
  return caller.refused(invites, PermissionDeniedError, message, ACME_ACCEPTED, { organization: ACME });
});

check('a writer has the scope', (caller) => {
  const invites = caller.invites({ apiKey: 'sk-ant-admin01-acme-writer' });
  return caller.refused(invites, BadRequestError, SAYS_ACCEPTED, ACME_ACCEPTED, { organization: ACME });
});

check('a pinned key may have any shape', (caller) => {
  const invites = caller.invites({ apiKey: 'any-shape-can-be-pinned' });
  return caller.refused(invites, NotFoundError, notFound(PENDING), PENDING, { organization: GLOBEX });
});

check('a token is a bearer credential', async (caller) => {
  const invites = caller.invites({ authToken: caller.key.replace('admin01', 'oat01') });
  await caller.deleted(invites);
  assert.match(caller.sent[0].headers.get('authorization'), /^Bearer sk-ant-oat01-/);
  assert.equal(caller.sent[0].headers.get('x-api-key'), null);
  await caller.refused(invites, NotFoundError, notFound(PENDING));
});

check('no credential', (caller) =>
  caller.refused(caller.invites(), AuthenticationError, 'x-api-key header is required', PENDING, {
    organization: null,
    headers: { [GENERATION.credential]: null },
  }));

check('of both credentials the x-api-key decides', async (caller) => {
  const bearer = { 'x-api-key': caller.key, authorization: 'Bearer nonsense' };
  await caller.deleted(caller.invites(), PENDING, { headers: bearer });
  await caller.refused(caller.invites(), AuthenticationError, 'invalid x-api-key', PENDING, {
    organization: null,
    headers: { 'x-api-key': 'nonsense', authorization: `Bearer ${caller.key}` },
  });
});

// What the version and the rest of the request decide.

check('no version', (caller) => {
  const invites = caller.invites({ defaultHeaders: { 'anthropic-version': null } });
  return caller.refused(invites, BadRequestError, 'anthropic-version: header is required');
});

check('an unknown version', (caller) =>
  caller.refused(
    caller.invites(),
    BadRequestError,
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
    await caller.refused(invites, NotFoundError, notFound(id), id);
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
  await caller.refused(invites, NotFoundError, notFound(PENDING));
});

check('the SDK itself refuses ids that leave the path', async (caller) => {
  for (const id of ['', '.', '..']) {
    await assert.rejects(async () => caller.invites().delete(id), Anthropic.AnthropicError);
  }
  assert.deepEqual(caller.sent, []);
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
  await caller.fails(() => invites.retrieve(created.id), NotFoundError, notFound(created.id));
  await caller.refused(invites, NotFoundError, notFound(created.id), created.id);
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
  await caller.refused(invites, BadRequestError, SAYS_ACCEPTED, created.id);
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
    await caller.fails(() => invites.retrieve(id), NotFoundError, notFound(id));
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

// What the scopes decide.

check('a reader may only read', async (caller) => {
  const reader = caller.invites({ apiKey: 'sk-ant-admin01-acme-reader' });
  assert.ok((await allIds(reader)).includes(ACME_ACCEPTED));
  assert.equal((await reader.retrieve(ACME_ACCEPTED)).id, ACME_ACCEPTED);
  const message = missingScopes('write:members', 'read:members');
  const email = caller.address();
  const create = () => reader.create({ email, role: 'user' });
  await caller.fails(create, PermissionDeniedError, message, { organization: ACME });
  await caller.lists(reader, [], { email });
});

check('an auditor may only read', async (caller) => {
  const auditor = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-auditor' });
  assert.ok((await allIds(auditor)).includes(STRICT_PENDING));
  assert.equal((await auditor.retrieve(STRICT_PENDING)).id, STRICT_PENDING);
  const message = missingScopes('write:members', 'read:org_audit');
  const create = () => auditor.create({ email: caller.address('strict.example'), role: 'user' });
  await caller.fails(create, PermissionDeniedError, message, { organization: STRICT });
  await caller.refused(auditor, PermissionDeniedError, message, STRICT_PENDING, { organization: STRICT });
});

check('a writer may only write', async (caller) => {
  const writer = caller.invites({ url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-writer' });
  const { id } = await caller.created(writer, caller.address('strict.example'));
  const message = missingScopes('read:members', 'write:members');
  for (const read of [() => writer.retrieve(id), () => writer.list()]) {
    await caller.fails(read, PermissionDeniedError, message, { organization: STRICT });
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
    await caller.fails(create, PermissionDeniedError, message, { organization: STRICT });
    const created = await caller.created(groups, email, more);
    assert.deepEqual({ ...(await members.retrieve(created.id)) }, created);
    await caller.deleted(members, created.id);
  }
  const { id } = await caller.created(members, email, { rbac_group_ids: [] });
  await caller.deleted(members, id);
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
    await caller.fails(() => invites.list(query, options), BadRequestError, message);
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
    await caller.fails(create, BadRequestError, message);
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
    await caller.fails(create, BadRequestError, message, { organization: STRICT });
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

// What the rate limit decides.

check('the fourth of three requests an hour', async (caller) => {
  const invites = caller.invites({ url: THREE_AN_HOUR_URL, maxRetries: 0 });
  await caller.lists(invites, LISTED);
  await caller.created(invites, 'limited@example.com');
  await caller.fails(() => invites.retrieve(UNKNOWN), NotFoundError, notFound(UNKNOWN));
  const began = Date.now();
  const headers = await caller.fails(() => invites.delete(PENDING), RateLimitError, /limit/i);
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
  await caller.plan({ error: 'overloaded_error', retry_after_ms: 40, times: 2 });
  await caller.deleted(caller.invites());
  const overloaded = [529, 'overloaded_error'];
  for (const wait of await caller.journals(overloaded, overloaded, [200, null])) {
    assert.ok(wait >= 38 && wait < 370, String(wait));
  }
});

check('a rate limit and its retry-after', async (caller) => {
  await caller.plan({ error: 'rate_limit_error', retry_after: 1, times: 2 });
  const atOnce = caller.invites({ maxRetries: 0 });
  const headers = await caller.fails(() => atOnce.delete(PENDING), RateLimitError, /limit/i);
  assert.equal(headers.get('retry-after'), '1');
  await caller.deleted(caller.invites());
  const limited = [429, 'rate_limit_error'];
  const [, wait] = await caller.journals(limited, limited, [200, null]);
  assert.ok(wait >= 998 && wait < 2000, String(wait));
});

check('should_retry stops the retries', async (caller) => {
  await caller.plan({ error: 'overloaded_error', should_retry: false, times: 'always' });
  const invites = caller.invites();
  await caller.fails(() => invites.delete(PENDING), OverloadedError, 'Overloaded', { shouldRetry: 'false' });
  await caller.journals([529, 'overloaded_error']);
  assert.deepEqual((await caller.control('GET', 'faults')).faults.map(({ hits }) => hits), [1]);
  assert.deepEqual(await caller.control('DELETE', 'faults'), { faults: [] });
  await caller.deleted(invites);
});

check('a dropped connection is retried', async (caller) => {
  await caller.plan({ drop: true });
  await caller.deleted(caller.invites());
  await caller.journals([null, 'drop'], [200, null]);
});

check('a dropped connection is an error without retries', async (caller) => {
  await caller.plan({ drop: true });
  await assert.rejects(caller.invites({ maxRetries: 0 }).delete(PENDING), Anthropic.APIConnectionError);
  await caller.journals([null, 'drop']);
  await caller.deleted(caller.invites());
});

check('a body cut short is not a broken connection', async (caller) => {
  // The SDK looks at the status before it reads the body: an error is retried for its status, a success never.
  await caller.plan({ drop: 'mid_body' });
  await assert.rejects(caller.invites({ maxRetries: 0 }).delete(PENDING), Anthropic.InternalServerError);
  await caller.plan({ drop: 'mid_body' }, { drop: 'mid_body', after_commit: true });
  await assert.rejects(caller.invites().delete(PENDING), (error) => {
    assert.equal(error.constructor, TypeError, String(error));
    return true;
  });
  const cut = 'drop mid_body';
  await caller.journals([500, cut], [500, cut], [200, cut]);
  await caller.refused(caller.invites(), NotFoundError, notFound(PENDING));
});

check('a lost answer makes the retry find nothing', async (caller) => {
  await caller.plan({ drop: true, after_commit: true });
  const invites = caller.invites();
  await caller.fails(() => invites.delete(PENDING), NotFoundError, notFound(PENDING), { tries: 2 });
  await caller.journals([null, 'drop'], [404, null]);
});

check('after 22 days an invite has expired, until the reset', async (caller) => {
  const invites = caller.invites();
  const { id } = await caller.created(invites, 'forgotten@example.com');
  await caller.control('PUT', 'clock', { advance: '22d' });
  for (const pending of [PENDING, id]) await caller.refused(invites, BadRequestError, SAYS_EXPIRED, pending);
  await caller.plan({ error: 'api_error', times: 'always' });
  await caller.control('POST', 'reset');
  await caller.journals();
  await caller.lists(invites, LISTED);
  await caller.deleted(invites);
});

check('a header strikes one call', async (caller) => {
  const invites = caller.invites();
  for (const [value, Class, message, options, reason] of [
    // The retries carry it too.
    ['overloaded_error; retry-after-ms=20', OverloadedError, 'Overloaded', { tries: 3 }, 'fault'],
    ['overloaded_error; should-retry=false', OverloadedError, 'Overloaded', { shouldRetry: 'false' }, 'fault'],
    ['nonsense', BadRequestError, /nonsense/, {}, 'fault-unknown'],
  ]) {
    const call = () => invites.delete(PENDING, { headers: { 'x-mock-fault': value } });
    assert.equal((await caller.fails(call, Class, message, options)).get('x-mock-reason'), reason);
  }
  const defaultHeaders = { 'x-mock-fault': 'overloaded_error' };
  await caller.refused(caller.invites({ maxRetries: 0, defaultHeaders }), OverloadedError, 'Overloaded');
  await caller.deleted(invites);
});

check('an error code that is planned', async (caller) => {
  const code = 'sandbox_egress_restricted';
  await caller.plan({ error: 'permission_error', error_code: code });
  const invites = caller.invites();
  const Class = CODED ? CODED[code] : PermissionDeniedError;
  await caller.fails(() => invites.delete(PENDING), Class, /./, { code });
  await caller.deleted(invites);
});
