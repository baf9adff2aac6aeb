/** The first difference of two machines, in words. */
import type { Machine } from '../../isa/machine/machine.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';

function say(what: string, left: number, right: number): string {
  return `${what}: ${hex(left)} on one, ${hex(right)} on the other`;
}

/** The first difference of two machines, in words. */
export function difference(a: Machine, b: Machine): string | undefined {
  return processorDifference(a, b) ?? memoryDifference(a, b);
}

/** As `difference`, without memory. */
export function processorDifference(a: Machine, b: Machine): string | undefined {
  if (a.steps !== b.steps) return `steps: ${a.steps} and ${b.steps}`;
  if (a.pc !== b.pc) return say('pc', a.pc, b.pc);
  if (a.status !== b.status) return say('STATUS', a.status, b.status);
  if (a.waiting !== b.waiting) return 'only one waits in hlt';
  for (let n = 0; n < 32; n++) {
    if (a.x[n] !== b.x[n]) return say(registerName(n), a.x[n] as number, b.x[n] as number);
  }
  for (const { number, name } of systemRegisters) {
    if (a.readSystem(number) !== b.readSystem(number))
      return say(name, a.readSystem(number), b.readSystem(number));
  }
  return undefined;
}

function memoryDifference(a: Machine, b: Machine): string | undefined {
  if (Buffer.compare(a.memory.bytes, b.memory.bytes) === 0) return undefined;
  const at = a.memory.words.findIndex((word, n) => word !== b.memory.words[n]);
  return say(`memory at ${hex(at * 4)}`, a.memory.words[at] as number, b.memory.words[at] as number);
}
