/** `ringlab appliance …`: what machines of a pool are made from, in versions; and packages to exchange it with others. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readImage } from '../../isa/machine/image.ts';
import { defaultMemory } from '../../isa/machine/storage.ts';
import { variantData } from '../../isa/table/variants.ts';
import {
  type ApplianceRecord,
  type FoundAppliance,
  parseProperty,
  versionsOf,
} from '../../vmm/pool/appliances.ts';
import type { PoolView } from '../../vmm/pool/records.ts';
import { exportAppliance, importAppliance } from '../appliance/exchange.ts';
import {
  addAppliance,
  applianceNamed,
  askedRight,
  damageOf,
  outdatedMachines,
  removeAppliance,
} from '../appliance/repository.ts';
import { createGroup, exitWith } from '../command.ts';
import { badInput, EXIT, usage } from '../failure.ts';
import { loadProgram, loadVariant, mustBeWritable, readInput, withName } from '../files.ts';
import { nameOf } from '../hosting/guests.ts';
import { collectFrom, JSON_OPTION, parseCount, parseMemory } from '../options.ts';
import { note, print } from '../output.ts';
import { formatColumns } from '../pool/columns.ts';
import { POOL_OPTION, PoolFolder } from '../pool/pool-folder.ts';
import { sha256 } from '../sha256.ts';

interface PoolOption {
  readonly pool?: string;
}

interface AddOptions extends PoolOption {
  readonly name?: string;
  readonly version?: number;
  readonly isa: string;
  readonly memory?: number;
  readonly cpu?: number;
  readonly disk?: string;
  readonly parent?: string;
  readonly property?: readonly string[];
  readonly patch?: readonly string[];
}

interface ImportOptions extends PoolOption {
  readonly name?: string;
  readonly version?: number;
  readonly diskOnly?: boolean;
  readonly image?: string;
  readonly net?: readonly string[];
}

export const command = createGroup(
  'appliance',
  'Store what machines of a pool are made from, and exchange it',
);

function add(name: string, summary: string): Command {
  return command
    .command(name)
    .description(summary)
    .option(...POOL_OPTION);
}

add('add', 'Store a program as an appliance, or a version with changes of another appliance')
  .argument('[file]', "an ELF file, or assembly text; without it, the parent's")
  .option('--name <name>', "Set its name; without it, it is the parent's, or the file's")
  .option('--version <n>', 'Set the version; without it, it is the next', parseCount)
  .option('--isa <variant>', 'Choose the variant of its machine', 'ring32-v')
  .option('--memory <size>', 'Give its machines this much memory; without it, 16M', parseMemory)
  .option('--cpu <percent>', "Expect each to load a host's processor by so much", parseCount)
  .option('--disk <file>', 'Give it a disk with the contents of this file')
  .option('--parent <appliance>', 'Make it from this appliance, with all its patches and settings')
  .option('--property <key:type=default>', 'Let it have this setting; may be repeated', collectFrom)
  .option('--patch <file>', 'Put this program into memory after it, at boot; may be repeated', collectFrom)
  .action(exitWith(addOne));

add('list', 'List the appliances and their versions')
  .option(...JSON_OPTION)
  .action(exitWith(list));

add('show', 'Print what an appliance consists of, and its settings')
  .argument('<appliance>', 'NAME, for its newest version, or NAME@VERSION')
  .option(...JSON_OPTION)
  .action(exitWith(show));

add('verify', 'Check that all that appliances consist of is there, and undamaged')
  .argument('[appliance...]', 'NAME or NAME@VERSION; without any, all')
  .action(exitWith(verify));

add('export', 'Write an appliance as a package that other tools read: an OVA, or an .ovf with its files')
  .argument('<appliance>', 'NAME or NAME@VERSION')
  .argument('<file>', 'NAME.ova or NAME.ovf')
  .action(exitWith(exportOne));

add('import', 'Store the machine of an OVA or .ovf as an appliance')
  .argument('<file>', 'the package')
  .option('--name <name>', "Set its name; without it, it is the machine's")
  .option('--version <n>', 'Set the version; without it, it is the next', parseCount)
  .option('--image <file>', 'Let its machines start from this program, for a package without one')
  .option('--disk-only', 'Take the disk, memory and settings of a machine of another kind')
  .option('--net <ours=theirs>', 'Plug it into our network instead of theirs; may be repeated', collectFrom)
  .action(exitWith(importOne));

add('outdated', 'List the machines whose appliance has a newer version')
  .option(...JSON_OPTION)
  .action(exitWith(outdated));

add('remove', 'Remove a version of an appliance that nothing was made from')
  .argument('<appliance>', 'NAME@VERSION')
  .action(exitWith(remove));

// ---- Add ----

const sumOf = (bytes: Uint8Array): string => {
  const hash = sha256();
  hash.update(bytes);
  return Buffer.from(hash.digest()).toString('hex');
};

async function addOne(file: string | undefined, options: AddOptions): Promise<number> {
  if (file === undefined && options.parent === undefined)
    throw usage('name the program of the appliance, or the appliance that it is made from: --parent');
  const pool = new PoolFolder(options.pool, true);
  await pool.checkFolder();
  const parent = options.parent === undefined ? undefined : applianceNamed(await pool.view(), options.parent);
  const name = options.name ?? (parent ? parent.title.split('@')[0] : undefined) ?? nameOf(file ?? '', {});
  const image = file === undefined ? undefined : await loadImageOf(file);
  const patches = await Promise.all((options.patch ?? []).map(loadImageOf));
  const disk = options.disk === undefined ? undefined : diskOf(options.disk);
  const record = recordOf(options, parent, {
    image: image && pool.putImage(image),
    patches: patches.map((one) => pool.putImage(one)),
    disk: disk && { sum: pool.putImage(disk), sectors: disk.length / 512 },
  });
  const title = await addAppliance(pool, nameOf('', { name }), options.version, record);
  print(`${title} is stored; ringlab vm create --from ${title} makes a machine from it\n`);
  return EXIT.DONE;
}

async function loadImageOf(file: string): Promise<Uint8Array> {
  const elf = await loadProgram(file);
  withName(file, () => readImage(elf));
  return elf;
}

function diskOf(file: string): Uint8Array {
  const bytes = readInput(file);
  if (bytes.length > 0 && bytes.length % 512 === 0) return bytes;
  throw badInput(`${file}: a disk has whole sectors of 512 bytes, and it has ${bytes.length} bytes`);
}

interface StoredContents {
  readonly image: string | undefined;
  readonly patches: readonly string[];
  readonly disk: ApplianceRecord['disk'] | undefined;
}

function recordOf(
  { isa, memory, cpu, property = [] }: AddOptions,
  parent: FoundAppliance | undefined,
  { image, patches, disk }: StoredContents,
): ApplianceRecord {
  const from = parent?.record;
  const own = askedRight(() => property.map(parseProperty));
  const inherited = (from?.properties ?? []).filter(({ key }) => !own.some((one) => one.key === key));
  return {
    v: 1,
    image: image ?? from?.image ?? '',
    // The patches of a parent are of its image.
    patches: [...(image === undefined ? (from?.patches ?? []) : []), ...patches],
    state: image === undefined ? (from?.state ?? null) : null,
    disk: disk ?? from?.disk ?? null,
    variant: from?.variant ?? variantData(loadVariant(isa)),
    memory: memory ?? from?.memory ?? defaultMemory,
    cpu: cpu ?? from?.cpu ?? 10,
    properties: [...inherited, ...own],
    networks: from?.networks ?? [],
    parent: parent?.title ?? null,
    added: Date.now(),
  };
}

// ---- Look ----

function all(view: PoolView): readonly FoundAppliance[] {
  const names = new Set([...view.appliance.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))));
  return [...names]
    .toSorted()
    .flatMap((name) =>
      versionsOf(view.appliance, name).map((version) => applianceNamed(view, `${name}@${version}`)),
    );
}

async function list({ pool, json }: PoolOption & { readonly json?: boolean }): Promise<number> {
  const view = await new PoolFolder(pool).view();
  const appliances = all(view).map(({ title, record }) => ({
    name: title,
    isa: record.variant.name,
    memory: record.memory,
    sectors: record.disk?.sectors ?? 0,
    parent: record.parent,
    machines: [...view.want].filter(
      ([name, { data }]) => data.appliance === title && view.vm.get(name)?.data.state !== 'DONE',
    ).length,
  }));
  if (json) print(`${JSON.stringify({ format: 'ringlab-appliances', version: 1, appliances })}\n`);
  else
    print(
      formatColumns(
        ['APPLIANCE', 'ISA', 'MEMORY', 'DISK', 'PARENT', 'MACHINES'],
        appliances.map(({ name, isa, memory, sectors, parent, machines }) => [
          name,
          isa,
          `${memory / 1024}K`,
          sectors === 0 ? '-' : `${sectors / 2}K`,
          parent ?? '-',
          String(machines),
        ]),
      ),
    );
  return EXIT.DONE;
}

async function show(
  given: string,
  { pool, json }: PoolOption & { readonly json?: boolean },
): Promise<number> {
  const { title, record } = applianceNamed(await new PoolFolder(pool).view(), given);
  if (json) {
    print(
      `${JSON.stringify({ format: 'ringlab-appliance', version: 1, name: title, ...record, v: undefined })}\n`,
    );
    return EXIT.DONE;
  }
  const { image, patches, state, disk, properties, parent, networks, variant, memory, cpu } = record;
  const rows: readonly (readonly string[])[] = [
    ['name', title],
    ['parent', parent ?? '-'],
    ['isa', variant.name],
    ['memory', `${memory / 1024}K`],
    ['cpu', `${cpu} %`],
    ['image', image],
    ...patches.map((sum, n) => [`patch ${n + 1}`, sum]),
    ...(state === null ? [] : [['state', state]]),
    ...(disk === null ? [] : [['disk', `${disk.sum}, ${disk.sectors} sectors`]]),
    ...networks.map((net) => ['network', net]),
    ...properties.map(({ key, type, value, label }) => [
      'setting',
      `${key}: ${type}${value === null ? ', must be given' : ` = ${JSON.stringify(value)}`}${label === '' ? '' : ` (${label})`}`,
    ]),
  ];
  print(formatColumns([], rows));
  return EXIT.DONE;
}

async function verify(names: readonly string[], { pool }: PoolOption): Promise<number> {
  const folder = new PoolFolder(pool);
  const view = await folder.view();
  const asked = names.length === 0 ? all(view) : names.map((name) => applianceNamed(view, name));
  const damage = asked.flatMap((one) => damageOf(folder, view.appliance, one));
  for (const line of damage) note(`ringlab: ${line}\n`);
  const count = `${asked.length} ${asked.length === 1 ? 'appliance' : 'appliances'}`;
  print(damage.length === 0 ? `${count} checked: all is there, and undamaged\n` : `${count} checked\n`);
  return damage.length === 0 ? EXIT.DONE : EXIT.CHECK_FAILED;
}

async function outdated({ pool, json }: PoolOption & { readonly json?: boolean }): Promise<number> {
  const machines = outdatedMachines(await new PoolFolder(pool).view());
  if (json) print(`${JSON.stringify({ format: 'ringlab-outdated', version: 1, machines })}\n`);
  else if (machines.length === 0) print('every machine has the newest version of its appliance\n');
  else
    print(
      formatColumns(
        ['NAME', 'APPLIANCE', 'NEWEST'],
        machines.map(({ name, appliance, newest }) => [name, appliance, newest]),
      ),
    );
  return EXIT.DONE;
}

// ---- Exchange and remove ----

async function exportOne(given: string, file: string, { pool }: PoolOption): Promise<number> {
  if (!/\.(ova|ovf)$/.test(file))
    throw usage(`${file}: a package is NAME.ova, or NAME.ovf with its files beside it`);
  mustBeWritable(file);
  const folder = new PoolFolder(pool);
  const found = applianceNamed(await folder.view(), given);
  const names = await exportAppliance(folder, found, file);
  print(`${file}: ${found.title}, with ${names.join(', ')}\n`);
  return EXIT.DONE;
}

async function importOne(file: string, options: ImportOptions): Promise<number> {
  if (!existsSync(file)) throw badInput(`${file}: there is no such file`);
  const networks = (options.net ?? []).map((one) => {
    const [, ours = '', theirs = ''] = /^([^=]+)=(.+)$/.exec(one) ?? [];
    if (theirs === '') throw usage(`--net ${one}: expected OURS=THEIRS`);
    return [theirs, ours] as const;
  });
  const image = options.image === undefined ? undefined : await loadImageOf(options.image);
  const wish = { diskOnly: options.diskOnly ?? false, image, networks: new Map(networks) };
  const { name, record, contents, hasManifest } = await importAppliance(file, options.name, wish, sumOf);
  const pool = new PoolFolder(options.pool, true);
  await pool.checkFolder();
  for (const bytes of contents) pool.putImage(bytes);
  const title = await addAppliance(pool, name, options.version, record);
  if (!hasManifest) note(`ringlab: ${file}: it has no manifest, so nothing says whether it is undamaged\n`);
  print(`${title} is stored; ringlab vm create --from ${title} makes a machine from it\n`);
  return EXIT.DONE;
}

async function remove(given: string, { pool }: PoolOption): Promise<number> {
  print(`${await removeAppliance(new PoolFolder(pool), given)} is removed\n`);
  return EXIT.DONE;
}
