/**
 * Grades a detector: a guest that powers off with status 1 if it runs under a monitor, and with 0 if it has the machine for
 * itself. It is asked on machines on which one sensitive instruction alone does not trap, so that each one that it uses counts.
 */
import type { Image } from '../../../isa/machine/image.ts';
import { type Variant, variantNamed, variantRows, variants } from '../../../isa/table/variants.ts';
import { createGuest } from '../../../vmm/monitor/create-guest.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../../vmm/monitor/virtual-machine.ts';

/** Bytes of the detector's memory, and the most steps that it may take. */
export const detectorMemory = 2 ** 20;
const mostSteps = 200_000;

/** One question to a detector. */
export interface DetectorCheck {
  readonly name: string;
  /** What it got, of how many points. */
  readonly points: number;
  readonly of: number;
  /** What the detector did; empty if it was right. */
  readonly says: string;
}

/** A detector's grade, 0 to 100. */
export interface DetectorGrade {
  readonly score: number;
  readonly checks: readonly DetectorCheck[];
}

/** A machine on which one instruction alone does not trap outside ring 0. */
function machineWith(name: string, n: number): Variant {
  return { name: `only ${name}`, unprivileged: new Set([name]), cpuid: 100 + n };
}

const single = variantRows.map(machineWith);
const open = variantNamed('ring32-x') as Variant;

/** What the detector said: the status with which it powered off, or how else it ended, in words. */
function answerOn(image: Image, variant: Variant, monitor: string): number | string {
  const stop =
    monitor === 'none'
      ? createGuest({ image, variant, memory: detectorMemory, engine: 'interpreter' }).run(mostSteps)
      : underMonitor(image, variant, monitor);
  if (stop.kind === 'power') return stop.status;
  return stop.kind === 'limit' ? `it had not ended after ${mostSteps} steps` : `it ended by ${stop.kind}`;
}

/** Another guest has the beginning of real memory, so that the detector's addresses are not the real ones. */
function underMonitor(image: Image, variant: Variant, strategy: string) {
  const neighbour = { image: { ...image, segments: [] }, memory: 2 ** 16 };
  const guests = [neighbour, { image, memory: detectorMemory }];
  const monitor = new Monitor({ guests, variant, strategy, engine: 'interpreter' });
  return monitor.runGuest(monitor.guests[1] as VirtualMachine, mostSteps);
}

/** Asks the detector in several places; its points are in proportion to the right answers. */
function check(
  name: string,
  of: number,
  right: number,
  answers: readonly (readonly [string, number | string])[],
): DetectorCheck {
  const wrong = answers.filter(([, answer]) => answer !== right);
  const points = Math.floor((of * (answers.length - wrong.length)) / answers.length);
  const says = wrong.map(
    ([where, answer]) => `${where}: ${typeof answer === 'string' ? answer : `it said ${answer}`}`,
  );
  return { name, points, of, says: says.join('; ') };
}

/** Grades a detector. Throws ImageError if it does not fit into its memory. */
export function gradeDetector(image: Image): DetectorGrade {
  const alone = [...variants, ...single].map(
    (variant) => [variant.name, answerOn(image, variant, 'none')] as const,
  );
  const hidden = (['trap-and-emulate', 'hybrid', 'interpret'] as const).map(
    (monitor) => [`ring32-v, ${monitor}`, answerOn(image, variants[0] as Variant, monitor)] as const,
  );
  const quiet = check('no false alarm on a machine of its own', 30, 0, [...alone, ...hidden]);
  const found = (monitor: string, of: number) =>
    check(`finds ${monitor} on ring32-x`, of, 1, [[open.name, answerOn(image, open, monitor)]]);
  const checks = [
    quiet,
    found('trap-and-emulate', 7),
    found('hybrid', 8),
    ...single.map((variant) =>
      check(`finds trap-and-emulate by ${[...variant.unprivileged].join()} alone`, 5, 1, [
        [variant.name, answerOn(image, variant, 'trap-and-emulate')],
      ]),
    ),
  ];
  // Who always says that there is a monitor has found nothing.
  const counted =
    quiet.points === quiet.of ? checks : checks.map((one) => (one === quiet ? one : { ...one, points: 0 }));
  return { score: counted.reduce((sum, { points }) => sum + points, 0), checks: counted };
}

/** A detector's grade as lines. */
export function formatDetectorGrade({ score, checks }: DetectorGrade): string {
  const lines = checks.map(
    ({ name, points, of, says }) =>
      `${String(points).padStart(3)}/${of}  ${name}${says === '' ? '' : `\n        ${says}`}`,
  );
  return [...lines, `score ${score} of 100`, ''].join('\n');
}
