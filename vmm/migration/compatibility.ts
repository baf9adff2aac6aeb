/**
 * Whether a host's machine and monitor make a guest's machine right: asked before anything
 * of the guest moves. The answers are the theorems' (Popek and Goldberg 1974): a monitor
 * that runs instructions directly shows the guest the real machine's behaviour wherever
 * that does not trap; an interpreter shows what it likes.
 */
import { rowNamed } from '../../isa/table/table.ts';
import { isSameVariant, type Variant, variantFrom } from '../../isa/table/variants.ts';
import { type GuestSpec, STATE_VERSION } from '../wire/messages.ts';

/** What a host has for guests. */
export interface Offer {
  /** The kind of its real machine. */
  readonly variant: Variant;
  /** How it runs guests: a strategy, or several with / between them, the outermost first; none is the bare machine. */
  readonly monitor: string;
  /** Whether binary translation translates user code too. */
  readonly translateUser: boolean;
  /** Devices that its machines have. */
  readonly devices: readonly string[];
}

/** Why the guest would not run right there, in a sentence; undefined = it would. */
export function incompatible(guest: GuestSpec, stateVersion: number, offer: Offer): string | undefined {
  if (stateVersion !== STATE_VERSION)
    return `its state is of format version ${stateVersion}, this host reads version ${STATE_VERSION}`;
  const missing = guest.devices.filter((device) => !offer.devices.includes(device));
  if (missing.length > 0) return `it has a device that this host's machines lack: ${missing.join(', ')}`;
  return wrongVariant(guest.variant, offer);
}

function wrongVariant(
  variant: GuestSpec['variant'],
  { variant: real, monitor, translateUser }: Offer,
): string | undefined {
  const levels = monitor.split('/');
  const virtual = variantFrom(variant);
  const missing = [...(virtual.features ?? [])].filter((feature) => !real.features?.has(feature));
  if (missing.length > 0 && !levels.includes('interpret'))
    return `it may use ${missing.join(', ')}, which this host's machine, ${real.name}, does not have; only interpret makes that`;
  if (!isSame(virtual, real) && !levels.includes('interpret')) {
    return (
      `it was started on ${variant.name}, this host's machine is ${real.name} ` +
      `and its monitor (${monitor}) does not make the one out of the other; only interpret does`
    );
  }
  // An interpreter makes the guest's machine for the levels above it.
  const machineOf = (n: number) => (levels.slice(0, n).includes('interpret') ? virtual : real);
  return levels
    .map((level, n) => wrongOn(level, machineOf(n), translateUser))
    .find((reason) => reason !== undefined);
}

/** Why a monitor of this strategy is not right on a machine of this variant. */
function wrongOn(
  monitor: string,
  real: Pick<Variant, 'name' | 'unprivileged'>,
  translateUser: boolean,
): string | undefined {
  if (monitor === 'trap-and-emulate' && real.unprivileged.size > 0)
    return `trap-and-emulate is not right on ${real.name}, whose sensitive instructions do not all trap (Theorem 1)`;
  const runsUserCode = monitor === 'hybrid' || (monitor === 'binary-translation' && !translateUser);
  if (runsUserCode && !holdsTheorem3(real))
    return `${monitor} runs user code directly, and ${real.name} has user-sensitive instructions that do not trap (Theorem 3)`;
  return undefined;
}

/**
 * Theorem 3's condition, from the rows: what does not trap is sensitive in supervisor mode
 * alone, as a change of control is that ring 3 cannot make. (`ringlab classify` measures it.)
 */
function holdsTheorem3({ unprivileged }: Pick<Variant, 'unprivileged'>): boolean {
  return [...unprivileged].every((name) => rowNamed(name)?.sensitive.every((kind) => kind === 'control'));
}

/** Whether they are the same processor, whatever it is called. The real one may have more features than the guest knows of. */
function isSame(variant: Variant, real: Variant): boolean {
  const { name } = real;
  return isSameVariant({ ...variant, name, features: undefined }, { ...real, features: undefined });
}
