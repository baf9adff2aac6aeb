/**
 * The blocks of a batch: from one entry, the instructions that can be reached by direct jumps and branches, up to a
 * limit. A block begins at the entry, at the target of a jump or branch, or after one. Returns and calls through a register
 * leave the batch.
 */
import type { Instruction } from '../../../table/row.ts';
import { isIndirect, isMisaligned } from '../control.ts';

/** A straight run of instructions that is entered at its beginning only. */
export interface FirstBlock {
  /** Virtual address of its first instruction (unsigned). */
  readonly pc: number;
  readonly instructions: readonly Instruction[];
  /** What follows it: the next address; what its last instruction says; or an instruction that is not compiled. */
  readonly end: 'next' | 'jump' | 'stop';
}

export interface FirstSource {
  /** The decoded instruction at `pc`, or undefined when it cannot be fetched, is unknown, or must not be compiled. */
  readonly fetch: (pc: number) => Instruction | undefined;
  /** Whether another batch has a block that begins at `pc`. */
  readonly known: (pc: number) => boolean;
}

/** Most instructions of a batch, and of a block: it takes its fuel at once. */
const mostInBatch = 500;
const mostInBlock = 64;

/** The blocks from `entry` on, which is the first one's address; none if the instruction there is not compiled. */
export function formBlocks(entry: number, source: FirstSource): FirstBlock[] {
  return new Formation(entry, source).form();
}

class Formation {
  readonly #source: FirstSource;
  readonly #leaders: Set<number>;
  readonly #found = new Map<number, Instruction>();

  constructor(entry: number, source: FirstSource) {
    this.#source = source;
    this.#leaders = new Set([entry]);
  }

  form(): FirstBlock[] {
    // A set may grow while it is gone through.
    for (const leader of this.#leaders) if (this.#found.size < mostInBatch) this.#explore(leader);
    const blocks: FirstBlock[] = [];
    for (const leader of this.#leaders) {
      const block = this.#found.has(leader) ? this.#block(leader) : undefined;
      if (block !== undefined && block.instructions.length > 0) blocks.push(block);
      else if (blocks.length === 0) return [];
    }
    return blocks;
  }

  /** Finds the instructions from a leader to the next jump, and the leaders after it. */
  #explore(leader: number): void {
    const { fetch, known } = this.#source;
    for (let pc = leader; !this.#found.has(pc); pc = next(pc)) {
      // The first leader has no block yet, or a batch would not be made for it.
      if (this.#found.size > 0 && known(pc)) return;
      const at = fetch(pc);
      if (at === undefined) return;
      this.#found.set(pc, at);
      if (stops(pc, at)) return;
      const { kind } = at.row.effect;
      if (kind !== 'branch' && kind !== 'jump') continue;
      if (kind === 'branch' || !isIndirect(at)) this.#leaders.add((pc + at.imm) >>> 0);
      // Where a call comes back to, too.
      if (kind === 'branch' || at.rd !== 0) this.#leaders.add(next(pc));
      return;
    }
  }

  #block(leader: number): FirstBlock {
    const instructions: Instruction[] = [];
    for (let pc = leader; ; pc = next(pc)) {
      const at = this.#found.get(pc);
      if (at === undefined || (pc !== leader && this.#leaders.has(pc)))
        return { pc: leader, instructions, end: 'next' };
      if (stops(pc, at)) return { pc: leader, instructions, end: 'stop' };
      if (instructions.length === mostInBlock) {
        this.#leaders.add(pc);
        return { pc: leader, instructions, end: 'next' };
      }
      instructions.push(at);
      const { kind } = at.row.effect;
      if (kind === 'branch' || kind === 'jump') return { pc: leader, instructions, end: 'jump' };
    }
  }
}

/** Whether a block ends before an instruction, because it traps. */
function stops(pc: number, at: Instruction): boolean {
  const { kind } = at.row.effect;
  const goesTo = kind === 'branch' || (kind === 'jump' && !isIndirect(at));
  return goesTo && isMisaligned(pc, at);
}

function next(pc: number): number {
  return (pc + 4) >>> 0;
}
