import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitionsChapter } from '../../isa/classify/definitions.ts';
import { portsChapter } from '../../isa/machine/devices/manual.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { imagesChapter, machineChapters } from '../../isa/machine/manual.ts';
import { callsChapter } from '../../isa/machine/paravirtual/manual.ts';
import { formatManual } from '../../isa/table/manual.ts';
import { STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import { CAUSE, trapEffects } from '../../isa/table/traps.ts';

describe('The manual', () => {
  it('is what the tables say; `npm run manual` writes it anew', () => {
    expect(readFileSync(new URL('../../isa/MANUAL.md', import.meta.url), 'utf8')).toBe(
      formatManual({
        machine: machineChapters,
        rest: [portsChapter, callsChapter, imagesChapter, definitionsChapter],
      }),
    );
  });

  it('says what every system register reads after reset', () => {
    const machine = new Machine({ memory: 2 ** 16 });
    const values: Readonly<Record<string, number>> = {
      '0': 0,
      'bytes of memory': 2 ** 16,
      "the variant's number": machine.variant.cpuid,
    };
    for (const { number, name, reset } of systemRegisters) {
      expect([name, machine.readSystem(number)]).toEqual([name, values[reset]]);
    }
  });

  it('says everything that a trap changes, and nothing that it does not change', () => {
    const machine = new Machine({ memory: 2 ** 16 });
    for (const { number, mask } of systemRegisters)
      if (mask !== undefined) machine.writeSystem(number, 0x1000 * (number + 1));
    machine.x.fill(0x55, 1);
    machine.status = STATUS.ALL;
    const before = stateOf(machine);
    const next = machine.trap(CAUSE.BREAKPOINT, 0x1234, 0x40);
    const after = { ...stateOf(machine), pc: next };
    const changed = Object.keys(after).filter((key) => before[key] !== after[key as keyof typeof after]);
    expect(changed.toSorted()).toEqual(Object.keys(trapEffects).toSorted());
  });
});

/** The parts of a machine's state by their names in the manual. */
function stateOf(machine: Machine): Readonly<Record<string, number | string>> {
  const registers = systemRegisters.map(({ number, name }) => [name, machine.readSystem(number)] as const);
  return {
    ...Object.fromEntries(registers),
    RING: machine.status & STATUS.RING,
    IF: machine.status & STATUS.IF,
    UF: machine.status & STATUS.UF,
    x: machine.x.join(' '),
    pc: machine.pc,
  };
}
