// What the checks of invites have in common.
import assert from 'node:assert/strict';
import { Caller, DEFAULT_URL, TIME, check as checkAs } from './client.mjs';

export const PENDING = 'invite_015gWxCN9Hfg2QhZwTK7Mdeu';
export const ACCEPTED = 'invite_01AcceptedAcceptedAccept';
export const EXPIRED = 'invite_01ExpiredExpiredExpiredX';
export const DELETED = 'invite_01GoneGoneGoneGoneGone12';
export const ACME_ACCEPTED = 'invite_01AcmeAcceptedAcmeAccep1';
export const UNKNOWN = 'invite_01NobodyEverSawThisXXXXX';
export const LISTED = [ACCEPTED, PENDING, EXPIRED]; // what the default world lists, newest first

export const ACME = /^6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506$/;
export const GLOBEX = /^0d9e8f7a-6b5c-4d3e-9f2a-1b0c9d8e7f6a$/;
export const STRICT = /^c0ffee00-1234-4abc-8def-00000000e57e$/; // of policies.json, as is its invite
export const STRICT_PENDING = 'invite_01StrictPendingStrictPen';

const INVITE_ID = /^invite_01[1-9A-HJ-NP-Za-km-z]{22}$/;
export const SAYS_ACCEPTED = /accepted.*member/i;
export const SAYS_EXPIRED = /expired/i;
export const notFound = (id) => `Invite \`${id}\` not found.`;
export const UNTRACED = { organization: null, traced: false };

class InviteCaller extends Caller {
  invites(options) {
    return this.organization(options).invites;
  }

  async deleted(invites, id = PENDING, options = {}) {
    assert.deepEqual({ ...(await invites.delete(id, options)) }, { id, type: 'invite_deleted' });
  }

  async refused(invites, status, message, id = PENDING, { organization, traced, ...options } = {}) {
    await this.fails(() => invites.delete(id, options), status, message, { organization, traced });
  }

  async uncreatable(invites, code, message, email, { organization, ...more } = {}) {
    await this.fails(() => invites.create({ email, role: 'user', ...more }), 400, message, { code, organization });
  }

  // An address of this check's own, for organizations that are not.
  address(domain = 'example.com') {
    return `check-${this.key.slice(-12)}@${domain}`;
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

  // What the invitee does; there is no operation of the API for it.
  accept(id, url = DEFAULT_URL) {
    return this.door('POST', `invites/${id}/accept`, undefined, { url });
  }

  // One page of exactly these ids.
  async lists(invites, ids, query = {}, has_more = false) {
    const { data, ...page } = (await invites.list(query)).body;
    const got = data.map(({ id }) => id);
    const wanted = { has_more, first_id: ids.at(0) ?? null, last_id: ids.at(-1) ?? null };
    assert.deepEqual([got, page], [ids, wanted], JSON.stringify(query));
  }

  planDelete(...faults) {
    return this.plan(...faults.map((fault) => ({ operation: 'invites.delete', ...fault })));
  }

  // Deletes with exactly these statuses and faults are in the journal; the milliseconds between one and the next.
  async journals(...wanted) {
    const { requests } = await this.door('GET', 'requests');
    const got = requests.map(({ operation, status, fault }) => [operation, status, fault]);
    assert.deepEqual(got, wanted.map((answer) => ['invites.delete', ...answer]));
    const times = requests.map(({ time }) => Date.parse(time));
    return times.slice(1).map((later, sooner) => later - times[sooner]);
  }
}

// The ids of all pages.
export async function allIds(invites, query) {
  const ids = [];
  for await (const { id } of invites.list(query)) ids.push(id);
  return ids;
}

export const check = (name, body) => checkAs(name, body, { Kind: InviteCaller });
