// The types of startMock() and of what it gives, for ESM and CommonJS alike.
/// <reference lib="esnext.disposable" />

/** An operation of the API, in the words of the SDKs. */
export type Operation =
  | "organization.retrieve"
  | "invites.create"
  | "invites.retrieve"
  | "invites.list"
  | "invites.delete"
  | "users.retrieve"
  | "users.list"
  | "users.update"
  | "users.remove"
  | "workspaces.create"
  | "workspaces.retrieve"
  | "workspaces.list"
  | "workspaces.update"
  | "workspaces.archive"
  | "workspaces.members.add"
  | "workspaces.members.retrieve"
  | "workspaces.members.list"
  | "workspaces.members.update"
  | "workspaces.members.remove"
  | "api_keys.retrieve"
  | "api_keys.list"
  | "api_keys.update";

/** The vendor's types of errors. */
export type ErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "billing_error"
  | "permission_error"
  | "not_found_error"
  | "conflict_error"
  | "request_too_large"
  | "rate_limit_error"
  | "api_error"
  | "timeout_error"
  | "overloaded_error";

/** What can happen to an invite, a user, an API key or a workspace between two calls. */
export type Meanwhile = "accept" | "expire" | "delete" | "remove" | "archive";

/** A fixture document; its fields are the fixture file's own, in snake_case. */
export type Fixture = Record<string, unknown>;

/** The ids that the path of a request can have. */
export interface PathIds {
  inviteId?: string | undefined;
  userId?: string | undefined;
  workspaceId?: string | undefined;
  apiKeyId?: string | undefined;
}

interface Target extends PathIds {
  /** The operation that it strikes; every one when left out. */
  operation?: Operation | "*" | undefined;
  /** How often it strikes; once when left out. */
  times?: number | "always" | undefined;
  /** How many fitting requests it lets pass first. */
  skip?: number | undefined;
}

interface AroundTheWork {
  /** Whether the work is done before the answer is lost, late or replaced. */
  afterCommit?: boolean | undefined;
}

interface NoOutcome {
  error?: never;
  status?: never;
  retryAfter?: never;
  retryAfterMs?: never;
  shouldRetry?: never;
  errorCode?: never;
  details?: never;
  message?: never;
  delay?: never;
  drop?: never;
  response?: never;
  meanwhile?: never;
}

type Outcome<T> = Omit<NoOutcome, keyof T> & T;

/** An error in the vendor's envelope. */
interface ErrorOutcome extends AroundTheWork {
  error: ErrorType;
  /** Another status than the type's. */
  status?: number | undefined;
  retryAfter?: number | undefined;
  retryAfterMs?: number | undefined;
  shouldRetry?: boolean | undefined;
  errorCode?: string | undefined;
  details?: Record<string, unknown> | undefined;
  message?: string | undefined;
}

interface DelayOutcome extends AroundTheWork {
  /** Such as `"400ms"` or `"2s"`; the units are ms, s and m. */
  delay: string;
}

interface DropOutcome extends AroundTheWork {
  /** `true` sends not one byte, `"mid_body"` half of the body. */
  drop: true | "mid_body";
}

interface ResponseOutcome extends AroundTheWork {
  /** What an edge sends: no envelope, no request id. */
  response: PlannedResponse;
}

interface MeanwhileOutcome {
  /** What happens to the invite, user, API key or workspace of the path just before the request is handled. */
  meanwhile: Meanwhile;
  afterCommit?: never;
}

export interface PlannedResponse {
  status: number;
  contentType?: string | undefined;
  body?: string | undefined;
}

/** A plan for something to go wrong, with exactly one outcome. */
export type Fault = Target &
  (
    | Outcome<ErrorOutcome>
    | Outcome<DelayOutcome>
    | Outcome<DropOutcome>
    | Outcome<ResponseOutcome>
    | Outcome<MeanwhileOutcome>
  );

/** A planned fault and how often it has struck. */
export interface PlannedFault extends PathIds {
  operation: Operation | "*";
  hits: number;
  times: number | "always";
  skip: number;
  afterCommit: boolean;
  error?: ErrorType;
  status?: number;
  retryAfter?: number;
  retryAfterMs?: number;
  shouldRetry?: boolean;
  errorCode?: string;
  details?: Record<string, unknown>;
  message?: string;
  delay?: string;
  drop?: true | "mid_body";
  response?: PlannedResponse;
  meanwhile?: Meanwhile;
}

/** Which requests to show; each field that is set narrows the answer. */
export interface RequestFilter extends PathIds {
  operation?: Operation | undefined;
  status?: number | undefined;
  reason?: string | undefined;
  /** The number of an entry; later ones are shown. */
  after?: number | undefined;
}

/** One request and what became of it. */
export interface JournalEntry {
  number: number;
  time: Date;
  method: string;
  path: string;
  durationMs: number;
  requestId: string | null;
  organization: string | null;
  operation: Operation | null;
  query: string | null;
  inviteId: string | null;
  userId?: string | null;
  workspaceId?: string | null;
  apiKeyId?: string | null;
  body: string | null;
  credential: string | null;
  version: string | null;
  userAgent: string | null;
  retry: number | null;
  /** Null where the connection was dropped instead. */
  status: number | null;
  errorType: ErrorType | null;
  message: string | null;
  reason: string | null;
  hint: string | null;
  fault: string | null;
}

/** An invite as the API shows it. */
export interface Invite {
  id: string;
  type: "invite";
  email: string;
  role: string;
  invited_at: string;
  expires_at: string;
  status: "pending" | "accepted" | "expired" | "deleted";
  rbac_group_ids: string[];
  accepted_at: string | null;
}

/** What the tester can do, to one organization or to the whole world. */
interface Door {
  /** The base URL for a client, without a slash at the end. */
  readonly url: string;
  /** What was asked, oldest first. */
  requests(filter?: RequestFilter): Promise<JournalEntry[]>;
  /** Empties the journal. */
  clearRequests(): Promise<void>;
  /** Accepts a pending invite, as the invitee would. */
  accept(inviteId: string): Promise<Invite>;
  /** Lets a pending invite's time end now. */
  expire(inviteId: string): Promise<Invite>;
  /** Deletes a pending invite, as somebody else would: the journal does not show it. */
  delete(inviteId: string): Promise<void>;
  /** Removes a user, as somebody else would: the journal does not show it. */
  remove(userId: string): Promise<void>;
  /** Plans something to go wrong. Misuse is a TypeError before anything is sent. */
  fault(...faults: [Fault, ...Fault[]]): Promise<void>;
  /** What is planned, in order, with how often it has struck. */
  faults(): Promise<PlannedFault[]>;
  /** Forgets all that is planned. */
  clearFaults(): Promise<void>;
  /** Stops the clock at a time. */
  freeze(when: Date | string): Promise<void>;
  /** Moves the clock, such as by `"22d"`; a frozen one stays frozen. */
  advance(by: string): Promise<void>;
  /** Gives the clock back to the system. */
  useSystemClock(): Promise<void>;
  /** What the clock reads. */
  now(): Promise<Date>;
  /** The state, as a fixture document. */
  state(): Promise<Fixture>;
  /**
   * Puts a fixture in the place of the state, all or nothing. A clock that was frozen or moved stays so, unless the fixture
   * has one of its own, and the fixture's relative times count from it.
   */
  load(fixture: Fixture): Promise<void>;
  /** Brings back what was there at the start, and empties the journal. */
  reset(): Promise<void>;
  /** The journal and the planned faults as a text, for a test that failed. */
  explain(): Promise<string>;
}

/** One key's organization, which no other key can see or change. */
export interface Organization extends Door {
  /** The admin key for a client. */
  readonly key: string;
  /** What to add to a subprocess's environment, so that its client calls this organization. */
  readonly env: Readonly<Record<"ANTHROPIC_BASE_URL" | "ANTHROPIC_API_KEY" | "NO_PROXY" | "no_proxy", string>>;
}

/** A server. What it shares with an organization is about its whole world: all organizations, and those to come. */
export interface Mock extends Door, AsyncDisposable {
  /** A key that nothing else has. */
  key(): string;
  /** The organization of a key; without one that of a new key. */
  organization(key?: string): Organization;
  /** Which organizations there are by now; of their keys the beginnings alone. */
  organizations(): Promise<OrganizationSummary[]>;
  /** What the server has logged. */
  log(): string;
  /** Stops the server at once. Doing it again does nothing. */
  stop(): Promise<void>;
}

/** What a server tells of one of its organizations. */
export interface OrganizationSummary {
  id: string;
  name: string;
  type: "console" | "enterprise";
  keys: string[];
  now: Date;
  /** What the clock is: null for the system's, a time for one that stands, an offset such as `"+22d"` for one that is shifted. */
  clock: string | null;
  counts: { invites: number; users: number; workspaces: number; apiKeys: number };
}

export interface MockOptions {
  /** Paths of fixture files, or of folders of *.json; a document is given to `load()`. */
  fixtures?: string | readonly string[] | undefined;
  /** Freezes every clock at a time, or shifts it by an offset such as `"+22d"`. */
  now?: Date | string | undefined;
  /** The same seed and fixture give the same ids. */
  seed?: number | undefined;
  /** Takes any non-empty credential for an admin key. */
  anyKey?: boolean | undefined;
  /** Such as `"documented"` or `"5/s"`, for each organization. */
  rateLimit?: string | undefined;
  /** Further options of the command, but for `--listen` and `--no-control`. */
  args?: readonly string[] | undefined;
}

/** The mock refused a call of its control routes, or is not there. */
export class MockError extends Error {
  readonly status: number | null;
  readonly reason: string | null;
}

/** Starts a server on a free port of this machine. It listens when the promise is fulfilled, and ends with this process at the latest. */
export function startMock(options?: MockOptions): Promise<Mock>;

/** The path of the binary; `ANTHROPIC_ADMIN_MOCK_BINARY` overrides what the packages brought. */
export function findBinary(): string;

/** The operations that a fault or a look at the journal can name. */
export const OPERATIONS: readonly Operation[];

/** The vendor's types of errors. */
export const ERROR_TYPES: readonly ErrorType[];
