// The types of what a monitor imports from 'ringlab/testing'. Made by ringlab: do not change this file.
// The grader does not show what a monitor prints.
declare var console: Record<'log' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'table' | 'dir', (...parts: unknown[]) => void>;

declare module 'ringlab/testing' {
/** What a submission imports from `ringlab/testing` (examples/your-monitor). */
export type { Allocation, GuestState, Monitor, MonitorFactory, RealMachine, Stop, Trap } from 'ringlab/test/property/contract';
export { PORT } from 'ringlab/isa/machine/devices/ports';
export { PTE } from 'ringlab/isa/machine/translate';
export type { Probe, Processor } from 'ringlab/isa/table/processor';
export type { Instruction } from 'ringlab/isa/table/row';
export { SR, STATUS, systemRegisters } from 'ringlab/isa/table/sysregs';
export { decode } from 'ringlab/isa/table/table';
export { CAUSE, LINE } from 'ringlab/isa/table/traps';
}

declare module 'ringlab/test/property/contract' {
/**
 * The interface that a monitor must implement for `ringlab grade`, ours or a student's. A
 * module exports a MonitorFactory as its default.
 *
 * The monitor is ring-0 software of a real machine. It gets control when the machine traps. It
 * continues the guest by `machine.run()`, which is its `iret`, and gets control again at the
 * next trap. It sees what ring-0 software sees, and no more.
 */
import type { Stop } from 'ringlab/isa/machine/stop';
export type { Stop };
/** The contents of the real machine's trap registers, and how far the guest came. Numbers are unsigned. */
export interface Trap {
    /** ECAUSE and EVAL. */
    readonly cause: number;
    readonly value: number;
    /** Instructions that the guest completed since `run`. */
    readonly steps: number;
}
/** The real machine as its ring-0 software sees it. Words are signed; addresses are physical. */
export interface RealMachine {
    /** The general registers; x[0] is always 0. They belong to the guest whenever the monitor does not run. */
    readonly x: Int32Array;
    readSystem(number: number): number;
    writeSystem(number: number, value: number): void;
    /** Reads `width` bytes, 1, 2 or 4, zero-extended. */
    read(address: number, width: number): number;
    /** Writes the low `width` bytes of `value`. */
    write(address: number, width: number, value: number): void;
    /** The real devices, by their ports. */
    input(port: number): number;
    output(port: number, value: number): void;
    /** Waits, as `hlt` does, until a line of a device is pending. */
    wait(): void;
    /**
     * `iret`, and then whatever the guest does until the machine traps: pc, STATUS and R are taken from EPC,
     * ESTATUS, ERBASE and ERBOUND. After it, the trap is in EPC, ESTATUS, ECAUSE and so on.
     */
    run(): Trap;
}
/** What the monitor may use for its guest, and nothing else. */
export interface Allocation {
    /** Physical address and size in bytes of the guest's memory. */
    readonly at: number;
    readonly size: number;
    /** The part of the real disk that is the guest's disk. */
    readonly firstSector: number;
    readonly sectors: number;
    /** Memory for the monitor itself, as for shadow page tables: whole pages. */
    readonly own: {
        readonly at: number;
        readonly size: number;
    };
    /** Names of the sensitive instructions that do not trap outside ring 0; see isa/table/variants.ts. */
    readonly unprivileged: ReadonlySet<string>;
    /** What CPUID reads on the real machine, and must read in the guest. */
    readonly cpuid: number;
    /** The guest's first pc. Its memory is loaded; all else is as after reset. */
    readonly entry: number;
}
/** The virtual machine, as it stands between two of the guest's steps. Words unsigned or signed, as you like. */
export interface GuestState {
    readonly pc: number;
    /** The virtual STATUS: the ring is the one the guest believes in. */
    readonly status: number;
    /** TIME: the guest's own steps since reset. */
    readonly steps: number;
    /** Whether it waits in `hlt`. */
    readonly waiting: boolean;
    /** A system register, as `mfs` would read it in the guest's ring 0. */
    readSystem(number: number): number;
}
export interface Monitor {
    readonly guest: GuestState;
    /**
     * The guest's turn: it goes on until its own step `until`, exactly, or until it stops. Returns how it ended.
     * Called again and again. Afterwards the guest's general registers are in the real ones.
     */
    run(until: number): Stop;
}
export type MonitorFactory = (machine: RealMachine, allocation: Allocation) => Monitor;
}

declare module 'ringlab/isa/machine/stop' {
/** Why a machine stopped, for good or for now. */
export type Stop = 
/** The step limit of this call was reached. */
{
    readonly kind: 'limit';
}
/** A debugger or other observer asked for it (Machine.break). */
 | {
    readonly kind: 'break';
}
/** A value was written to the power port. */
 | {
    readonly kind: 'power';
    readonly status: number;
}
/** A trap was raised while TVEC is 0. Nothing was changed; pc is at the instruction. */
 | {
    readonly kind: 'unhandled';
    readonly cause: number;
    readonly value: number;
}
/** `hlt` waits, and no interrupt line can ever become pending. */
 | {
    readonly kind: 'forever';
}
/** `hlt` waits for console input or a frame, which may still come. */
 | {
    readonly kind: 'input';
}
/** A hosted machine took a trap; its host handles it (see Machine.hosted). */
 | {
    readonly kind: 'trap';
};
}

declare module 'ringlab/isa/machine/devices/ports' {
/**
 * The ports: what each number does. There is one entry for each port. A port that is not here,
 * or that has no such side, reads as all ones and ignores writes.
 *
 * README.md, one folder up, says how to add a device.
 */
import type { Console } from 'ringlab/isa/machine/devices/console';
import type { ContextState, GuestContext } from 'ringlab/isa/machine/devices/context';
import type { Disk } from 'ringlab/isa/machine/devices/disk';
import type { Iommu } from 'ringlab/isa/machine/devices/iommu';
import type { Network } from 'ringlab/isa/machine/devices/network';
/** Port numbers, for `in` and `out`. */
export const PORT: {
    readonly POWER: 1;
    readonly CONSOLE_DATA: 16;
    readonly CONSOLE_CONTROL: 17;
    readonly DISK_SECTOR: 32;
    readonly DISK_ADDRESS: 33;
    readonly DISK_COMMAND: 34;
    readonly DISK_STATUS: 35;
    readonly DISK_SIZE: 36;
    readonly NET_TRANSMIT: 48;
    readonly NET_RECEIVE: 49;
    readonly NET_RING: 50;
    readonly NET_START: 51;
    readonly NET_CONTROL: 52;
    readonly NET_STATUS: 53;
    readonly NET_ADDRESS_LOW: 54;
    readonly NET_ADDRESS_HIGH: 55;
    readonly IOMMU_DISK: 64;
    readonly IOMMU_NETWORK: 65;
    readonly CONTEXT_AT: 80;
    readonly CONTEXT_DATA: 81;
    readonly CONTEXT_AGE: 82;
};
/** A port as text: its number, and its name in guests/include/ring32.inc. */
export function portName(number: number): string;
/** The devices. Each must be a Component: without `save` and `restore` it does not compile (see DeviceStates). */
export interface Devices {
    readonly console: Console;
    readonly disk: Disk;
    readonly network: Network;
    readonly context: GuestContext;
}
/** The state of every device. */
export type DeviceStates = {
    readonly [Name in Exclude<keyof Devices, 'context'>]: ReturnType<Devices[Name]['save']>;
} & {
    /** Missing: the machine has no context. */
    readonly context?: ContextState | undefined;
};
/** The parts of the machine that ports can use. */
export interface Board extends Devices {
    /** The IOMMU; undefined if the machine does not have the feature. */
    readonly iommu: Iommu | undefined;
    /** The step count after the current instruction. */
    readonly after: number;
    /** Stops the machine. */
    powerOff(status: number): void;
}
/** Reads a port (signed word). */
export function inputFrom(devices: Board, port: number): number;
/** Writes a port. */
export function outputTo(devices: Board, port: number, value: number): void;
/** The ports as a table of the ISA manual, in Markdown. */
export const portsTable: string;
}

declare module 'ringlab/isa/machine/devices/console' {
/**
 * The console: output goes to a function, input comes from a queue.
 *
 * Input from a file or a pipe comes from `source`, which is called when the queue is empty,
 * until it ends. Typed input comes through `feed`, until `close`.
 */
import type { Component } from 'ringlab/isa/machine/component';
/** A console's state: what `Console.save` gives. */
export interface ConsoleState {
    readonly interrupts: boolean;
    /** Whether more input may come. */
    readonly open: boolean;
    /** Input that was not read yet. */
    readonly input: Uint8Array;
}
/** The console of a machine. */
export class Console implements Component<ConsoleState> {
    #private;
    /** Bit 0 of the control port: line 1 is pending while input waits. */
    interrupts: boolean;
    /**
     * `sink` is called for every byte printed. `source` returns more input: an empty array if
     * there is none yet, undefined at the end. Without a source, input comes only through `feed`.
     */
    constructor(sink: (byte: number) => void, source?: () => Uint8Array | undefined);
    /** Prints a byte (the low 8 bits). */
    print(byte: number): void;
    /** Adds typed input. */
    feed(bytes: Uint8Array): void;
    /** Says that no more input will come. */
    close(): void;
    /** Whether a byte waits. Calls the source if the queue is empty. */
    waits(): boolean;
    /** Whether more input may come. */
    get open(): boolean;
    /** Whether input may still come and cause an interrupt. */
    canInterrupt(): boolean;
    /** The state as plain data; it contains the input that was not read yet. */
    save(): ConsoleState;
    /** Sets the state to one that `save` returned. */
    restore({ interrupts, open, input }: ConsoleState): void;
    /** The next input byte, or -1 (all ones) if none waits. */
    take(): number;
}
/** A console whose whole input is there from the start, and which stores everything that is printed. */
export class CollectingConsole extends Console {
    /** The bytes printed so far. */
    readonly printed: readonly number[];
    /** `input`: what the guest can read, bytes or a text that is taken as UTF-8; default nothing. */
    constructor(input?: string | Uint8Array);
    /** What was printed so far, taken as UTF-8. */
    get text(): string;
}
}

declare module 'ringlab/isa/machine/component' {
/** What every part of a machine that has state can do: give its state as plain data, and take it back. */
/** The state as plain data. It is a copy: it does not change when the part runs on. */
export type Saved = number | boolean | string | null | Uint8Array | readonly Saved[] | {
    readonly [name: string]: Saved;
};
export interface Component<State> {
    save(): State;
    /** Sets the state to one that `save` returned, from this part or another of the same class. */
    restore(state: State): void;
}
}

declare module 'ringlab/isa/machine/devices/context' {
/**
 * The context: settings that the host gives to a machine, like its name and its address, and the context's age, which
 * grows when the machine is another one than before. The guest reads the text byte by byte (ports.ts).
 *
 * The text is made of lines KEY='value', as `formatContext` writes them: OpenNebula's context.sh, which a shell can read, too.
 * The age is an idea of Microsoft's VM Generation ID: a guest that finds another age than it has noted must not use again
 * what has to be used once, like random numbers and names.
 */
import type { Component } from 'ringlab/isa/machine/component';
/** Most bytes of a context. */
export const CONTEXT_MAX = 4096;
/** A context's state; undefined = the machine has no context. */
export interface ContextState {
    readonly text: Uint8Array;
    /** Position of the next byte that is read. */
    readonly at: number;
    readonly age: number;
}
/** The context's device of a machine. */
export class GuestContext implements Component<ContextState | undefined> {
    #private;
    /** Bytes of the context; -1 = there is none. */
    get length(): number;
    /** -1 = there is none. */
    get age(): number;
    /** The text, if there is a context. */
    get text(): Uint8Array | undefined;
    /** Gives the machine this context instead of the present one. The age grows, or is the one that is given (unsigned). */
    give(text: Uint8Array, age?: number): void;
    /** Sets the position of the next byte that is read (signed or unsigned). */
    seek(at: number): void;
    /** The byte at the position, which moves on; -1 after the last. */
    take(): number;
    save(): ContextState | undefined;
    restore(state: ContextState | undefined): void;
}
/** The state of a machine's context as that of a clone: the same text, one older. */
export function aged(state: ContextState): ContextState;
/** Settings by key. */
export type Settings = ReadonlyMap<string, string>;
/** A text that cannot be read as a context. The message is one line. */
export class ContextError extends Error {
    readonly name = "ContextError";
}
/** The text of settings. Throws ContextError. */
export function formatContext(settings: Settings): Uint8Array;
/**
 * Reads a context: lines KEY=VALUE, whose values may be quoted as in a shell, but nothing is expanded; lines that begin with #
 * are no settings. Throws ContextError, which names the line.
 */
export function parseContext(text: string): Settings;
}

declare module 'ringlab/isa/machine/devices/disk' {
/**
 * The disk: 512-byte sectors, moved by DMA, one command at a time.
 *
 * A command uses the sector and the address that are set when it is given. It moves all its
 * data at once, `DISK_STEPS` steps later. Then the status is done or failed, and line 2 is
 * pending until the status port is written. While a command is under way, another one is
 * ignored. A command fails if the sector is not on the disk, if the address is not in memory,
 * or if the command is unknown.
 */
import type { Component } from 'ringlab/isa/machine/component';
import type { DmaMemory } from 'ringlab/isa/machine/devices/dma';
/** Bytes of a disk sector. */
export const SECTOR = 512;
/** Steps from the command to its interrupt. */
export const DISK_STEPS = 1000;
/** Stores the sectors. */
export interface DiskStore {
    /** How many sectors there are. They are numbered from 0. */
    readonly sectors: number;
    /** Fills `into` (one sector long) from sector `n`, which exists. */
    read(n: number, into: Uint8Array): void;
    /** Writes `from` (one sector long) to sector `n`, which exists. */
    write(n: number, from: Uint8Array): void;
}
/** A disk in memory; `bytes` is padded to whole sectors. */
export class MemoryDisk implements DiskStore {
    /** The whole contents; writes change them. */
    readonly bytes: Uint8Array;
    /** How many sectors there are. */
    readonly sectors: number;
    constructor(bytes: Uint8Array);
    /** Fills `into` (one sector long) from sector `n`. */
    read(n: number, into: Uint8Array): void;
    /** Writes `from` (one sector long) to sector `n`. */
    write(n: number, from: Uint8Array): void;
}
export const DISK_STATUS: {
    readonly IDLE: 0;
    readonly BUSY: 1;
    readonly DONE: 2;
    readonly FAILED: 3;
};
export interface DiskState {
    readonly sector: number;
    readonly address: number;
    readonly status: number;
    /** The command under way, with its sector and address; null if there is none. */
    readonly command: {
        readonly number: number;
        readonly sector: number;
        readonly address: number;
        readonly doneAt: number;
    } | null;
}
/** A command with its operands, each an unsigned word: 1 reads the sector to the physical address, 2 writes it from there. */
export interface DiskRequest {
    readonly command: number;
    readonly sector: number;
    readonly address: number;
}
/** The sectors are not part of the state: they belong to whoever provides the store. */
export class Disk implements Component<DiskState> {
    #private;
    sector: number;
    address: number;
    status: number;
    /** The step at which the command under way is done; Infinity if there is none. */
    doneAt: number;
    constructor(store?: DiskStore);
    get sectors(): number;
    /** The store of its sectors, if there is a disk. */
    get store(): DiskStore | undefined;
    /** Starts a command at step `now`. */
    start(command: number, now: number): void;
    /** Moves the data of the command under way, and ends the command. */
    finish(memory: DmaMemory): void;
    /** Acknowledges the interrupt. A command under way continues. */
    acknowledge(): void;
    save(): DiskState;
    restore({ sector, address, status, command }: DiskState): void;
    /** Moves a sector as a command says. Returns false, and moves nothing, if the command fails. */
    move({ command, sector, address }: DiskRequest, memory: DmaMemory): boolean;
}
}

declare module 'ringlab/isa/machine/devices/dma' {
/** Memory for devices that move data themselves (DMA): physical addresses, checked at every access. */
export interface DmaMemory {
    /** The bytes at `address`, to be read only; undefined if they are not all in memory. */
    readable(address: number, length: number): Uint8Array | undefined;
    /** Writes bytes and calls the watchers. Returns false, and writes nothing, if they do not all fit in memory. */
    put(address: number, bytes: Uint8Array): boolean;
}
}

declare module 'ringlab/isa/machine/devices/iommu' {
/**
 * The IOMMU (feature `iommu`): a map between a device and memory. A device that moves data itself uses the addresses that its
 * driver has given it. If the driver is a guest's, these are guest-physical; the map makes physical ones of them, and refuses
 * those that are not the guest's. It has the form of the nested map (../nested.ts), so a monitor can use one map for both.
 *
 * Each device has a port with the root of its map. While the map is off, the device uses physical addresses.
 */
import type { Component } from 'ringlab/isa/machine/component';
import type { Memory } from 'ringlab/isa/machine/memory';
import type { DmaMemory } from 'ringlab/isa/machine/devices/dma';
/** The word of each device's port: the root of its map, and bit 0, which is 1 while the map is on. Unsigned. */
export interface IommuState {
    readonly disk: number;
    readonly network: number;
}
export class Iommu implements Component<IommuState | undefined> {
    #private;
    constructor(memory: Memory);
    read(device: keyof IommuState): number;
    /** Sets the word of a device's port; bits that it does not have are ignored. */
    write(device: keyof IommuState, word: number): void;
    /** Whether the map of the device is on. */
    isOn(device: keyof IommuState): boolean;
    /** Memory as the device sees it now. */
    memoryFor(device: keyof IommuState): DmaMemory;
    /** The words of the ports; undefined if all maps are off, as at reset. */
    save(): IommuState | undefined;
    restore(words: IommuState | undefined): void;
}
}

declare module 'ringlab/isa/machine/memory' {
/**
 * Physical memory, little-endian, and its watchers.
 *
 * An engine that stores something derived from memory (decoded instructions, compiled
 * code) marks the page in `watched`, and is told about every later write to it.
 */
import type { DmaMemory } from 'ringlab/isa/machine/devices/dma';
import type { Storage } from 'ringlab/isa/machine/storage';
/**
 * Called when `length` bytes at physical address `at` were written. `mark` is true if they are a page-table entry that
 * still allows everything it allowed before, as when A or D is set.
 */
export type Watcher = (at: number, length: number, mark: boolean) => void;
/**
 * Bits of `Memory.watched`, which has one byte for each page.
 *
 *   DECODED    the page contains decoded instructions
 *   COMPILED   it contains compiled code
 *   TABLE      it holds page tables from which an engine took translations
 *   TRACE      a monitor traces it
 *   DIRTY      a dirty log watches it, because it is clean
 *   POINT      it has a watchpoint
 *   WALKED     it holds page tables that the TLB of a machine walked
 *   NEXT       the next page is watched, which matters to a store across both
 */
export const WATCH: {
    readonly DECODED: 1;
    readonly COMPILED: 2;
    readonly TABLE: 4;
    readonly TRACE: 8;
    readonly DIRTY: 16;
    readonly POINT: 32;
    readonly WALKED: 64;
    readonly NEXT: 128;
};
/** A machine's physical memory, or a virtual machine's part of it. Addresses are physical, in bytes from 0. */
export class Memory implements DmaMemory {
    #private;
    /** Size of physical memory in bytes, a multiple of a page. */
    readonly size: number;
    /** The contents. A write here calls no watcher; use `write` or `fill` while a machine runs. */
    readonly bytes: Uint8Array;
    /** The same memory as words, for aligned accesses. */
    readonly words: Int32Array;
    /** One byte for each page, bits of WATCH; `watch` sets them. */
    readonly watched: Uint8Array;
    constructor({ buffer, memoryAt, watchedAt }: Storage, size: number, whole?: {
        memory: Memory;
        at: number;
    });
    /** Calls `watcher` for writes to watched pages. Returns a function that ends this. */
    onWrite(watcher: Watcher): () => void;
    /** Calls `watcher` for every page that was not watched and now is. */
    onWatch(watcher: (page: number) => void): void;
    /** Reads `width` bytes at `at`, zero-extended to a signed word. The range is in memory. */
    read(at: number, width: number): number;
    /** Writes the low `width` bytes of `value` at `at`, and calls the watchers. The range is in memory. */
    write(at: number, width: number, value: number): void;
    /** Writes a page-table entry that still allows what it allowed before: A or D is set, a right is added, a page is mapped. */
    mark(at: number, entry: number): void;
    /** Has the watchers called for writes to page number `page`, for the reason `bit`. */
    watch(page: number, bit: number): void;
    /** Undoes `watch` for the reason `bit`. The page stays watched if a part or the whole has it watched for the same reason. */
    unwatch(page: number, bit: number): void;
    /** Prepares an access whose first `inFirst` bytes are at `first` and whose other bytes are at `second`. */
    split(first: number, inFirst: number, second: number): void;
    /** Like `read`, from the two parts that `split` set. */
    readSplit(width: number): number;
    /** Like `write`, to the two parts that `split` set. */
    writeSplit(width: number, value: number): void;
    /** Whether some pages were given back. */
    get hasAbsent(): boolean;
    /** Numbers of the pages that were given back, ascending. */
    get absent(): readonly number[];
    /** Whether the `length` bytes from `address` on are all in memory, on pages that were not given back. */
    has(address: number, length: number): boolean;
    /** Gives pages back, by their numbers: they are filled with zeros, and no access or device reaches them any more. */
    giveBack(pages: readonly number[]): void;
    /** Takes pages that were given back, which contain zeros. */
    takeBack(pages: readonly number[]): void;
    /** Makes these the pages that were given back, whatever they contain, and no others. */
    setAbsent(pages: readonly number[]): void;
    /** Calls `listener` whenever pages were given or taken back. */
    onPresence(listener: () => void): void;
    /** The bytes from `address` on, for a device to read; undefined if not all of them are in memory. */
    readable(address: number, length: number): Uint8Array | undefined;
    /** As `fill`, for a device: false, too, if some of the bytes are on a page that was given back. */
    put(address: number, bytes: Uint8Array): boolean;
    /**
     * Writes bytes from `address` on, and calls the watchers. False if they do not fit in memory; then nothing is
     * written.
     */
    fill(address: number, bytes: Uint8Array): boolean;
}
}

declare module 'ringlab/isa/machine/storage' {
/**
 * The buffer that holds the registers and the memory of a machine, laid out so that compiled
 * code can reach all of it.
 *
 *     0            general registers x0 to x31, one word each
 *     128          system registers by number, one word each
 *     512          slots of the fast engine (engines/fast/layout.ts)
 *     watchedAt    one byte for each page of guest memory: why it is watched (memory.ts)
 *     memoryAt     guest memory, physical address 0
 */
export const PAGE = 4096;
/** Where the system registers are. */
export const systemAt = 128;
/** Smallest and largest size of physical memory, in bytes. The size is a multiple of a page. */
export const MEMORY: {
    readonly min: 4096;
    readonly max: number;
};
/** Bytes of a machine's memory where nothing else is said. */
export const defaultMemory: number;
/** Used by one machine at a time. A new machine on it starts with its system registers as after reset. */
export interface Storage {
    /** Contains everything, at the offsets above. */
    readonly buffer: ArrayBuffer;
    /** Offset of the watch bytes, in bytes. */
    readonly watchedAt: number;
    /** Offset of guest memory, in bytes; a multiple of a page. */
    readonly memoryAt: number;
    /** The WebAssembly memory that the buffer belongs to; the fast engine needs it. */
    readonly wasm?: object;
}
/** Storage in ordinary memory, all zero, for `size` bytes of guest memory. Only the interpreter can use it. */
export function plainStorage(size: number): Storage;
}

declare module 'ringlab/isa/machine/devices/network' {
/**
 * The network device moves Ethernet frames by DMA between two rings of descriptors in memory
 * and a link. The other end of the link is not part of the machine (a switch: vmm/network).
 *
 *     NET_TRANSMIT, NET_RECEIVE    physical addresses of the rings
 *     NET_RING                     number of descriptors in each ring; a write restarts both
 *
 *     descriptor    +0    physical address of the frame
 *     16 bytes      +4    length of the frame; for receiving, first the room there is
 *                   +8    state: 0 the program's, 1 READY: the device's, 2 DONE, 3 FAILED
 *                   +12   free for the program
 *
 *     frame         0–5 destination, 6–11 source, 12–13 type, then the payload:
 *                   14 to 1514 bytes in all, without a checksum
 *
 * The device goes round each ring and stops at a descriptor that is not READY.
 *
 * Sending. Once started (NET_START), the device looks at the next descriptor every SEND_STEPS
 * steps. If the descriptor is READY, the device sends its frame and continues; otherwise it
 * rests. It writes its own address into bytes 6 to 11 of what it sends, so that no machine can
 * send under the address of another.
 *
 * Receiving. A frame is an input of the run. The host says at which step it arrives (`deliver`).
 * At that step it is in memory and its descriptor is DONE. If the next descriptor is not READY
 * then, the frame is lost. The device ignores frames to other addresses.
 *
 * Bridging. A link may permit its machine to send for others, as a monitor does for its
 * guests. Then bit 4 of the control port has the device take every frame, and send frames
 * with the source address that is in them.
 *
 * A descriptor with anything wrong becomes FAILED, and the device continues after it.
 */
import type { Component } from 'ringlab/isa/machine/component';
import type { DmaMemory } from 'ringlab/isa/machine/devices/dma';
/** Shortest and longest frame, in bytes. */
export const FRAME: {
    readonly MIN: 14;
    readonly MAX: 1514;
};
/** Bytes of a network address. */
export const ADDRESS_BYTES = 6;
/** Steps between two looks at the transmit ring, and so the time that a frame takes. */
export const SEND_STEPS = 100;
/** Most descriptors in a ring. */
export const RING_MAX = 256;
/** Most frames that can be on their way to one device. */
export const ARRIVALS_MAX = 256;
/** States of a descriptor, in its third word. */
export const DESCRIPTOR: {
    readonly FREE: 0;
    readonly READY: 1;
    readonly DONE: 2;
    readonly FAILED: 3;
};
/** Bits of the status port: what happened since they were cleared. In the control port: which of them cause an interrupt. */
export const NET: {
    readonly SENT: 1;
    readonly RECEIVED: 2;
    readonly FAILED: 4;
    readonly LOST: 8;
};
/** All of them. */
export const NET_ALL = 15;
/** Bit of the control port: take and send frames of any address. It stays 0 if the link does not permit it. */
export const NET_BRIDGE = 16;
/** The network that the device is plugged into. */
export interface NetworkLink {
    /** The device's own address, six bytes. */
    readonly address: Uint8Array;
    /** Whether the machine may take and send frames of any address; default no. */
    readonly bridges?: boolean;
    /** Takes a frame that leaves at step `at`. The bytes belong to the link from then on. */
    send(frame: Uint8Array, at: number): void;
}
export interface NetworkState {
    readonly address: Uint8Array;
    readonly transmit: number;
    readonly receive: number;
    readonly descriptors: number;
    /** Numbers of the descriptors to look at next. */
    readonly transmitNext: number;
    readonly receiveNext: number;
    readonly control: number;
    readonly status: number;
    /** The step at which the device looks at the transmit ring; null while it rests. */
    readonly sendsAt: number | null;
    /** Frames on their way to the device, in the order of their steps. */
    readonly arrivals: readonly {
        readonly at: number;
        readonly frame: Uint8Array;
    }[];
}
export class Network implements Component<NetworkState> {
    #private;
    /** The next step at which the device does something; Infinity if it does nothing by itself. */
    eventAt: number;
    /** Called when the device rests, because it has found nothing to send. */
    onRest: ((memory: DmaMemory) => void) | undefined;
    /** Called for every frame that will arrive, with its step. A recording of the run needs it. */
    onDelivery: ((frame: Uint8Array, at: number) => void) | undefined;
    constructor(link?: NetworkLink);
    get transmit(): number;
    set transmit(address: number);
    get receive(): number;
    set receive(address: number);
    get descriptors(): number;
    set descriptors(count: number);
    get control(): number;
    set control(bits: number);
    get status(): number;
    acknowledge(bits: number): void;
    get sends(): boolean;
    /** Starts sending at step `now`. If the device is sending already, nothing changes. */
    start(now: number): void;
    /** The device's own address, six bytes; zeros if it is plugged into no network. */
    get address(): Uint8Array;
    /** Bytes 0 to 3 of its address, or 4 to 5, as a little-endian word. */
    addressWord(first: 0 | 4): number;
    /** Whether line 3 is pending. */
    get interrupts(): boolean;
    /** Whether a frame that is not on its way yet could cause an interrupt. */
    canInterrupt(): boolean;
    /**
     * Has a frame arrive at step `at`, which has not passed. The frame is copied. Returns false if
     * it is lost at once, because of its length or because too many are on their way. A frame for
     * another address counts as taken.
     */
    deliver(frame: Uint8Array, at: number): boolean;
    /** Does what is due at step `now`: first sends, then receives. */
    pass(now: number, memory: DmaMemory): void;
    save(): NetworkState;
    restore(state: NetworkState): void;
}
}

declare module 'ringlab/isa/machine/translate' {
import type { Memory } from 'ringlab/isa/machine/memory';
/** The bits of a page-table entry. */
export const PTE: {
    readonly V: 1;
    readonly R: 2;
    readonly W: 4;
    readonly X: 8;
    readonly U: 16;
    readonly A: 32;
    readonly D: 64;
    readonly RIGHTS: 30;
    readonly FRAME: number;
};
/** The three kinds of access. They are indexes into the tables below. */
export const FETCH = 0;
export const LOAD = 1;
export const STORE = 2;
export type Access = typeof FETCH | typeof LOAD | typeof STORE;
/** The causes of access faults and page faults, by kind of access. */
export const accessFault: readonly [1, 5, 7];
export const pageFault: readonly [12, 13, 15];
/** The right that each kind of access needs, and the bits that it sets. */
export const neededRight: readonly [8, 2, 4];
export const setBits: readonly [32, 32, number];
export const OUTSIDE = -2;
/**
 * Physical address of the second-level entry for `va` (unsigned) in the page tables of
 * `ptbr`; UNMAPPED if the first-level entry does not point to a table, OUTSIDE if a table is
 * not in memory.
 */
export function findLeaf(memory: Int32Array, ptbr: number, va: number): number;
/** Whether the whole page that `entry` points to is in memory. */
export function frameInMemory(entry: number, memory: Pick<Memory, 'has'>): boolean;
}

declare module 'ringlab/isa/table/processor' {
/**
 * The processor as system instructions see it. The machine (isa/machine) is the only
 * implementation. The interface is here so that the table does not import the hardware.
 *
 * Addresses and words are 32-bit numbers. They may be signed or unsigned unless a comment says which.
 */
/** The result of translating an address without a trap. */
export interface Probe {
    /** Physical address (unsigned), or -1 if the address is unmapped or out of bounds. */
    readonly physical: number;
    /** The rights of the current ring, R W X U as bits 1 to 4; 0 if it has none. */
    readonly rights: number;
}
export interface Processor {
    /** General registers as signed words; x[0] is 0 and must stay so. */
    readonly x: Int32Array;
    /** The real STATUS (bits of `STATUS`). Assigning it ignores bits that do not exist. */
    status: number;
    /** Reads system register `number` (0 to 18). */
    readSystem(number: number): number;
    /** Writes a writable system register; bits that it does not have are ignored. */
    writeSystem(number: number, value: number): void;
    /** Translates `va` for the current ring and changes nothing. */
    probe(va: number): Probe;
    /** The word that a port gives. */
    input(port: number): number;
    /** Writes a word to a port. */
    output(port: number, value: number): void;
    /** Stops executing until an interrupt line is pending. */
    wait(): void;
    /**
     * What `vmcall`, the instruction `word` at `pc`, does: a call that is answered, or a trap; returns the next pc. Without it,
     * `vmcall` is an illegal instruction.
     */
    callMonitor?(word: number, pc: number): number;
    /**
     * What `vmrun`, the instruction `word` at `pc`, does: enters the guest of the control block; returns its pc. A processor
     * without it has no guest mode.
     */
    enterGuest?(block: number, word: number, pc: number): number;
    /** Takes a trap at `pc`; returns the address of the next instruction. Every trap is raised here. */
    trap(cause: number, value: number, pc: number): number;
}
}

declare module 'ringlab/isa/table/row' {
/**
 * The row: everything about one instruction, in one place.
 *
 *   name         mnemonic
 *   bits         encoding as a picture (picture.ts)
 *   operands     assembly operands, in order. These words are used:
 *                  rd rs1 rs2    a general register
 *                  imm           a signed number
 *                  imm(rs1)      an offset from a base register
 *                  target        an address, encoded relative to pc
 *                  upper         the upper 20 bits of a word, 0 to 0xfffff
 *                  shamt         0 to 31
 *                  sr            a system register, by name or number
 *                  pred succ     a set out of i, o, r, w
 *   group        chapter of the manual
 *   privilege    none: runs in every ring; always: traps outside ring 0; variant:
 *                traps outside ring 0 unless the variant lists it as unprivileged
 *   sensitive    why it is sensitive, if it is (classes below); isa/classify measures it
 *   kin          similar instructions of real machines
 *   effect       what it means (effects.ts)
 *   feature      for an instruction that only machines with this feature have (features.ts);
 *                elsewhere its word is an illegal instruction
 *   port         for an instruction that reads or writes the port that rs1 names
 *   moves        for a system instruction that only moves state in ring 0: the destination
 *                and the source (below); a binary translator can turn it into a sequence
 *   says         one sentence for the manual
 *
 * The rows are in user.ts and system.ts. README.md says how to add an instruction.
 */
import type { Effect } from 'ringlab/isa/table/effects';
import type { Feature } from 'ringlab/isa/table/features';
import { type Field, type Picture } from 'ringlab/isa/table/picture';
import type { SystemRegisterName } from 'ringlab/isa/table/sysregs';
/**
 * Popek and Goldberg's classes (1974, section 4), extended to privileged state that their
 * machine did not have.
 *
 *   control     changes the ring, R, IF or devices without a trap
 *   mode        its effect depends on the ring
 *   location    its effect depends on R or on the page tables
 *   state       it shows other privileged state
 */
export type Sensitivity = 'control' | 'mode' | 'location' | 'state';
/** Where an instruction traps: never; outside ring 0; outside ring 0 unless the variant says that it does not. */
export type Privilege = 'none' | 'always' | 'variant';
/**
 * Where a move reads or writes: an operand; the system register that `sr` names, or one by name;
 * STATUS without the ring, its IF alone, the ring, the word that `smsw` makes; a constant.
 */
export type Place = 'rd' | 'rs1' | 'sr' | SystemRegisterName | 'flags' | 'IF' | 'ring' | 'msw' | '0' | '1';
/** What an instruction does to the port that its rs1 names. */
export type PortUse = 'input' | 'output';
export type Move = readonly [to: Place, from: Place];
export interface RowSource {
    readonly name: string;
    readonly bits: string;
    readonly operands: string;
    readonly effect: Effect;
    readonly says: string;
    readonly moves?: Move;
    readonly privilege?: Privilege;
    readonly sensitive?: readonly Sensitivity[];
    readonly kin?: string;
    readonly feature?: Feature;
    readonly port?: PortUse;
}
/** One operand of an instruction, as written in assembly. */
export type Operand = {
    readonly kind: 'register';
    readonly field: 'rd' | 'rs1' | 'rs2';
} | {
    readonly kind: 'memory';
} | {
    readonly kind: 'imm' | 'target' | 'upper' | 'shamt' | 'sr';
} | {
    readonly kind: 'order';
    readonly field: 'pred' | 'succ';
};
/** An instruction as the table has it. */
export interface Row {
    /** The mnemonic. */
    readonly name: string;
    /** The encoding as a picture, such as `imm[11:0] rs1 000 rd 0010011`. */
    readonly bits: string;
    /** The encoding, parsed. */
    readonly picture: Picture;
    /** The operands in the order of the assembly language. */
    readonly operands: readonly Operand[];
    /** The operands as written in the source of the row, for the manual and for error messages. */
    readonly syntax: string;
    /** The chapter of the manual. */
    readonly group: string;
    /** Where it traps as a privileged instruction. */
    readonly privilege: Privilege;
    /** Why it is sensitive, as the table declares it; empty = it is innocuous. */
    readonly sensitive: readonly Sensitivity[];
    /** Similar instructions of real machines, for the manual; may be empty. */
    readonly kin: string;
    /** The feature that a machine must have; undefined = every machine has the instruction. */
    readonly feature: Feature | undefined;
    /** What it does to the port that rs1 names; undefined = it uses no port. */
    readonly port: PortUse | undefined;
    /** What executing it does. */
    readonly effect: Effect;
    /** The destination and the source, if in ring 0 it only moves state; otherwise undefined. */
    readonly moves: Move | undefined;
    /** One sentence for the manual. */
    readonly says: string;
}
/** A decoded instruction. Fields that its encoding does not have are 0. */
export interface Instruction {
    /** The row of the table that the word matches. */
    readonly row: Row;
    /** The word itself, unsigned. */
    readonly word: number;
    /** Number of the destination register, 0 to 31. */
    readonly rd: number;
    /** Number of the first source register, 0 to 31; of the base register in a load, store or jump. */
    readonly rs1: number;
    /** Number of the second source register, 0 to 31. */
    readonly rs2: number;
    /** The immediate (signed), the shift amount, or the number of a system register. */
    readonly imm: number;
}
/** Makes the rows of one group. Throws an Error for a malformed row, so the table is checked when it is loaded. */
export function rows(group: string, sources: readonly RowSource[]): Row[];
/** The field that holds the immediate of a row, if there is one. */
export function immediateField(row: Row): Field | undefined;
/** Decodes `word` as an instruction of `row`; the word must fit the row. */
export function instructionOf(row: Row, word: number): Instruction;
/** How a host intercepts a system instruction of its guest: by a bit for the instruction, or for the register that it names. */
export interface Intercept {
    readonly kind: 'instruction' | 'read' | 'write';
    /** funct7, or the number of the system register. */
    readonly number: number;
}
/** The intercept of a system instruction. */
export function interceptOf({ row, word, imm }: Instruction): Intercept;
}

declare module 'ringlab/isa/table/effects' {
/**
 * The effect language: what a user instruction means, as data.
 *
 * Every value is a 32-bit word. An expression reads registers, the immediate, the
 * pc and constants. An effect is what the instruction does with the result. The
 * interpreter prints these trees as JavaScript, the fast engine as WebAssembly, and
 * the classifier finds out from them which state an instruction can see.
 *
 * The rows in user.ts are written in this language. operators.ts says what the operators compute.
 */
import type { Processor } from 'ringlab/isa/table/processor';
import type { Instruction } from 'ringlab/isa/table/row';
/** Every operator. Comparisons give 1 or 0; shifts use the low five bits of the right side. */
export type Operator = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'sll' | 'srl' | 'sra' | 'eq' | 'ne' | 'lt' | 'ge' | 'ltu' | 'geu' | 'mul' | 'mulh' | 'mulhsu' | 'mulhu' | 'div' | 'divu' | 'rem' | 'remu';
export type Expression = {
    readonly kind: 'register';
    readonly field: 'rs1' | 'rs2';
} | {
    readonly kind: 'immediate';
} | {
    readonly kind: 'pc';
} | {
    readonly kind: 'constant';
    readonly value: number;
} | {
    readonly kind: 'operation';
    readonly operator: Operator;
    readonly left: Expression;
    readonly right: Expression;
};
/** Number of bytes that a load or store moves. */
export type Width = 1 | 2 | 4;
/**
 * What an instruction does. All effects except `branch`, `jump` and `trap` continue at the
 * next instruction. `set` and `load` write `rd`; `jump` writes the return address to it.
 */
export type Effect = {
    readonly kind: 'set';
    readonly value: Expression;
} | {
    readonly kind: 'load';
    readonly width: Width;
    readonly signed: boolean;
    readonly address: Expression;
} | {
    readonly kind: 'store';
    readonly width: Width;
    readonly address: Expression;
    readonly value: Expression;
} | {
    readonly kind: 'branch';
    readonly condition: Expression;
    readonly target: Expression;
} | {
    readonly kind: 'jump';
    readonly target: Expression;
} | {
    readonly kind: 'trap';
    readonly cause: number;
} | {
    readonly kind: 'nothing';
}
/** `calls`: where it does not trap, it may change any register. */
 | {
    readonly kind: 'system';
    readonly run: SystemMeaning;
    readonly calls?: true;
};
/**
 * The meaning of a system instruction: a function over the whole processor. It gets the
 * decoded instruction and its address, and returns the address of the next instruction.
 */
export type SystemMeaning = (cpu: Processor, at: Instruction, pc: number) => number;
export const rs1: Expression;
export const rs2: Expression;
export const imm: Expression;
export const pc: Expression;
export function constant(value: number): Expression;
/** An operator with one operand uses `left` and ignores `right`. */
export function op(operator: Operator, left: Expression, right?: Expression): Expression;
export function set(value: Expression): Effect;
export function load(width: Width, signed: boolean): Effect;
export function store(width: Width): Effect;
export function branch(operator: Operator): Effect;
export function jump(target: Expression): Effect;
export const nothing: Effect;
}

declare module 'ringlab/isa/table/features' {
/**
 * Features: what a machine has for running guests that the variants of Ring32 do not have by themselves. A variant's JSON
 * file lists them, and a monitor whose strategy needs some puts them on its real machine (vmm/monitor/strategies.ts).
 */
/** The names of all features. */
export const featureNames: readonly ['guest', 'nested', 'virtual-timer', 'ports', 'iommu'];
/** The name of a feature. */
export type Feature = (typeof featureNames)[number];
/** What each feature needs, and what it is, for the manual. */
export const features: Readonly<Record<Feature, {
    readonly needs: readonly Feature[];
    readonly says: string;
}>>;
/** Why a set of features is not possible, in a sentence; undefined if it is. */
export function missingFeature(names: Iterable<Feature>): string | undefined;
}

declare module 'ringlab/isa/table/picture' {
/**
 * Bit pictures: an instruction's encoding, written as the RISC-V manual draws it.
 *
 *     imm[11:0] rs1 000 rd 0010011        imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011
 *
 * From left (bit 31) to right (bit 0): digits 0 and 1 are fixed bits. `rd rs1 rs2 shamt`
 * are five bits wide, `pred succ fm` four, `sr` twelve. `imm[…]` lists which bits of
 * the immediate are in this place. `imm` is sign-extended from its highest bit; every other
 * field is unsigned. `shamt` and `sr` are decoded as immediates too.
 */
/** The name of a field. `shamt`, `sr` and `imm` all become the immediate of the decoded instruction. */
export type Field = 'rd' | 'rs1' | 'rs2' | 'imm' | 'shamt' | 'sr' | 'pred' | 'succ' | 'fm';
/** `width` bits of a field: bit `from` of its value and up, at bit `at` of the word and up. */
interface Piece {
    readonly field: Field;
    readonly at: number;
    readonly from: number;
    readonly width: number;
}
export interface Picture {
    /** Ones where the picture fixes the bit (unsigned 32-bit). */
    readonly mask: number;
    /** The values of the fixed bits (unsigned 32-bit): a word fits when `word & mask === match`. */
    readonly match: number;
    readonly pieces: readonly Piece[];
    /** The range of each field in the picture. */
    readonly ranges: ReadonlyMap<Field, FieldRange>;
}
/** The values that fit into a field: `min` to `max`, in multiples of `multiple`. */
export interface FieldRange {
    readonly min: number;
    readonly max: number;
    readonly multiple: number;
}
/** Reads a picture. Throws an Error that quotes it when it does not fill exactly 32 bits. */
export function parsePicture(text: string): Picture;
/** The value of `field` in `word`: signed for `imm`, unsigned otherwise; 0 when the picture has no such field. */
export function extract(picture: Picture, field: Field, word: number): number;
/** The bits of a word that encode `value` in `field`. The caller has checked `value` against `fieldRange`. */
export function insert(picture: Picture, field: Field, value: number): number;
/** The values that fit into `field` of this picture, or undefined if the picture has no such field. */
export function fieldRange(picture: Picture, field: Field): FieldRange | undefined;
export {};
}

declare module 'ringlab/isa/table/sysregs' {
/**
 * The system registers, and the bits of STATUS.
 *
 * `mask` has a one for each bit that a write stores; the other bits read as zero. A register without a
 * mask is read-only. `mfs` reads a system register, `mts` writes one.
 */
/** Numbers of the system registers, as `mfs` and `mts` name them. */
export const SR: {
    readonly TVEC: 0;
    readonly PTBR: 1;
    readonly RBASE: 2;
    readonly RBOUND: 3;
    readonly EPC: 4;
    readonly ESTATUS: 5;
    readonly ERBASE: 6;
    readonly ERBOUND: 7;
    readonly ECAUSE: 8;
    readonly EVAL: 9;
    readonly SCRATCH0: 10;
    readonly SCRATCH1: 11;
    readonly TIME: 12;
    readonly TIMEH: 13;
    readonly TIMER: 14;
    readonly IPEND: 15;
    readonly MEMSIZE: 16;
    readonly CPUID: 17;
    readonly LIMIT: 18;
};
export type SystemRegisterName = keyof typeof SR;
/** What a write changes besides the register: translation, translation while paging is off, or the timer. */
export type Acts = 'translation' | 'relocation' | 'timer';
/** STATUS: the ring, interrupts enabled, and eight user flags. */
export const STATUS: {
    readonly RING: 3;
    readonly IF: 4;
    readonly UF: 65280;
    readonly ALL: 65287;
};
/** A system register as the table has it. */
export interface SystemRegister {
    /** Its number in instructions, 0 to 18. */
    readonly number: number;
    /** Its name in assembly. */
    readonly name: SystemRegisterName;
    /** Writable bits (unsigned 32-bit); undefined = read-only. */
    readonly mask?: number;
    /** The register stores a word, and a read gives that word; otherwise the word is computed. */
    readonly holds: boolean;
    /** What a write does besides storing the masked word. */
    readonly acts: Acts | undefined;
    /** What it reads after reset, for the manual. */
    readonly reset: string;
    /** What it contains, for the manual. */
    readonly says: string;
}
/** All system registers, by number. */
export const systemRegisters: readonly SystemRegister[];
}

declare module 'ringlab/isa/table/table' {
/** The instruction table: finds a row by name or by word. There is no other list of instructions. */
import { type Instruction, type Row } from 'ringlab/isa/table/row';
import { type Field } from 'ringlab/isa/table/picture';
/** Every instruction of Ring32. */
export const allRows: readonly Row[];
/** The instructions that every machine has, without those of features. */
export const plainRows: readonly Row[];
/** The row of a mnemonic, if there is one. */
export function rowNamed(name: string): Row | undefined;
/** The one row that `word` fits, or undefined for an illegal instruction. */
export function rowOf(word: number): Row | undefined;
/** Decodes a word (signed or unsigned); undefined for an illegal instruction. */
export function decode(word: number): Instruction | undefined;
/** The field values of an instruction to encode. `imm` is the immediate, whichever kind the row has. */
export type FieldValues = Partial<Record<Exclude<Field, 'shamt' | 'sr'>, number>>;
/**
 * Encodes an instruction as an unsigned word. Fields that are not given are 0. Throws a
 * RangeError that names the field if a value does not fit.
 */
export function encode(row: Row, values: FieldValues): number;
/** The values of the fields that the operands of the row show, in the form that `encode` takes. */
export function shownFields(at: Instruction): FieldValues;
}

declare module 'ringlab/isa/table/traps' {
/** The causes of traps: their numbers in ECAUSE and their names. */
export const CAUSE: {
    readonly MISALIGNED: 0;
    readonly FETCH_ACCESS: 1;
    readonly ILLEGAL: 2;
    readonly BREAKPOINT: 3;
    readonly LOAD_ACCESS: 5;
    readonly STORE_ACCESS: 7;
    readonly ECALL: 8;
    readonly FETCH_PAGE: 12;
    readonly LOAD_PAGE: 13;
    readonly STORE_PAGE: 15;
    readonly PRIVILEGED: 24;
    readonly GUEST_EXIT: 25;
    readonly INTERRUPT: 2147483648;
};
/** Interrupt lines. A lower number has priority. */
export const LINE: {
    readonly TIMER: 0;
    readonly CONSOLE: 1;
    readonly DISK: 2;
    readonly NETWORK: 3;
};
export interface TrapCause {
    readonly cause: number;
    readonly name: string;
    /** What EVAL contains. */
    readonly value: 'target' | 'address' | 'word' | 'zero' | 'block';
    readonly says: string;
}
export const trapCauses: readonly TrapCause[];
/** What a trap sets, in this order: each part of the processor's state and its new value. Everything else stays as it is. */
export const trapEffects: {
    readonly EPC: 'pc: the address of the instruction that trapped; for an interrupt, of the instruction that would have been next';
    readonly ESTATUS: 'STATUS';
    readonly ERBASE: 'RBASE';
    readonly ERBOUND: 'RBOUND';
    readonly ECAUSE: 'the cause';
    readonly EVAL: 'what the table of causes says';
    readonly RBASE: '0';
    readonly RBOUND: 'MEMSIZE';
    readonly RING: '0';
    readonly IF: '0';
    readonly pc: 'TVEC';
};
/** The name of an ECAUSE value (unsigned 32-bit), for people. */
export function causeName(cause: number): string;
}
