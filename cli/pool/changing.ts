/** The verbs that change what a machine of a pool is to be: `vm resize`, `scale`, `lease` and `delete`. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { admit } from '../../vmm/pool/balance.ts';
import { json, newVm, type PoolView, type VmRecord, type WantRecord } from '../../vmm/pool/records.ts';
import type { Commit, CommitCondition, KeyChange } from '../../vmm/pool/store.ts';
import { exitWith } from '../command.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { parseCount, parseDuration, parseMemory } from '../options.ts';
import { print } from '../output.ts';
import { freshAddress } from './attachments.ts';
import { PoolFolder } from './pool-folder.ts';

interface PoolOption {
  readonly pool?: string;
}

interface ReserveOption extends PoolOption {
  readonly reserve: boolean;
}

/** Milliseconds between two looks at the pool. */
const lookMs = 100;

/** Most machines that `vm scale` makes of one. */
const mostCopies = 1000;

const RESERVE_OPTION = [
  '--no-reserve',
  'Do it even if the pool could not lose its largest host then',
] as const;

export function addChanging(add: (name: string, summary: string) => Command): void {
  add('resize', 'Change how much memory and processor a machine has')
    .argument('<name>', 'its name')
    .option('--memory <size>', 'Give it this much memory, like 512K or 16M', parseMemory)
    .option('--cpu <percent>', "Expect it to load a host's processor by so much", parseCount)
    .option('--anew', 'Forget its saved state: it starts from its image, with the new memory')
    .option(...RESERVE_OPTION)
    .action(exitWith(resize));
  add('scale', 'Have so many machines like one: NAME, NAME-2, NAME-3 and so on')
    .argument('<name>', 'the first one')
    .argument('<count>', 'how many, with the first', parseCount)
    .option(...RESERVE_OPTION)
    .action(exitWith(scale));
  add('lease', 'Change when the leases of machines end')
    .argument('<name...>', 'their names')
    .requiredOption('--until <time>', 'End them after this time, like 90m or 2h, or never', parseUntil)
    .addOption(new Option('--on-end <what>', 'Choose what happens then').choices(['stop', 'done']))
    .action(exitWith(lease));
  add('delete', 'End machines for good, and forget them')
    .argument('<name...>', 'their names')
    .option('--no-wait', 'Do not wait: their records stay for a day')
    .action(exitWith(remove));
}

function parseUntil(text: string): number | null {
  if (text === 'never') return null;
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('expected a time like 90m, 2h or 7d, or never');
  }
}

/** A machine that is not released. Throws a Failure. */
function living(view: PoolView, name: string): { readonly vm: VmRecord; readonly want: WantRecord } {
  const [vm, want] = [view.vm.get(name)?.data, view.want.get(name)?.data];
  if (vm === undefined || want === undefined)
    throw usage(`${name}: there is no such machine; ringlab vm list shows those that there are`);
  if (vm.state === 'DONE' || want.run === 'done')
    throw usage(`${name}: it is released, and does not come back`);
  return { vm, want };
}

const asSeen = (view: PoolView, key: 'want' | 'vm', name: string): CommitCondition => ({
  key: `${key}/${name}`,
  revision: view.revision(key, name),
});

/** Throws a Failure when the pool could not lose its largest host with those machines. */
function checkReserve(
  view: PoolView,
  machines: ReadonlyMap<string, WantRecord>,
  { reserve }: ReserveOption,
): void {
  const reason = reserve ? admit(view, machines) : undefined;
  if (reason !== undefined)
    throw new Failure(EXIT.CHECK_FAILED, `nothing is changed: ${reason}; --no-reserve does it all the same`);
}

// ---- Size ----

interface ResizeOptions extends ReserveOption {
  readonly memory?: number;
  readonly cpu?: number;
  readonly anew?: boolean;
}

async function resize(name: string, options: ResizeOptions): Promise<number> {
  const { memory, cpu, anew = false } = options;
  if (memory === undefined && cpu === undefined) throw usage('give --memory, --cpu, or both');
  await new PoolFolder(options.pool).change((view) => {
    const { vm, want } = living(view, name);
    const resized = { ...want, memory: memory ?? want.memory, cpu: cpu ?? want.cpu };
    const changesMemory = resized.memory !== want.memory;
    if (changesMemory) checkMemory(name, vm, anew);
    checkReserve(view, new Map([[name, resized]]), options);
    const changes: KeyChange[] = [{ key: `want/${name}`, value: json(resized) }];
    if (changesMemory && vm.from !== null)
      changes.push({ key: `vm/${name}`, value: json({ ...vm, from: null }) });
    return { when: [asSeen(view, 'want', name), asSeen(view, 'vm', name)], changes };
  });
  return EXIT.DONE;
}

/** What runs, or is saved as it is, has the memory that it has. Throws a Failure. */
function checkMemory(name: string, { state, host, from }: VmRecord, anew: boolean): void {
  if (state === 'OFF') return;
  if (host !== null || state === 'UNKNOWN')
    throw usage(
      `${name} is ${state}: its memory cannot change while a host has it; ringlab vm stop ${name} first`,
    );
  if (from !== null && !anew)
    throw usage(
      `${name} is saved with the memory that it has; --anew forgets that, and it starts from its image`,
    );
}

// ---- Copies ----

async function scale(name: string, count: number, options: ReserveOption): Promise<number> {
  if (count < 1 || count > mostCopies)
    throw usage(`${count}: expected 1 to ${mostCopies} machines; ringlab vm release ends the last one`);
  let text = '';
  await new PoolFolder(options.pool).change((view) => {
    const { want } = living(view, name);
    if (want.disk !== null) throw usage(`${name} has a disk, and copies of it would write to the same one`);
    const made = copies(name, count).filter((copy) => !isThere(view, copy));
    const ended = [...view.want.keys()].filter(
      (other) => (numberOf(name, other) ?? 0) > count && isThere(view, other),
    );
    text = `${count} machines like ${name}: ${made.length} created, ${ended.length} released\n`;
    checkReserve(view, new Map(made.map((copy) => [copy, want])), options);
    return scaleCommit(view, want, made, ended);
  });
  print(text);
  return EXIT.DONE;
}

const copies = (name: string, count: number): readonly string[] =>
  Array.from({ length: count - 1 }, (_, n) => `${name}-${n + 2}`);

/** The number of a copy; undefined = it is none. */
function numberOf(name: string, other: string): number | undefined {
  const digits = other.startsWith(`${name}-`) ? other.slice(name.length + 1) : '';
  return /^[1-9]\d{0,3}$/.test(digits) ? Number(digits) : undefined;
}

/** Whether there is a machine of that name that is not released. */
function isThere(view: PoolView, name: string): boolean {
  const want = view.want.get(name)?.data;
  return want !== undefined && want.run !== 'done' && view.vm.get(name)?.data.state !== 'DONE';
}

function scaleCommit(
  view: PoolView,
  want: WantRecord,
  made: readonly string[],
  ended: readonly string[],
): Commit {
  for (const copy of made)
    if (view.vm.has(copy) && view.vm.get(copy)?.data.state !== 'DONE')
      throw usage(`${copy} is being released; try again when it is DONE`);
  const created = json({ ...newVm, since: Date.now() });
  return {
    when: [...made, ...ended].flatMap((copy) => [asSeen(view, 'want', copy), asSeen(view, 'vm', copy)]),
    changes: [
      ...made.flatMap((copy) => [
        {
          key: `want/${copy}`,
          value: json({ ...want, run: 'running', order: 0, network: want.network && freshAddress() }),
        },
        { key: `vm/${copy}`, value: created },
      ]),
      ...ended.map((copy) => ({
        key: `want/${copy}`,
        value: json({ ...(view.want.get(copy)?.data as WantRecord), run: 'done' }),
      })),
    ],
  };
}

// ---- Ends ----

async function lease(
  names: readonly string[],
  options: PoolOption & { readonly until: number | null; readonly onEnd?: WantRecord['onEnd'] },
): Promise<number> {
  const until = options.until === null ? null : Date.now() + options.until;
  await new PoolFolder(options.pool).change((view) => {
    const all = [...new Set(names)].map((name) => ({ name, want: living(view, name).want }));
    return {
      when: all.map(({ name }) => asSeen(view, 'want', name)),
      changes: all.map(({ name, want }) => ({
        key: `want/${name}`,
        value: json({ ...want, until, onEnd: options.onEnd ?? want.onEnd }),
      })),
    };
  });
  return EXIT.DONE;
}

async function remove(
  names: readonly string[],
  options: PoolOption & { readonly wait: boolean },
): Promise<number> {
  const pool = new PoolFolder(options.pool);
  const all = [...new Set(names)];
  await pool.change((view) => {
    const wants = all.map((name) => {
      const want = view.want.get(name)?.data;
      if (want === undefined)
        throw usage(`${name}: there is no such machine; ringlab vm list shows those that there are`);
      return { name, want };
    });
    return {
      when: wants.map(({ name }) => asSeen(view, 'want', name)),
      changes: wants.map(({ name, want }) => ({
        key: `want/${name}`,
        value: json({ ...want, run: 'done' }),
      })),
    };
  });
  if (!options.wait) return EXIT.DONE;
  for (const name of all) await forget(pool, name);
  return EXIT.DONE;
}

/** Waits until a machine is over, and removes its records; what it used stays. */
async function forget(pool: PoolFolder, name: string): Promise<void> {
  for (; ; await pause(lookMs)) {
    const vm = (await pool.view()).vm.get(name)?.data;
    if (vm === undefined) return;
    if (vm.state === 'UNKNOWN')
      throw new Failure(EXIT.CHECK_FAILED, `${name} is not forgotten yet, for it is UNKNOWN: ${vm.reason}`);
    if (vm.state === 'DONE') break;
  }
  await pool.change((view) => ({
    when: [asSeen(view, 'vm', name)],
    changes: [`vm/${name}`, `want/${name}`, `move/${name}`].map((key) => ({ key, value: undefined })),
  }));
}
