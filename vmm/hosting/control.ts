/**
 * The control channel: what whoever has the key may ask of a running host. One request a
 * connection; a migration answers with a report whenever it changes, and at its end.
 */
import type { HostedGuest } from './hosted-guest.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import {
  type Checked,
  FieldError,
  flag,
  integer,
  kinds,
  list,
  nullable,
  oneOf,
  record,
  type Shape,
  step,
  unsigned,
} from '../wire/schema.ts';
import { consoleFields, type ConsoleRequest, Consoles } from './consoles.ts';
import { type Host, HostError } from './host.ts';
import { isStorageError } from './keep/trouble.ts';
import { type Policy, policyShape } from '../migration/policy.ts';
import type { Slot } from './slot.ts';
import { Starts } from './starts.ts';
import { type MigrationReport, reportOf, reportShape } from './report.ts';
import type { MigrationSource } from '../migration/source.ts';
import {
  address,
  guestAddress,
  guestName,
  type GuestSpec,
  guestSpec,
  MESSAGE,
  text,
} from '../wire/messages.ts';
import type { Channel } from '../wire/channel.ts';

export type ControlRequest =
  | { readonly kind: 'status' }
  | { readonly kind: 'migrate'; readonly guest: string; readonly to: string; readonly policy: Policy }
  | { readonly kind: 'cancel'; readonly guest: string }
  | { readonly kind: 'hold'; readonly guest: string; readonly held: boolean }
  | { readonly kind: 'stop'; readonly guest: string }
  | { readonly kind: 'remove'; readonly guest: string }
  | { readonly kind: 'clear'; readonly guest: string }
  | { readonly kind: 'start'; readonly guest: GuestSpec; readonly withStorage: boolean }
  | ({ readonly kind: 'console'; readonly guest: string } & ConsoleRequest);

export type ControlReply =
  | { readonly kind: 'ready'; readonly network: Uint8Array | null }
  | { readonly kind: 'done'; readonly what: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'status'; readonly address: string; readonly guests: readonly GuestStatus[] }
  | { readonly kind: 'report'; readonly report: MigrationReport };

const request: Shape<ControlRequest> = kinds<ControlRequest>({
  status: record({ kind: oneOf('status') }),
  migrate: record({ kind: oneOf('migrate'), guest: guestName, to: address, policy: policyShape }),
  cancel: record({ kind: oneOf('cancel'), guest: guestName }),
  hold: record({ kind: oneOf('hold'), guest: guestName, held: flag }),
  stop: record({ kind: oneOf('stop'), guest: guestName }),
  remove: record({ kind: oneOf('remove'), guest: guestName }),
  clear: record({ kind: oneOf('clear'), guest: guestName }),
  start: record({ kind: oneOf('start'), guest: guestSpec, withStorage: flag }),
  console: record({ kind: oneOf('console'), guest: guestName, ...consoleFields }),
});

/** A guest, as `status` tells of it. */
const status = record({
  name: guestName,
  isa: text(64),
  memory: unsigned,
  steps: step,
  printed: step,
  /** runs, waits, held, ended, repeating, coming, going, leaving. */
  state: text(16),
  /** More about the state, in words: how it has ended, what keeps it from running, whom it waits for; or nothing. */
  reason: text(600),
  /** The status that it has ended with; null = it has not, or otherwise. */
  status: nullable(integer(0, 255)),
  /** repeating: how much of what it did before its host's process ended is done again, in percent. */
  repeated: nullable(integer(0, 100)),
});
export type GuestStatus = Checked<typeof status>;

const reply: Shape<ControlReply> = kinds<ControlReply>({
  /** To be sent: a guest with this address on the network. */
  ready: record({ kind: oneOf('ready'), network: guestAddress }),
  done: record({ kind: oneOf('done'), what: text(300) }),
  refused: record({ kind: oneOf('refused'), reason: text(600) }),
  status: record({ kind: oneOf('status'), address, guests: list(status, 0, 4096) }),
  report: record({ kind: oneOf('report'), report: reportShape }),
});

export function encodeRequest(data: ControlRequest): Uint8Array {
  return encodeAs(request, data);
}

/** Throws FieldError. */
export function decodeReply(bytes: Uint8Array): ControlReply {
  return decodeAs(reply, bytes);
}

/** What may be asked of a host whose guests are a pool's. */
const harmless: readonly ControlRequest['kind'][] = ['status', 'console', 'clear'];

/** Answers the requests that a host gets. */
export class Control {
  readonly #host: Host;
  readonly #clock: () => number;
  /** Who wants to know of a guest's migration. */
  readonly #consoles: Consoles;
  readonly #starts: Starts;
  readonly #watchers = new Map<string, { readonly channel: Channel; readonly to: string }>();

  constructor(host: Host, clock: () => number) {
    this.#host = host;
    this.#clock = clock;
    this.#consoles = new Consoles(host);
    this.#starts = new Starts(host);
  }

  /** Somebody asks. */
  take(channel: Channel, payload: Uint8Array): void {
    try {
      this.#act(channel, decodeAs(request, payload));
    } catch (error) {
      const isTheirs = error instanceof FieldError || error instanceof HostError;
      if (!(isTheirs || isStorageError(error))) throw error;
      this.#refuse(channel, error.message);
    }
  }

  #refuse(channel: Channel, reason: string): void {
    this.#reply(channel, { kind: 'refused', reason: reason.slice(0, 600) });
  }

  /** Sends what guests have printed to whoever reads their consoles. */
  turn(): void {
    this.#consoles.turn();
    this.#starts.turn(this.#clock(), this.#host.patience);
  }

  /** A migration has changed. */
  changed(name: string): void {
    const watcher = this.#watchers.get(name);
    if (watcher === undefined) return;
    const source = this.#host.lastSource(name);
    if (source === undefined) return;
    const report = reportOf(source, this.#host.address, watcher.to, this.#clock());
    const bytes = encodeAs(reply, { kind: 'report', report });
    if (report.state === 'under way') watcher.channel.send(MESSAGE.EVENT, bytes);
    else {
      this.#watchers.delete(name);
      watcher.channel.send(MESSAGE.REPLY, bytes);
      watcher.channel.close();
    }
  }

  #act(channel: Channel, asked: ControlRequest): void {
    const host = this.#host;
    if (host.isPooled && !harmless.includes(asked.kind))
      throw new HostError("the guests of this host are a pool's: ringlab vm changes them");
    switch (asked.kind) {
      case 'status':
        this.#reply(channel, { kind: 'status', address: host.address, guests: statusOf(host) });
        return;
      case 'migrate':
        this.#migrate(channel, asked);
        return;
      case 'console':
        this.#consoles.open(channel, asked.guest, asked);
        return;
      case 'start':
        this.#start(channel, asked);
        return;
      default:
        this.#reply(channel, { kind: 'done', what: this.#change(asked) });
    }
  }

  #migrate(channel: Channel, { guest, to, policy }: Extract<ControlRequest, { kind: 'migrate' }>): void {
    const source = this.#host.send(guest, to, policy);
    this.#watchers.set(guest, { channel, to });
    channel.handTo({ ended: () => this.#gone(guest, source) });
    this.changed(guest);
  }

  #start(channel: Channel, { guest, withStorage }: Extract<ControlRequest, { kind: 'start' }>): void {
    this.#starts.open(channel, guest, withStorage, {
      ready: (network) => channel.send(MESSAGE.EVENT, encodeAs(reply, { kind: 'ready', network })),
      started: (what) => this.#reply(channel, { kind: 'done', what }),
      refused: (reason) => this.#refuse(channel, reason),
    });
  }

  /** Changes something of a guest at once; returns what was done, in a sentence. */
  #change({
    kind,
    guest,
    ...asked
  }: Exclude<ControlRequest, { kind: 'status' | 'migrate' | 'console' | 'start' }>): string {
    const host = this.#host;
    switch (kind) {
      case 'clear':
        return `${host.clearLog(guest)} bytes that ${guest} has printed are dropped`;
      case 'cancel':
        host.cancel(guest);
        return `the migration of ${guest} is called off`;
      case 'hold': {
        const { held } = asked as { readonly held: boolean };
        const { was, steps } = host.hold(guest, held);
        if (held)
          return `${guest} ${was ? 'stood still already' : 'stands still'} at step ${steps}, until --release`;
        return was ? `${guest} goes on from step ${steps}` : `${guest} was not held; it is at step ${steps}`;
      }
      case 'stop':
        host.stop(guest);
        return `${guest} is stopped; its console is there until --remove`;
      case 'remove':
        host.remove(guest);
        return `${guest} is gone for good`;
    }
  }

  /** Who asked for a migration is gone: one that still waits for the guest is called off. */
  #gone(guest: string, source: MigrationSource<HostedGuest>): void {
    this.#watchers.delete(guest);
    if (source.guest.repeats) source.cancel('whoever asked for it has gone');
  }

  #reply(channel: Channel, data: ControlReply): void {
    channel.send(MESSAGE.REPLY, encodeAs(reply, data));
    channel.close();
  }
}

function statusOf(host: Host): GuestStatus[] {
  const waiting = [...host.waiting].map(({ spec, reason }) => ({
    name: spec.name,
    isa: spec.variant.name,
    memory: spec.memory,
    steps: 0,
    printed: 0,
    state: 'held',
    reason: `${reason}; it is tried again every second`.slice(0, 600),
    status: null,
    repeated: null,
  }));
  const here = [...host.slots.values()].map((slot) => {
    const { spec, machine, repeated } = slot.guest;
    const { stop, log, name } = slot;
    return {
      name,
      isa: spec.variant.name,
      memory: spec.memory,
      steps: machine.steps,
      printed: log.end,
      ...stateOf(host, slot),
      status: stop?.kind === 'power' ? stop.status & 0xff : null,
      repeated,
    };
  });
  return [...here, ...waiting];
}

function stateOf(host: Host, slot: Slot): Pick<GuestStatus, 'state' | 'reason'> {
  const { entry, stop, guest, name, trouble, end } = slot;
  const plain = (state: string) => ({ state, reason: '' });
  if (entry?.phase === 'leaving')
    return { state: 'leaving', reason: `handed over, waiting for ${entry.peer ?? 'the target'}` };
  if (entry === undefined || entry.phase === 'prepared') return plain('coming');
  if (trouble !== undefined) return { state: 'held', reason: trouble };
  if (guest.repeats) return plain('repeating');
  if (host.sources.has(name)) return plain('going');
  if (entry.held) return plain('held');
  if (end !== undefined) return { state: 'ended', reason: end };
  return plain(stop?.kind === 'input' ? 'waits' : 'runs');
}
