/** What of others' text reaches the terminal, where messages begin, and folders in the places of files. */
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDisk } from '../../cli/guest.ts';
import { loadVariant, mustBeFolder, mustBeWritable, readInput, writeOutput } from '../../cli/files.ts';
import { openStore } from '../../cli/snapshot/store.ts';
import { printable, printableWord } from '../../isa/machine/printable.ts';
import { SymbolTable } from '../../isa/machine/symbols.ts';
import { ringlab, scratch, shell } from './kit.ts';

const file = scratch();
const folder = file('folder');
mkdirSync(folder);
const plain = file('plain', 'x');

describe('Text from elsewhere', () => {
  it('is printed with control characters and marks of direction spelled out, as JSON reads them', () => {
    const text = 'a\u001b[2J\r\u0007\u0000\u007f\u009b1m\u202e\u2066 é\u2028 ✓\tb\n';
    const shown = 'a\\u001b[2J\\u000d\\u0007\\u0000\\u007f\\u009b1m\\u202e\\u2066 é\u2028 ✓\tb\n';
    expect(printable(text)).toBe(shown);
    expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text);
    expect(printableWord('a\n\tb')).toBe('a\\u000a\\u0009b');
  });

  it('is so in names of symbols', () => {
    const table = new SymbolTable([
      { name: 'f\u001b[2J\n', address: 16, size: 0, kind: 'other', global: true },
    ]);
    expect([table.exact(16), table.describe(20)]).toEqual(['f\\u001b[2J\\u000a', 'f\\u001b[2J\\u000a+0x4']);
    expect(table.address('f\u001b[2J\n')).toBe(16);
  });

  it.each([
    ['a path', ['run', 'no\u001b[2Jfile']],
    ['an option', ['run', '--no\u001b[2J']],
    ['a variant', ['run', '--isa', file('esc.json', '{"na\\u001b[2J": 1}'), plain]],
    ['a source', ['asm', file('esc.s', '_start: .error "\u001b[2J\u009b"\n')]],
  ])('is so in a message that quotes %s', (_what, args) => {
    const { status, stdout, stderr } = ringlab(args);
    expect([0, 70, 141]).not.toContain(status);
    expect(stderr.length).toBeGreaterThan(10);
    for (const text of [stdout, stderr]) expect(text).not.toMatch(/(?!\n)\p{Control}/u);
  });
});

describe('A message', () => {
  const crash = file('mid.s', '_start: li t0, 16\n li t1, 65\n out t0, t1\n ebreak\n');

  it('begins its own line where both streams go to the same place', () => {
    expect(shell(`ringlab run ${crash} 2>&1`).stdout).toMatch(/^A\nringlab: /);
    const process = file(
      'mid-process.s',
      '_start: li a7, 64\n li a0, 1\n la a1, m\n li a2, 1\n ecall\n ebreak\n .data\nm: .ascii "B"\n',
    );
    expect(shell(`ringlab run --process ${process} 2>&1`).stdout).toMatch(/^B\nringlab: /);
  });

  it('changes nothing of what goes elsewhere', () => {
    const { stdout, stderr } = ringlab(['run', crash]);
    expect(stdout).toBe('A');
    expect(stderr).toMatch(/^ringlab: /);
  });
});

describe('A folder', () => {
  it('is no file to read, to write or to use as a disk, and is called a folder', () => {
    const acts = [
      () => readInput(folder),
      () => openDisk(folder),
      () => openDisk(folder, 'r'),
      () => writeOutput(folder, new Uint8Array()),
      () => mustBeWritable(folder),
    ];
    for (const act of acts) expect(act).toThrow(`${folder}: `);
    for (const act of acts) expect(act).toThrow('it is a folder');
    mkdirSync(file('variant.json'));
    expect(() => loadVariant(file('variant.json'))).toThrow('it is a folder');
  });

  it('without a submission in it is not graded', () => {
    const { status, stderr } = ringlab(['grade', folder]);
    expect(status).toBe(65);
    expect(stderr).toBe(`ringlab: ${folder}: there is no submission in it\n`);
  });

  it('is what snapshots and processes need, not a file', () => {
    expect(() => openStore({ store: plain })).toThrow('it is a file, and snapshots are stored in a folder');
    expect(() => mustBeFolder(plain)).toThrow('it is a file');
    expect(() => openStore({ store: file('none-yet') })).not.toThrow();
  });
});
