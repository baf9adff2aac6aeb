/** Recordings as bytes: the same run again in any way, and every damage refused. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { variantNamed, type Variant } from '../../../isa/table/variants.ts';
import { RecordingError } from '../../../vmm/replay/container.ts';
import {
  checkIdentity,
  decodeRecording,
  encodeRecording,
  identityOf,
  type Recording,
} from '../../../vmm/replay/recording.ts';
import { finish } from '../../../vmm/replay/timeline.ts';
import { randomProgram } from '../../property/generate.ts';
import { imageOf, memorySize } from '../../property/program.ts';
import { Random } from '../../property/random.ts';
import { image } from '../assembled.ts';
import { seed } from '../../property/seed.ts';
import { digest, guestRun, randomRun, ways } from './kit.ts';
import { sha256 } from '../../../cli/sha256.ts';

const variant = variantNamed('ring32-v') as Variant;

/** Reads bytes until a q, adding them up at 0x8000; its interrupts are on. */
const reader = image(`    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
    li   s0, 0x10
    li   s1, 0x8000
    li   s2, 'q'
    li   t0, 0x11
    li   t1, 1
    out  t0, t1
    sti
1:  addi s3, s3, 1
    j    1b
    .balign 4
handler:
    in   t0, s0
    lw   t1, 0(s1)
    add  t1, t1, t0
    sw   t1, 0(s1)
    beq  t0, s2, 2f
    iret
2:  li   t0, 1
    out  t0, t1
`);

/** A run of the reader, with bytes typed at these steps. */
function recorded(steps: readonly number[]): { recording: Recording; digest: string } {
  const run = guestRun(reader, { monitor: 'none', engine: 'interpreter' });
  const { timeline } = run;
  for (const [n, step] of steps.entries()) {
    finish(timeline.forward(step));
    const last = n === steps.length - 1;
    timeline.record({ kind: 'console', bytes: Buffer.from(last ? 'q' : String.fromCharCode(97 + n)) });
  }
  const stop = finish(timeline.forward(1_000_000));
  const identity = identityOf(reader, variant, 2 ** 20, undefined, sha256);
  const { edge: end, inputs } = timeline;
  const ended = stop.kind === 'power';
  return { recording: { identity, prepared: null, inputs: inputs.all, end, ended }, digest: digest(run) };
}

const steps = [40, 1000, 1001, 5003];

describe.each(ways)('A recording, run again by $engine, monitor $monitor', (way) => {
  it('comes to the same state at the same step', () => {
    const { recording, digest: expected } = recorded(steps);
    const read = decodeRecording(encodeRecording(recording, sha256), sha256);
    expect(read).toEqual({
      ...recording,
      inputs: recording.inputs.map((one) => ({
        ...one,
        input: { ...one.input, bytes: expect.any(Uint8Array) },
      })),
    });
    const run = guestRun(reader, way);
    run.timeline.replay(read.inputs, read.end);
    const stop = finish(run.timeline.forward(1_000_000));
    expect(stop.kind).toBe('power');
    expect(run.timeline.step).toBe(read.end);
    expect(digest(run)).toBe(expected);
  });
});

describe(`Random recorded runs (seed ${seed})`, () => {
  it('are run again to the same state at every step', () => {
    for (let n = 0; n < 20; n++) {
      const random = new Random(seed, n);
      const program = randomProgram(seed, n);
      const run = randomRun(program, { monitor: 'none', engine: 'interpreter' });
      for (let until = 100; until < 1500; until += 1 + random.below(400)) {
        if (finish(run.timeline.forward(until)).kind !== 'limit') break;
        run.timeline.record({ kind: 'register', file: 'general', number: 6, value: random.word() });
      }
      finish(run.timeline.forward(1500));
      const identity = identityOf(imageOf(program), variant, memorySize, undefined, sha256);
      const { edge: end, inputs } = run.timeline;
      const bytes = encodeRecording(
        { identity, prepared: null, inputs: inputs.all, end, ended: false },
        sha256,
      );
      const again = randomRun(program, { monitor: 'trap-and-emulate', engine: 'interpreter' });
      again.timeline.replay(decodeRecording(bytes, sha256).inputs, end);
      // Before a trap at the end that nobody handles.
      for (const step of [end >> 1, Math.max(0, end - 1)]) {
        finish(run.timeline.seek(step));
        finish(again.timeline.seek(step));
        expect(digest(again), `seed ${seed}, case ${n}, step ${step}`).toBe(digest(run));
      }
    }
  });
});

describe('A recording', () => {
  const bytes = encodeRecording(recorded(steps).recording, sha256);

  it('cut short, or altered in any byte, is refused with a reason', () => {
    for (let at = 0; at < bytes.length; at++) {
      expect(() => decodeRecording(bytes.subarray(0, at), sha256)).toThrow(RecordingError);
      const altered = bytes.slice();
      altered[at] = (altered[at] as number) ^ 0x40;
      expect(() => decodeRecording(altered, sha256)).toThrow(RecordingError);
    }
  });

  it('whose fields make no sense is refused, though its check sum is right', () => {
    const { recording } = recorded(steps);
    expect(() => encodeRecording({ ...recording, end: 10 }, sha256)).toThrow('none after the end');
    expect(() =>
      encodeRecording({ ...recording, identity: { ...recording.identity, memory: 1 } }, sha256),
    ).toThrow('identity.memory');
  });

  it('is of one program, variant, memory and disk', () => {
    const own = identityOf(reader, variant, 2 ** 20, new MemoryDisk(new Uint8Array(512)), sha256);
    checkIdentity(own, own);
    const others = [
      [identityOf(image('_start: nop\n'), variant, 2 ** 20, undefined, sha256), 'another program'],
      [identityOf(reader, variantNamed('ring32-x') as Variant, 2 ** 20, undefined, sha256), 'give --isa'],
      [identityOf(reader, variant, 2 ** 21, undefined, sha256), 'give --memory'],
      [identityOf(reader, variant, 2 ** 20, undefined, sha256), 'another disk, or with none'],
      [
        identityOf(reader, variant, 2 ** 20, new MemoryDisk(Uint8Array.of(1)), sha256),
        'another disk, or with none',
      ],
    ] as const;
    for (const [other, reason] of others) expect(() => checkIdentity(own, other)).toThrow(reason);
  });
});
