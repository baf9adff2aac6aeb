/**
 * What a page does with the core, as one function from files to results: run by Node and by a browser, which must
 * agree to the byte. It imports what needs no Node.
 */
import { assemble } from '../../assembler/index.ts';
import { pathFrom } from '../../assembler/source/path.ts';
import { classify } from '../../isa/classify/classify.ts';
import { formatJson } from '../../isa/classify/format-json.ts';
import type { EngineName } from '../../isa/engines/engine.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { bytesToHex, joined, utf8 } from '../../isa/machine/bytes.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';
import { type Variant, variantNamed, variants } from '../../isa/table/variants.ts';
import { TwoHosts } from '../../examples/hosts.ts';
import { presets } from '../../vmm/migration/policy.ts';
import { compareSides, type Side } from '../../vmm/monitor/compare.ts';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { RecordedDevices } from '../../vmm/replay/devices.ts';
import { decodeRecording, encodeRecording, identityOf } from '../../vmm/replay/recording.ts';
import { stepBack } from '../../vmm/replay/stepping.ts';
import { createSubject, type Subject } from '../../vmm/replay/subject.ts';
import { finish, Timeline } from '../../vmm/replay/timeline.ts';
import { portableSha256 } from '../../vmm/wire/sha256.ts';

/** What the page is given: texts by path, and what the kernel wants. Bytes of the disk are one a character. */
export interface Task {
  readonly files: Readonly<Record<string, string>>;
  readonly kernel: string;
  /** A guest that a monitor runs otherwise than the machine does on ring32-x. */
  readonly divergent: string;
  readonly input: string;
  readonly disk: string;
}

const memory = 2 ** 21;

/** Code is compiled sooner than it pays, for the kernel is short, and not all of it, for compiling takes its time. */
const sooner = { hot: 1000 };

/** Everything, by name; sums are SHA-256. */
export function work(task: Task) {
  const { elf } = assembleFile(task, task.kernel);
  const image = readImage(elf);
  return {
    elf: sumOf(elf),
    runs: runs(task, image),
    comparisons: comparisons(task, image),
    classifications: variants.map((variant) => formatJson(classify(variant))),
    recording: recording(task, image),
    migration: migration(image),
  };
}

function assembleFile({ files }: Task, name: string) {
  const readFile = (path: string, from: string) => utf8(textOf(files, pathFrom(from, path)));
  return assemble([{ name, text: textOf(files, name) }], { readFile });
}

function textOf(files: Task['files'], path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`${path}: no such file`);
  return text;
}

function sumOf(bytes: Uint8Array): string {
  const hash = portableSha256();
  hash.update(bytes);
  return bytesToHex(hash.digest());
}

// ---- Migration ----

/** The kernel moved between two hosts while it runs: rounds, stages and time, and whether it is as if it had stayed. */
function migration(image: Image) {
  const hosts = new TwoHosts({ image, memory, stepsPerMs: 50, bytesPerMs: 2 ** 14 });
  for (let n = 0; n < 20; n++) hosts.step();
  const { state, rounds } = hosts.migrate(presets.ringlab);
  for (let n = 0; n < 20; n++) hosts.step();
  const { told, still, steps } = hosts;
  return { state, rounds, told, still, steps, isRight: hosts.isAsIfItHadStayed() };
}

// ---- Running ----

interface Running {
  readonly subject: Subject;
  readonly printed: number[];
}

interface Way {
  readonly engine: EngineName;
  readonly monitor: string;
  readonly variant?: string;
  readonly translateUser?: boolean;
}

/** `auto` is one of these two. */
const engines: readonly EngineName[] = ['interpreter', 'fast'];

const monitors = ['none', ...strategies.map(({ name }) => name)];

function begin(task: Task, image: Image, { variant = 'ring32-v', ...way }: Way): Running {
  const printed: number[] = [];
  const devices = new RecordedDevices({
    print: (byte) => void printed.push(byte),
    input: utf8(task.input),
    disk: new MemoryDisk(Uint8Array.from(task.disk, (char) => char.charCodeAt(0))),
  });
  const found = variantNamed(variant) as Variant;
  return {
    subject: createSubject({ image, variant: found, memory, ...way, devices, fast: sooner }),
    printed,
  };
}

/** All that can be seen of a guest. */
function stateOf({ subject, printed }: Running): Record<string, unknown> {
  const { machine } = subject;
  const { pc, status, registers } = machine.save();
  return {
    step: machine.steps,
    pc,
    status,
    registers: [...registers],
    memory: sumOf(machine.memory.bytes),
    printed: String.fromCharCode(...printed),
  };
}

/** The kernel from beginning to end by every engine, bare and under every strategy. */
function runs(task: Task, image: Image) {
  return engines.flatMap((engine) =>
    monitors.map((monitor) => {
      const running = begin(task, image, { engine, monitor });
      const stop = running.subject.run(5_000_000);
      const { engine: made } = running.subject;
      const compiledSteps = made instanceof FastEngine ? made.statistics.compiledSteps : 0;
      return { engine, monitor, stop, compiledSteps, ...stateOf(running) };
    }),
  );
}

/** In lockstep: the kernel's beginning under every strategy, and a guest that diverges. */
function comparisons(task: Task, kernel: Image) {
  const compare = (image: Image, way: Way, limit: number) => {
    const side = (monitor: string) => (): Side => {
      const { subject, printed } = begin(task, image, { ...way, monitor });
      return { machine: subject.machine, printed, run: subject.run };
    };
    return { ...way, ...compareSides(side('none'), side(way.monitor), limit) };
  };
  const onX = { engine: 'interpreter', variant: 'ring32-x' } as const;
  const divergent = readImage(assembleFile(task, task.divergent).elf);
  return [
    ...strategies.map(({ name }) => compare(kernel, { engine: 'interpreter', monitor: name }, 20_000)),
    compare(divergent, { ...onX, monitor: 'trap-and-emulate' }, 100_000),
    compare(divergent, { ...onX, monitor: 'binary-translation', translateUser: true }, 100_000),
  ];
}

// ---- Recording ----

/** A run recorded to its end, gone back in step by step; then the same run made anew of the recording's bytes. */
function recording(task: Task, image: Image): Record<string, unknown> {
  const way: Way = { engine: 'interpreter', monitor: 'trap-and-emulate' };
  const first = begin(task, image, way);
  const timeline = new Timeline(first.subject);
  const stop = finish(timeline.forward(5_000_000));
  const back = Array.from({ length: 20 }, () => {
    finish(stepBack(timeline));
    return stateOf(first);
  });
  finish(timeline.seek(Math.floor(timeline.edge / 2)));
  const middle = stateOf(first);
  const disk = new MemoryDisk(Uint8Array.from(task.disk, (char) => char.charCodeAt(0)));
  const variant = variantNamed('ring32-v') as Variant;
  const identity = identityOf(image, variant, memory, disk, portableSha256);
  const prepared = utf8(task.input);
  const { edge: end, inputs } = timeline;
  const bytes = encodeRecording({ identity, prepared, inputs: inputs.all, end, ended: true }, portableSha256);
  const read = decodeRecording(joined([bytes]), portableSha256);
  const again = begin(task, image, way);
  const other = new Timeline(again.subject);
  other.replay(read.inputs, read.end);
  finish(other.seek(Math.floor(read.end / 2)));
  return { stop, back, middle, file: sumOf(bytes), again: stateOf(again) };
}
