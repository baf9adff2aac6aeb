/**
 * The global offset table: a word for each address that position-independent code reads with `%got_pcrel_hi` and
 * similar functions. A static image is not moved, so the linker itself fills in the words.
 *
 *     -1, 0           for a dynamic linker, as in GNU `ld`
 *     0               _GLOBAL_OFFSET_TABLE_ points here
 *     entries         in the order of their first use
 */
import type { Bound } from '../object/bound.ts';
import { DTP_BIAS, evaluate, type Relocation, type Tables } from '../object/evaluate.ts';
import { ObjectSection } from '../object/section.ts';
import type { AsmSymbol } from '../object/symbol.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { Layout } from './layout.ts';

const WORD = 4;
const HEADER = [-1n, 0n, 0n];
/** The offset in the section that `_GLOBAL_OFFSET_TABLE_` points to. */
export const ORIGIN = 2 * WORD;
/** The number of the only module of a static image, for `__tls_get_addr`. */
const MODULE = 1n;

/**
 * Returns an entry's words for a symbol at `address`. `threads` is the address of the template of thread-local
 * variables.
 */
type Fill = (address: bigint, threads: bigint) => readonly bigint[];

const fills: Readonly<Record<string, Fill>> = {
  got_pcrel_hi: (address) => [address],
  tls_ie_pcrel_hi: (address, threads) => [address - threads],
  tls_gd_pcrel_hi: (address, threads) => [MODULE, address - threads - DTP_BIAS],
};

interface Entry {
  readonly offset: number;
  readonly operand: Bound;
  readonly fill: Fill;
}

/** The key of an entry: two operands with the same key share it. */
type Key = AsmSymbol | bigint;

export class OffsetTable {
  readonly section = new ObjectSection('.got', { alloc: true, write: true, exec: false, nobits: false });
  private readonly entries = new Map<string, Map<Key, Entry>>();

  /** Makes the entries that the units' instructions need. Names must be resolved before. */
  constructor(units: readonly SourceUnit[], wanted: boolean) {
    this.section.alignment = WORD;
    if (wanted) this.begin();
    for (const unit of units) {
      for (const { value } of unit.fixups) if (value.kind === 'relocation') this.add(value);
    }
  }

  private begin(): void {
    if (this.section.size === 0) this.section.fill(HEADER.length * WORD, 0);
    HEADER.forEach((word, n) => {
      this.section.write(n * WORD, WORD, word);
    });
  }

  private add({ name, operand }: Relocation): void {
    const fill = Object.hasOwn(fills, name) ? fills[name] : undefined;
    const key = keyOf(operand);
    if (fill === undefined || key === undefined) return;
    const entries = this.entries.get(name) ?? new Map<Key, Entry>();
    this.entries.set(name, entries);
    if (entries.has(key)) return;
    this.begin();
    const offset = this.section.fill(fill(0n, 0n).length * WORD, 0);
    entries.set(key, { offset, operand, fill });
  }

  /** What the relocation functions need to know about a layout. */
  tables({ sections }: Layout): Tables {
    return {
      threads: sections.find(({ flags }) => flags.thread)?.address,
      entry: ({ name, operand }) => {
        const key = keyOf(operand);
        const entry = key === undefined ? undefined : this.entries.get(name)?.get(key);
        return entry && this.section.address + entry.offset;
      },
    };
  }

  /** Fills in the entries. Every symbol must have its address, and the units must have no errors. */
  fill(tables: Tables): void {
    for (const entries of this.entries.values()) {
      for (const { offset, operand, fill } of entries.values()) {
        const { value } = evaluate(operand, { placed: true, pc: 0 });
        fill(value, BigInt(tables.threads ?? 0)).forEach((word, n) => {
          this.section.write(offset + n * WORD, WORD, word);
        });
      }
    }
  }
}

/** The key of an operand: the symbol in the file that defines it, or a number; undefined for other operands. */
function keyOf(operand: Bound): Key | undefined {
  switch (operand.kind) {
    case 'number':
      return operand.value;
    case 'captured':
      return keyOf(operand.value);
    case 'symbol': {
      const { definition } = operand.symbol;
      return definition.kind === 'elsewhere' ? definition.symbol : operand.symbol;
    }
    default:
      return undefined;
  }
}
