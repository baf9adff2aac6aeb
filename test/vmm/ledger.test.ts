/** The ledger is right: it says of every step who made it, and of every exit why. */
import { describe, expect, it } from 'vitest';
import { rowNamed } from '../../isa/table/table.ts';
import { CAUSE, causeName, trapCauses } from '../../isa/table/traps.ts';
import { EXIT } from '../../vmm/guest/ledger.ts';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { expectCompiled } from '../engines/compiled.ts';
import { isCompiled, partsOf, systemGuests } from './guests.ts';
import { bare, monitored, type Side } from './kit.ts';

const most = 500_000;
const guests = [...systemGuests, 'kernel/kernel.s'];

/** Runs the guest to its end in pieces of `piece` steps, noting every exit as it comes. */
function traced(file: string, strategy: string, engine: 'interpreter' | 'fast', piece = most) {
  const side = monitored(partsOf(file, 'ring32-v'), strategy, engine);
  const { guest, run } = side as Required<Side>;
  const trace: { readonly name: string; readonly pc: number; readonly step: number }[] = [];
  guest.ledger.onExit = (name, pc) => trace.push({ name, pc, step: guest.cpu.steps });
  let until = piece;
  while (run(until).kind === 'limit') until += piece;
  expect(until).toBeLessThanOrEqual(most);
  return { ledger: guest.ledger, cpu: guest.cpu, trace, engine: side.engine };
}

/** Whether it is a name that the ledger may use. */
function isExitName(name: string): boolean {
  const [kind, rest = ''] = name.split(': ');
  if ((Object.values(EXIT) as readonly string[]).includes(name)) return true;
  if (kind === 'emulated' || kind === 'callout') return rowNamed(rest) !== undefined;
  return kind === 'reflected' && trapCauses.some(({ cause }) => causeName(cause) === rest);
}

describe.each(strategies.map(({ name }) => name))('Under %s, the ledger', (strategy) => {
  it.each(guests)('of %s equals a recount of its exits, and every step was made by one of two', (file) => {
    const { ledger, cpu, trace } = traced(file, strategy, 'interpreter');
    const recount = new Map<string, number>();
    for (const { name } of trace) recount.set(name, (recount.get(name) ?? 0) + 1);
    expect(ledger.exits).toEqual(recount);
    expect(ledger.direct + ledger.byMonitor).toBe(cpu.steps);
    expect([...recount.keys()].filter((name) => !isExitName(name))).toEqual([]);
    expect(trace.every(({ step }, n) => n === 0 || step >= (trace[n - 1]?.step as number))).toBe(true);
  });

  it('is the same on both engines', () => {
    for (const file of guests) {
      const one = traced(file, strategy, 'interpreter');
      const other = traced(file, strategy, 'fast');
      expect(other.trace, file).toEqual(one.trace);
      expect(other.ledger.direct, file).toBe(one.ledger.direct);
      if (isCompiled(file, strategy)) expectCompiled(other.engine, 1, file);
    }
  });

  it('does not lose steps when the guest is run in many small pieces', () => {
    for (const file of systemGuests) {
      const { ledger, cpu } = traced(file, strategy, 'interpreter', 61);
      expect(ledger.direct + ledger.byMonitor, file).toBe(cpu.steps);
    }
  });
});

describe('Under trap-and-emulate', () => {
  it('every exception of the bare machine is reflected, a true fault, or met while the monitor executes', () => {
    for (const file of guests) {
      const { ledger, cpu } = traced(file, 'trap-and-emulate', 'interpreter');
      const { machine, run } = bare(partsOf(file, 'ring32-v'));
      let traps = 0;
      machine.onTrap = (cause) => {
        if (cause >>> 0 < CAUSE.INTERRUPT) traps += 1;
      };
      run(cpu.steps + 1);
      const reflected = [...ledger.exits].filter(
        ([name]) => name.startsWith('reflected') || name === EXIT.TRUE,
      );
      const count = reflected.reduce((sum, [, times]) => sum + times, 0);
      expect(count, file).toBeLessThanOrEqual(traps);
      expect(count, file).toBeGreaterThanOrEqual(traps - (ledger.exits.get(EXIT.EXECUTED) ?? 0));
    }
  });

  it('hello.s: one exit for each `out` of its text and one for power, all else direct', () => {
    const { ledger, cpu } = traced('hello.s', 'trap-and-emulate', 'interpreter');
    expect([...ledger.exits]).toEqual([['emulated: out', 19]]);
    expect([ledger.direct, ledger.byMonitor]).toEqual([cpu.steps - 19, 19]);
  });
});

describe('Under interpret', () => {
  it('nothing runs directly, and there are no exits', () => {
    const { ledger } = traced('kernel/mini.s', 'interpret', 'fast');
    expect([ledger.direct, ledger.exits.size]).toEqual([0, 0]);
  });
});
