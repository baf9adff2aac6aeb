/** Requests about memory: the page tables of the guest and their shadow, and an address followed through both. */
import { ProgramMap } from '../../isa/machine/program-map.ts';
import { type Followed, followAddress, type TablesView, viewTables } from '../../vmm/memory/tables.ts';
import type { Travel } from '../../vmm/replay/timeline.ts';
import type { Handlers } from './protocol.ts';
import type { Session } from './session.ts';
import { straight } from './straight.ts';

/** The memory of the monitored guest at a step. */
export interface MemoryView {
  /** Undefined: the text says no address. */
  readonly followed: Followed | undefined;
  /** The symbol at the address, or ''. */
  readonly name: string;
  readonly tables: TablesView;
  /** Bytes of the guest's memory, and of the real machine's. */
  readonly size: number;
  readonly realSize: number;
  /** The program's symbols, sorted. */
  readonly symbols: readonly string[];
}

export interface MemoryRequests {
  /** `address`: as it is typed, see addressOf. */
  memory: { ask: { step: number; address: string }; answer: MemoryView };
}

export const memoryHandlers: Handlers<MemoryRequests> = {
  *memory({ step, address }, { session }) {
    return yield* view(session, step, address);
  },
};

function* view(session: Session, step: number, address: string): Travel<MemoryView> {
  const { subject } = yield* straight(session, step);
  const { machine, host } = subject;
  const { symbols } = new ProgramMap(session.image);
  const named = new Map(session.image.symbols.map(({ name, address: at }) => [name, at]));
  const names = new Map([...named, ['pc', machine.pc], ['sp', machine.x[2] ?? 0]]);
  const va = addressOf(address, names);
  return {
    followed: va === undefined ? undefined : followAddress(subject, va),
    name: va === undefined ? '' : symbols.describe(va),
    tables: viewTables(subject),
    size: machine.memory.size,
    realSize: (host?.real ?? machine).memory.size,
    symbols: [...named.keys()].filter((name) => /^[A-Za-z_]/.test(name)).sort(),
  };
}

/** `0x1f00`, `7936`, `buffer`, `buffer+8`, `sp - 4`: an unsigned address; undefined for anything else. */
export function addressOf(text: string, names: ReadonlyMap<string, number>): number | undefined {
  const [, base = '', sign, offset] = /^\s*([\w.$]+)\s*(?:([+-])\s*(\w+))?\s*$/.exec(text) ?? [];
  const start = names.get(base) ?? numberOf(base);
  const more = offset === undefined ? 0 : numberOf(offset);
  if (start === undefined || more === undefined) return undefined;
  const address = (start >>> 0) + (sign === '-' ? -more : more);
  return address >= 0 && address < 2 ** 32 ? address : undefined;
}

function numberOf(text: string): number | undefined {
  const isNumber = /^(0x[\da-f]{1,8}|\d{1,10})$/i.test(text);
  return isNumber && Number(text) < 2 ** 32 ? Number(text) : undefined;
}
