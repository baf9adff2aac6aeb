/**
 * A store in etcd, for a pool on several machines: etcd's version 3, by its JSON gateway (`/v3/kv/txn` and others, in
 * every etcd from 3.4 on) and `fetch`.
 *
 * Reads are linearizable: etcd asks a majority of its members before it answers. The store remembers what it has read, and
 * asks for what was written since; a count that is too small shows that something was removed. So neither compaction nor
 * a watch that has ended makes a difference to what is read.
 *
 * A question that changes nothing, or nothing twice, goes to the next member when one does not answer. A commit does not:
 * a commit that may have arrived is `unknown`, because a second attempt would be refused by the first one's success.
 */
import type { Commit, CommitAnswer, CommitCondition, Json, KeyChange } from './store.ts';
import type { PoolEntries, PoolEntry, PoolStore } from './store.ts';

export interface EtcdStoreOptions {
  /** Its members, like `http://127.0.0.1:2379`. */
  readonly members: readonly string[];
  /** What all keys begin with: one etcd holds several pools. */
  readonly prefix: string;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  readonly user?: { readonly name: string; readonly password: string };
  /** Milliseconds until a member that does not answer a question, or a commit, is given up. */
  readonly questionMs?: number;
  readonly commitMs?: number;
}

/** What a member answered: its document, or why it did none of it. `failed`: it may have been done, or not. */
type Answer =
  | { readonly kind: 'done'; readonly body: Body }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'failed'; readonly isSent: boolean };

/** Fields that are 0, false or empty are left out by the gateway; 64-bit numbers are texts. */
interface Body {
  readonly header?: { readonly revision?: string };
  readonly succeeded?: boolean;
  readonly ID?: string;
  readonly token?: string;
  readonly count?: string;
  readonly kvs?: readonly KeyValue[];
  readonly result?: { readonly TTL?: string; readonly events?: readonly unknown[] };
  readonly error?: unknown;
  readonly message?: string;
  readonly code?: number;
}

interface KeyValue {
  readonly key: string;
  readonly value?: string;
  readonly mod_revision: string;
  readonly lease?: string;
}

/** gRPC's codes. */
const [NOT_FOUND, UNAUTHENTICATED] = [5, 16] as const;
/** Errors of a connection that was never made: nothing was sent. */
const unconnected = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
/** Milliseconds until a watch that has ended is begun again. */
const watchAgainMs = 1000;

export class EtcdStore implements PoolStore {
  readonly #options: EtcdStoreOptions;
  readonly #prefix: string;
  readonly #end: string;
  /** The member that is asked first: the last one that answered. */
  #first = 0;
  #token: string | undefined;
  #entries = new Map<string, PoolEntry>();
  /** All that was written up to this revision is in `#entries`. */
  #revision = 0;
  #reading: Promise<boolean> | undefined;
  /** Why the last question failed, in words. */
  lastError = '';

  constructor(options: EtcdStoreOptions) {
    this.#options = options;
    this.#prefix = encode(options.prefix);
    // The first key after all that begin with the prefix.
    const last = options.prefix.length - 1;
    this.#end = encode(
      `${options.prefix.slice(0, last)}${String.fromCharCode(options.prefix.charCodeAt(last) + 1)}`,
    );
  }

  // ---- Reading ----

  read(told: (entries: PoolEntries | undefined) => void): void {
    // Who asks while an answer is on its way gets a later one: that answer may be older than the question.
    const reading: Promise<boolean> = (this.#reading ?? Promise.resolve(true)).then(() => this.#advance());
    this.#reading = reading;
    void reading.then((isRead) => {
      if (this.#reading === reading) this.#reading = undefined;
      told(isRead ? new Map(this.#entries) : undefined);
    });
  }

  /** Reads what was written since; returns whether an answer came. */
  async #advance(): Promise<boolean> {
    const changed = await this.#range({ min_mod_revision: String(this.#revision + 1) });
    if (changed === undefined) return false;
    const revision = Number(changed.header?.revision ?? 0);
    // The cluster was made anew, or restored from an older state: nothing that was read counts.
    if (revision < this.#revision) {
      this.#entries.clear();
      this.#revision = 0;
      return this.#advance();
    }
    for (const one of changed.kvs ?? []) this.#entries.set(this.#keyOf(one), entryOf(one));
    if (this.#entries.size > Number(changed.count ?? 0) && !(await this.#removeGone())) return false;
    this.#revision = revision;
    return true;
  }

  /** Forgets the keys that are not there any more. */
  async #removeGone(): Promise<boolean> {
    const all = await this.#range({ keys_only: true });
    if (all === undefined) return false;
    const there = new Set((all.kvs ?? []).map((one) => this.#keyOf(one)));
    for (const key of this.#entries.keys()) if (!there.has(key)) this.#entries.delete(key);
    return true;
  }

  #range(also: object): Promise<Body | undefined> {
    return this.#ask('/v3/kv/range', { key: this.#prefix, range_end: this.#end, ...also });
  }

  #keyOf({ key }: KeyValue): string {
    return decode(key).slice(this.#options.prefix.length);
  }

  // ---- Commits ----

  commit({ when, changes }: Commit, told: (answer: CommitAnswer) => void): void {
    // etcd takes a lease of 0 for the lease of a key that is not there.
    const isVoid = when.some((condition) => 'lease' in condition && !isLease(condition.lease));
    if (isVoid || changes.some(({ lease }) => lease !== undefined && !isLease(lease))) told('refused');
    else void this.#commit(when, changes).then(told);
  }

  async #commit(when: readonly CommitCondition[], changes: readonly KeyChange[]): Promise<CommitAnswer> {
    // A key is changed once in a transaction.
    const last = new Map(changes.map((change) => [change.key, change]));
    const compare = when.map((condition) => ({
      key: this.#encodeKey(condition.key),
      result: 'EQUAL',
      ...('lease' in condition
        ? { target: 'LEASE', lease: condition.lease }
        : { target: 'MOD', mod_revision: String(condition.revision) }),
    }));
    const success = [...last.values()].map(({ key, value, lease }) =>
      value === undefined
        ? { request_delete_range: { key: this.#encodeKey(key) } }
        : {
            request_put: {
              key: this.#encodeKey(key),
              value: encode(JSON.stringify(value)),
              ...(lease === undefined ? {} : { lease }),
            },
          },
    );
    const answer = await this.#once('/v3/kv/txn', { compare, success });
    if (answer.kind === 'done') return answer.body.succeeded === true ? 'committed' : 'refused';
    // A lease that has ended.
    return answer.kind === 'refused' && answer.code === NOT_FOUND ? 'refused' : 'unknown';
  }

  /** Sends it to the first member that can be reached. */
  async #once(path: string, body: object): Promise<Answer> {
    let answer: Answer = { kind: 'failed', isSent: false };
    for (let left = this.#options.members.length; left > 0; left--) {
      answer = await this.#post(path, body, this.#options.commitMs ?? 3000);
      if (answer.kind !== 'failed') return answer;
      this.#nextMember();
      if (answer.isSent) return answer;
    }
    return answer;
  }

  #encodeKey(key: string): string {
    return encode(`${this.#options.prefix}${key}`);
  }

  // ---- Leases ----

  grant(ttlMs: number, told: (lease: string | undefined) => void): void {
    const TTL = String(Math.ceil(ttlMs / 1000));
    void this.#ask('/v3/lease/grant', { TTL }).then((body) => told(body?.ID));
  }

  renew(lease: string, told: (isAlive: boolean | undefined) => void): void {
    if (!isLease(lease)) told(false);
    else
      void this.#ask('/v3/lease/keepalive', { ID: lease }).then((body) =>
        told(body && Number(body.result?.TTL ?? 0) > 0),
      );
  }

  end(lease: string): Promise<void> {
    if (!isLease(lease)) return Promise.resolve();
    return this.#ask('/v3/lease/revoke', { ID: lease }).then(() => {});
  }

  // ---- Watching ----

  watch(told: () => void): () => void {
    const ended = new AbortController();
    void this.#watch(told, ended.signal);
    return () => ended.abort();
  }

  /** Each time that a watch has ended, something may have happened meanwhile. */
  async #watch(told: () => void, signal: AbortSignal): Promise<void> {
    const body = { create_request: { key: this.#prefix, range_end: this.#end } };
    while (!signal.aborted) {
      try {
        const response = await this.#fetch('/v3/watch', body, signal);
        // The first message says that the watch is there.
        if (response.ok && response.body !== null)
          for await (const _ of response.body as AsyncIterable<Uint8Array>) told();
      } catch {
        this.#nextMember();
      }
      if (signal.aborted) return;
      told();
      await this.#options.pause(watchAgainMs);
    }
  }

  // ---- Members ----

  /** The answer of the first member that gives one; a question that was refused has an empty answer. */
  async #ask(path: string, body: object): Promise<Body | undefined> {
    for (let left = this.#options.members.length; left > 0; left--) {
      const answer = await this.#post(path, body, this.#options.questionMs ?? 1500);
      if (answer.kind === 'done') return answer.body;
      if (answer.kind === 'refused' && answer.code === NOT_FOUND) return {};
      this.#nextMember();
    }
    return undefined;
  }

  #nextMember(): void {
    this.#first = (this.#first + 1) % this.#options.members.length;
  }

  async #post(path: string, body: object, ms: number): Promise<Answer> {
    const answer = await this.#postOnce(path, body, ms);
    const { user } = this.#options;
    if (answer.kind !== 'refused' || user === undefined || answer.code !== UNAUTHENTICATED) return answer;
    // No token yet, or it is too old.
    const given = await this.#postOnce('/v3/auth/authenticate', user, ms);
    this.#token = given.kind === 'done' ? given.body.token : undefined;
    return given.kind === 'done' ? this.#postOnce(path, body, ms) : given;
  }

  async #postOnce(path: string, body: object, ms: number): Promise<Answer> {
    const member = this.#options.members[this.#first] as string;
    try {
      const response = await this.#fetch(path, body, AbortSignal.timeout(ms));
      // A keepalive is a stream: one line for each question.
      const [line = ''] = (await response.text()).split('\n');
      const answer = JSON.parse(line) as Body;
      if (response.ok && answer.error === undefined) return { kind: 'done', body: answer };
      this.lastError = `${member}: ${answer.message ?? JSON.stringify(answer.error ?? answer)}`;
      const code = codeOf(answer, response.status);
      const isCertain = code === NOT_FOUND || code === UNAUTHENTICATED;
      return isCertain ? { kind: 'refused', code } : { kind: 'failed', isSent: true };
    } catch (error) {
      const cause = (error as { cause?: { code?: string; message?: string } }).cause;
      const isLate = (error as Error).name === 'TimeoutError';
      this.lastError = `${member}: ${isLate ? `no answer in ${ms} ms` : (cause?.code ?? (error as Error).message)}`;
      return { kind: 'failed', isSent: !unconnected.includes(cause?.code ?? '') };
    }
  }

  #fetch(path: string, body: object, signal: AbortSignal): Promise<Response> {
    const member = this.#options.members[this.#first] as string;
    return fetch(`${member}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: this.#token === undefined ? {} : { Authorization: this.#token },
      signal,
    });
  }
}

/** Without a user where one is needed, etcd 3.4 says "user name is empty" as a bad argument. */
function codeOf({ code, message = '' }: Body, status: number): number {
  if (status === 401 || message.includes('user name is empty')) return UNAUTHENTICATED;
  return code ?? 0;
}

function entryOf({ value = '', mod_revision, lease }: KeyValue): PoolEntry {
  return { value: parsed(decode(value)), revision: Number(mod_revision), lease: lease ?? null };
}

/** What is no JSON is none of ours: its text is refused by whoever checks it. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const isLease = (lease: string): boolean => /^[1-9]\d*$|^-[1-9]\d*$/.test(lease);

/** Text as base64, of its UTF-8. */
function encode(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function decode(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)));
}
