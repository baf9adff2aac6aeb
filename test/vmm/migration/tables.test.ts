/** The transition tables: what the README prints is what both sides do, and what no row allows is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { variantNamed } from '../../../isa/table/variants.ts';
import { HostedGuest } from '../../../vmm/hosting/hosted-guest.ts';
import { ConsoleLog } from '../../../vmm/hosting/keep/console-log.ts';
import { Keep } from '../../../vmm/hosting/keep/keep.ts';
import { MemoryShelf } from '../../../vmm/hosting/keep/shelf.ts';
import { withTables } from '../../../vmm/migration/manual.ts';
import { presets } from '../../../vmm/migration/policy.ts';
import { MigrationSource } from '../../../vmm/migration/source.ts';
import { sourceTable } from '../../../vmm/migration/source-table.ts';
import type { TransitionRow } from '../../../vmm/migration/stage-machine.ts';
import { type Stage, stageNames } from '../../../vmm/migration/stages.ts';
import { MigrationTarget } from '../../../vmm/migration/target.ts';
import { targetTable } from '../../../vmm/migration/target-table.ts';
import { encodeAs } from '../../../vmm/wire/codec.ts';
import { MESSAGE, type MessageName, type Reserve, shapes } from '../../../vmm/wire/messages.ts';
import type { Channel, ChannelEvents } from '../../../vmm/wire/channel.ts';

const variant = variantNamed('ring32-v') as NonNullable<ReturnType<typeof variantNamed>>;

const reserve: Reserve = {
  id: 'ab'.repeat(16),
  guest: {
    name: 'visitor',
    variant: { name: variant.name, unprivileged: [], cpuid: variant.cpuid },
    memory: 2 ** 16,
    sectors: 0,
    disk: null,
    diskIdentity: null,
    network: null,
    devices: [],
  },
  epoch: 1,
  mode: 'pre-copy',
  withStorage: false,
  ownDisk: false,
  held: false,
  printed: 0,
  from: 'a:1',
  stateVersion: 1,
};

/** Payloads of the right form, so that only the stage can be wrong. */
const payloads: Readonly<Partial<Record<MessageName, Uint8Array>>> = {
  RESERVE: encodeAs(shapes.reserve, reserve),
  REFUSED: encodeAs(shapes.why, { reason: 'no' }),
  ABORT: encodeAs(shapes.why, { reason: 'no' }),
  ROUND_END: encodeAs(shapes.round, { round: 1 }),
  RECEIVED: encodeAs(shapes.round, { round: 1 }),
  END: encodeAs(shapes.end, { steps: 0, printed: 0, digest: 0 }),
  HAVE: new Uint8Array(2),
  CONSOLE: new Uint8Array(8),
  WANT: encodeAs(shapes.want, { unit: 0 }),
  FETCH: encodeAs(shapes.id, { id: reserve.id }),
  RESUME: encodeAs(shapes.id, { id: reserve.id }),
  ASK: encodeAs(shapes.id, { id: reserve.id }),
  PAGES: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255),
};

/** One end of a conversation: what is said to it comes back as it was sent. */
class End {
  readonly said: { readonly type: number; readonly payload: Uint8Array }[] = [];
  isClosed = false;
  readonly channel: Channel;
  #events: ChannelEvents | undefined;

  constructor() {
    const say = (type: number, payload = new Uint8Array()) => this.said.push({ type, payload });
    this.channel = {
      backlog: 0,
      heard: 0,
      handTo: (events: ChannelEvents) => {
        this.#events = events;
      },
      send: say,
      sendFrom: (buffer: Buffer, length: number, type: number, sent: () => void) => {
        say(type, Uint8Array.from(buffer.subarray(32, 32 + length)));
        sent();
      },
      tick: () => {},
      close: () => {
        this.isClosed = true;
      },
    } as unknown as Channel;
  }

  hear(name: MessageName, payload = payloads[name] ?? new Uint8Array()): void {
    this.#events?.message(MESSAGE[name], payload);
  }
}

function newGuest(): HostedGuest {
  return new HostedGuest(reserve.guest, { variant, monitor: 'none', engine: 'interpreter' });
}

const told = { changed: () => {}, failed: () => {}, decided: () => {}, moved: () => {} };

/** A source in that stage, and the end that it talks to. */
function sourceIn(stage: Stage): { readonly side: MigrationSource; readonly end: End } {
  const end = new End();
  const side = new MigrationSource({
    guest: newGuest(),
    policy: presets.ringlab,
    reserve,
    to: 'b:1',
    clock: () => 0,
    patience: 1000,
    log: new ConsoleLog(new MemoryShelf(), 'visitor'),
    events: told,
  });
  const steps: readonly (() => void)[] = [
    () => side.connected(end.channel),
    () => end.hear('RESERVED'),
    () => {
      side.turn();
      end.hear('RECEIVED');
    },
    () => side.turn(),
    () => end.hear('PREPARED'),
  ];
  for (const step of steps) if (side.stage !== stage) step();
  return { side, end };
}

/** A target in that stage, and the end that it talks to. */
function targetIn(stage: Stage): { readonly side: MigrationTarget; readonly end: End } {
  const end = new End();
  const { end: other } = sourceIn('commitment');
  const side = new MigrationTarget({
    reserve,
    guest: newGuest(),
    store: new Keep(new MemoryShelf(), 'keep'),
    log: new ConsoleLog(new MemoryShelf(), 'visitor'),
    clock: () => 0,
    patience: 1000,
    events: { changed: () => {}, failed: () => {}, prepared: () => {}, committed: () => {}, whole: () => {} },
  });
  side.asked(end.channel);
  side.begin();
  const copied = [MESSAGE.PAGES, MESSAGE.ROUND_END, MESSAGE.STOPPED, MESSAGE.STATE, MESSAGE.END];
  const names = new Map(Object.entries(MESSAGE).map(([name, type]) => [type, name as MessageName]));
  for (const { type, payload } of other.said.filter(({ type }) => copied.includes(type as never)))
    if (side.stage !== stage) end.hear(names.get(type as never) as MessageName, payload);
  if (side.stage !== stage) end.hear('COMMIT');
  return { side, end };
}

function isAllowed(table: readonly TransitionRow[], stage: Stage, name: MessageName): boolean {
  return table.some((row) => row.in.includes(stage) && row.on.includes(name));
}

describe('The transition tables of a migration', () => {
  it('are printed in vmm/migration/README.md; `npm run manual` writes them anew', () => {
    const page = readFileSync(new URL('../../../vmm/migration/README.md', import.meta.url), 'utf8');
    expect(page).toBe(withTables(page));
  });

  it.each([
    ['source', sourceTable, 'pre-migration'],
    ['target', targetTable, 'reservation'],
  ] as const)('of the %s: every stage can be reached, and no row hides another', (_, table, first) => {
    const rows: readonly TransitionRow[] = table;
    const reached = new Set<string>([first]);
    for (const _ of stageNames)
      for (const { in: stages, next } of rows)
        if (next !== undefined && stages.some((stage) => reached.has(stage))) reached.add(next);
    expect(rows.flatMap((row) => row.in).filter((stage) => !reached.has(stage))).toEqual([]);
    const cases = rows.flatMap((row) =>
      row.in.flatMap((stage) => row.on.map((event) => ({ at: `${event} in ${stage}`, when: row.when }))),
    );
    for (const { at, when } of cases) {
      const same = cases.filter((other) => other.at === at);
      expect([at, when, same.length === 1 || same.every((other) => other.when !== undefined)]).toEqual([
        at,
        when,
        true,
      ]);
    }
  });

  it.each(stageNames)('allow the source in stage %s nothing else', (stage) => {
    for (const name of Object.keys(MESSAGE) as MessageName[]) {
      const { side, end } = sourceIn(stage);
      expect(side.stage).toBe(stage);
      if (stage === 'pre-migration' || isAllowed(sourceTable, stage, name)) continue;
      end.hear(name);
      expect([name, end.isClosed]).toEqual([name, true]);
      expect(side.state).toBe(stage === 'activation' ? 'under way' : 'failed');
      if (stage !== 'activation') expect(side.reason).toContain(`${name} in stage ${stage}`);
    }
  });

  it.each(stageNames.slice(1))('allow the target in stage %s nothing else', (stage) => {
    for (const name of Object.keys(MESSAGE) as MessageName[]) {
      const { side, end } = targetIn(stage);
      expect(side.stage).toBe(stage);
      if (isAllowed(targetTable, stage, name) && !(name === 'PAGES' && stage === 'activation')) continue;
      end.hear(name);
      expect([name, end.isClosed, side.isConnected]).toEqual([name, true, false]);
      const isOurs = { commitment: 'under way', activation: 'committed' }[stage as string];
      expect(side.state).toBe(isOurs ?? 'failed');
      if (isOurs === undefined) expect(side.reason).toContain(`${name} in stage ${stage}`);
    }
  });
});
