/** `ringlab vm …`: machines of a pool, from their creation to their release. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { admit } from '../../vmm/pool/balance.ts';
import { judge, needOf, rackOf } from '../../vmm/pool/place.ts';
import {
  json,
  newVm,
  type PoolView,
  usualWant,
  type VmRecord,
  type WantRecord,
} from '../../vmm/pool/records.ts';
import { explainVm } from '../../vmm/pool/why.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import { saveMachine } from '../appliance/save-as.ts';
import { createGroup, exitWith } from '../command.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { nameOf } from '../hosting/guests.ts';
import {
  collectFrom,
  contextOption,
  JSON_OPTION,
  parseCount,
  parseDuration,
  parseMemory,
} from '../options.ts';
import { print } from '../output.ts';
import { formatColumns, sinceText } from '../pool/columns.ts';
import { type AttachmentOptions, attachments, checkAttachments } from '../pool/attachments.ts';
import { addChanging } from '../pool/changing.ts';
import { addMigrate } from '../pool/moving.ts';
import { type OriginOptions, originOf } from '../pool/origin.ts';
import { POOL_OPTION, PoolFolder } from '../pool/pool-folder.ts';
import { withStages } from '../pool/provisioning.ts';

interface PoolOption {
  readonly pool?: string;
}

interface CreateOptions extends PoolOption, OriginOptions, AttachmentOptions {
  readonly name?: string;
  readonly requirements: string;
  readonly rank: string;
  readonly priority: number;
  readonly ha: WantRecord['ha'];
  readonly onOff: WantRecord['onOff'];
  readonly policy: WantRecord['policy'];
  readonly at?: readonly number[];
  readonly idle?: number;
  readonly until?: number;
  readonly onEnd: WantRecord['onEnd'];
  readonly tenant: string;
  readonly reserve: boolean;
}

export const command = createGroup('vm', 'Create, start, stop and release machines of a pool');

function add(name: string, summary: string): Command {
  return command
    .command(name)
    .description(summary)
    .option(...POOL_OPTION);
}

add('create', 'Create a machine that starts from a program or an appliance, on the host that suits it best')
  .argument('[file]', 'an ELF file, or assembly text')
  .option('--from <appliance>', 'Make it from this appliance instead: NAME or NAME@VERSION')
  .option('--set <key=value>', 'Give a setting of the appliance this value; may be repeated', collectFrom)
  .option('--name <name>', "Set its name; without it, it is the file's")
  .option('--isa <variant>', 'Choose the variant of its machine; without it, ring32-v')
  .option('--memory <size>', 'Give it this much memory, like 512K or 16M; without it, 16M', parseMemory)
  .option('--cpu <percent>', "Expect it to load a host's processor by so much; without it, 10", parseCount)
  .option(
    '--requirements <expression>',
    'Use only hosts for which this holds, like FREE_MEM > 64',
    usualWant.requirements,
  )
  .option('--rank <expression>', 'Prefer the host for which this is the highest, or a policy', usualWant.rank)
  .option('--priority <n>', 'Place it before machines of a lower priority', parseCount, usualWant.priority)
  .addOption(
    new Option('--ha <how>', 'Choose what happens when its host is lost: go on, boot anew, nothing')
      .choices(['replay', 'boot', 'off'])
      .default(usualWant.ha),
  )
  .addOption(
    new Option('--on-off <what>', 'Choose what happens when it powers itself off')
      .choices(['keep', 'done', 'restart'])
      .default(usualWant.onOff),
  )
  .addOption(
    new Option('--policy <how>', 'Have it run always, or only when it is started or a time of --at has come')
      .choices(['always', 'on-demand'])
      .default(usualWant.policy),
  )
  .option(
    '--at <times>',
    'With on-demand: start it at these times of the day (UTC), like 08:00,13:30',
    parseTimes,
  )
  .option(
    '--idle <time>',
    'With on-demand: stop it when it has done nothing for this time, like 10m',
    parseDuration,
  )
  .option('--until <time>', 'End its lease after this time, like 90m or 2h', parseDuration)
  .addOption(
    new Option('--on-end <what>', 'Choose what happens then')
      .choices(['stop', 'done'])
      .default(usualWant.onEnd),
  )
  .option('--tenant <name>', 'Record its usage under this name', usualWant.tenant)
  .option('--disk <file>', 'Give it this file, which all hosts reach by the same name, as its disk')
  .option('--input <file>', 'Give this to its console when it starts')
  .option('--plugged', 'Put it on the network of its hosts (host --network), with an address of its own')
  .option('--address <address>', 'Put it there with this address, like 02:00:00:00:00:07')
  .addOption(contextOption())
  .option('--no-reserve', 'Create it even if the pool could not lose its largest host then')
  .action(exitWith(create));

add('list', 'List the machines, their states and hosts')
  .option(...JSON_OPTION)
  .action(exitWith(list));

add('show', 'Print what a machine is, and what its user wants of it')
  .argument('<name>', 'its name')
  .option('--why', 'Explain its state: what it waits for, and what to do')
  .option(...JSON_OPTION)
  .action(exitWith(show));

add('history', 'Print the states that a machine was in')
  .argument('<name>', 'its name')
  .action(exitWith(history));

add('save-as', 'Store a stopped machine as an appliance, from which others go on where it is')
  .argument('<name>', 'the machine')
  .argument('<appliance>', 'the name of the appliance, or NAME@VERSION')
  .action(exitWith(saveAs));

/** What changes of a want. */
type Wish = (want: WantRecord) => Pick<WantRecord, 'run'> & Partial<WantRecord>;

const wishes: Readonly<Record<string, { readonly summary: string; readonly make: Wish }>> = {
  start: {
    summary: 'Have machines run: created, stopped, held or powered off',
    make: (want) => ({ run: 'running', order: want.order + 1 }),
  },
  retry: {
    summary: 'Try again to start machines that have failed, on every host',
    make: (want) => ({ run: 'running', order: want.order + 1 }),
  },
  hold: { summary: 'Have machines stand still, in the memory of their hosts', make: () => ({ run: 'held' }) },
  stop: { summary: 'Save machines in the pool, and free their places', make: () => ({ run: 'stopped' }) },
  release: { summary: 'End machines for good, and free their places', make: () => ({ run: 'done' }) },
};

for (const [name, { summary, make }] of Object.entries(wishes))
  add(name, summary)
    .argument('<name...>', 'their names')
    .action(exitWith((names: readonly string[], options: PoolOption) => wish(names, options, make)));

addMigrate(add);
addChanging(add);

/** Times of the day, in minutes. */
function parseTimes(text: string): readonly number[] {
  return text.split(',').map((time) => {
    const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
    if (hours === undefined) throw new InvalidArgumentError('expected times of the day like 08:00,13:30');
    return 60 * Number(hours) + Number(minutes);
  });
}

async function create(file: string | undefined, options: CreateOptions): Promise<number> {
  if (options.policy === 'always' && (options.at !== undefined || options.idle !== undefined))
    throw usage('--at and --idle go with --policy on-demand');
  const pool = new PoolFolder(options.pool);
  await pool.checkFolder();
  const name = nameOf(file ?? options.from?.split('@')[0] ?? '', options);
  const origin = await originOf(pool, file, options);
  const attached = attachments(pool, options);
  const want: WantRecord = {
    ...usualWant,
    ...origin,
    requirements: options.requirements,
    rank: options.rank,
    priority: options.priority,
    ha: options.ha,
    onOff: options.onOff,
    policy: options.policy,
    at: options.at ?? usualWant.at,
    idle: options.idle ?? usualWant.idle,
    until: options.until === undefined ? usualWant.until : Date.now() + options.until,
    onEnd: options.onEnd,
    tenant: options.tenant,
    ...attached,
  };
  const since = Date.now();
  const asked: VmRecord = {
    ...newVm,
    since,
    history: [{ at: since, state: 'PENDING', host: null, reason: '' }],
  };
  await pool.change((view) => {
    check(view, name, want, options.reserve);
    checkAttachments(view, want);
    return {
      when: [
        { key: `want/${name}`, revision: 0 },
        { key: `vm/${name}`, revision: 0 },
      ],
      changes: [
        { key: `want/${name}`, value: json(want) },
        { key: `vm/${name}`, value: json(asked) },
      ],
    };
  });
  print(`${name} is created; ringlab vm show ${name} --why says what becomes of it\n`);
  return EXIT.DONE;
}

/** What speaks against a machine, before it is created. Throws a Failure. */
function check(view: PoolView, name: string, want: WantRecord, reserves: boolean): void {
  if (view.want.has(name)) throw usage(`${name}: there is a machine of that name; choose another by --name`);
  try {
    judge(rackOf(view), needOf(name, want));
  } catch (error) {
    if (error instanceof FieldError) throw usage(`--${error.message}`);
    throw error;
  }
  const reason = reserves ? admit(view, new Map([[name, want]])) : undefined;
  if (reason !== undefined)
    throw new Failure(
      EXIT.CHECK_FAILED,
      `${name} is not created: ${reason}; --no-reserve creates it all the same`,
    );
}

async function list(options: PoolOption & { readonly json?: boolean }): Promise<number> {
  const view = await new PoolFolder(options.pool).view();
  const machines = [...view.vm].map(([name, { data: vm }]) => ({
    name,
    state: vm.state,
    host: vm.host,
    since: vm.since,
    wanted: view.want.get(name)?.data.run ?? null,
    memory: view.want.get(name)?.data.memory ?? 0,
    reason: vm.reason,
  }));
  machines.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (options.json) print(`${JSON.stringify({ format: 'ringlab-vm-list', version: 1, machines })}\n`);
  else
    print(
      formatColumns(
        ['NAME', 'STATE', 'HOST', 'MEMORY', 'SINCE'],
        machines.map(({ name, state, host, memory, since }) => [
          name,
          state,
          host ?? '-',
          `${memory / 2 ** 20}M`,
          sinceText(since),
        ]),
      ),
    );
  return EXIT.DONE;
}

/** A machine's records. Throws a Failure. */
function machine(view: PoolView, name: string): { readonly vm: VmRecord; readonly want: WantRecord } {
  const [vm, want] = [view.vm.get(name)?.data, view.want.get(name)?.data];
  if (vm !== undefined && want !== undefined) return { vm, want };
  throw usage(`${name}: there is no such machine; ringlab vm list shows those that there are`);
}

async function show(
  name: string,
  options: PoolOption & { readonly why?: boolean; readonly json?: boolean },
): Promise<number> {
  const view = await new PoolFolder(options.pool).view();
  const { vm, want } = machine(view, name);
  if (options.json) print(`${JSON.stringify({ format: 'ringlab-vm', version: 1, name, vm, want })}\n`);
  else if (options.why) print(`${explainVm(view, name, vm, want, Date.now()).join('\n')}\n`);
  else {
    const rows = Object.entries({
      state: vm.state,
      host: vm.host ?? '-',
      epoch: vm.epoch,
      reason: vm.reason,
      ...want,
    });
    const shown = rows.filter(([key, value]) => key !== 'v' && value !== '' && value !== null);
    print(
      formatColumns(
        [],
        shown.map(([key, value]) => [key, valueText(value)]),
      ),
    );
  }
  return EXIT.DONE;
}

function valueText(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name);
  return String(value);
}

async function history(name: string, options: PoolOption): Promise<number> {
  const { vm, want } = machine(await new PoolFolder(options.pool).view(), name);
  const rows = withStages(vm, want).map(({ at, state, stage, host, reason }) => [
    new Date(at).toISOString(),
    state,
    stage,
    host ?? '-',
    reason.split('\n')[0] ?? '',
  ]);
  print(formatColumns(['TIME', 'STATE', 'STAGE', 'HOST', 'REASON'], rows));
  return EXIT.DONE;
}

async function saveAs(name: string, appliance: string, options: PoolOption): Promise<number> {
  const pool = new PoolFolder(options.pool);
  await pool.checkFolder();
  const { vm, want } = machine(await pool.view(), name);
  const { from } = vm;
  if (vm.state !== 'STOPPED' || from === null)
    throw usage(`${name} is ${vm.state}; stop it first: ringlab vm stop ${name}`);
  print(`${await saveMachine(pool, name, want, pool.shelfOf(name, from), appliance)} is stored\n`);
  return EXIT.DONE;
}

async function wish(names: readonly string[], options: PoolOption, make: Wish): Promise<number> {
  const pool = new PoolFolder(options.pool);
  const unique = [...new Set(names)];
  for (let n = 0; n < unique.length; n += mostWishes)
    await wishAll(pool, unique.slice(n, n + mostWishes), make);
  return EXIT.DONE;
}

/** Machines that are changed by one commit: etcd takes 128 changes. */
const mostWishes = 50;

async function wishAll(pool: PoolFolder, names: readonly string[], make: Wish): Promise<void> {
  await pool.change((view) => {
    const all = names.map((name) => {
      const { want, vm } = machine(view, name);
      if (vm.state === 'DONE' || want.run === 'done')
        throw usage(`${name}: it is released, and does not come back`);
      return { name, want: { ...want, ...make(want) } };
    });
    return {
      when: all.map(({ name }) => ({ key: `want/${name}`, revision: view.revision('want', name) })),
      changes: all.map(({ name, want }) => ({ key: `want/${name}`, value: json(want) })),
    };
  });
}
