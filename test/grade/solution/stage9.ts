/**
 * Stage 9: where sensitive instructions do not trap, they must not be reached. The code
 * ahead is read before it runs: so much of it as is innocuous runs directly, to the end of
 * the basic block or to its first store, which may change what was read; an instruction
 * that would not trap is emulated. A translator reads each block once and keeps what it
 * made of it; this is where it begins.
 */
import { decode, type Instruction, SR } from 'ringlab/testing';
import { Monitor8 } from './stage8.ts';

const longest = 64;
const never = Number.POSITIVE_INFINITY;

export class Monitor9 extends Monitor8 {
  override enter(steps: number): void {
    super.enter(steps);
    this.machine.writeSystem(SR.TIMER, Math.min(steps, Math.max(1, this.#innocuous())));
  }

  override settle(until: number) {
    for (;;) {
      const most = super.settle(until);
      if (typeof most !== 'number' || this.#innocuous() > 0) return most;
      // The fetch sets A or faults, as the machine's own would.
      const { cpu } = this;
      const found = cpu.paging ? cpu.access(cpu.pc, 4, 'fetch', false) : undefined;
      if (found === undefined) this.emulate(decode(this.wordAtPc()) as Instruction);
      else this.reflect(found.cause, found.address);
    }
  }

  /** Instructions from pc on that may run directly: 0 when the first one may not, 1 when it cannot be fetched; all, where all trap that must. */
  #innocuous(): number {
    const { cpu } = this;
    if (this.allocation.unprivileged.size === 0) return never;
    for (let count = 0; count < longest; count++) {
      const va = (cpu.pc + 4 * count) >>> 0;
      const { physical } = cpu.probe(va);
      const isSplit = count > 0 && (va & 4095) === 0;
      if (physical < 0 || isSplit || physical + 4 > this.allocation.size) return Math.max(1, count);
      const at = decode(this.machine.read(this.allocation.at + physical, 4));
      if (at === undefined) return count + 1;
      if (this.allocation.unprivileged.has(at.row.name)) return count;
      if (at.row.effect.kind !== 'set' && at.row.effect.kind !== 'load') return count + 1;
    }
    return longest;
  }
}
