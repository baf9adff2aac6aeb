/** At which instruction does this guest first differ from the bare machine? */
import { variants } from '../../../isa/table/variants.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import type { Kind } from '../exercise.ts';
import { compared, imageOf, listed } from '../guest.ts';
import { classified, someVariant } from './sensitive.ts';
import type { Random } from '../random.ts';

/** Instructions of a kernel that can go wrong, and some that cannot. */
function someCode(random: Random): readonly string[] {
  const shows = ['sring a1', 'getf a2', 'svec a3', 'smsw a4', 'setf s2', 'lra  a5, s1', 'sptb a6'];
  const others = ['mfs  a7, IPEND', 'sti', 'cli', 'add  a1, a2, a3', 'lw   a4, 0(s1)', 'mts  SCRATCH0, a2'];
  return random.shuffle([...random.sample(shows, 4), ...random.sample(others, 2)]);
}

export const firstDifference: Kind = {
  name: 'first-difference',
  unit: 4,
  asks: 'Where does this guest first differ from the bare one?',
  make(random) {
    const own = someVariant(random, 8);
    const [sound, open = own] = variants;
    const variant = random.pick([open, open, own, own, own, sound ?? own]);
    const others = strategies.filter(({ name }) => name !== 'interpret').map(({ name }) => name);
    const monitor = random.pick([...Array.from({ length: 6 }, () => 'trap-and-emulate'), ...others]);
    const code = someCode(random);
    const program = [
      '_start: la   s1, handler',
      '        mts  TVEC, s1',
      '        li   s2, 0x5a00',
      ...code.map((line) => `        ${line}`),
      'handler: li  t0, 1',
      '        out  t0, zero            # power off',
      '',
    ].join('\n');
    const { divergence } = compared(imageOf(program), { variant, monitor });
    const choices = [...code, 'nowhere: every step is equal'];
    const found = code.find((line) => normal(line) === normal(divergence?.instruction ?? ''));
    const file = variants.includes(variant) ? variant.name : 'mine.json';
    if ((found === undefined) !== (divergence === undefined)) throw new Error('the difference is elsewhere');
    return {
      question: [
        file === 'mine.json'
          ? `On this machine only these run outside ring 0 without a trap: ${[...variant.unprivileged].sort().join(', ')}.`
          : `The machine is ${variant.name}.`,
        `A guest’s kernel runs on it, bare and under ${monitor}, step by step:`,
        '',
        ...listed(program),
        '',
        'After which instruction do the two differ for the first time?',
      ],
      form: { kind: 'choice', choices },
      answer: [found ?? (choices.at(-1) as string)],
      why:
        divergence === undefined
          ? ['No instruction showed or changed anything that the monitor did not hear of.']
          : divergence.differences.map(
              ({ what, left, right }) => `${what}: ${left} bare, ${right} under the monitor`,
            ),
      program,
      commands: [
        ...(file === 'mine.json' ? [classified(variant)[0] as string] : []),
        `ringlab compare FILE --memory 1M --isa ${file} --with ${monitor} || true`,
      ],
    };
  },
};

/** An instruction without the spaces that only line it up. */
function normal(line: string): string {
  return line.replaceAll(/\s+/g, ' ');
}
