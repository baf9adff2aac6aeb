/** The memory walker notices what it is there to notice. */
import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { imageOf } from './run.ts';

function walker() {
  const printed: number[] = [];
  const machine = new Machine({ memory: 2 ** 17, console: new Console((byte) => printed.push(byte)) });
  const image = imageOf('memory-walker.s');
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const engine = new Interpreter(machine);
  engine.run(20_000);
  const page = (n: number) => machine.memory.bytes.subarray(n * PAGE, (n + 1) * PAGE);
  return { engine, machine, page, said: () => Buffer.from(printed).toString() };
}

describe('The memory walker', () => {
  it('stops at a page of another moment', () => {
    const { engine, page, said } = walker();
    const before = page(25).slice();
    engine.run(30_000);
    page(25).set(before);
    expect(engine.run(40_000)).toEqual({ kind: 'power', status: 1 });
    expect(said()).toMatch(/\ntorn: the page at 00019000 holds \d+, not \d+\n$/);
  });

  it("stops at a page that lies in another's place", () => {
    const { engine, page, said } = walker();
    page(25).set(page(26));
    expect(engine.run(40_000)).toEqual({ kind: 'power', status: 1 });
    expect(said()).toMatch(/\ntorn: the page at 00019000 (is that of 0001a000|holds \d+, not \d+)\n$/);
  });

  it('goes on for as long as nobody touches its memory', () => {
    const { engine, said } = walker();
    expect(engine.run(1_000_000)).toEqual({ kind: 'limit' });
    expect(said()).toMatch(/^\.+$/);
  });
});
