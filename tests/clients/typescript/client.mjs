// One SDK at work: the client that is driven, what leaves it, what comes back, and how its errors look.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [FOLDER, version, ...urls] = process.argv.slice(2);
export const VERSION = version;
export const [DEFAULT_URL, EVERY_STATUS_URL, PINNED_URL, POLICIES_URL, THREE_AN_HOUR_URL, ONE_A_SECOND_URL] = urls;

export const SDK = join(FOLDER, 'node_modules/@anthropic-ai/sdk');
export const { default: Anthropic } = await import(pathToFileURL(join(SDK, 'index.mjs')));
const installed = createRequire(import.meta.url)(join(SDK, 'package.json')).version;
assert.equal(installed, VERSION, 'the installed SDK is not the pinned one');

// What the SDKs of both languages have in common.
export const CALLS = fileURLToPath(new URL('../calls/', import.meta.url));
export const TABLE = JSON.parse(readFileSync(join(CALLS, 'operations.json')));
export const { codes: CODES } = TABLE;

// A value of a table, with `$NAME` replaced in every text and what is `repeated` or `numbered` written out.
export function filled(value, names) {
  if (typeof value === 'string') return value.replace(/\$([A-Z_]+)/g, (_, name) => names[name]);
  if (Array.isArray(value)) return value.map((item) => filled(item, names));
  if (value === null || typeof value !== 'object') return value;
  if ('repeated' in value) return value.repeated.repeat(value.times);
  if ('numbered' in value) return Array.from({ length: value.times }, (_, number) => value.numbered + number);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [filled(name, names), filled(item, names)]));
}

export const OPERATIONS = Object.fromEntries(TABLE.operations.map((row) => [row.operation, filled(row, TABLE.names)]));

// What differs between the generations: what they send, what their errors carry, which fields of an answer their types do
// not know, and which they know and this server does not send, since these speak of a beta that it does not serve.
export const GENERATION = {
  '1.14.0': {
    credential: 'authorization',
    shape: (key) => `Bearer ${key}`,
    version: '2026-10-21',
    betaQuery: '',
    malformed: 'Invalid bearer token',
    codedErrors: true,
    oldFields: false,
    unknownFields: {},
    unsentFields: { BetaWorkspace: ['inference_data_privacy'] },
  },
  '0.137.0': {
    credential: 'x-api-key',
    shape: (key) => key,
    version: '2023-06-01',
    betaQuery: '?beta=true',
    malformed: 'invalid x-api-key',
    codedErrors: false,
    oldFields: true,
    unknownFields: { Workspace: ['user_profile_id'], BetaWorkspace: ['user_profile_id'], APIKey: ['workspace_id'] },
    unsentFields: {},
  },
}[VERSION];

// The status of each error: its class, its `error.type`, and `x-should-retry`. The older generation has fewer classes.
const { APIError, InternalServerError } = Anthropic;
export const STATUSES = {
  400: [Anthropic.BadRequestError, 'invalid_request_error', 'false'],
  401: [Anthropic.AuthenticationError, 'authentication_error', 'false'],
  403: [Anthropic.PermissionDeniedError, 'permission_error', 'false'],
  404: [Anthropic.NotFoundError, 'not_found_error', 'false'],
  405: [APIError, 'invalid_request_error', 'false'],
  409: [Anthropic.ConflictError, 'conflict_error', null],
  429: [Anthropic.RateLimitError, 'rate_limit_error', 'true'],
  500: [InternalServerError, 'api_error', null],
  501: [Anthropic.NotImplementedError ?? InternalServerError, 'api_error', 'false'],
  503: [Anthropic.ServiceUnavailableError ?? InternalServerError, 'api_error', null],
  529: [Anthropic.OverloadedError ?? InternalServerError, 'overloaded_error', null],
};

const REQUEST_ID = /^req_011C[1-9A-HJ-NP-Za-km-z]{20}$/;
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export const MISSING_PERMISSIONS =
  'Missing permissions. Please check with Anthropic support if you think this is in error.';
export const missingScopes = (needed, ...got) =>
  `Missing required scopes. Got: [${got.map((scope) => `'${scope}'`).join(', ')}] Needed: ['${needed}']`;

// The text of the type declarations for an operation's resource, and for what the resources have in common.
const declarations = (operation, beta) => {
  const folder = join(SDK, 'resources', beta ? 'beta/organization' : 'organization');
  const resource = operation.slice(0, operation.lastIndexOf('.'));
  const common = 'workspaces/workspaces';
  const files = { workspaces: common, 'workspaces.members': 'workspaces/members', api_keys: 'api-keys' };
  return [files[resource] ?? resource, common].map((name) => readFileSync(join(folder, `${name}.d.ts`), 'utf8'));
};

// The type of an operation's answer as the SDK declares it, and its fields. Under `beta` most have a name of their own.
function declaredAnswer(operation, beta) {
  const name = OPERATIONS[operation].answer;
  const text = declarations(operation, beta).join('\n');
  const names = beta ? [TABLE.beta_names[name] ?? `Beta${name}`, name] : [name];
  const type = names.find((name) => text.includes(`export interface ${name} {`));
  const [, body] = text.split(`export interface ${type} {`)[1].match(/^([\s\S]*?)\n}/);
  return { type, fields: [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, field]) => field) };
}

// The methods of an operation's resource as the SDK declares them, each with the errors that it names.
export function declaredMethods(operation, beta) {
  const [text] = declarations(operation, beta);
  const [, body] = text.split(/export declare class \w+ extends APIResource {/);
  const methods = [...body.split('\n}')[0].matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)\(/g)];
  return methods.map(([, comment, name]) => [name, [...comment.matchAll(/@throws {(\w+)}/g)].map(([, error]) => error)]);
}

// What the SDK throws: the current generation a class of its own for each code, the older one for each status.
function errorClass(status, code) {
  if (!code || !GENERATION.codedErrors) return STATUSES[status][0];
  const places = [Anthropic, Anthropic.Organization, Anthropic.Beta, Anthropic.Beta.Organization];
  return places.find((place) => CODES[code].error in place)[CODES[code].error];
}

// The names of the ids in an operation's path; the last one is the method's own argument.
export const idsOf = (operation) => [...OPERATIONS[operation].request.matchAll(/{(\w+)}/g)].map(([, name]) => name);

// One caller: its `sent` holds every request that left the SDK, retries included, its `received` every answer.
export class Caller {
  constructor(name, beta) {
    this.beta = beta;
    this.sent = [];
    this.received = [];
    // A key is an organization, so a key of its own keeps each check apart from all the others.
    const full = `typescript-${VERSION}-${name}`;
    const digest = createHash('sha256').update(full).digest('hex').slice(0, 12);
    this.key = `sk-ant-admin01-${full.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60)}-${digest}`;
  }

  // What is driven.

  client({ url = DEFAULT_URL, ...options } = {}) {
    if (!('apiKey' in options || 'authToken' in options)) options.apiKey = this.key;
    const recorded = async (address, init) => {
      this.sent.push({ url: new URL(address), ...init, headers: new Headers(init.headers) });
      const response = await fetch(address, init);
      const received = { status: response.status, headers: response.headers, body: '' };
      this.received.push(received);
      // A copy would have to be read to its end before the SDK could let go of the answer; so bytes are noted in passing.
      const decoder = new TextDecoder();
      const noted = new TransformStream({
        transform(chunk, out) {
          received.body += decoder.decode(chunk, { stream: true });
          out.enqueue(chunk);
        },
      });
      return new Response(response.body.pipeThrough(noted), response);
    };
    return new Anthropic({ baseURL: url, timeout: 10_000, fetch: recorded, ...options });
  }

  organization(options) {
    const client = this.client(options);
    return this.beta ? client.beta.organization : client.organization;
  }

  // Begins a call of the SDK's method for an operation.
  begin(organization, operation, given = {}, options) {
    const path = operation.replace(/^organization\./, '').split('.');
    const name = path.pop();
    const resource = path.reduce((part, name) => part[name === 'api_keys' ? 'apiKeys' : name], organization);
    const id = idsOf(operation).at(-1);
    if (!id) return name === 'retrieve' ? resource[name](options) : resource[name](given, options);
    const { [id]: own, ...rest } = given;
    // Of a method without further arguments the second one is the options.
    const takesMore = Object.keys(rest).length > 0 || ['list', 'update', 'add'].includes(name);
    return takesMore ? resource[name](own, rest, options) : resource[name](own, options);
  }

  // Calls the SDK's method, checks what came back against what was sent, and returns it as the wire had it.
  async call(organization, operation, given, tries = 1) {
    const before = this.sent.length;
    const result = await this.begin(organization, operation, given);
    assert.equal(this.sent.length - before, tries, 'requests');
    const wire = this.lastAnswer();
    this.isAnswer(result, wire, operation);
    return wire;
  }

  // The last answer as the wire had it.
  lastAnswer() {
    return JSON.parse(this.received.at(-1).body);
  }

  // A call at the tester's door, about this check's own organization.
  async door(method, route, body, { url = DEFAULT_URL, key = this.key } = {}) {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' };
    const response = await fetch(`${url}/_mock/${route}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  }

  plan(...faults) {
    return this.door('POST', 'faults', faults);
  }

  // What came back.

  // The result is what the wire had, and has the fields of the contract, in their order.
  isAnswer(result, wire, operation) {
    if (!operation.endsWith('.list')) return this.isObject(result, wire, operation);
    assert.deepEqual(Object.keys(wire), ['data', 'has_more', 'first_id', 'last_id']);
    const { data, has_more, first_id, last_id } = result;
    assert.deepEqual({ ...wire, has_more, first_id, last_id }, wire);
    assert.equal(data.length, wire.data.length);
    data.forEach((item, at) => this.isObject(item, wire.data[at], operation));
  }

  isObject(result, wire, operation) {
    const name = OPERATIONS[operation].answer;
    assert.deepEqual({ ...result }, wire);
    const old = name === 'APIKey' && GENERATION.oldFields ? ['workspace_id'] : [];
    assert.deepEqual(Object.keys(wire), [...TABLE.answers[name], ...old]);
    const { type, fields } = declaredAnswer(operation, this.beta);
    const known = new Set([...fields, ...(GENERATION.unknownFields[type] ?? [])]);
    for (const unsent of GENERATION.unsentFields[type] ?? []) known.delete(unsent);
    assert.deepEqual(new Set(Object.keys(wire)), known, `the fields of ${type}`);
    for (const [field, value] of Object.entries(wire)) {
      if (field.endsWith('_at') && value !== null) isTime(value);
    }
  }

  // One request, or `tries`, the last answered by exactly this error. `organization: null` and `traced: false`: without
  // those ids.
  async fails(call, status, message, options = {}) {
    const { code, details = {}, organization = UUID, traced = true, tries = 1, shouldRetry } = options;
    const before = this.sent.length;
    const error = await call().then(
      () => assert.fail('it was done'),
      (reason) => reason,
    );
    const [, type, retry] = STATUSES[status];
    assert.equal(error.constructor, errorClass(status, code), String(error));
    assert.equal(this.sent.length - before, tries, 'requests');

    assert.deepEqual([error.status, error.type], [status, type]);
    const said = error.error.error.message;
    if (message instanceof RegExp) assert.match(said, message);
    else assert.equal(said, message);
    // The whole body, so nothing else has slipped in.
    const all = code ? { ...details, error_code: code } : details;
    const hasDetails = Object.keys(all).length > 0;
    const body = { type, message: said, ...(hasDetails ? { details: all } : {}) };
    assert.deepEqual(error.error, { type: 'error', error: body, request_id: error.requestID });
    if (GENERATION.codedErrors) {
      assert.deepEqual([error.apiMessage, error.errorCode, error.details], [said, code ?? null, hasDetails ? all : null]);
    }

    if (traced) assert.match(error.requestID, REQUEST_ID);
    else assert.equal(error.requestID, null);
    if (organization) assert.match(error.headers.get('anthropic-organization-id'), organization);
    else assert.equal(error.headers.get('anthropic-organization-id'), null);
    assert.equal(error.headers.get('content-type'), 'application/json');
    assert.equal(error.headers.get('x-should-retry'), shouldRetry ?? retry);
    assert.match(error.headers.get('x-mock-reason'), SLUG);
    return error.headers;
  }
}

export function hasHeadersOfSuccess(response) {
  assert.equal(response.status, 200);
  assert.match(response.headers.get('request-id'), REQUEST_ID);
  assert.match(response.headers.get('anthropic-organization-id'), UUID);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-should-retry'), null);
  assert.equal(response.headers.get('x-mock-reason'), null);
}

// The SDK hands out times as text, which programs give to `Date`.
function isTime(text) {
  assert.match(text, TIME);
  assert.equal(new Date(text).toISOString().slice(0, 19), text.slice(0, 19));
}

// Every check goes through both doors of the client, if it does not say `betaOnly`.
export function check(name, body, { sendsNothing = false, betaOnly = false, Kind = Caller } = {}) {
  for (const beta of betaOnly ? [true] : [false, true]) {
    const full = `${name} (${beta ? 'beta.organization' : 'organization'})`;
    test(full, { timeout: 60_000 }, async () => {
      const caller = new Kind(full, beta);
      await body(caller);
      assert.equal(caller.sent.length === 0, sendsNothing, 'a check that sends nothing checks nothing');
    });
  }
}
