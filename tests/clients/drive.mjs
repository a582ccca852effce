// Drives `invites.delete` of one TypeScript SDK: drive.mjs FOLDER VERSION DEFAULT_URL EVERY_STATUS_URL PINNED_URL.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const [FOLDER, VERSION, DEFAULT_URL, EVERY_STATUS_URL, PINNED_URL] = process.argv.slice(2);
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

const { AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError } = Anthropic;
const ERRORS = new Map([
  [BadRequestError, [400, 'invalid_request_error']],
  [AuthenticationError, [401, 'authentication_error']],
  [PermissionDeniedError, [403, 'permission_error']],
  [NotFoundError, [404, 'not_found_error']],
]);

const PENDING = 'invite_015gWxCN9Hfg2QhZwTK7Mdeu';
const ACCEPTED = 'invite_01AcceptedAcceptedAccept';
const EXPIRED = 'invite_01ExpiredExpiredExpiredX';
const DELETED = 'invite_01GoneGoneGoneGoneGone12';
const ACME_ACCEPTED = 'invite_01AcmeAcceptedAcmeAccep1';
const UNKNOWN = 'invite_01NobodyEverSawThisXXXXX';

const ACME = /^6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506$/;
const GLOBEX = /^0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a$/;

const REQUEST_ID = /^req_011C[1-9A-HJ-NP-Za-km-z]{20}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const SAYS_ACCEPTED = /accepted.*member/i;
const SAYS_EXPIRED = /expired/i;
const MISSING_PERMISSIONS =
  'Missing permissions. Please check with Anthropic support if you think this is in error.';
const MISSING_SCOPES = "Missing required scopes. Got: ['read:members'] Needed: ['write:members']";
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

  // One request, answered by exactly this error; `organization: null` and `traced: false`: without those ids.
  async refused(invites, Class, message, id = PENDING, { organization = UUID, traced = true, ...options } = {}) {
    const before = this.sent.length;
    const error = await invites.delete(id, options).then(
      () => assert.fail('it was deleted'),
      (reason) => reason,
    );
    assert.equal(error.constructor, Class, String(error));
    assert.equal(this.sent.length - before, 1, 'the SDK must not try again');

    const [status, type] = ERRORS.get(Class);
    assert.deepEqual([error.status, error.type], [status, type]);
    const said = error.error.error.message;
    if (message instanceof RegExp) assert.match(said, message);
    else assert.equal(said, message);
    // The whole body, so neither `details` nor anything else has slipped in.
    const body = { type: 'error', error: { type, message: said }, request_id: error.requestID };
    assert.deepEqual(error.error, body);
    if (GENERATION.codedErrors) {
      assert.deepEqual([error.apiMessage, error.errorCode, error.details], [said, null, null]);
    }

    if (traced) assert.match(error.requestID, REQUEST_ID);
    else assert.equal(error.requestID, null);
    if (organization) assert.match(error.headers.get('anthropic-organization-id'), organization);
    else assert.equal(error.headers.get('anthropic-organization-id'), null);
    assert.equal(error.headers.get('content-type'), 'application/json');
    assert.equal(error.headers.get('x-should-retry'), 'false');
    assert.match(error.headers.get('x-mock-reason'), SLUG);
  }
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
  return caller.refused(invites, PermissionDeniedError, MISSING_SCOPES, ACME_ACCEPTED, { organization: ACME });
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
