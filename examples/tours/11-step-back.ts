/** Lesson 11: a program crashes far from the mistake. Go back from the crash to its cause. */
import { describeTrap, peekWord } from '../../isa/machine/report.ts';
import type { Stop as MachineStop } from '../../isa/machine/stop.ts';
import { SymbolTable } from '../../isa/machine/symbols.ts';
import { formatStep } from '../../isa/machine/tracer.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { RecordedDevices } from '../../vmm/replay/devices.ts';
import { seekPoint, seekWrite } from '../../vmm/replay/search.ts';
import { stepBack } from '../../vmm/replay/stepping.ts';
import { createSubject, type Subject } from '../../vmm/replay/subject.ts';
import { finish, Timeline } from '../../vmm/replay/timeline.ts';
import type { Tour } from '../desk.ts';
import { listed } from '../evidence.ts';
import { memory, type Workbench } from '../workbench.ts';

const guest = 'examples/11-stray.s';
const place = { guest, isa: 'ring32-v', monitor: 'trap-and-emulate' };
/** The step of the store that wrote the bad word, and the first step of `fill`. */
const cause = 47;
const fill = 5;
/** The number of a1 among the general registers. */
const a1 = 11;

interface Run {
  readonly subject: Subject;
  readonly timeline: Timeline;
  readonly symbols: SymbolTable;
}

/** The guest, recorded from its first step to its end. */
function crashed(bench: Workbench, monitor = 'none'): Run & { readonly stop: MachineStop } {
  const variant = variantNamed(place.isa) as Variant;
  const devices = new RecordedDevices({ print: () => {} });
  const image = bench.image(guest);
  const subject = createSubject({ image, variant, memory, engine: 'interpreter', monitor, devices });
  const timeline = new Timeline(subject);
  const stop = toEnd(timeline);
  return { subject, timeline, symbols: new SymbolTable(image.symbols), stop };
}

function toEnd(timeline: Timeline): MachineStop {
  return finish(timeline.forward(Number.POSITIVE_INFINITY));
}

function explain(stop: MachineStop): string {
  if (stop.kind === 'unhandled') return `${describeTrap(stop.cause, stop.value)}, which nobody handles`;
  return stop.kind === 'power' ? `power off, status ${stop.status}` : stop.kind;
}

/** The current step and the next instruction. */
function shown({ subject: { machine }, symbols }: Run): string {
  const { steps: step, pc, ring } = machine;
  const record = { step, pc, ring, word: peekWord(machine, pc), trap: undefined, changed: [], exits: [] };
  return formatStep(record, machine.x, symbols);
}

/** Where `adder` is. */
function adder({ symbols }: Run) {
  return { at: symbols.address('adder') ?? 0, length: 4 };
}

/** What is in `adder` now. */
function value(run: Run): number {
  return run.subject.machine.memory.read(adder(run).at, 4);
}

/** The run, gone back from its end to the store that wrote `adder`; and its step. */
function blamed(bench: Workbench, monitor = 'none'): Run & { readonly step: number | undefined } {
  const run = crashed(bench, monitor);
  return { ...run, step: finish(seekWrite(run.timeline, adder(run)))?.step };
}

/** Whether the current instruction is the ninth store of fill. */
function isNinth(run: Run): boolean {
  const { machine } = run.subject;
  const [t0, a0] = [5, 10].map((n) => machine.x[n]);
  return t0 === 9 && a0 === adder(run).at && run.symbols.describe(machine.pc).startsWith('fill');
}

/** The run, gone back to the first step of fill. */
function atFill(bench: Workbench): Run {
  const run = crashed(bench);
  run.timeline.points.set({ addresses: new Set([run.symbols.address('fill') ?? 0]) });
  finish(seekPoint(run.timeline, 'all'));
  return run;
}

/** How the run ends when a1 is `count` at the first step of fill. */
function repaired(bench: Workbench, count: number): MachineStop {
  const { timeline } = atFill(bench);
  timeline.record({ kind: 'register', file: 'general', number: a1, value: count });
  return toEnd(timeline);
}

/** The number that was answered, if it can be one; otherwise the right one. */
const countOf = (text: string) => (/^[1-9]\d?$/.test(text) ? Number(text) : 8);

export const tour: Tour = {
  number: 11,
  title: 'Lesson 11: back from a crash to its cause',
  shows:
    'You can go back through a recorded run: from a crash to the store that wrote the bad word. Change it, and continue.',
  stops: [
    {
      say: 'This program should add up the squares of 1 to 8, and end with status 204:',
      go: { view: 'machine', place, step: 'end' },
      show: (bench) => {
        const run = crashed(bench);
        return [...listed(bench.text(guest)), '', `It ends with: ${explain(run.stop)}`, shown(run)];
      },
      check: [
        {
          claim: 'it ends by a trap that nobody handles',
          holds: (bench) => crashed(bench).stop.kind === 'unhandled',
        },
      ],
    },
    {
      say: 'There is none of its code here, and no sign of how it came here. One step back:',
      go: { view: 'machine', place, step: 59 },
      mark: ['t1'],
      show: (bench) => {
        const run = crashed(bench);
        finish(stepBack(run.timeline));
        return [shown(run)];
      },
      check: [
        {
          claim: 'the word `adder`, which held the address of `add`, now holds 81',
          holds: (bench) => value(crashed(bench)) === 81,
        },
      ],
    },
    {
      say: 'So somebody wrote to `adder`. The machine can go back to the store that did.',
      ask: {
        text: 'Behind which label is the instruction that wrote it?',
        answer: 'fill',
        right: `As you said: fill, at step ${cause}.`,
        wrong: `It was in fill, at step ${cause}.`,
      },
      go: { view: 'machine', place, step: cause },
      mark: ['t0', 'a0', 't1'],
      show: (bench) => [shown(blamed(bench))],
      check: [
        {
          claim: `it was the store at step ${cause}: before it, adder holds the address of add`,
          holds: (bench) => {
            const run = blamed(bench);
            return run.step === cause && value(run) === run.symbols.address('add');
          },
        },
        {
          claim: 'it was the ninth store of fill, to the word behind the table',
          holds: (bench) => isNinth(blamed(bench)),
        },
        {
          claim: 'under a monitor it is the same step',
          holds: (bench) => blamed(bench, place.monitor).step === cause,
        },
      ],
    },
    {
      say: 'Further back, at the first step of fill, a1 says how many squares it writes. It is 9.',
      ask: { text: 'What should a1 be?', within: 0, answer: '8' },
      go: { view: 'machine', place, step: fill },
      mark: ['a1'],
      show: (bench, { text }) => [
        shown(atFill(bench)),
        '',
        `From here on with ${countOf(text)}: ${explain(repaired(bench, countOf(text)))}`,
      ],
      check: [
        {
          claim: 'with 8, the sum is 204',
          holds: (bench) => {
            const stop = repaired(bench, 8);
            return stop.kind === 'power' && stop.status === 204;
          },
        },
      ],
    },
  ],
  more: `ringlab debug ${guest}`,
};
