/** The grammar of guests' head comments: what it takes, and that it takes nothing else. */
import { describe, expect, it } from 'vitest';
import { parseExpectations } from './expectations.ts';

const complete = ['# expect console: "a\\n"', '# expect status: 1', '# expect steps: 2'];

function parse(...lines: readonly string[]) {
  return parseExpectations(`${['# A guest.', ...complete, ...lines].join('\n')}\n\n    nop\n`);
}

describe('A head comment', () => {
  it('promises the same on all variants, and ends by the power port, unless it says otherwise', () => {
    const { outcomes } = parse();
    expect([...outcomes.keys()]).toEqual(['ring32-v', 'ring32-x', 'ring32-h']);
    expect(outcomes.get('ring32-h')).toEqual({
      console: 'a\n',
      status: 1,
      steps: 2,
      stop: 'power',
      disk: undefined,
    });
  });

  it('joins the lines of the console, and replaces them all where a variant has its own', () => {
    const { outcomes } = parse('# expect console: "b" "c"', '# expect console on ring32-x: "d"');
    expect([...outcomes.values()].map(({ console }) => console)).toEqual(['a\nbc', 'd', 'a\nbc']);
  });

  it('lets a variant differ in status, steps and stop', () => {
    const { outcomes } = parse(
      '# expect status on ring32-h: 125',
      '# expect steps on ring32-h: 9',
      '# expect stop on ring32-h: unhandled privileged instruction',
    );
    const [v, , h] = [...outcomes.values()];
    expect([v?.status, v?.steps, v?.stop]).toEqual([1, 2, 'power']);
    expect([h?.status, h?.steps, h?.stop]).toEqual([125, 9, 'unhandled privileged instruction']);
  });

  it('says what the guest needs', () => {
    const process = parse('# with process: yes', '# with arguments: "x y" "z"', '# with input: "\\u0004"');
    expect([process.process, process.arguments, process.input]).toEqual([true, ['x y', 'z'], '\u0004']);
    expect([...process.outcomes.values()].map(({ stop }) => stop)).toEqual(['exit']);
    expect(parse('# with memory: 64K').memory).toBe(65536);
    expect(parse('# with peer: a.s b.s').peers).toEqual(['a.s', 'b.s']);
    expect([...parse('# with variants: ring32-x ring32-v').outcomes.keys()]).toEqual([
      'ring32-x',
      'ring32-v',
    ]);
  });

  it('expects the disk to stay as it was, unless it says otherwise', () => {
    expect(parse('# with disk: "a" ""').outcomes.get('ring32-v')?.disk).toEqual(['a', '']);
    const changed = parse('# with disk: "a" ""', '# expect disk: "a" "a"');
    expect([changed.disk, changed.outcomes.get('ring32-x')?.disk]).toEqual([
      ['a', ''],
      ['a', 'a'],
    ]);
  });

  it.each([
    ['# expect: 3', 'line 5: expected `# expect NAME: VALUE`'],
    ['# with all due respect', 'line 5: expected `# expect NAME: VALUE`'],
    ['# expect status 3', 'line 5: expected'],
    ['#expect status: 3', 'line 5: expected'],
    ['# expect colour: red', '`expect colour` is unknown; there are with process'],
    ['# expect status: 3', '`expect status` is said twice'],
    ['# expect status on ring32-x: three', '`three` is no number'],
    ['# expect status on ring32-q: 3', 'it does not run on ring32-q'],
    ['# expect stop: crash', '`crash` is none of power'],
    ['# expect console: b', '`b` is no list of texts'],
    ['# expect console: "\\q"', 'has an escape that JSON does not know'],
    ['# with process: no', '`no` is none of yes'],
    ['# with environment: spim', '`spim` is none of linux, rars'],
    ['# with variants: ring32-w', '`ring32-w` is none of ring32-v'],
    ['# with memory: 12', '`12` is no size'],
    ['# with input on ring32-x: "a"', '`with input` cannot depend on the variant'],
    ['\n    nop\n# expect status: 3', 'line 7: this belongs into the comment at the head'],
  ])('refuses %j', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  it('refuses to run a guest that leaves open what it prints, how it ends or how long it takes', () => {
    for (const left of complete) {
      const rest = complete.filter((line) => line !== left).join('\n');
      expect(() => parseExpectations(rest)).toThrow(/no `expect \w+: …` for ring32-v/);
    }
    expect(() => parseExpectations('nop')).toThrow('no `expect console');
  });

  it('refuses variants of a process, which has none', () => {
    expect(() => parse('# with process: yes', '# with variants: ring32-v')).toThrow(
      'a process has no variants',
    );
  });
});
