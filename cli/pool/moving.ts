/** The verbs that move machines: `vm migrate`, and `pool drain`, `resume`, `balance` and `consolidate`. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import {
  admitDrain,
  balancePlan,
  type Consolidation,
  consolidationPlan,
  drainPlan,
  type PlannedMove,
  userMove,
} from '../../vmm/pool/balance.ts';
import { nodeChange } from '../../vmm/pool/fence.ts';
import { json, type PoolView, type VmRecord } from '../../vmm/pool/records.ts';
import type { Commit } from '../../vmm/pool/store.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import { exitWith } from '../command.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { note, print } from '../output.ts';
import { PoolFolder } from './pool-folder.ts';

interface MovingOptions {
  readonly pool?: string;
  readonly wait: boolean;
}

/** Begins a verb of a group. */
type Add = (name: string, summary: string) => Command;

/** Milliseconds between two looks at the pool. */
const lookMs = 100;

/** Failed attempts to move a machine after which nobody waits for it. */
const mostAttempts = 3;

/** Most machines that move at a time for the balance, and for consolidation. */
const mostMoves = 2;

export function addMigrate(add: Add): void {
  add('migrate', 'Move a machine to another host while it runs')
    .argument('<name>', 'its name')
    .option('--to <host:port>', 'Move it to this host; without it, to the one that suits it best')
    .option('--no-wait', 'Do not wait until it is there')
    .action(exitWith(migrate));
}

export function addMoving(add: Add): void {
  add('drain', 'Move all machines off a host while they run, and place none there any more')
    .argument('<host>', 'its address, as pool status shows it')
    .option('--no-reserve', 'Do it even if the pool could not lose its largest host then')
    .option('--no-wait', 'Do not wait until it is empty')
    .action(exitWith(drain));
  add('resume', 'Place machines on a host again that was drained')
    .argument('<host>', 'its address')
    .action(exitWith(resume));
  add('balance', 'Move machines until the loads of the hosts are within 20 points').action(exitWith(balance));
  add('consolidate', 'Print how few hosts the machines need, and how many there are to manage')
    .option('--apply', 'Move the machines, and turn the empty hosts off')
    .action(exitWith(consolidate));
}

/** The commit that has machines move, if they are as they were seen. */
function movesCommit(view: PoolView, moves: readonly PlannedMove[]): Commit {
  return {
    when: moves.flatMap(({ vm }) => [
      { key: `move/${vm}`, revision: 0 },
      { key: `vm/${vm}`, revision: view.revision('vm', vm) },
    ]),
    changes: moves.map(({ vm, to, why }) => ({ key: `move/${vm}`, value: json({ v: 1, to, why }) })),
  };
}

/** What a machine has become since a time: its lines of history. */
function sinceThen({ history }: VmRecord, at: number) {
  return history.filter((line) => line.at > at);
}

const hasFailed = ({ reason }: { readonly reason: string }) => reason.startsWith('it could not move');

/** Waits until a machine has moved, and returns undefined; or why it did not. */
async function outcome(pool: PoolFolder, name: string, at: number): Promise<string | undefined> {
  for (; ; await pause(lookMs)) {
    const view = await pool.view();
    const vm = view.vm.get(name)?.data;
    if (vm === undefined) return 'it is not there any more';
    const lines = sinceThen(vm, at);
    const failed = lines.find(hasFailed);
    if (failed !== undefined) return failed.reason;
    const isOver = !view.move.has(name) && vm.state !== 'MIGRATE';
    if (isOver && lines.some(({ reason }) => reason.startsWith('it came from'))) return undefined;
    if (isOver) return `it is ${vm.state}${vm.reason === '' ? '' : `: ${vm.reason}`}`;
  }
}

async function migrate(name: string, options: MovingOptions & { readonly to?: string }): Promise<number> {
  const pool = new PoolFolder(options.pool);
  let move: PlannedMove | undefined;
  const before = await pool.change((view) => {
    try {
      move = userMove(view, name, options.to);
    } catch (error) {
      if (error instanceof FieldError) throw usage(`${name} cannot move: ${error.message}`);
      throw error;
    }
    return movesCommit(view, [move]);
  });
  if (!options.wait) return EXIT.DONE;
  const since = before.vm.get(name)?.data.since ?? 0;
  const failure = await outcome(pool, name, since);
  if (failure !== undefined) throw new Failure(EXIT.CHECK_FAILED, `${name} has not moved: ${failure}`);
  print(`${name} has moved from ${move?.from} to ${move?.to}\n`);
  return EXIT.DONE;
}

// ---- Hosts ----

/** The change of a node's state. Throws a Failure for one that is not there. */
function stateCommit(view: PoolView, address: string, state: 'on' | 'draining' | 'off'): Commit {
  const node = view.node.get(address);
  if (node === undefined)
    throw usage(`${address}: there is no such host; ringlab pool status shows those that there are`);
  return {
    when: [{ key: `node/${address}`, revision: node.revision }],
    changes: [nodeChange(address, { ...node.data, state })],
  };
}

async function drain(
  address: string,
  options: MovingOptions & { readonly reserve: boolean },
): Promise<number> {
  const pool = new PoolFolder(options.pool);
  const began = Date.now();
  await pool.change((view) => {
    const reason = options.reserve ? admitDrain(view, address) : undefined;
    if (reason !== undefined)
      throw new Failure(
        EXIT.CHECK_FAILED,
        `${address} is not drained: without it, ${reason}; --no-reserve drains it all the same`,
      );
    return stateCommit(view, address, 'draining');
  });
  if (!options.wait) return EXIT.DONE;
  const stuck = await emptied(pool, address, began);
  if (stuck.size === 0) {
    print(`${address} is empty; pool resume ${address} has it take machines again\n`);
    return EXIT.DONE;
  }
  for (const [name, reason] of stuck)
    print(`${name} stays on ${address}:\n  ${reason.replaceAll('\n', '\n  ')}\n`);
  note(`ringlab: ${stuck.size} machines fit nowhere else; ${address} stays draining\n`);
  return EXIT.CHECK_FAILED;
}

/** Waits until a host is empty, or has only machines that cannot leave it; returns those, with the reasons. */
async function emptied(
  pool: PoolFolder,
  address: string,
  began: number,
): Promise<ReadonlyMap<string, string>> {
  for (; ; await pause(lookMs)) {
    const view = await pool.view();
    const stuck = new Map(drainPlan(view, address).stuck);
    // What is off takes nothing with it.
    const left = [...view.vm].filter(
      ([, { data }]) => data.host === address && data.state !== 'OFF' && data.state !== 'FAILED',
    );
    for (const [name, { data }] of left) {
      const failed = sinceThen(data, began).filter(hasFailed);
      if (failed.length >= mostAttempts) stuck.set(name, failed.at(-1)?.reason ?? '');
      else if (data.state === 'UNKNOWN') stuck.set(name, data.reason);
    }
    if (left.every(([name]) => stuck.has(name))) return stuck;
  }
}

async function resume(address: string, options: MovingOptions): Promise<number> {
  await new PoolFolder(options.pool).change((view) => stateCommit(view, address, 'on'));
  print(`${address} takes machines again\n`);
  return EXIT.DONE;
}

// ---- Plans ----

/** Makes moves, a few at a time; returns how many machines have moved. */
async function carryOut(pool: PoolFolder, moves: readonly PlannedMove[]): Promise<number> {
  let moved = 0;
  for (let n = 0; n < moves.length; n += mostMoves) {
    const some = moves.slice(n, n + mostMoves);
    const before = await pool.change((view) => movesCommit(view, some));
    for (const { vm, from, to, why } of some) {
      const failure = await outcome(pool, vm, before.vm.get(vm)?.data.since ?? 0);
      if (failure === undefined) moved += 1;
      print(
        `${vm}: ${from} -> ${to}, for ${why}${failure === undefined ? '' : `: has not moved: ${failure}`}\n`,
      );
    }
  }
  return moved;
}

async function balance(options: MovingOptions): Promise<number> {
  const pool = new PoolFolder(options.pool);
  let moved = 0;
  for (;;) {
    const { moves } = balancePlan(await pool.view(), Date.now());
    if (moves.length === 0) break;
    const now = await carryOut(pool, moves);
    moved += now;
    if (now < moves.length)
      throw new Failure(EXIT.CHECK_FAILED, 'the balance is left as it is: a machine has not moved');
  }
  print(moved === 0 ? 'no move would make the loads more even\n' : `${moved} machines have moved\n`);
  return EXIT.DONE;
}

async function consolidate(options: MovingOptions & { readonly apply?: boolean }): Promise<number> {
  const pool = new PoolFolder(options.pool);
  const plan = consolidationPlan(await pool.view());
  print(planText(plan));
  if (options.apply !== true) {
    for (const { vm, from, to } of plan.moves) print(`${vm}: ${from} -> ${to}\n`);
    return EXIT.DONE;
  }
  const moved = await carryOut(pool, plan.moves);
  for (const address of plan.emptied) {
    const view = await pool.view();
    if ([...view.vm.values()].some(({ data }) => data.host === address)) continue;
    await pool.change((now) => stateCommit(now, address, 'off'));
    print(`${address} is empty, and off; pool resume ${address} has it take machines again\n`);
  }
  return moved === plan.moves.length ? EXIT.DONE : EXIT.CHECK_FAILED;
}

/** Before and after, as one counts servers: the machines have to be managed as well. */
function planText({ before, after, machines }: Consolidation): string {
  const lines = [
    `${before} hosts have machines now, ${after} would have`,
    `to manage: ${before} hosts and ${machines} machines now, ${after} hosts and ${machines} machines then`,
    `physical consolidation alone: of ${machines} servers on hardware of their own, ${machines} machines and ${after} hosts are left to manage, ${machines + after} in all`,
  ];
  return `${lines.join('\n')}\n`;
}
