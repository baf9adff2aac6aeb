/** A real GDB, driven through a session; and what `ringlab debug` refuses. */
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ringlab, root, scratch } from './kit.ts';

const gdb = 'gdb-multiarch';
const hasGdb = spawnSync(gdb, ['--version']).status === 0;
/** In CI it is installed (.ci/run), and missing is a failure. */
const isSkipped = !hasGdb && process.env.CI === undefined;
const because = isSkipped ? ` (skipped: no ${gdb} here)` : '';

const file = scratch();

/** Counts to 5 in `counter`, printing each, then reads through a null pointer. */
const source = `    .globl _start
_start:
    la   sp, stack
    li   s2, 0
    la   s1, counter
loop:
    addi s2, s2, 1
    sw   s2, 0(s1)
    call emit
    li   t0, 5
    blt  s2, t0, loop
    lui  t0, 0xfffff
    lw   t1, 0(t0)
emit:
    li   t0, 0x10
    addi t1, s2, '0'
    out  t0, t1
    ret
    .data
counter:
    .word 0
    .space 256
stack:
    .word 0
`;

interface Conversation {
  /** What GDB printed. */
  readonly said: string;
  /** Standard output of ringlab, and its exit status. */
  readonly printed: string;
  readonly status: number | null;
}

/** Has GDB do `commands` with a guest. */
async function converse(
  path: string,
  options: readonly string[],
  commands: readonly string[],
): Promise<Conversation> {
  const child = spawn(process.execPath, ['cli/bin.js', 'debug', path, '--gdb', '127.0.0.1:0', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (status) => resolve(status));
  });
  let printed = '';
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString();
  });
  const port = await new Promise<string>((resolve) => {
    child.stderr.on('data', (bytes: Buffer) => {
      const found = /target remote 127\.0\.0\.1:(\d+)/.exec(bytes.toString());
      if (found) resolve(found[1] as string);
    });
  });
  const setup = ['set pagination off', 'set confirm off', 'set width 0', `target remote 127.0.0.1:${port}`];
  const args = [...setup, ...commands].flatMap((command) => ['-ex', command]);
  // One pipe for both streams: what GDB says is in the order in which it said it.
  const shell = ['-c', 'exec "$0" "$@" 2>&1', gdb, '-q', '-nx', '-batch', ...args, path];
  let said = '';
  spawn('bash', shell, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] }).stdout.on(
    'data',
    (bytes: Buffer) => {
      said += bytes.toString();
    },
  );
  const status = await ended;
  return { said, printed, status };
}

/** Assembles the guest with its source beside it; returns the ELF file's path. */
function assembled(): string {
  const elf = file('count.elf');
  expect(ringlab(['asm', file('count.s', source), '-o', elf]).status).toBe(0);
  return elf;
}

const ways = [[], ['--monitor', 'trap-and-emulate'], ['--engine', 'interpreter', '--monitor', 'hybrid']];

describe.skipIf(isSkipped)(`GDB${because}`, () => {
  it.each(ways.map((way) => [way.join(' ') || 'on the bare machine', way] as const))(
    'debugs a guest forwards and backwards: %s',
    async (_, options) => {
      const { said, printed, status } = await converse(assembled(), options, [
        'break emit',
        'continue',
        'backtrace',
        'print $s2',
        'info line *$pc',
        'next',
        'delete',
        'watch *(int*)&counter',
        'continue',
        'continue',
        'reverse-continue',
        'reverse-continue',
        'print *(int*)&counter',
        'reverse-stepi',
        'x/i $pc',
        'delete',
        'continue',
        'print $pc',
        'reverse-step',
        'info registers status memsize',
        'set var $s2 = 9',
        'print $s2',
        'kill',
      ]);
      expect(printed).toBe('12345');
      expect(status).toBe(0);
      const lines = said.split('\n');
      const expectInOrder = (...wanted: RegExp[]) => {
        let at = 0;
        for (const pattern of wanted) {
          const found = lines.findIndex((line, n) => n >= at && pattern.test(line));
          expect(found, `${pattern} after line ${at} of\n${said}`).toBeGreaterThanOrEqual(at);
          at = found + 1;
        }
      };
      expectInOrder(
        /^_start \(\) at .*count\.s:3$/,
        /^Breakpoint 1, emit \(\) at .*count\.s:15$/,
        /^#1 .* in loop \(\) at .*count\.s:9$/,
        /^\$1 = 1$/,
        /^Line 15 of ".*count\.s" starts at address/,
        /^16\s+addi t1, s2, '0'$/,
        /^Old value = 1$/,
        /^New value = 2$/,
        /^Old value = 2$/,
        /^New value = 3$/,
        /^Old value = 3$/,
        /^New value = 2$/,
        /^8\s+sw {3}s2, 0\(s1\)$/,
        /^Old value = 2$/,
        /^New value = 1$/,
        /^\$2 = 1$/,
        /^=> .*loop.*add/,
        /no handler for load access fault at address 0xfffff000, at step \d+/,
        /SIGSEGV/,
        /^\$3 = .*<loop\+28>$/,
        /^12\s+lui {2}t0, 0xfffff$/,
        /^status\s+0x0\s+\[ RING=0 UF=0 \]$/,
        /^memsize\s+0x1000000/,
        /^\$4 = 9$/,
      );
    },
  );

  it('is told of a guest that ends, and how to go back', async () => {
    const path = file('end.elf');
    const end = file('end.s', '_start:\n    li t0, 1\n    li t1, 3\n    out t0, t1\n');
    expect(ringlab(['asm', end, '-o', path]).status).toBe(0);
    const { said, status } = await converse(path, [], ['continue', 'reverse-stepi', 'continue', 'continue']);
    expect(said).toContain('ringlab: the guest powered off, status 3, at step 3. You can go back from here.');
    expect(said).toContain('exited with code 03');
    expect(status).toBe(3);
  });

  it('leaves a guest that it detaches from to run on', async () => {
    const { printed, status } = await converse(assembled(), [], ['break emit', 'continue', 'detach']);
    expect(printed).toBe('12345');
    expect(status).toBe(125);
  });
});

describe('ringlab debug', () => {
  it.each([
    [['guests/hello.s', '--gdb', 'nowhere'], 2, '--gdb nowhere: expected HOST:PORT'],
    [['guests/hello.s', '--gdb', '1.2.3.4:99999'], 2, 'expected HOST:PORT'],
    [['guests/hello.s', '--gdb', '0.0.0.0:1234'], 2, 'if you want that, add --allow-remote'],
    [['guests/hello.s', '--gdb', '192.0.2.1:1234', '--allow-remote'], 69, 'cannot listen there'],
    [
      ['guests/hello-process.s', '--gdb', ':0', '--process'],
      2,
      '--process: a process cannot be debugged; trace shows its steps',
    ],
    [
      ['guests/hello.s', '--gdb', ':0', '--max-steps', '9'],
      2,
      '--max-steps: the commands of the debugger decide when to stop',
    ],
    [['nowhere.s', '--gdb', ':0'], 65, 'nowhere.s: cannot read it'],
  ] as const)('refuses %j', (args, status, text) => {
    const result = ringlab(['debug', ...args]);
    expect(result.stderr).toContain(text);
    expect(result.status).toBe(status);
  });
});
