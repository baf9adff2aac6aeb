/** What is refused: with one clear line, the right status, and never a stack trace. */
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ending, fixture, hintFor, type Result, ringlab, scratch, shell } from './kit.ts';

const file = scratch();
const elf = readFileSync(fixture('fib.elf'));
const hello = 'guests/hello.s';

/** Expects a refusal with this status and exactly one line with that text; below a matter of usage, where to read more. */
function expectRefusal(result: Result, status: number, line: string): void {
  const more = status === 2 ? String.raw`\(ringlab[a-z ]* --help [a-z ]+\)\n` : '';
  expect(result).toEqual({
    status,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(String.raw`^ringlab: [^\n]*\n${more}$`)),
  });
  expect(result.stderr).toContain(line);
}

/** The fixture with bytes replaced. */
function patched(name: string, at: number, ...bytes: number[]): string {
  const copy = Uint8Array.from(elf);
  copy.set(bytes, at);
  return file(name, copy);
}

describe('A file that is no program for us', () => {
  it.each([
    [patched('64.elf', 4, 2), 'a 64-bit ELF file; Ring32 needs ELF32 (-march=rv32im)'],
    [patched('big.elf', 5, 2), 'a big-endian ELF file; Ring32 is little-endian'],
    [patched('x86.elf', 18, 3, 0), 'an ELF file for another machine (e_machine 3); Ring32 needs RISC-V, 243'],
    [patched('object.elf', 16, 1), 'an object file, not linked yet: link it with -static'],
    [patched('pie.elf', 16, 3), 'not a static executable: link it with -static and -no-pie'],
    [file('empty.s', ''), 'the file is empty'],
    [file('missing.s'), 'cannot read it: no such file or folder'],
    ['guests', 'cannot read it: it is a folder'],
    [`${hello}/x`, 'cannot read it: a part of the path is not a folder'],
    ['/dev/zero', 'larger than 64 MiB, the most that ringlab reads'],
  ])('is refused by name: %s', (path, line) => {
    expectRefusal(ringlab(['run', path]), 65, `${path}: ${line}`);
  });

  it('is refused for its size before it is read to its end', () => {
    const large = file('large.s', 'x');
    truncateSync(large, 100 * 2 ** 20);
    expectRefusal(ringlab(['run', large]), 65, `${large}: larger than 64 MiB`);
  });

  it('is refused when a computer of its own kind could run it', () => {
    const mine = existsSync('/proc/self/exe') ? '/bin/sh' : fixture('64.elf');
    expectRefusal(ringlab(['run', mine]), 65, 'a 64-bit ELF file');
  });

  it.each([0, 1, 3, 4, 51, 52, 100, elf.length - 1])('is refused when it is cut after %i bytes', (length) => {
    const cut = file('cut.elf', elf.subarray(0, length));
    for (const verb of ['run', 'disasm']) {
      const result = ringlab([verb, cut]);
      expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 65, stdout: '' });
      expect(result.stderr).not.toContain('    at ');
    }
  });

  it.each([
    [file('binary.s', Uint8Array.of(1, 2, 0, 255, 254)), ' error: neither assembly text nor an ELF file: '],
    [file('utf16.s', Uint8Array.of(0xff, 0xfe, 0x23, 0)), ' error: this is not assembly text: it is UTF-16'],
    [file('latin1.s', Uint8Array.of(0x23, 0x0a, 0xe9, 0x0a)), '2:1: error: byte 0xe9 is not UTF-8'],
  ])('is refused when it is not the text that assembly is: %s', (path, line) => {
    for (const verb of ['run', 'asm']) {
      const { status, stdout, stderr } = ringlab([verb, path]);
      expect({ status, stdout }).toEqual({ status: 65, stdout: '' });
      expect(stderr.startsWith(`${path}:${line}`)).toBe(true);
      expect(stderr).not.toContain('    at ');
    }
  });

  it('is refused as assembly with every error, where it is and how it should be', () => {
    const bad = file('bad.s', '_start:\n    foo a0\n    lw a0, 5000(a1)\n');
    expect(ringlab(['run', bad])).toEqual({
      status: 65,
      stdout: '',
      stderr:
        `${bad}:2:5: error: there is no instruction \`foo\`\n      foo a0\n      ^\n` +
        `${bad}:3:12: error: 5000 does not fit in a 12-bit signed offset: -2048 to 2047\n` +
        `      lw a0, 5000(a1)\n             ^\n  hint: put the address in a register first, as with \`li\`\n`,
    });
  });

  it('is refused when it includes what is not there', () => {
    const includes = file('includes.s', '    .include "nowhere.inc"\n');
    const { status, stderr } = ringlab(['run', includes]);
    expect(status).toBe(65);
    expect(stderr).toContain(`${includes}:1:`);
    expect(stderr).toContain('no such file or folder');
    expect(stderr).not.toContain('    at ');
  });
});

describe('A machine that cannot be', () => {
  it.each([
    [
      ['--memory', '4K', fixture('fib.elf')],
      65,
      'past the end of memory (0x1000): give the machine more with --memory',
    ],
    [['--process', '--memory', '4K', fixture('fib.elf')], 65, '--memory'],
    [['--process', '--memory', '72K', fixture('fib.elf')], 65, 'leaves no room for the stack'],
    [['--disk', file('no-disk'), hello], 65, 'cannot use it as a disk: no such file or folder'],
    [['--disk', 'guests', hello], 65, 'cannot use it as a disk: it is a folder'],
    [['--input', file('no-input'), hello], 65, 'cannot read it: no such file or folder'],
    [['--isa', file('no.json'), hello], 65, 'cannot read it: no such file or folder'],
    [['--isa', file('half.json', '{ "name":'), hello], 65, 'half.json: not JSON: '],
    [['--isa', file('list.json', '[]'), hello], 65, 'list.json: expected an object like { "name"'],
    [
      ['--isa', file('add.json', '{"name":"a","unprivileged":["add"]}'), hello],
      65,
      '"unprivileged" lists "add"',
    ],
    [['--isa', file('extra.json', '{"name":"a","unprivileged":[],"x":1}'), hello], 65, 'unknown field "x"'],
    [['--isa', 'ring32', hello], 2, 'unknown variant; choose ring32-v, ring32-x, ring32-h, or a .json file'],
  ] as const)('is refused: %j', (args, status, line) => {
    expectRefusal(ringlab(['run', ...args]), status, line);
  });

  it.each(['0', '3', '4097', '2G', '-1', '1T', '', '16 M', '1e6'])(
    'is refused with --memory "%s"',
    (size) => {
      const result = ringlab(['run', `--memory=${size}`, hello]);
      expectRefusal(result, 2, 'expected whole pages of 4K, from 4K to 1G, like 16M');
      expect(result.stderr).toContain(hintFor('run'));
    },
  );
});

describe('A command that is none', () => {
  it.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['run'], "missing required argument 'file'"],
    [['run', '--frobnicate', hello], "unknown option '--frobnicate'"],
    [['run', '--engine', 'steam', hello], 'Allowed choices are auto, interpreter, fast'],
    [['run', '--monitor', 'big', hello], 'Allowed choices are none'],
    [['run', '--monitor', 'hybrid//hybrid', hello], 'a name is missing beside a /'],
    [
      ['run', '--monitor', 'hybrid/hybrid', '--memory', '1G', hello],
      '2 monitors under 1024 MiB of guest memory',
    ],
    [['run', '--max-steps', 'many', hello], 'expected a whole number'],
    [['run', '--env', 'novalue', hello], 'expected NAME=VALUE'],
    [['run', '--env', 'A=B', hello], '--env needs --process'],
    [['run', hello, 'argument'], 'a machine takes no arguments ("argument"); did you mean --process?'],
    [['run', '--process', '--disk', 'x', hello], '--disk needs a machine; a process has none'],
    [['trace', '--at', 'nowhere', hello], '"nowhere" is neither a symbol of the guest nor an address'],
    [['trace', '--instruction', 'mov', hello], '--instruction mov: no such instruction'],
    [['trace', '--only', 'loads', hello], 'Allowed choices are traps'],
    [['trace', '--only', 'exits', hello], 'the bare machine has no monitor to exit to'],
    [
      ['compare', hello, '--with', 'hybrid,big'],
      '--with: no monitor strategy "big"; choose from trap-and-emulate',
    ],
    [
      ['compare', hello, '--with', 'hybrid', '--monitor', 'hybrid'],
      'name the monitors to compare with by --with instead',
    ],
    [['disasm', hello, hello], 'too many arguments'],
    [['bench', '--nano', '--time-travel'], '--nano and --time-travel: each is a benchmark by itself'],
    [['bench', '--short', '--quick'], '--short --quick: this benchmark takes --only, --runs'],
    [['asm'], "missing required argument 'file.s'"],
    [['asm', fixture('fib.elf')], 'an ELF file already; asm takes assembly text'],
  ])('is a matter of usage: %j', (args, line) => {
    expectRefusal(ringlab(args), 2, line);
  });

  it('gets the help when nothing at all was asked', () => {
    const { status, stdout, stderr } = ringlab([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: ringlab /);
  });

  it('is answered on stdout when help was asked', () => {
    for (const args of [['--help'], ['help'], ['run', '--help']]) {
      const { status, stdout, stderr } = ringlab(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: ringlab /);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});

describe('A file to be written', () => {
  const good = file('good.s', ending(0));

  it('is not written when its folder is missing, is none or is the file', () => {
    expectRefusal(
      ringlab(['asm', good, '-o', file('none/x.elf')]),
      65,
      'cannot write it: no such file or folder',
    );
    expectRefusal(ringlab(['asm', good, '-o', `${good}/x`]), 65, 'cannot write it: a part of the path');
    mkdirSync(file('folder'));
    expectRefusal(ringlab(['asm', good, '-o', file('folder')]), 65, 'cannot write it: it is a folder');
  });

  it('is not begun with when its place cannot be written', () => {
    const gone = file('none/x.svg');
    for (const args of [
      ['classify', '--svg', gone],
      ['classify', '-o', gone],
      ['migrate', 'nobody', '--from', '127.0.0.1:1', '--to', '127.0.0.1:2', '--report', gone],
      ['migrate', 'nobody', '--from', '127.0.0.1:1', '--to', '127.0.0.1:2', '--svg', gone],
    ])
      expectRefusal(ringlab(args), 65, 'cannot write it: no such file or folder');
    expectRefusal(shell('RINGLAB_STATE=/proc/state ringlab host --listen 127.0.0.1:7009'), 65, '/proc/state');
  });

  it('is never the source', () => {
    expectRefusal(ringlab(['asm', good, '-o', good]), 2, 'that is the source');
    expect(readFileSync(good, 'utf8')).toBe(ending(0));
  });

  it('stays what it was when the sources do not assemble', () => {
    const output = file('kept.elf', 'kept');
    expect(ringlab(['asm', file('broken.s', 'broken'), '-o', output]).status).toBe(65);
    expect(readFileSync(output, 'utf8')).toBe('kept');
  });

  it('is replaced whole, through a link, and leaves nothing beside it', () => {
    const output = file('output.elf', 'old');
    symlinkSync(output, file('link.elf'));
    expect(ringlab(['asm', good, '-o', file('link.elf')]).status).toBe(0);
    expect(ringlab(['run', output]).status).toBe(0);
    expect(readdirSync(dirname(output)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('may be a device', () => {
    expect(ringlab(['asm', good, '-o', '/dev/null'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync('/dev/null', 'utf8')).toBe('');
    expect(shell(`ringlab asm ${good} -o /dev/stdout | head -c 4 | tail -c 3`).stdout).toBe('ELF');
  });
});
