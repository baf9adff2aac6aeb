/** The picture of exit multiplication, and how the counts are printed. What is counted: nesting.long.test.ts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitsAtStart, exitsByDepth, exitsOfOne } from '../../examples/nesting.ts';
import type { Image } from '../../isa/machine/image.ts';
import { disassemble } from '../../isa/table/disassemble.ts';
import { upperHalf, withGuest } from '../../vmm/guest/with-guest.ts';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { imageOf } from '../guests/run.ts';
import { load, recordedNesting } from './kit.ts';

const { formatNesting, formatNestingSvg } = await load('nesting-report');

describe('The recorded counts of exit multiplication', () => {
  it('are printed as they were', () => {
    const page = readFileSync(new URL('../../bench/README.md', import.meta.url), 'utf8');
    expect(page).toContain(formatNesting(recordedNesting()));
  });

  it('are what the picture shows', () => {
    const picture = readFileSync(new URL('../../bench/nesting.svg', import.meta.url), 'utf8');
    const how = 'ringlab bench --nesting --svg bench/nesting.svg';
    expect(formatNestingSvg(recordedNesting()), how).toBe(picture);
  });

  it('are in the lesson as well', () => {
    const rows = recordedNesting().filter(({ monitor }) => !monitor.includes('/'));
    const inLesson = Object.entries(exitsByDepth).flatMap(([monitor, guests]) =>
      Object.entries(guests).map(([guest, exits]) => ({ guest, monitor, exits })),
    );
    expect(inLesson).toHaveLength(rows.length);
    expect(inLesson).toEqual(expect.arrayContaining([...rows]));
  });

  it('multiply by more than ten with each minivisor under trap-and-emulate', () => {
    const rows = recordedNesting().filter(({ monitor }) => monitor === 'trap-and-emulate');
    expect(rows.map(({ exits }) => exits.length)).toEqual([4, 4, 4]);
    for (const { exits } of rows)
      for (const [n, count] of exits.slice(1).entries()) expect(count / (exits[n] ?? 0)).toBeGreaterThan(10);
  });
});

describe('One exit of a guest of minivisor', () => {
  const memory = 2 ** 24;
  const reflected = 'reflected: privileged instruction';

  /** The instruction at an address of the image, without the general registers: `mfs TIME`; '' outside of it. */
  function instructionAt({ segments }: Image, address: number): string {
    const segment = segments.find(
      ({ address: from, bytes }) => from <= address && address < from + bytes.length,
    );
    if (segment === undefined) return '';
    const { buffer, byteOffset } = segment.bytes;
    const word = new DataView(buffer, byteOffset).getUint32(address - segment.address, true);
    const [name, ...operands] = disassemble(word, address).split(/,? /);
    return [name, ...operands.filter((operand) => /^[A-Z]/.test(operand))].join(' ');
  }

  /** Exits to the monitor below minivisor, whose guest is hello.s: instructions of minivisor, and other exits by name. */
  function exitsOfHello(): readonly string[] {
    const image = withGuest(imageOf('minivisor/minivisor.s'), imageOf('hello.s'), upperHalf(memory));
    const guest = createGuest({ image, memory, monitor: 'trap-and-emulate', engine: 'interpreter' });
    const exits: string[] = [];
    if (guest.ledger !== undefined)
      guest.ledger.onExit = (name, pc) =>
        exits.push(name.startsWith('emulated: ') ? instructionAt(image, pc) : name);
    guest.run();
    return exits;
  }

  it('becomes those that the lesson lists', () => {
    const exits = exitsOfHello();
    const listed = exitsOfOne.flatMap(([, instructions]) => instructions);
    const [own = ''] = listed;
    const toGuest = exitsOfOne.at(-1)?.[1].length ?? 0;
    const first = exits.indexOf(reflected);
    expect(first - toGuest).toBe(exitsAtStart);
    const all = exits.slice(first).map((exit) => (exit === reflected ? own : exit));
    const rounds = Array.from({ length: 19 }, () => listed).flat();
    // The last `out` turns the machine off, so minivisor does not enter its guest again.
    expect(all).toEqual(rounds.slice(0, -toGuest));
  });
});
