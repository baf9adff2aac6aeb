/** Random guests with devices, and every way to run them. */
import type { Engine } from '../../../isa/engines/engine.ts';
import { FastEngine } from '../../../isa/engines/fast/fast.ts';
import { wasmStorage } from '../../../isa/engines/fast/layout.ts';
import { Interpreter } from '../../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../../isa/machine/devices/console.ts';
import { type DiskStore, MemoryDisk, SECTOR } from '../../../isa/machine/devices/disk.ts';
import { type Image, loadImage } from '../../../isa/machine/image.ts';
import { Machine } from '../../../isa/machine/machine.ts';
import type { Stop } from '../../../isa/machine/stop.ts';
import { PAGE, plainStorage, type Storage } from '../../../isa/machine/storage.ts';
import { variantNamed, type Variant } from '../../../isa/table/variants.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import type { VirtualMachine } from '../../../vmm/monitor/virtual-machine.ts';
import { type BlockContents, ZERO } from '../../../vmm/snapshot/blocks.ts';
import type { SnapshotParts } from '../../../vmm/snapshot/guest.ts';
import { decodeState, encodeState } from '../../../vmm/snapshot/state.ts';
import { ThinDisk } from '../../../vmm/snapshot/thin-disk.ts';
import { image, paging } from '../assembled.ts';
import { compiledSteps, steady } from '../../engines/compiled.ts';
import fc from '../../property/fast-check.ts';

export const memory = 2 ** 18;
const variant = variantNamed('ring32-v') as Variant;

/** First page that guests write to, and how many. */
const data = { from: 0x28000, pages: 12 };
const sectors = 40;

export interface Guest {
  readonly text: string;
  readonly input: string;
}

/** What is on a guest's disk at first. */
const disk = Uint8Array.from({ length: sectors * SECTOR }, (_, n) => (n < 9000 ? n * 7 : 0));

const address = fc.nat({ max: data.pages * PAGE - 8 }).map((offset) => data.from + offset);
const sector = fc.nat({ max: sectors + 1 });

/** A few instructions that do one thing, as assembly. */
const deed: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(address, fc.integer()).map(([at, value]) => `li t0, ${at}; li t1, ${value}; sw t1, 0(t0)`),
  address.map(
    (at) =>
      `li t0, ${at & -PAGE}; li t1, ${PAGE}; add t1, t1, t0; 2: sw zero, 0(t0); addi t0, t0, 4; bltu t0, t1, 2b`,
  ),
  address.map((at) => `li t0, ${at}; lw t1, 0(t0); add s0, s0, t1`),
  fc
    .tuple(sector, address, fc.constantFrom(1, 2, 2))
    .map(
      ([n, at, command]) =>
        `li t0, 0x20; li t1, ${n}; out t0, t1; li t0, 0x21; li t1, ${at}; out t0, t1; li t0, 0x22; li t1, ${command}; out t0, t1`,
    ),
  fc.integer({ min: 32, max: 126 }).map((byte) => `li t0, 0x10; li t1, ${byte}; out t0, t1`),
  fc.constant('li t0, 0x10; in t1, t0; add s1, s1, t1'),
  fc.nat({ max: 1 }).map((on) => `li t0, 0x11; li t1, ${on}; out t0, t1`),
  fc.nat({ max: 900 }).map((steps) => `li t0, ${steps}; mts TIMER, t0`),
  fc.constantFrom('sti', 'cli', 'ecall', '.word 0', 'mfs s2, TIME', 'setf s0'),
  fc.nat({ max: 60 }).map((times) => `li t0, ${times}; 2: addi t0, t0, -1; mul s3, s3, t0; bgtz t0, 2b`),
  fc
    .integer({ min: -9, max: 9 })
    .map(
      (value) =>
        `la t0, 3f; lw t1, 0(t0); li t2, ${value << 20}; add t1, t1, t2; sw t1, 0(t0); 3: addi s4, s4, 1`,
    ),
);

const handler = `
handler:
    mts  SCRATCH0, t0
    mts  SCRATCH1, t1
    mfs  t0, ECAUSE
    bltz t0, 1f
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    j    2f
1:  li   t0, 0x23
    out  t0, zero
    li   t0, 0x10
    in   t0, t0
    mts  TIMER, zero
2:  la   t0, traps
    lw   t1, 0(t0)
    addi t1, t1, 1
    sw   t1, 0(t0)
    mfs  t1, SCRATCH1
    mfs  t0, SCRATCH0
    iret
    .align 2
traps:
    .word 0`;

/** A guest that does its deeds over and over, with interrupts and, in one of two, paging. */
export const guests: fc.Arbitrary<Guest> = fc
  .record({
    deeds: fc.array(deed, { minLength: 1, maxLength: 12 }),
    paged: fc.boolean(),
    input: fc.string({ maxLength: 20 }),
  })
  .map(({ deeds, paged, input }) => ({
    text: `    .globl _start
_start:
${paged ? paging(memory) : ''}
    la   t0, handler
    mts  TVEC, t0
1:
${deeds.map((lines) => `    ${lines.replaceAll('; ', '\n    ')}`).join('\n')}
    j    1b
${handler}
`,
    input,
  }));

/** How a guest is run: the bare machine or a monitor's strategy, and the engine. */
export interface Way {
  readonly strategy: string | undefined;
  readonly engine: 'interpreter' | 'fast';
}

export const ways: readonly Way[] = [undefined, ...strategies.map(({ name }) => name)].flatMap((strategy) => [
  { strategy, engine: 'interpreter' },
  { strategy, engine: 'fast' },
]);

export interface Running<Disk extends DiskStore = ThinDisk> extends Omit<SnapshotParts, 'disk'> {
  readonly disk: Disk;
  readonly printed: number[];
  readonly run: (until: number) => Stop;
  /** Steps that compiled code made. */
  readonly compiled: () => number;
  readonly close: () => void;
}

/** WebAssembly memories are made once and used again: by the thousand they exhaust the address space. */
const pool: Storage[] = [];
const pooledSize = 2 ** 21;

function takeStorage(): Storage {
  const storage = pool.pop() ?? wasmStorage(pooledSize);
  new Uint8Array(storage.buffer, 0, 1024).fill(0);
  new Uint8Array(storage.buffer, storage.watchedAt, pooledSize / PAGE).fill(0);
  new Uint8Array(storage.buffer, storage.memoryAt, pooledSize).fill(0);
  return storage;
}

const nothing: Image = {
  entry: 0,
  segments: [],
  sections: [],
  symbols: [],
  programHeaders: { address: 0, count: 0, size: 0 },
};

/** A machine without a program, to be restored. */
export function blank<Disk extends DiskStore>({ strategy, engine }: Way, disk: Disk): Running<Disk> {
  const printed: number[] = [];
  const console = new Console((byte) => printed.push(byte));
  const storage =
    engine === 'fast' ? takeStorage() : plainStorage(strategy === undefined ? memory : pooledSize);
  const fast = (made: Engine) => (made instanceof FastEngine ? made : undefined);
  const running = (machine: Machine, rest: Pick<Running, 'state' | 'run'>, made: Engine): Running<Disk> => ({
    machine,
    disk,
    printed,
    ...rest,
    compiled: () => compiledSteps(made),
    close: () => {
      fast(made)?.close();
      if (engine === 'fast') pool.push(storage);
    },
  });
  if (strategy === undefined) {
    const machine = new Machine({ variant, memory, console, disk, storage });
    const made = engine === 'fast' ? new FastEngine(machine, steady) : new Interpreter(machine);
    return running(machine, { state: machine, run: (until) => made.run(until) }, made);
  }
  const monitor = new Monitor({
    guests: [{ image: nothing, memory }],
    variant,
    strategy,
    engine,
    fast: steady,
    console,
    disk,
    storage,
  });
  const guest = monitor.guests[0] as VirtualMachine;
  monitor.makeCurrent(guest);
  return running(guest.cpu, { state: guest, run: (until) => monitor.runGuest(guest, until) }, monitor.engine);
}

/** The guest at its first step; all its input waits. */
export function start(guest: Guest, way: Way, contents = disk): Running & { readonly loop: number } {
  const running = blank(way, ThinDisk.over(new MemoryDisk(contents)));
  const program = image(guest.text);
  loadImage(program, running.machine.memory.bytes);
  running.machine.pc = program.entry;
  const saved = running.state.save();
  const console = { interrupts: false, open: false, input: new Uint8Array(Buffer.from(guest.input)) };
  running.state.restore({ ...saved, devices: { ...saved.devices, console } });
  return { ...running, loop: program.symbols.find(({ name }) => name === 'again')?.address ?? program.entry };
}

/** All of a guest that a snapshot must have, to be compared. */
export interface Whole {
  readonly state: Uint8Array;
  readonly memory: Uint8Array;
  readonly disk: BlockContents;
}

export function wholeOf({ machine, state, disk }: Running): Whole {
  const blocks = [...disk.all()].map(([n, bytes]) => [n, bytes.slice()] as const);
  return { state: encodeState(state.save()), memory: machine.memory.bytes.slice(), disk: new Map(blocks) };
}

/** The first thing that differs, in words. */
export function difference(a: Whole, b: Whole): string | undefined {
  if (Buffer.compare(a.state, b.state) !== 0) {
    const [one, other] = [decodeState(a.state), decodeState(b.state)];
    return `states: ${JSON.stringify(one)} and ${JSON.stringify(other)}`;
  }
  const at =
    Buffer.compare(a.memory, b.memory) === 0 ? -1 : a.memory.findIndex((byte, n) => byte !== b.memory[n]);
  if (at >= 0) return `memory at 0x${at.toString(16)}: ${a.memory[at]} and ${b.memory[at]}`;
  const blocks = new Set([...a.disk.keys(), ...b.disk.keys()]);
  const block = [...blocks].find((n) => Buffer.compare(a.disk.get(n) ?? ZERO, b.disk.get(n) ?? ZERO) !== 0);
  return block === undefined ? undefined : `block ${block} of the disk`;
}
