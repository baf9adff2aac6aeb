/** What a new machine of a pool is made from: a program, or an appliance with the settings that its user has chosen. */
import { type Settings, formatContext } from '../../isa/machine/devices/context.ts';
import { loadImage, readImage } from '../../isa/machine/image.ts';
import { defaultMemory } from '../../isa/machine/storage.ts';
import { variantData } from '../../isa/table/variants.ts';
import { settle } from '../../vmm/pool/appliances.ts';
import { usualWant, type WantRecord } from '../../vmm/pool/records.ts';
import { applianceNamed, askedRight } from '../appliance/repository.ts';
import { contextOf, settingsOf } from '../context.ts';
import { badInput, usage } from '../failure.ts';
import { loadProgram, loadVariant, withName } from '../files.ts';
import type { PoolFolder } from './pool-folder.ts';

export interface OriginOptions {
  readonly from?: string;
  readonly set?: readonly string[];
  readonly isa?: string;
  readonly memory?: number;
  readonly cpu?: number;
  readonly context?: readonly string[];
}

/** The part of a want that says what the machine is. */
export type MachineOrigin = Pick<
  WantRecord,
  'image' | 'variant' | 'memory' | 'cpu' | 'context' | 'appliance' | 'patches' | 'state'
>;

/** Stores the program, if it is one, and checks that all fits into the memory. Rejects with a Failure. */
export async function originOf(
  pool: PoolFolder,
  file: string | undefined,
  options: OriginOptions,
): Promise<MachineOrigin> {
  const { from, set = [] } = options;
  if ((file === undefined) === (from === undefined))
    throw usage('name the program of the machine, or the appliance that it is made from: --from NAME');
  if (from !== undefined) return ofAppliance(pool, from, set, options);
  if (set.length > 0)
    throw usage('--set is for the settings of an appliance (--from); --context gives any machine settings');
  const elf = await loadProgram(file as string);
  const memory = options.memory ?? defaultMemory;
  // What does not fit is found here, and not by one host after the other.
  withName(file as string, () => loadImage(readImage(elf), new Uint8Array(memory)));
  return {
    image: pool.putImage(elf),
    variant: variantData(loadVariant(options.isa ?? 'ring32-v')),
    memory,
    cpu: options.cpu ?? usualWant.cpu,
    ...asContext(contextOf(options.context)),
  };
}

async function ofAppliance(
  pool: PoolFolder,
  from: string,
  set: readonly string[],
  options: OriginOptions,
): Promise<MachineOrigin> {
  if (options.isa !== undefined) throw usage('--isa: the appliance has its own');
  if (options.context !== undefined)
    throw usage('--context: an appliance has settings of its own; --set gives them values');
  const { title, record } = applianceNamed(await pool.view(), from);
  if (record.disk !== null)
    throw badInput(
      `${title}: it has a disk, which --from cannot give to a machine; use its program and --disk`,
    );
  if (record.networks.length > 0)
    throw badInput(`${title}: it is on networks, which --from cannot join; use its program and --plugged`);
  if (record.state !== null && options.memory !== undefined)
    throw usage(`--memory: ${title} is a saved machine, which has its own`);
  const memory = options.memory ?? record.memory;
  withName(title, () => {
    const probe = new Uint8Array(memory);
    for (const sum of [record.image, ...record.patches])
      loadImage(readImage(stored(pool, title, sum)), probe);
  });
  const settings = askedRight(() => settle(record.properties, given(set)));
  return {
    image: record.image,
    variant: record.variant,
    memory,
    cpu: options.cpu ?? record.cpu,
    appliance: title,
    ...(record.state === null ? {} : { state: record.state }),
    ...(record.patches.length === 0 ? {} : { patches: record.patches }),
    ...(settings.size === 0 ? {} : asContext(formatContext(settings))),
  };
}

function stored(pool: PoolFolder, title: string, sum: string): Uint8Array {
  try {
    return pool.image(sum);
  } catch (error) {
    throw badInput(`${title}: ${(error as Error).message}; ringlab appliance verify says more`);
  }
}

function given(set: readonly string[]): Settings {
  const wrong = set.find((one) => !/^[A-Za-z_]\w*=/.test(one));
  if (wrong !== undefined) throw usage(`--set ${wrong}: expected KEY=VALUE`);
  return settingsOf(set);
}

function asContext(text: Uint8Array | undefined): Pick<MachineOrigin, 'context'> {
  return text === undefined ? {} : { context: new TextDecoder().decode(text) };
}
