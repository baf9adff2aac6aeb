/** Minivisor (guests/minivisor/) on some machine, with a guest in its memory; and that guest on the bare machine. */
import type { EngineName } from '../../../isa/engines/engine.ts';
import type { Image } from '../../../isa/machine/image.ts';
import type { Machine } from '../../../isa/machine/machine.ts';
import type { Stop } from '../../../isa/machine/stop.ts';
import { defaultMemory } from '../../../isa/machine/storage.ts';
import { hex } from '../../../isa/table/disassemble.ts';
import { registerName } from '../../../isa/table/registers.ts';
import { systemRegisters } from '../../../isa/table/sysregs.ts';
import { upperHalf, withGuest } from '../../../vmm/guest/with-guest.ts';
import { bare, monitored, type Parts, type Side } from '../../vmm/kit.ts';
import { computed, readVcpu, type Vcpu } from '../../property/vcpu.ts';
import { imageOf } from '../run.ts';

const minivisor = 'minivisor/minivisor.s';

/** Where a minivisor and its guest are, for `depth` of them, one in the other, on a machine of `memory` bytes. */
export interface Stack {
  /** The machine's memory, and the part of it that the innermost guest has. */
  readonly memory: number;
  readonly guestMemory: number;
  readonly guestAt: number;
  /** The innermost minivisor's virtual CPU, as a physical address. */
  readonly vcpuAt: number;
  readonly image: Image;
}

/** `depth` minivisors and a guest, which gets `guestMemory` bytes. `monitor`: an image to use in place of minivisor's. */
function stackOf(guest: Image, depth: number, guestMemory: number, monitor = imageOf(minivisor)): Stack {
  const memory = guestMemory * 2 ** depth;
  const monitorAt = memory - 2 * guestMemory;
  let image = guest;
  for (let level = depth - 1; level >= 0; level--)
    image = withGuest(monitor, image, upperHalf(memory / 2 ** level));
  const vcpu = monitor.symbols.find(({ name }) => name === 'vcpu');
  if (vcpu === undefined) throw new Error('the monitor has no symbol vcpu');
  return { memory, guestMemory, guestAt: memory - guestMemory, vcpuAt: monitorAt + vcpu.address, image };
}

/** What differs between the bare machine and the virtual CPU, in words. */
function vcpuDifference(machine: Machine, vcpu: Vcpu): string | undefined {
  const say = (what: string, left: number, right: number) =>
    left === right ? undefined : `${what}: ${hex(left)} bare, ${hex(right)} in vcpu, at step ${vcpu.steps}`;
  if (machine.steps !== vcpu.steps) return `steps: ${machine.steps} bare, ${vcpu.steps} in vcpu`;
  let found = say('pc', machine.pc, vcpu.pc) ?? say('STATUS', machine.status, vcpu.status);
  for (let n = 0; n < 32; n++) found ??= say(registerName(n), machine.x[n] as number, vcpu.x[n] as number);
  for (const { number, name } of systemRegisters) {
    if (!computed.has(number)) found ??= say(name, machine.readSystem(number), vcpu.system[number] as number);
  }
  return found;
}

/** How the stack of minivisors runs: on the bare machine, or under one of ringlab's monitors. */
export interface Ground {
  readonly strategy?: string;
  readonly engine?: EngineName;
}

export interface Pair {
  readonly stack: Stack;
  /** The guest alone, and the machine with the minivisors. */
  readonly alone: Side;
  readonly whole: Side;
}

/** The guest of `parts` on the bare machine, and under `depth` minivisors. */
export function pairOf(parts: Parts, depth: number, ground: Ground = {}): Pair {
  const { strategy, engine } = ground;
  const stack = stackOf(parts.image, depth, parts.memory ?? defaultMemory);
  const inner = { ...parts, image: stack.image, memory: stack.memory };
  const whole = strategy === undefined ? bare(inner, engine) : monitored(inner, strategy, engine);
  return { stack, alone: bare(parts, engine), whole };
}

/** The most steps of the real machine. */
const patience = 200_000_000;

export interface Compared {
  /** The first difference found, in words. */
  readonly difference: string | undefined;
  /** How often the guest was compared. */
  readonly comparisons: number;
  readonly stops: readonly [alone: Stop, whole: Stop];
}

/**
 * Runs both to their end, and compares the guest each time that the innermost minivisor enters it, and at the end, then
 * with memory, console and disk.
 */
export function compareAtEntries({ stack, alone, whole }: Pair, depth: number): Compared {
  let difference: string | undefined;
  let comparisons = 0;
  const { words } = whole.machine.memory;
  const look = () => {
    const vcpu = readVcpu(words, stack.vcpuAt);
    if (difference !== undefined || vcpu.steps < alone.machine.steps) return;
    alone.run(vcpu.steps);
    difference = vcpuDifference(alone.machine, vcpu);
    comparisons += 1;
  };
  const entering = imageOf(minivisor).symbols.find(({ name }) => name === 'entering')?.address;
  // A minivisor on another one enters its guest by privileged instructions, which trap; at this one its vcpu is right.
  // One that is alone has it right at the next trap that it gets: as it was when the guest was entered.
  whole.machine.onTrap = (_cause, _value, pc) => {
    if (depth === 1 ? whole.machine.ring !== 0 : pc === entering) look();
  };
  const stop = whole.run(patience);
  look();
  const stops = [alone.run(patience), stop] as const;
  difference ??= atTheEnd({ stack, alone, whole });
  return { difference, comparisons, stops };
}

/** What differs when both have stopped: the virtual CPU, memory, console, disk. */
function atTheEnd({ stack, alone, whole }: Pair): string | undefined {
  const { words, bytes } = whole.machine.memory;
  const found = vcpuDifference(alone.machine, readVcpu(words, stack.vcpuAt));
  if (found !== undefined) return found;
  const memory = bytes.subarray(stack.guestAt, stack.guestAt + stack.guestMemory);
  const at = alone.machine.memory.bytes.findIndex((byte, n) => byte !== memory[n]);
  if (at >= 0) return `memory differs at ${hex(at)}`;
  if (alone.printed.join() !== whole.printed.join()) return 'they printed different things';
  if (alone.disk && whole.disk && Buffer.compare(alone.disk.bytes, whole.disk.bytes) !== 0)
    return 'their disks differ';
  return undefined;
}
