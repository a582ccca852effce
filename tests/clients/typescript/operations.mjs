// What holds for every operation: what leaves the SDK, what comes back, and the refusals that all have in common.
import assert from 'node:assert/strict';
import {
  Anthropic, CODES, GENERATION, MISSING_PERMISSIONS, OPERATIONS, POLICIES_URL, STATUSES, THREE_AN_HOUR_URL,
  check, declaredMethods, hasHeadersOfSuccess, idsOf, missingScopes,
} from './client.mjs';

const THINGS = { invite_id: 'Invite', user_id: 'User', workspace_id: 'Workspace', api_key_id: 'API key' };
// An id that nothing has, one that another organization has, and one that is none.
const STRANGERS = {
  invite_id: ['invite_01NobodyEverSawThisXXXXX', 'invite_01AcmePendingAcmePendin1', 'not an id/at all'],
  user_id: ['user_01NobodyEverSawThisXXXXXXX', 'user_01AcmeBobAcmeBobAcmeBobAc', 'not an id/at all'],
  workspace_id: ['wrkspc_01NobodyEverSawThisXXXX', 'wrkspc_01AcmeRobotsAcmeRobotsAc', 'not an id/at all'],
  api_key_id: ['apikey_01NobodyEverSawThisXXXX', 'apikey_01AcmeBobAcmeBobAcmeBobA', 'not an id/at all'],
};

for (const row of Object.values(OPERATIONS)) {
  const { operation, with: given, needs } = row;
  const [method, path] = row.request.split(' ');

  check(`${operation}: the request and the answer`, async (caller) => {
    const answer = await caller.call(caller.organization(), operation, given);
    hasHeadersOfSuccess(caller.received[0]);
    const [{ url, headers, ...request }] = caller.sent;
    assert.deepEqual([request.method.toUpperCase(), url.pathname], [method, path.replace(/{(\w+)}/g, (_, id) => given[id])]);
    assert.equal(url.search, caller.beta ? GENERATION.betaQuery : '');
    const other = { authorization: 'x-api-key', 'x-api-key': 'authorization' }[GENERATION.credential];
    assert.equal(headers.get(GENERATION.credential), GENERATION.shape(caller.key));
    assert.equal(headers.get(other), null);
    assert.equal(headers.get('anthropic-version'), GENERATION.version);
    const fields = Object.fromEntries(Object.entries(given).filter(([name]) => !path.includes(`{${name}}`)));
    assert.deepEqual(JSON.parse(request.body ?? '{}'), fields);
    assert.equal(headers.get('content-type'), request.body === undefined ? null : 'application/json');
    if (operation === 'organization.retrieve') {
      assert.equal(answer.id, caller.received[0].headers.get('anthropic-organization-id'));
    }
  });

  check(`${operation}: the answer with its response`, async (caller) => {
    const { data, response, request_id } = await caller.begin(caller.organization(), operation, given).withResponse();
    hasHeadersOfSuccess(response);
    assert.equal(request_id, response.headers.get('request-id'));
    if (!operation.endsWith('.list')) assert.equal(data._request_id, request_id);
    caller.isAnswer(data, caller.lastAnswer(), operation);
  });

  check(`${operation}: the raw answer`, async (caller) => {
    const response = await caller.begin(caller.organization(), operation, given).asResponse();
    hasHeadersOfSuccess(response);
    caller.isAnswer(await response.json(), caller.lastAnswer(), operation);
  });

  // A body that nothing asks for is not looked at.
  const takesBody = method === 'POST' && !path.endsWith('/archive');

  check(`${operation}: extras change nothing`, async (caller) => {
    const headers = { 'anthropic-beta': 'any-2026-01-01', 'x-surprise': '1' };
    const extras = takesBody || method === 'GET' ? { headers } : { headers, body: { surprise: 1 } };
    const query = operation.endsWith('.list') ? { surprise: 1 } : {};
    const result = await caller.begin(caller.organization(), operation, { ...given, ...query }, extras);
    caller.isAnswer(result, caller.lastAnswer(), operation);
  });

  if (takesBody) {
    check(`${operation}: a call without a body`, (caller) => {
      const post = () => caller.client().post(path.replace(/{(\w+)}/g, (_, id) => given[id]));
      return caller.fails(post, 400, /^The request body is not valid JSON/);
    });
  }

  if (path.includes('{')) {
    check(`${operation}: an id that the organization does not have`, async (caller) => {
      const organization = caller.organization();
      for (const name of Object.keys(given).filter((name) => name in THINGS)) {
        for (const stranger of STRANGERS[name]) {
          const call = () => caller.begin(organization, operation, { ...given, [name]: stranger });
          await caller.fails(call, 404, `${THINGS[name]} \`${stranger}\` not found.`);
          await caller.fails(() => call().asResponse(), 404, `${THINGS[name]} \`${stranger}\` not found.`);
        }
      }
    });

    check(
      `${operation}: the SDK itself refuses ids that leave the path`,
      async (caller) => {
        for (const name of idsOf(operation)) {
          for (const refused of ['', '.', '..']) {
            const call = async () => caller.begin(caller.organization(), operation, { ...given, [name]: refused });
            await assert.rejects(call, Anthropic.AnthropicError);
          }
        }
      },
      { sendsNothing: true },
    );
  }

  // What the credential decides.

  check(`${operation}: an inference key lacks permission`, (caller) => {
    const organization = caller.organization({ apiKey: 'sk-ant-api03-an-inference-key' });
    const call = () => caller.begin(organization, operation, given);
    return caller.fails(call, 403, MISSING_PERMISSIONS, { organization: null });
  });

  check(`${operation}: a scoped key`, async (caller) => {
    for (const [scope, options] of [
      ['read:members', { apiKey: 'sk-ant-admin01-acme-reader' }],
      ['read:org_audit', { url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-auditor' }],
      ['write:members', { url: POLICIES_URL, apiKey: 'sk-ant-admin01-strict-writer' }],
    ]) {
      const organization = caller.organization(options);
      const call = () => caller.begin(organization, operation, given);
      if (needs.length > 0 && !needs.includes(scope)) {
        await caller.fails(call, 403, missingScopes(needs[0], scope));
      } else if (Object.keys(given).length === 0) {
        await call();
      } else {
        // These organizations have nothing of what the row names, so nothing is done.
        await assert.rejects(call, ({ status }) => [400, 404].includes(status));
      }
    }
  });

  if (needs.includes('org:admin')) {
    check(`${operation}: an Enterprise organization does not have the resource`, (caller) => {
      const organization = caller.organization({ apiKey: 'sk-ant-admin01-globex-ci' });
      const call = () => caller.begin(organization, operation, given);
      const code = 'organization_type_not_supported';
      return caller.fails(call, 400, /not available for organizations of this type/, { code });
    });
  }

  // What the SDK does again by itself.

  check(`${operation}: an overload and a rate limit are tried again`, async (caller) => {
    for (const error of ['overloaded_error', 'rate_limit_error']) await caller.plan({ operation, error, retry_after_ms: 1 });
    await caller.call(caller.organization(), operation, given, 3);
  });

  check(`${operation}: three overloads are an error`, async (caller) => {
    await caller.plan({ operation, error: 'overloaded_error', retry_after_ms: 1, times: 3 });
    const organization = caller.organization();
    await caller.fails(() => caller.begin(organization, operation, given), 529, 'Overloaded', { tries: 3 });
  });

  for (const code of [...(row.codes ?? []), ...(row.beta_codes ?? [])]) {
    const doors = { betaOnly: row.beta_codes?.includes(code) };
    check(`${operation}: the error code ${code}, planned`, async (caller) => {
      const { status, details } = CODES[code];
      const error = STATUSES[status][1];
      await caller.plan({ operation, error, status, error_code: code, details, retry_after_ms: 1, times: 3 });
      const organization = caller.organization();
      const tries = [409, 503].includes(status) ? 3 : 1;
      await caller.fails(() => caller.begin(organization, operation, given), status, /./, { code, details, tries });
    }, doors);
  }
}

// Nothing that an SDK has for these resources is left out.

const resourceOf = ({ operation }) => operation.slice(0, operation.lastIndexOf('.'));
const rows = Object.values(OPERATIONS);

for (const resource of new Set(rows.map(resourceOf))) {
  const ofResource = rows.filter((row) => resourceOf(row) === resource);
  check(
    `${resource}: every method is an operation, and every error that it names is in the table`,
    async (caller) => {
      const declared = declaredMethods(ofResource[0].operation, caller.beta).filter(([name]) => name !== 'signOut');
      const wanted = ofResource.map(({ operation, codes = [], beta_codes = [] }) => {
        const named = GENERATION.codedErrors ? [...codes, ...(caller.beta ? beta_codes : [])] : [];
        return [operation.split('.').at(-1), named.map((code) => CODES[code].error).sort()];
      });
      const sorted = declared.map(([name, errors]) => [name, errors.sort()]);
      assert.deepEqual(Object.fromEntries(sorted), Object.fromEntries(wanted));
    },
    { sendsNothing: true },
  );
}

check('signing a user out is not served', async (caller) => {
  const { users } = caller.organization();
  const signOut = (id) => users.signOut?.(id) ?? caller.client().post(`/v1/organizations/users/${id}/sign_out`);
  await caller.fails(() => signOut('user_01AdminAdminAdminAdminAd'), 501, /sign_out/, { organization: null });
});

check('an API key cannot be created', async (caller) => {
  const create = () => caller.client().post('/v1/organizations/api_keys', { body: { name: 'new' } });
  const headers = await caller.fails(create, 405, 'Method Not Allowed', { organization: null });
  assert.equal(headers.get('allow'), 'GET,HEAD');
});

check('one rate limit for all', async (caller) => {
  const organization = caller.organization({ url: THREE_AN_HOUR_URL, maxRetries: 0 });
  for (const operation of ['users.list', 'workspaces.list', 'api_keys.list']) await caller.call(organization, operation);
  await caller.fails(() => organization.retrieve(), 429, /limit/);
});
