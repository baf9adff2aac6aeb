/** `ringlab asm` and `ringlab disasm`: files in, files out, and back again. */
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { disassembleImage } from '../../isa/machine/disassemble-image.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';
import { ending, fixture, ringlab, root, scratch } from './kit.ts';

const file = scratch();

describe('ringlab asm', () => {
  it('writes an ELF file beside the source, which then runs', () => {
    const source = file('three.s', ending(3));
    expect(ringlab(['asm', source])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(ringlab(['run', file('three.elf')]).status).toBe(3);
  });

  it('lets whoever may read the ELF file run it, and keeps what others may not', () => {
    const source = file('runs.s', ending(0));
    const mode = (): number => statSync(file('runs.elf')).mode & 0o777;
    expect(ringlab(['asm', source]).status).toBe(0);
    expect(mode() & 0o111).toBe((mode() & 0o444) >> 2);
    chmodSync(file('runs.elf'), 0o640);
    expect(ringlab(['asm', source]).status).toBe(0);
    expect(mode()).toBe(0o750);
  });

  it('links several files into the one that -o names', () => {
    const main = file(
      'main.s',
      '    .globl _start\n_start:\n    call answer\n    li t0, 1\n    out t0, a0\n',
    );
    const answer = file('answer.s', '    .globl answer\nanswer:\n    li a0, 42\n    ret\n');
    const output = file('linked.elf');
    expect(ringlab(['asm', main, answer, '-o', output])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(ringlab(['run', output]).status).toBe(42);
  });

  it('prints addresses, bytes and source with --listing, and then writes no file', () => {
    const source = file('listed.s', '_start:\n    li a0, 5\n');
    const { status, stdout, stderr } = ringlab(['asm', '--listing', source]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^00010000 13055000 +2 +li a0, 5$/m);
    expect(readdirSync(file('.'))).not.toContain('listed.elf');
  });

  it('places the first section at --base', () => {
    const output = file('based.elf');
    expect(ringlab(['asm', '--base', '0x40000', file('based.s', ending(0)), '-o', output]).status).toBe(0);
    expect(readImage(readFileSync(output)).entry).toBe(0x40000);
  });

  it('tells warnings on stderr as warnings', () => {
    const source = file('warned.s', '    .warning "mind the gap"\n');
    const { status, stdout, stderr } = ringlab(['asm', source]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^.*warned\.s:1:\d+: warning: mind the gap\n/);
  });
});

/** Bytes of the sections in memory, by name. */
function contents({ sections }: Image) {
  return sections
    .filter(({ allocated, size }) => allocated && size > 0)
    .map(({ name, address, size, bytes }) => ({
      name,
      address,
      size,
      bytes: Buffer.from(bytes).toString('hex'),
    }));
}

function imageOf(path: string): Image {
  const bytes = readFileSync(path);
  if (path.endsWith('.elf')) return readImage(bytes);
  const readFile = (name: string) => readFileSync(`${root}guests/${name}`);
  return readImage(assemble([{ name: path, text: bytes.toString() }], { readFile }).elf);
}

/** The image again, from what the disassembler wrote, assembled as its head says. */
function again(text: string): Image {
  const base = Number(/^# assemble with --base (0x[0-9a-f]+)$/m.exec(text)?.[1]);
  return readImage(assemble([{ name: 'again.s', text }], { base }).elf);
}

const guests = readdirSync(`${root}guests`).filter((name) => name.endsWith('.s'));
const programs = [
  ...guests.map((name) => `${root}guests/${name}`),
  fixture('fib.elf'),
  fixture('process.elf'),
];

describe('ringlab disasm', () => {
  it.each(programs)('writes what assembles back to the same bytes at the same places: %s', (path) => {
    const image = imageOf(path);
    const text = disassembleImage(image);
    expect(contents(again(text))).toEqual(contents(image));
    expect(again(text).entry).toBe(image.entry);
  });

  it('prints it, and nothing else', () => {
    const path = fixture('process.elf');
    expect(ringlab(['disasm', path])).toEqual({
      status: 0,
      stdout: disassembleImage(imageOf(path)),
      stderr: '',
    });
  });

  it('says what a jump goes to by its name, and labels places that have none', () => {
    const source = file('jumps.s', '_start:\n    beqz a0, 1f\n    j _start\n1:  ret\n');
    const { stdout } = ringlab(['disasm', source]);
    expect(stdout).toMatch(/beq a0, zero, \.L10008 +# 00010000 /);
    expect(stdout).toMatch(/jal zero, _start +# 00010004 /);
    expect(stdout).toMatch(/^\.L10008:$/m);
  });
});
