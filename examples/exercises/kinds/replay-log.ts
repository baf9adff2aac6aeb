/** What of this run does the replay log contain? */
import { CAUSE } from '../../../isa/table/traps.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { RecordedDevices } from '../../../vmm/replay/devices.ts';
import type { RecordedInput } from '../../../vmm/replay/inputs.ts';
import { decodeRecording, encodeRecording, identityOf } from '../../../vmm/replay/recording.ts';
import { createSubject } from '../../../vmm/replay/subject.ts';
import { finish, Timeline } from '../../../vmm/replay/timeline.ts';
import { portableSha256 } from '../../../vmm/wire/sha256.ts';
import type { Kind } from '../exercise.ts';
import { addressOf, imageOf, listed, memory } from '../guest.ts';

const variant = variantNamed('ring32-v') as Variant;

/** Counts, is interrupted by its timer, and repeats what is typed. */
function programWith(period: number): string {
  return [
    '_start: la   t0, handler',
    '        mts  TVEC, t0',
    '        addi s1, zero, 16        # the console’s port',
    '        addi s2, zero, -1        # what it reads if there is none',
    `        addi s4, zero, ${period}`,
    '        mts  TIMER, s4',
    '        sti',
    'loop:   addi s0, s0, 1',
    'clock:  mfs  a1, TIME',
    'read:   in   a0, s1',
    '        beq  a0, s2, loop',
    'write:  out  s1, a0',
    '        j    loop',
    'handler: mts TIMER, s4           # and again',
    '        iret',
    '',
  ].join('\n');
}

/** Something that happened at a step. */
interface Happened {
  readonly step: number;
  readonly what: string;
}

/** Runs the program to step `end`; bytes are typed at some steps. Returns what happened, and what was recorded. */
function record(
  program: string,
  typed: readonly { readonly step: number; readonly byte: string }[],
  end: number,
) {
  const image = imageOf(program);
  const happened: Happened[] = [];
  const devices = new RecordedDevices({ print: () => {} });
  const subject = createSubject({ image, variant, memory, engine: 'interpreter', devices });
  const { machine } = subject;
  const timeline = new Timeline(subject);
  machine.onTrap = (cause) => {
    if (cause >>> 0 === CAUSE.INTERRUPT) happened.push({ step: machine.steps, what: 'the timer interrupt' });
  };
  devices.onOutput = (byte) =>
    happened.push({ step: machine.steps, what: `the byte ${String.fromCharCode(byte)} that was printed` });
  const clock = addressOf(image, 'clock');
  for (const { step, byte } of [...typed, { step: end, byte: '' }]) {
    while (machine.steps < step) {
      if (machine.pc === clock) happened.push({ step: machine.steps, what: 'the time that mfs read' });
      finish(timeline.forward(machine.steps + 1));
    }
    if (byte === '') continue;
    happened.push({ step: machine.steps, what: `the byte ${byte} that was typed` });
    timeline.record({ kind: 'console', bytes: new TextEncoder().encode(byte) });
  }
  const identity = identityOf(image, variant, memory, undefined, portableSha256);
  const data = { identity, prepared: null, inputs: timeline.inputs.all, end, ended: false };
  const { inputs } = decodeRecording(encodeRecording(data, portableSha256), portableSha256);
  return { happened, inputs };
}

export const replayLog: Kind = {
  name: 'replay-log',
  unit: 8,
  asks: 'What of this run is in the recording?',
  make(random) {
    const program = programWith(random.between(20, 50));
    const letters = random.sample([...'abcdefgh'], random.between(1, 3));
    const typed = letters.map((byte, n) => ({ step: 12 + 25 * n + random.between(0, 20), byte }));
    const { happened, inputs } = record(program, typed, 110);
    const fromInside = random.sample(
      happened.filter(({ what }) => !what.includes('typed')),
      4,
    );
    const asked = [...fromInside, ...happened.filter(({ what }) => what.includes('typed'))];
    const events = asked.toSorted((one, other) => one.step - other.step);
    const textOf = ({ step, what }: Happened) => `step ${step}: ${what}`;
    const choices = events.map(textOf);
    return {
      question: [
        'This guest was recorded for 110 steps, while somebody typed at its console:',
        '',
        ...listed(program),
        '',
        'All of this happened. What of it must be in the recording, so that the run can be repeated step for step?',
      ],
      form: { kind: 'choices', choices },
      answer: events.filter((event) => inputs.some((one) => isOf(one, event))).map(textOf),
      why: [
        'A run is a function of its image, its variant and what comes from outside. Time is the number of steps, so the timer and TIME come again by themselves, as does all that is printed. In the recording:',
        ...inputs.map(({ step, input }) => `  step ${step}: ${input.kind}`),
      ],
      program,
      commands: ['ringlab record FILE --memory 1M --max-steps 110 -o run.rec || true'],
    };
  },
};

/** Whether a recorded input is what happened there: an input is of its step, and console input has the byte. */
function isOf({ step, input }: RecordedInput, { step: at, what }: Happened): boolean {
  if (step !== at) return false;
  return (
    input.kind !== 'console' || what.includes(`byte ${new TextDecoder().decode(input.bytes)} that was typed`)
  );
}
