/**
 * Delegated accesses: loads and stores that compiled code failed to make again and again, though each had a check of its
 * own. They write to watched pages, lie across two pages, or trap. A region has the interpreter execute such
 * an access in its place, as it does with system instructions, and goes on. That costs less than leaving the region.
 */
import type { Machine } from '../../machine/machine.ts';
import { PAGE } from '../../machine/storage.ts';
import type { Instruction } from '../../table/row.ts';
import { flatTable, tableClass } from './layout.ts';

/** After so many executions that compiled code could have made itself, an access is compiled again. */
const enough = 1000;

export class Delegated {
  readonly #machine: Machine;
  readonly #words: Int32Array;
  /** By pc (unsigned): executions that compiled code could have made, since the last one that it could not. */
  readonly #needless = new Map<number, number>();

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#words = new Int32Array(machine.storage.buffer);
  }

  /** How many accesses are delegated now. */
  get size(): number {
    return this.#needless.size;
  }

  has(pc: number): boolean {
    return this.#needless.has(pc);
  }

  add(pc: number): void {
    this.#needless.set(pc, 0);
  }

  /**
   * Notes that the interpreter is about to execute the delegated access `at`. True = it is delegated no more, because
   * compiled code could now make it.
   */
  isOver(pc: number, at: Instruction): boolean {
    const before = this.#needless.get(pc);
    if (before === undefined) return false;
    const needless = this.#isPossible(at) ? before + 1 : 0;
    this.#needless.set(pc, needless);
    return needless >= enough && this.#needless.delete(pc);
  }

  /** Whether compiled code with a check of its own could make the access. */
  #isPossible({ row: { effect }, rs1, imm }: Instruction): boolean {
    const machine = this.#machine;
    const width = effect.kind === 'load' || effect.kind === 'store' ? effect.width : 1;
    const store = effect.kind === 'store';
    const va = ((machine.x[rs1] as number) + imm) >>> 0;
    if (machine.paging) {
      const table = flatTable(tableClass(machine.ring, rs1 !== 0), store) >>> 2;
      return (va & (PAGE - 1)) <= PAGE - width && this.#words[table + (va >>> 12)] !== 0;
    }
    const bound = rs1 === 0 ? machine.plainBound : machine.namedBound;
    if (va > bound - width) return false;
    return !store || machine.memory.watched[(machine.base + va) >>> 12] === 0;
  }
}
