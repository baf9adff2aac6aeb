/** One program on two engines, compared at the same step numbers, again and again. */
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { wasmStorage } from '../../isa/engines/fast/layout.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { variants } from '../../isa/table/variants.ts';
import { layout, memorySize, type Program, smaller } from './program.ts';

/** One storage for all cases: making WebAssembly memories by the thousand exhausts the address space. */
const shared = wasmStorage(memorySize);

export interface Outcome {
  /** What differs first, in words; undefined = nothing. */
  readonly difference: string | undefined;
  readonly steps: number;
  /** Steps that compiled code executed. */
  readonly compiled: number;
  readonly regions: number;
}

function prepare(program: Program, variant: number, fast: boolean): Machine {
  const storage = fast ? { storage: shared } : {};
  if (fast) new Uint8Array(shared.buffer, shared.memoryAt).fill(0);
  if (fast) new Uint8Array(shared.buffer, 0, 1024).fill(0);
  if (fast) new Uint8Array(shared.buffer, shared.watchedAt, memorySize / 4096).fill(0);
  const disk = new MemoryDisk(Uint8Array.from({ length: 4096 }, (_, n) => n * 13));
  const machine = new Machine({
    memory: memorySize,
    variant: variants[variant] as (typeof variants)[0],
    disk,
    ...storage,
  });
  const put = (at: number, words: readonly number[]) => {
    for (const [n, word] of words.entries()) machine.memory.write(at + 4 * n, 4, word);
  };
  put(layout.codeAt, program.code);
  put(layout.handlerAt, program.handler);
  put(layout.rootAt, [layout.tableAt | 1]);
  put(layout.tableAt, program.entries);
  for (const [number, value] of program.system) machine.writeSystem(number, value);
  machine.x.set(program.x);
  machine.pc = layout.codeAt - (machine.paging ? 0 : machine.base);
  machine.status = program.status;
  return machine;
}

/** The first difference of two machines, in words. */
export function difference(a: Machine, b: Machine): string | undefined {
  const say = (what: string, left: number, right: number) =>
    `${what}: ${hex(left)} on one, ${hex(right)} on the other`;
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
  if (Buffer.compare(a.memory.bytes, b.memory.bytes) === 0) return undefined;
  const at = a.memory.words.findIndex((word, n) => word !== b.memory.words[n]);
  return say(`memory at ${hex(at * 4)}`, a.memory.words[at] as number, b.memory.words[at] as number);
}

/** Runs the interpreter and the fast engine side by side. `hot`: visits before a place is compiled. */
export function compareEngines(program: Program, variant = 0, hot = 2): Outcome {
  const oracle = prepare(program, variant, false);
  const machine = prepare(program, variant, true);
  const interpreter = new Interpreter(oracle);
  const fast = new FastEngine(machine, { hot });
  let found: string | undefined;
  for (const slice of program.slices) {
    const until = oracle.steps + slice;
    const stops: readonly Stop[] = [interpreter.run(until), fast.run(until)];
    const [left, right] = stops.map((stop) => JSON.stringify(stop));
    found = left === right ? difference(oracle, machine) : `stopped as ${left} and as ${right}`;
    if (found !== undefined || stops[0]?.kind !== 'limit') break;
  }
  const { compiledSteps: compiled, regions } = fast.statistics;
  fast.close();
  return { difference: found, steps: oracle.steps, compiled, regions };
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
  const lines = program.code.map((word, n) => `    ${disassemble(word, layout.codeAt + 4 * n)}`);
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
    ...program.handler.map((word, n) => `    ${disassemble(word, layout.handlerAt + 4 * n)}`),
  ].join('\n');
}
