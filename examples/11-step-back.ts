/** Lesson 11: a program crashes far from the mistake. Go back from the crash to its cause. */
import { assemble } from '../assembler/index.ts';
import { type Image, readImage } from '../isa/machine/image.ts';
import { describeTrap, peekWord } from '../isa/machine/report.ts';
import type { Stop } from '../isa/machine/stop.ts';
import { SymbolTable } from '../isa/machine/symbols.ts';
import { formatStep } from '../isa/machine/tracer.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { RecordedDevices } from '../vmm/replay/devices.ts';
import { seekPoint, seekWrite } from '../vmm/replay/search.ts';
import { stepBack } from '../vmm/replay/stepping.ts';
import { createSubject } from '../vmm/replay/subject.ts';
import { finish, Timeline } from '../vmm/replay/timeline.ts';
import { type Desk, giveIfMain, type Lesson, readBeside, wordsOf } from './lesson.ts';

const guest = '11-stray.s';
const memory = 2 ** 20;
/** The number of a1 among the general registers. */
const a1 = 11;

export const lesson: Lesson = {
  title: 'Lesson 11: back from a crash to its cause',
  shows:
    'You can go back through a recorded run: from a crash to the store that wrote the bad word. Change it, and continue.',
  give,
};

async function give(desk: Desk): Promise<void> {
  const text = readBeside(guest);
  for (const line of text.trimEnd().split('\n')) desk.say(`  | ${line}`);
  desk.say('\nIt should add up the squares of 1 to 8, and end with status 204.');
  const image = readImage(assemble([{ name: guest, text }]).elf);
  const run = record(image, 'none');
  const stop = crash(run);
  desk.say(`\nIt ends with: ${explain(stop)}`);
  desk.say(show(run));
  desk.say('\nThere is no code of its own, and no sign of how it came there. One step back:');
  finish(stepBack(run.timeline));
  desk.say(show(run));
  desk.say('So the word `adder`, which held the address of `add`, held something else.\n');
  const said = wordsOf(await desk.ask('Which instruction wrote it? (the label that it is behind)'));
  const cause = blame(desk, run);
  desk.say(`${said.has('fill') ? 'As you said: fill' : 'It was in fill'}, at step ${cause}.\n`);
  desk.check('it was the ninth store of fill, to the word behind the table', isNinth(run));
  const again = record(image, 'trap-and-emulate');
  crash(again);
  desk.check(
    'under a monitor it is the same step',
    finish(seekWrite(again.timeline, adder(again)))?.step === cause,
  );
  await repair(desk, run);
}

type Run = ReturnType<typeof record>;

/** The guest, recorded from its first step. */
function record(image: Image, monitor: string) {
  const variant = variantNamed('ring32-v') as Variant;
  const devices = new RecordedDevices({ print: () => {} });
  const subject = createSubject({ image, variant, memory, engine: 'interpreter', monitor, devices });
  return { subject, timeline: new Timeline(subject), symbols: new SymbolTable(image.symbols) };
}

/** Runs the guest to its end. */
function crash({ timeline }: Run): Stop {
  return finish(timeline.forward(Number.POSITIVE_INFINITY));
}

function explain(stop: Stop): string {
  if (stop.kind === 'unhandled') return `${describeTrap(stop.cause, stop.value)}, which nobody handles`;
  return stop.kind === 'power' ? `power off, status ${stop.status}` : stop.kind;
}

/** The current step and the next instruction. */
function show({ subject: { machine }, symbols }: Run): string {
  const { steps: step, pc, ring } = machine;
  const record = { step, pc, ring, word: peekWord(machine, pc), trap: undefined, changed: [], exits: [] };
  return formatStep(record, machine.x, symbols);
}

/** Where `adder` is. */
function adder({ symbols }: Run) {
  return { at: symbols.address('adder') ?? 0, length: 4 };
}

function value(run: Run): number {
  return run.subject.machine.memory.read(adder(run).at, 4);
}

/** Goes back to the store that wrote `adder`; returns its step. */
function blame(desk: Desk, run: Run): number {
  const bad = value(run);
  const found = finish(seekWrite(run.timeline, adder(run)));
  desk.say(`\n${show(run)}`);
  desk.check(
    `before it, adder holds the address of add; after it, ${bad}`,
    value(run) === run.symbols.address('add'),
  );
  return found?.step ?? -1;
}

/** Whether the current instruction is the ninth store of fill. */
function isNinth(run: Run): boolean {
  const { machine } = run.subject;
  const [t0, a0] = [5, 10].map((n) => machine.x[n]);
  return t0 === 9 && a0 === adder(run).at && run.symbols.describe(machine.pc).startsWith('fill');
}

/** Goes back to the call of fill and has it write one word less. */
async function repair(desk: Desk, run: Run): Promise<void> {
  const { timeline, subject, symbols } = run;
  timeline.points.set(new Set([symbols.address('fill') ?? 0]), []);
  finish(seekPoint(timeline, 'all'));
  desk.say(`\nFurther back, to the first step of fill, where a1 is ${subject.machine.x[a1]}:`);
  desk.say(show(run));
  const said = await desk.ask('What should a1 be?');
  const count = /^\s*[1-9]\d?\s*$/.test(said) ? Number(said) : 8;
  timeline.record({ kind: 'register', file: 'general', number: a1, value: count });
  desk.say(`\nFrom here on with ${count}: ${explain(crash(run))}`);
  finish(seekPoint(timeline, 'all'));
  timeline.record({ kind: 'register', file: 'general', number: a1, value: 8 });
  const stop = crash(run);
  desk.check('with 8, the sum is 204', stop.kind === 'power' && stop.status === 204);
}

await giveIfMain(import.meta.url, lesson);
