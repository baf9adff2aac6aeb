/** The appliances of a pool: their records in its store, their contents by SHA-256 in its folder. */
import { readImage } from '../../isa/machine/image.ts';
import {
  type Appliances,
  ApplianceError,
  type ApplianceRecord,
  type FoundAppliance,
  findAppliance,
  sumsOf,
  versionsOf,
} from '../../vmm/pool/appliances.ts';
import { json, type PoolView } from '../../vmm/pool/records.ts';
import { badInput, usage } from '../failure.ts';
import type { PoolFolder } from '../pool/pool-folder.ts';

/** Runs it; what is wrong with a name or a setting is a mistake of the command line. */
export function askedRight<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ApplianceError) throw usage(error.message);
    throw error;
  }
}

/** The appliance of that name, and perhaps version. Throws a Failure. */
export function applianceNamed(view: PoolView, given: string): FoundAppliance {
  return askedRight(() => findAppliance(view.appliance, given));
}

/**
 * Adds a version: the one that is asked for, or the next. Its contents must be stored already. Returns NAME@VERSION. Rejects with
 * a Failure.
 */
export async function addAppliance(
  pool: PoolFolder,
  name: string,
  version: number | undefined,
  record: ApplianceRecord,
): Promise<string> {
  let title = '';
  await pool.change((view) => {
    const next = version ?? (versionsOf(view.appliance, name).at(-1) ?? 0) + 1;
    title = `${name}@${next}`;
    const key = `appliance/${name}/${next}`;
    if (view.appliance.has(`${name}/${next}`))
      throw usage(
        `${title} is there already, and a version is never changed; leave --version out for the next`,
      );
    return { when: [{ key, revision: 0 }], changes: [{ key, value: json(record) }] };
  });
  return title;
}

/** What is wrong with what an appliance consists of, in sentences. */
export function damageOf(
  pool: PoolFolder,
  appliances: Appliances,
  { title, record }: FoundAppliance,
): readonly string[] {
  const found: string[] = [];
  for (const sum of sumsOf(record))
    try {
      const bytes = pool.image(sum);
      if (sum !== record.disk?.sum && sum !== record.state) readImage(bytes);
    } catch (error) {
      found.push(`${title}: ${sum.slice(0, 12)}: ${(error as Error).message}`);
    }
  const { parent } = record;
  if (parent !== null && !appliances.has(parent.replace('@', '/')))
    found.push(`${title}: its parent ${parent} is not there`);
  return found;
}

/** Removes a version. Rejects with a Failure if a machine or another appliance was made from it. */
export async function removeAppliance(pool: PoolFolder, given: string): Promise<string> {
  let removed = '';
  await pool.change((view) => {
    const { title, key } = applianceNamed(view, given);
    if (!given.includes('@')) throw usage(`${given}: say which version, like ${title}`);
    const machine = [...view.want].find(
      ([name, { data }]) => data.appliance === title && view.vm.get(name)?.data.state !== 'DONE',
    );
    if (machine !== undefined)
      throw badInput(`${title}: the machine ${machine[0]} was made from it; release it first`);
    const child = [...view.appliance].find(([, { data }]) => data.parent === title);
    if (child !== undefined)
      throw badInput(`${title}: ${child[0].replace('/', '@')} was made from it; remove that first`);
    removed = title;
    return {
      when: [{ key, revision: view.revision('appliance', key.slice('appliance/'.length)) }],
      changes: [{ key, value: undefined }],
    };
  });
  return removed;
}

export interface OutdatedMachine {
  readonly name: string;
  readonly appliance: string;
  readonly newest: string;
}

/** Machines whose appliance has a newer version. */
export function outdatedMachines(view: PoolView): readonly OutdatedMachine[] {
  return [...view.want].flatMap(([name, { data }]) => {
    if (data.appliance === undefined || view.vm.get(name)?.data.state === 'DONE') return [];
    const [family = '', version] = data.appliance.split('@');
    const newest = versionsOf(view.appliance, family).at(-1);
    return newest !== undefined && newest > Number(version)
      ? [{ name, appliance: data.appliance, newest: `${family}@${newest}` }]
      : [];
  });
}
