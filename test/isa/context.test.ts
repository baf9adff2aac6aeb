/** The context: settings that a guest reads, and the age that says whether its machine is still the same. */
import fc from '../property/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { engineNames } from '../../isa/engines/engine.ts';
import { CONTEXT_MAX, ContextError, formatContext, parseContext } from '../../isa/machine/devices/context.ts';
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import { utf8 } from '../../isa/machine/bytes.ts';
import { readImage } from '../../isa/machine/image.ts';
import { inputFrom, outputTo, PORT } from '../../isa/machine/devices/ports.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { decodeState, encodeState } from '../../vmm/snapshot/state.ts';
import { guestText, imageOf } from '../guests/run.ts';

const settings = (...pairs: [string, string][]) => new Map(pairs);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function given(text: string, age?: number): Machine {
  const machine = new Machine({ memory: 4096 });
  machine.context.give(new TextEncoder().encode(text), age);
  return machine;
}

function readAll(machine: Machine): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = inputFrom(machine, PORT.CONTEXT_DATA);
    if (byte === -1) return bytes;
    bytes.push(byte);
  }
}

describe('the ports of the context', () => {
  it('read as all ones on a machine that was given none, and ignore writes', () => {
    const machine = new Machine({ memory: 4096 });
    outputTo(machine, PORT.CONTEXT_AT, 3);
    const ports = [PORT.CONTEXT_AT, PORT.CONTEXT_DATA, PORT.CONTEXT_AGE];
    expect(ports.map((port) => inputFrom(machine, port))).toEqual([-1, -1, -1]);
    expect(machine.save().devices).not.toHaveProperty('context');
  });

  it('give the length, the bytes from a position on, then all ones, and the age', () => {
    const machine = given("A='b'\n", 7);
    expect(inputFrom(machine, PORT.CONTEXT_AT)).toBe(6);
    expect(textOf(Uint8Array.from(readAll(machine)))).toBe("A='b'\n");
    outputTo(machine, PORT.CONTEXT_AT, 3);
    expect(textOf(Uint8Array.from(readAll(machine)))).toBe("b'\n");
    outputTo(machine, PORT.CONTEXT_AT, -1);
    expect(inputFrom(machine, PORT.CONTEXT_DATA)).toBe(-1);
    expect(inputFrom(machine, PORT.CONTEXT_AGE)).toBe(7);
  });

  it('go on in a restored state where they were in the saved one', () => {
    const machine = given("A='b'\n");
    machine.input(PORT.CONTEXT_DATA);
    const other = new Machine({ memory: 4096 });
    other.restore(decodeState(encodeState(machine.save())));
    expect(other.save()).toEqual(machine.save());
    expect(inputFrom(other, PORT.CONTEXT_DATA)).toBe('='.charCodeAt(0));
  });

  it('show an age that grows by one with each context that is given', () => {
    const machine = given('');
    expect(inputFrom(machine, PORT.CONTEXT_AGE)).toBe(1);
    machine.context.give(formatContext(settings(['A', '1'])));
    expect(inputFrom(machine, PORT.CONTEXT_AGE)).toBe(2);
  });

  it('are those of the guest under every strategy, a stack too', () => {
    for (const monitor of ['none', 'trap-and-emulate', 'binary-translation', 'hybrid/interpret']) {
      const console = new CollectingConsole();
      const guest = createGuest({ image: imageOf('whoami.s'), memory: 2 ** 17, console, monitor });
      guest.machine.context.give(formatContext(settings(['NAME', "it's w1"])));
      guest.run(100_000);
      expect([monitor, console.text]).toEqual([monitor, "I am it's w1, age 1.\n"]);
    }
  });
});

describe('the text of a context', () => {
  it('has a quote as a shell has it', () => {
    expect(textOf(formatContext(settings(['A', "it's"], ['B_2', ''])))).toBe("A='it'\\''s'\nB_2=''\n");
  });

  it('is read back as it was written, whatever the values are', () => {
    const key = fc.stringMatching(/^[A-Za-z_]\w{0,10}$/);
    const value = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, value), { maxLength: 5, selector: ([name]) => name }),
        (pairs) => {
          const written = settings(...pairs);
          expect([...parseContext(textOf(formatContext(written)))]).toEqual([...written]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('may have comments, blank lines and other ways to quote, as people write it', () => {
    const text = '# mine\n\nexport A=plain-1.2  \r\nB="two words"\n C=\'a\'"b"c\n';
    expect([...parseContext(text)]).toEqual([
      ['A', 'plain-1.2'],
      ['B', 'two words'],
      ['C', 'abc'],
    ]);
  });

  it('is refused with its line if a shell would run something, and if it is no setting', () => {
    const refused = ['A=$(ls)', 'A=`ls`', "A='b", 'A="$B"', 'A=b c', 'A', '1A=b', "A='1'\nA='2'", 'A=b; ls'];
    for (const text of refused) expect(() => parseContext(`\n${text}`), text).toThrow(/^line [23]: /);
  });

  it('has at most as many bytes as the manual says', () => {
    const most = CONTEXT_MAX - "A=''\n".length;
    expect(formatContext(settings(['A', 'x'.repeat(most)]))).toHaveLength(CONTEXT_MAX);
    expect(() => formatContext(settings(['A', 'x'.repeat(most + 1)]))).toThrow(ContextError);
    expect(() => formatContext(settings(['1', 'x']))).toThrow(/begins with no digit/);
  });
});

describe('guests/include/context.inc', () => {
  /** What context_get stores and returns for a key, with room for so many bytes. */
  function get(text: string | undefined, key: string, room: number, engine: (typeof engineNames)[number]) {
    const source = `
    .include "include/ring32.inc"
    .text
    .globl _start
_start:
    la   a0, key
    la   a1, value
    li   a2, ${room}
    call context_get
    li   t0, PORT_POWER
    out  t0, a0
    .include "include/context.inc"
    .data
key: .asciz "${key}"
value: .fill 64, 1, 0x7e
`;
    const { elf } = assemble([{ name: 'guest.s', text: source }], {
      readFile: (path) => utf8(guestText(path)),
    });
    const image = readImage(elf);
    const guest = createGuest({ image, memory: 2 ** 17, engine });
    if (text !== undefined) guest.machine.context.give(new TextEncoder().encode(text));
    const stop = guest.run(100_000);
    const { bytes } = guest.machine.memory;
    const at = image.symbols.find(({ name }) => name === 'value')?.address ?? 0;
    return [stop.kind === 'power' ? stop.status | 0 : stop.kind, textOf(bytes.slice(at, at + room + 1))];
  }

  it('finds a value by its whole name, with quotes and newlines in it', () => {
    const text = "NAMES='no'\nNAM='no'\nX='NAME='\\''no'\nNAME='it'\\''s\nme'\nLAST='z'\n";
    for (const engine of engineNames) expect(get(text, 'NAME', 10, engine)).toEqual([7, "it's\nme\0~~~"]);
    expect(get(text, 'LAST', 4, 'interpreter')).toEqual([1, 'z\0~~~']);
  });

  it('stores no more than there is room for, and returns the length of the whole', () => {
    expect(get("A='abcdef'\n", 'A', 4, 'interpreter')).toEqual([6, 'abc\0~']);
    expect(get("A='abcdef'\n", 'A', 1, 'interpreter')).toEqual([6, '\0~']);
  });

  it('returns all ones if there is no such setting, and without a context', () => {
    expect(get("A='b'\n", 'B', 4, 'interpreter')[0]).toBe(-1);
    expect(get("A='b", 'A', 4, 'interpreter')[0]).toBe(-1);
    expect(get('', 'A', 4, 'interpreter')[0]).toBe(-1);
    expect(get(undefined, 'A', 4, 'interpreter')[0]).toBe(-1);
  });
});
