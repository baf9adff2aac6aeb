/** `ringlab translate`: guest code and its translation side by side. What is in it: test/golden. */
import { describe, expect, it } from 'vitest';
import { hintFor, ending, ringlab, scratch } from './kit.ts';

const file = scratch();
const kernel = 'guests/kernel/kernel.s';
const small = file(
  'small.s',
  ending(0, 'first: cli\n nop\n call last\nback: j end\nlast: getf t0\n ret\nend:'),
);

interface Word {
  readonly address: number;
  readonly assembly: string;
  readonly kind: string;
  readonly note: string;
}

interface Document {
  readonly format: string;
  readonly isa: string;
  readonly statistics: { readonly units: number };
  readonly units: readonly {
    readonly pc: number;
    readonly ring: number;
    readonly instructions: readonly {
      readonly pc: number;
      readonly word: number;
      readonly words: readonly (Word & { readonly word: number })[];
    }[];
  }[];
  readonly targets: readonly { readonly target: number }[];
}

function listing(...args: string[]): Document {
  return JSON.parse(ringlab(['translate', '--json', ...args]).stdout) as Document;
}

describe('ringlab translate', () => {
  it("prints each instruction beside the words that ran instead; the guest's own output goes to stderr", () => {
    const { status, stdout, stderr } = ringlab(['translate', small]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^00010000 cli +ffc00000 sb zero, -2048\(zero\) +sequence FLAGS$/m);
    expect(stdout).toMatch(/^00010004 addi zero, zero, 0 +ffc00004 addi zero, zero, 0 +identical$/m);
    expect(stdout).toMatch(/^\w{8} out t0, t1 +\w{8} vmcall +callout$/m);
    expect(ringlab(['translate', 'guests/hello.s']).stderr).toBe('Hello from ring 0\n');
  });

  it('fits in 80 columns whatever the guest, and has no colours in a pipe', () => {
    const { stdout } = ringlab(['translate', kernel]);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\x1b');
  });

  it('shows only units that have the place of --at in them', () => {
    expect(listing('--at', 'last', small).units.map(({ pc }) => pc)).toEqual([0x10014]);
    expect(listing('--at', 'back', small).targets.map(({ target }) => target)).toEqual([0x10010]);
    expect(listing('--at', 'last', small).targets).toEqual([]);
    expect(listing('--at', '0x10018', small).units.map(({ pc }) => pc)).toEqual([0x10014]);
  });

  it('says so when nothing stands in the cache there', () => {
    const { status, stderr } = ringlab(['translate', '--at', '0x20000', small]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `ringlab: ${small}: the cache contains no translation of 0x20000: the guest did not run there, or ran there in ring 3, or the unit was given up\n`,
    });
  });

  it('shows user code only with --translate-user', () => {
    const isUser = ({ ring }: { ring: number }) => ring === 3;
    expect(listing('guests/red-pill.s').units.some(isUser)).toBe(false);
    expect(listing('--translate-user', 'guests/red-pill.s').units.some(isUser)).toBe(true);
  });

  it('tells the same, for every instruction and word, as JSON', () => {
    const { format, isa, units } = listing('--isa', 'ring32-x', kernel);
    expect({ format, isa }).toEqual({ format: 'ringlab-translate', isa: 'ring32-x' });
    const instructions = units.flatMap((unit) => unit.instructions);
    expect(instructions.length).toBeGreaterThan(100);
    for (const { pc, word, words } of instructions) {
      expect(words.length, `at ${pc}`).toBeGreaterThan(0);
      const identical = words.filter(({ kind }) => kind === 'identical');
      if (identical.length > 0) expect(words.map((one) => one.word)).toEqual([word]);
    }
  });

  it('stops where --max-steps says, and shows what stands in the cache there', () => {
    const endless = file('endless.s', '_start: li t0, 1\n1: j 1b\n');
    const { status, stdout, stderr } = ringlab(['translate', '--max-steps', '100', endless]);
    expect({ status, stderr: stderr.slice(0, stderr.indexOf('\n') + 1) }).toEqual({
      status: 124,
      stderr: `ringlab: ${endless}: stopped after 100 steps, as --max-steps asked\n`,
    });
    expect(stdout).toMatch(/^00010004 jal zero, 00010004 +(\w{8}) jal zero, \1 +chained$/m);
  });

  it('shows what was translated of a guest that crashes, and tells the crash as run does', () => {
    const { status, stdout, stderr } = ringlab(['translate', file('crash.s', '_start: ebreak\n')]);
    expect(status).toBe(125);
    expect(stdout).toMatch(/, 0 steps:\n/);
    expect(stdout).toMatch(/^00010000 ebreak +ffc00000 vmcall +callout$/m);
    expect(stderr).toContain('stopped by a trap that nobody handles (TVEC is 0):\n  breakpoint');
  });

  it.each([
    [['--process', 'guests/primes.s'], '--process: a process has no supervisor code to translate'],
    [
      ['--monitor', 'hybrid', small],
      '--monitor hybrid: the guest runs under binary-translation here; leave it out',
    ],
    [['--at', 'nowhere', small], '--at nowhere: "nowhere" is neither a symbol of the guest nor an address'],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = ringlab(['translate', ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: `ringlab: ${message}\n${hintFor('translate')}` });
  });
});
