/**
 * The guest that has turns between those of the guest that is judged, under the same
 * monitor: it counts, in an address space of its own. What others change of it is a trespass.
 */
import type { Image } from '../../isa/machine/image.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { registerName } from '../../isa/table/registers.ts';
import type { Monitor } from '../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { word } from './program.ts';
import { Stuck } from './subject.ts';

/** Pages at the beginning of its memory that it uses: code and counter, root, table. The rest is nobody's. */
export const neighbourPages = 3;

const counter = 6;
const setUp = [
  word('lui', { rd: 5, imm: PAGE }),
  word('addi', { rd: 5, rs1: 5, imm: 1 }),
  word('mts', { imm: SR.PTBR, rs1: 5 }),
];
const loop = [
  word('addi', { rd: counter, rs1: counter, imm: 1 }),
  word('sw', { rs2: counter, imm: 0x100 }),
  word('jal', { imm: -8 }),
];

function segment(address: number, words: readonly number[]) {
  const bytes = new Uint8Array(Int32Array.from(words).buffer);
  return { address, bytes, size: bytes.length, writable: true, executable: true };
}

export const neighbourImage: Image = {
  entry: 0,
  segments: [
    segment(0, [...setUp, ...loop]),
    segment(PAGE, [(2 * PAGE) | PTE.V]),
    segment(2 * PAGE, [PTE.V | PTE.R | PTE.W | PTE.X]),
  ],
  sections: [],
  symbols: [],
  programHeaders: { address: 0, count: 0, size: 0 },
};

/** Steps of one turn of its. */
const turn = 7;
/** Real steps after which nothing ends its turn, and exits after which it does not get on. */
const longest = 10_000;
const most = 200;

/** It, under the monitor that is judged. What it does right or wrong is not looked at, only what others do to it. */
export class Neighbour {
  readonly #monitor: Monitor;
  readonly #guest: VirtualMachine;
  /** Its registers, and the pages that it uses, as they were at the end of its last turn. */
  readonly #x = new Int32Array(32);
  readonly #memory: Uint8Array;
  #entries = 0;

  constructor(monitor: Monitor, guest: VirtualMachine) {
    this.#monitor = monitor;
    this.#guest = guest;
    this.#memory = guest.cpu.memory.bytes.slice(0, neighbourPages * PAGE);
  }

  /** Its turn; says what others have changed of it since the last. */
  turn(): string | undefined {
    const { real } = this.#monitor;
    const memory = this.#guest.cpu.memory.bytes.subarray(0, this.#memory.length);
    this.#monitor.makeCurrent(this.#guest);
    const n = this.#x.findIndex((value, k) => value !== real.x[k]);
    const touched = Buffer.compare(memory, this.#memory) !== 0;
    this.#entries = 0;
    this.#monitor.runGuest(this.#guest, this.#guest.cpu.steps + turn);
    this.#x.set(real.x);
    this.#memory.set(memory);
    if (touched) return 'memory of another guest is not as it left it';
    return n < 0 ? undefined : `${registerName(n)} of another guest is not as it left it`;
  }

  /** Runs it on the real machine by `run`, an engine's. */
  enter(run: (until: number) => Stop): Stop {
    this.#entries += 1;
    if (this.#entries > most)
      throw new Stuck(`another guest does not get on: ${this.#entries} exits in ${turn} steps`);
    return run(this.#monitor.real.steps + longest);
  }
}
