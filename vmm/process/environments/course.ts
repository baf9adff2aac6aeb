/** Where a program begins in its environment, with what in its registers, and when it has ended without a call. */
import type { Image } from '../../../isa/machine/image.ts';
import { CAUSE } from '../../../isa/table/traps.ts';
import type { Environment } from './environment.ts';

/** Where ra points at the start, if returning from there is an end: no program has code there. */
const RETURN = 0xfffffff0;

/** Where the program begins. */
export function entryOf(image: Image, { begins }: Environment): number {
  if (begins === 'first' || image.symbols.some(({ name }) => name === '_start')) return image.entry;
  const main = image.symbols.find(({ name, global }) => name === 'main' && (global || begins === 'main'));
  return main?.address ?? image.entry;
}

/** The address behind the program's last instruction. */
export function endOfCode({ sections, segments }: Image): number {
  const parts = sections.some(({ executable }) => executable) ? sections : segments;
  return Math.max(0, ...parts.filter((part) => part.executable).map(({ address, size }) => address + size));
}

/** What is in the registers `x` at the start, where sp already points to argc, with argv behind it. */
export function setRegisters(x: Int32Array, environment: Environment, argc: number): void {
  if (environment.returns) x[1] = RETURN | 0;
  if (environment.arguments === 'none') return;
  const skipped = environment.arguments === 'named' ? 0 : 1;
  x[10] = argc - skipped;
  x[11] = (x[2] as number) + 4 * (1 + skipped);
}

/**
 * Whether a trap at `pc` (unsigned) is no mistake in this environment: the program returned from where it began, or
 * ran past its last instruction, at `end`.
 */
export function isEnd(environment: Environment, cause: number, pc: number, end: number): boolean {
  if (!environment.returns) return false;
  const isFetch = cause === CAUSE.FETCH_ACCESS || cause === CAUSE.FETCH_PAGE;
  if (pc === RETURN) return isFetch;
  return pc === end && (isFetch || cause === CAUSE.ILLEGAL);
}
