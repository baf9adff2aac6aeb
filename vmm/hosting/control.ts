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
import { type Host, HostError } from './host.ts';
import { type Policy, policyShape } from '../migration/policy.ts';
import { type MigrationReport, reportOf, reportShape } from './report.ts';
import type { MigrationSource } from '../migration/source.ts';
import { address, guestName, MESSAGE, text } from '../wire/messages.ts';
import type { Channel } from '../wire/channel.ts';

export type ControlRequest =
  | { readonly kind: 'status' }
  | { readonly kind: 'migrate'; readonly guest: string; readonly to: string; readonly policy: Policy }
  | { readonly kind: 'cancel'; readonly guest: string }
  | { readonly kind: 'hold'; readonly guest: string; readonly held: boolean }
  | { readonly kind: 'remove'; readonly guest: string };

export type ControlReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'status'; readonly address: string; readonly guests: readonly GuestStatus[] }
  | { readonly kind: 'report'; readonly report: MigrationReport };

const request: Shape<ControlRequest> = kinds<ControlRequest>({
  status: record({ kind: oneOf('status') }),
  migrate: record({ kind: oneOf('migrate'), guest: guestName, to: address, policy: policyShape }),
  cancel: record({ kind: oneOf('cancel'), guest: guestName }),
  hold: record({ kind: oneOf('hold'), guest: guestName, held: flag }),
  remove: record({ kind: oneOf('remove'), guest: guestName }),
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
  /** repeating: how much of what it did before its host's process ended is done again, in percent. */
  repeated: nullable(integer(0, 100)),
});
export type GuestStatus = Checked<typeof status>;

const reply: Shape<ControlReply> = kinds<ControlReply>({
  done: record({ kind: oneOf('done') }),
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

/** Answers the requests that a host gets. */
export class Control {
  readonly #host: Host;
  readonly #clock: () => number;
  /** Who wants to know of a guest's migration. */
  readonly #watchers = new Map<string, { readonly channel: Channel; readonly to: string }>();

  constructor(host: Host, clock: () => number) {
    this.#host = host;
    this.#clock = clock;
  }

  /** Somebody asks. */
  take(channel: Channel, payload: Uint8Array): void {
    try {
      this.#act(channel, decodeAs(request, payload));
    } catch (error) {
      if (!(error instanceof FieldError || error instanceof HostError)) throw error;
      this.#reply(channel, { kind: 'refused', reason: error.message.slice(0, 600) });
    }
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
    switch (asked.kind) {
      case 'status':
        this.#reply(channel, { kind: 'status', address: host.address, guests: statusOf(host) });
        return;
      case 'migrate': {
        const { guest, to } = asked;
        const source = host.send(guest, to, asked.policy);
        this.#watchers.set(guest, { channel, to });
        channel.handTo({ ended: () => this.#gone(guest, source) });
        this.changed(source.guest.spec.name);
        return;
      }
      case 'cancel':
        host.cancel(asked.guest);
        break;
      case 'hold':
        host.hold(asked.guest, asked.held);
        break;
      case 'remove':
        host.remove(asked.guest);
        break;
      default:
        asked satisfies never;
    }
    this.#reply(channel, { kind: 'done' });
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
  return [...host.slots.values()].map((slot) => {
    const { spec, machine } = slot.guest;
    return {
      name: slot.name,
      isa: spec.variant.name,
      memory: spec.memory,
      steps: machine.steps,
      printed: slot.printed,
      state: stateOf(host, slot.name),
      repeated: slot.guest.repeated,
    };
  });
}

function stateOf(host: Host, name: string): string {
  const slot = host.slots.get(name);
  const { entry, stop } = slot ?? {};
  if (entry?.phase === 'leaving') return 'leaving';
  if (entry === undefined || entry.phase === 'prepared') return 'coming';
  if (slot?.guest.repeats) return 'repeating';
  if (host.sources.has(name)) return 'going';
  if (entry.held) return 'held';
  if (stop === undefined || stop.kind === 'limit') return 'runs';
  return stop.kind === 'input' ? 'waits' : 'ended';
}
