/** One program on two engines, compared at the same step numbers, again and again. */
import type { EngineName } from '../../isa/engines/engine.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { wasmStorage } from '../../isa/engines/fast/layout.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { Image } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import { Monitor } from '../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { layout, memorySize, type Program, smaller } from './program.ts';

/** One storage for all cases: making WebAssembly memories by the thousand exhausts the address space. */
const sharedSize = 2 ** 20;
const shared = wasmStorage(sharedSize);

/** An image with nothing in it: the program is put in by hand. */
const nothing: Image = {
  entry: 0,
  segments: [],
  sections: [],
  symbols: [],
  programHeaders: { address: 0, count: 0, size: 0 },
};

export interface Outcome {
  /** What differs first, in words; undefined = nothing. */
  readonly difference: string | undefined;
  readonly steps: number;
  /** Steps that compiled code executed. */
  readonly compiled: number;
  readonly regions: number;
}

/** The storage for the next case, as a new machine expects it. */
export function cleanStorage(size: number): Storage {
  new Uint8Array(shared.buffer, 0, 1024).fill(0);
  new Uint8Array(shared.buffer, shared.watchedAt, size / 4096).fill(0);
  new Uint8Array(shared.buffer, shared.memoryAt, size).fill(0);
  return shared;
}

function newDisk(): MemoryDisk {
  return new MemoryDisk(Uint8Array.from({ length: 4096 }, (_, n) => n * 13));
}

function variantNumber(n: number): Variant {
  return variants[n] as Variant;
}

/** A bare machine with the program in it. */
export function bare(program: Program, variant: number, storage?: Storage): Machine {
  const machine = new Machine({
    memory: memorySize,
    variant: variantNumber(variant),
    disk: newDisk(),
    ...(storage ? { storage } : {}),
  });
  place(program, machine);
  return machine;
}

/** Puts the program into a machine, bare or virtual, and the machine into its first state. */
function place(program: Program, machine: Machine): void {
  const put = (at: number, words: readonly number[]) => {
    for (const [n, word] of words.entries()) machine.memory.write(at + 4 * n, 4, word);
  };
  put(layout.codeAt, program.code);
  put(layout.handlerAt, program.handler);
  put(layout.rootAt, [layout.tableAt | 1]);
  put(layout.tableAt, program.entries);
  for (const [number, value] of program.system) machine.writeSystem(number, value);
  machine.x.set(program.x);
  machine.pc = (layout.codeAt - (machine.paging ? 0 : machine.base)) & ~3;
  machine.status = program.status;
}

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

/** Runs both, comparing after each slice; the first difference in words. */
function runSideBySide(
  program: Program,
  oracle: Machine,
  other: Machine,
  run: (until: number) => Stop,
): string | undefined {
  const interpreter = new Interpreter(oracle);
  for (const slice of program.slices) {
    const until = oracle.steps + slice;
    const stops: readonly Stop[] = [interpreter.run(until), run(until)];
    const [left, right] = stops.map((stop) => JSON.stringify(stop));
    const found = left === right ? difference(oracle, other) : `stopped as ${left} and as ${right}`;
    if (found !== undefined) return found;
    if (stops[0]?.kind !== 'limit') break;
  }
  return undefined;
}

/** Runs the interpreter and the fast engine side by side. `hot`: visits before a place is compiled. */
export function compareEngines(program: Program, variant = 0, hot = 2): Outcome {
  const oracle = bare(program, variant);
  const machine = bare(program, variant, cleanStorage(memorySize));
  const fast = new FastEngine(machine, { hot });
  const found = runSideBySide(program, oracle, machine, (until) => fast.run(until));
  const { compiledSteps: compiled, regions } = fast.statistics;
  fast.close();
  return { difference: found, steps: oracle.steps, compiled, regions };
}

/** Runs the bare machine and a monitor side by side. `compiled` counts the steps that ran directly. */
export function compareMonitor(
  program: Program,
  variant: number,
  strategy: string,
  engine: EngineName,
): Outcome {
  const oracle = bare(program, variant);
  const monitor = new Monitor({
    guests: [{ image: nothing, memory: memorySize }],
    variant: variantNumber(variant),
    strategy,
    engine,
    console: new Console(() => {}),
    disk: newDisk(),
    ...(engine === 'interpreter' ? {} : { storage: cleanStorage(sharedSize) }),
  });
  const guest = monitor.guests[0] as VirtualMachine;
  monitor.runGuest(guest, 0);
  place(program, guest.cpu);
  const found = runSideBySide(program, oracle, guest.cpu, (until) => monitor.runGuest(guest, until));
  if (monitor.engine instanceof FastEngine) monitor.engine.close();
  return { difference: found, steps: oracle.steps, compiled: guest.ledger.direct, regions: 0 };
}

/** The smallest program we find, by leaving things out, for which `fails` still holds. */
export function shrink(program: Program, fails: (program: Program) => boolean): Program {
  let best = program;
  for (let rounds = 0; rounds < 60; rounds++) {
    const next = [...smaller(best)].find(fails);
    if (next === undefined) return best;
    best = next;
  }
  return best;
}

/** The program as assembly, with the state it starts from as comments. */
export function formatProgram(program: Program): string {
  const lines = formatCode(program.code, layout.codeAt);
  const used = program.code.every((word) => word === layout.nop)
    ? []
    : program.x.map((value, n) => `${registerName(n)}=${hex(value)}`);
  const system = program.system.map(([n, value]) => `${systemRegisters[n]?.name}=${hex(value)}`);
  return [
    `# STATUS=${hex(program.status)} ${system.join(' ')}`,
    `# ${used.join(' ')}`,
    `# compared every ${program.slices.join(', ')} steps`,
    `# code at ${hex(layout.codeAt)}`,
    ...lines,
    `# handler at ${hex(layout.handlerAt)}`,
    ...formatCode(program.handler, layout.handlerAt),
  ].join('\n');
}

/** Instructions, several of the same in a row as a repetition. */
function formatCode(words: readonly number[], at: number): string[] {
  const lines: string[] = [];
  for (let n = 0; n < words.length; ) {
    let same = 1;
    while (words[n + same] === words[n]) same += 1;
    const text = disassemble(words[n] as number, at + 4 * n);
    lines.push(same === 1 ? `    ${text}` : `    .rept ${same}; ${text}; .endr`);
    n += same;
  }
  return lines;
}
