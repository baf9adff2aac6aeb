/** Makes an appliance of a machine that is stopped. */
import { parseContext } from '../../isa/machine/devices/context.ts';
import type { ApplianceRecord, Property } from '../../vmm/pool/appliances.ts';
import { parseAppliance } from '../../vmm/pool/appliances.ts';
import type { PoolView, WantRecord } from '../../vmm/pool/records.ts';
import type { Shelf } from '../../vmm/hosting/keep/shelf.ts';
import { badInput } from '../failure.ts';
import type { PoolFolder } from '../pool/pool-folder.ts';
import { addAppliance, askedRight } from './repository.ts';
import { packMachine } from './saved-machine.ts';

/** Returns NAME@VERSION. Rejects with a Failure. */
export async function saveMachine(
  pool: PoolFolder,
  name: string,
  want: WantRecord,
  shelf: Shelf,
  given: string,
): Promise<string> {
  const { name: family, version } = askedRight(() => parseAppliance(given));
  let packed: Uint8Array;
  try {
    packed = packMachine(shelf, name);
  } catch (error) {
    throw badInput(`${name}: it cannot be saved as an appliance: ${(error as Error).message}`);
  }
  const record: ApplianceRecord = {
    v: 1,
    image: want.image,
    // They are in its memory.
    patches: [],
    state: pool.putImage(packed),
    disk: null,
    variant: want.variant,
    memory: want.memory,
    cpu: want.cpu,
    properties: propertiesOf(await pool.view(), want),
    networks: [],
    parent: want.appliance ?? null,
    added: Date.now(),
  };
  return addAppliance(pool, family, version, record);
}

/** The machine's settings with its values; their types and labels are those of its appliance. */
function propertiesOf(view: PoolView, { context, appliance }: WantRecord): readonly Property[] {
  const known =
    appliance === undefined ? [] : (view.appliance.get(appliance.replace('@', '/'))?.data.properties ?? []);
  return [...parseContext(context ?? '')].map(([key, value]) => {
    const found = known.find((one) => one.key === key);
    return { key, type: found?.type ?? 'string', value, label: found?.label ?? '' };
  });
}
