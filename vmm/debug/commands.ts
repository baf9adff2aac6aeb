/**
 * GDB's commands (GDB manual, appendix E.2 to E.6) said of a session. What comes in is a
 * packet's data, what goes out is its answer; '' = we do not know that command, as GDB expects.
 *
 *     ?            why the guest stands still         g G p P    registers
 *     c s vCont    on, one step                       m M        memory, by virtual address
 *     bc bs        back, one step back                Z z        breakpoints and watchpoints
 *     D            the guest runs on without us       k vKill    it ends
 *     q Q          questions about us                 qRcmd      `monitor …` (monitor.ts)
 */
import { bytesToHex, hexToBytes } from '../../isa/machine/bytes.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { peek, lengthOf, partsOf } from './addresses.ts';
import { monitorCommand } from './monitor.ts';
import { hexToWord, PACKET_MAX, textToHex, wordToHex } from './packets.ts';
import { debugRegisters, targetDescription } from './registers.ts';
import { describeEnd, type Halt, type Session } from './session.ts';

/** How a conversation ended: GDB left and the guest runs on; GDB ended it; GDB was told that the guest ended. */
export type Farewell = 'detached' | 'killed' | 'ended';

export interface GdbReply {
  readonly text: string;
  readonly farewell?: Farewell;
}

/** Error answers: any number will do; these are Linux's for no permission, bad address, invalid. */
const ERROR = { PERMISSION: 'E01', ADDRESS: 'E0e', INVALID: 'E16' } as const;

/** The pc's place among the registers: behind the general ones. */
const pcNumber = debugRegisters.findIndex(({ name }) => name === 'pc');

/** Signals by GDB's own numbers. */
const SIGNAL = { NONE: 0, INT: 2, ILL: 4, TRAP: 5, BUS: 10, SEGV: 11, SYS: 12, TERM: 15 } as const;

const trapSignals: ReadonlyMap<number, number> = new Map([
  [CAUSE.MISALIGNED, SIGNAL.BUS],
  [CAUSE.ILLEGAL, SIGNAL.ILL],
  [CAUSE.PRIVILEGED, SIGNAL.ILL],
  [CAUSE.BREAKPOINT, SIGNAL.TRAP],
  [CAUSE.ECALL, SIGNAL.SYS],
]);

const features = [
  `PacketSize=${PACKET_MAX.toString(16)}`,
  'QStartNoAckMode+',
  'qXfer:features:read+',
  'swbreak+',
  'hwbreak+',
  'ReverseStep+',
  'ReverseContinue+',
  'vContSupported+',
].join(';');

interface Command {
  /** What may follow the name; anything else is malformed, and does nothing. */
  readonly takes: RegExp;
  readonly answer: (rest: string) => Promise<GdbReply | string> | GdbReply | string;
}

/** A command's name: a word after `v`, `q` and `Q`, otherwise a letter, but for going back. */
const namePattern = /^(?:[vqQ][A-Za-z]*\??|b[cs]|[\s\S])/;

const nothing = /^$/;
const thread = String.raw`p?-?[\da-f]+(?:\.-?[\da-f]+)?`;
const action = `(?:[cs]|[CS][\\da-f]{2})(?::${thread})?`;
const number = String.raw`[\da-f]{1,8}`;
const anything = /^[\s\S]*$/;

/** A pattern of all that follows a name; digits in either case. */
const takes = (pattern: string) => new RegExp(`^${pattern}$`, 'i');

export class Commands {
  readonly #session: Session;
  /** Tells the user something, in GDB's window: only while the guest runs. */
  readonly #tell: (text: string) => void;
  #halt: Halt = { kind: 'asked' };

  constructor(session: Session, tell: (text: string) => void) {
    this.#session = session;
    this.#tell = tell;
  }

  /** Answers one packet. */
  async answer(data: string): Promise<GdbReply> {
    const [name = ''] = namePattern.exec(data) ?? [];
    const command = this.#commands.get(name);
    if (command === undefined) return { text: '' };
    const rest = data.slice(name.length);
    const answer = command.takes.test(rest) ? await command.answer(rest) : ERROR.INVALID;
    return typeof answer === 'string' ? { text: answer } : answer;
  }

  readonly #commands: ReadonlyMap<string, Command> = new Map(
    Object.entries<Command>({
      '?': { takes: nothing, answer: () => this.#stopReply() },
      g: { takes: nothing, answer: () => this.#readAll() },
      G: { takes: takes(String.raw`([\da-f]{8})+`), answer: (rest) => this.#writeAll(rest) },
      p: { takes: takes(number), answer: (rest) => this.#readOne(rest) },
      P: { takes: takes(String.raw`${number}=[\da-f]{8}`), answer: (rest) => this.#writeOne(rest) },
      m: { takes: takes(`${number},${number}`), answer: (rest) => this.#readMemory(rest) },
      M: {
        takes: takes(String.raw`${number},${number}:([\da-f]{2})*`),
        answer: (rest) => this.#writeMemory(rest),
      },
      Z: { takes: takes(String.raw`\d,${number},${number}`), answer: (rest) => this.#point(rest, true) },
      z: { takes: takes(String.raw`\d,${number},${number}`), answer: (rest) => this.#point(rest, false) },
      c: { takes: takes(`(${number})?`), answer: (rest) => this.#goFrom(rest, 'run') },
      s: { takes: takes(`(${number})?`), answer: (rest) => this.#goFrom(rest, 'step') },
      bc: { takes: nothing, answer: () => this.#go('runBack') },
      bs: { takes: nothing, answer: () => this.#go('stepBack') },
      'vCont?': { takes: nothing, answer: () => 'vCont;c;C;s;S' },
      // Letters have a case of their own here: `C05` and `c` differ.
      vCont: { takes: new RegExp(`^(?:;${action})+$`), answer: (rest) => this.#resume(rest) },
      vKill: { takes: takes(`;${number}`), answer: () => ({ text: 'OK', farewell: 'killed' }) },
      k: { takes: nothing, answer: () => ({ text: '', farewell: 'killed' }) },
      D: { takes: takes(`(;${number})?`), answer: () => ({ text: 'OK', farewell: 'detached' }) },
      H: { takes: takes(`[a-z]${thread}`), answer: (rest) => (isOurs(rest.slice(1)) ? 'OK' : ERROR.INVALID) },
      T: { takes: takes(thread), answer: (rest) => (isOurs(rest) ? 'OK' : ERROR.INVALID) },
      qSupported: { takes: /^(?::[\s\S]*)?$/, answer: () => features },
      qXfer: { takes: anything, answer: (rest) => this.#transfer(rest) },
      qRcmd: { takes: takes(String.raw`,([\da-f]{2})*`), answer: (rest) => this.#monitor(rest.slice(1)) },
      qAttached: { takes: takes(`(:${number})?`), answer: () => '0' },
      qC: { takes: nothing, answer: () => 'QC1' },
      qfThreadInfo: { takes: nothing, answer: () => 'm1' },
      qsThreadInfo: { takes: nothing, answer: () => 'l' },
      QStartNoAckMode: { takes: nothing, answer: () => 'OK' },
    }),
  );

  // ---- Running ----

  /** The first action that is for our one thread. */
  async #resume(actions: string): Promise<GdbReply | string> {
    const ours = actions
      .slice(1)
      .split(';')
      .find((one) => isOurs(one.split(':')[1] ?? '-1'));
    if (ours === undefined) return ERROR.INVALID;
    return await this.#go(/^s/i.test(ours) ? 'step' : 'run');
  }

  /** Goes on, from address `hex` if there is one. */
  async #goFrom(hex: string, how: 'run' | 'step'): Promise<GdbReply | string> {
    if (hex !== '') this.#write(pcNumber, Number.parseInt(hex, 16) | 0);
    return await this.#go(how);
  }

  async #go(how: 'run' | 'step' | 'runBack' | 'stepBack'): Promise<GdbReply | string> {
    const { timeline } = this.#session;
    const from = timeline.step;
    this.#halt = await this.#session[how]();
    if (this.#halt.kind === 'written') await this.#toOtherSide(how);
    if (this.#halt.kind !== 'stopped') return this.#stopReply();
    const ended = describeEnd(this.#halt.stop);
    // GDB is only stopped there, so that it can go back; asked to go on from there, it is told the end.
    if (ended.status !== undefined && timeline.step === from)
      return { text: `W${hexByte(ended.status)}`, farewell: 'ended' };
    this.#tell(`ringlab: ${ended.says}, at step ${timeline.step}. You can go back from here.\n`);
    return this.#stopReply();
  }

  /**
   * A watchpoint stops us when the word was written (going back: when it is not written yet).
   * GDB takes it that on RISC-V it stops before, and makes the step itself to see what changes.
   */
  async #toOtherSide(how: string): Promise<void> {
    if (how === 'run' || how === 'step') await this.#session.stepBack();
    else await this.#session.step();
  }

  #stopReply(): string {
    const { signal, reason } = describeHalt(this.#halt);
    return `T${hexByte(signal)}thread:1;${reason}`;
  }

  async #monitor(hex: string): Promise<string> {
    const text = new TextDecoder().decode(hexToBytes(hex) ?? new Uint8Array());
    return textToHex(await monitorCommand(this.#session, text.trim()));
  }

  /** Of what GDB may read in parts there is only the description of the registers. */
  #transfer(rest: string): string {
    const [, place] = /^:features:read:target\.xml:(.*)$/.exec(rest) ?? [];
    return place === undefined ? '' : readPart(targetDescription, place);
  }

  // ---- Registers ----

  #readAll(): string {
    return debugRegisters.map(({ read }) => wordToHex(read(this.#session.machine))).join('');
  }

  #readOne(rest: string): string {
    const register = debugRegisters[Number.parseInt(rest, 16)];
    return register === undefined ? ERROR.INVALID : wordToHex(register.read(this.#session.machine));
  }

  #writeOne(rest: string): string {
    const [number = '', value = ''] = rest.split('=');
    return this.#write(Number.parseInt(number, 16), hexToWord(value));
  }

  /** GDB sends all of them when it changes one: those that stay are not written. */
  #writeAll(rest: string): string {
    const words = rest.match(/.{8}/g) ?? [];
    for (const [number, text] of words.entries()) {
      const word = hexToWord(text);
      const before = debugRegisters[number]?.read(this.#session.machine);
      if (word === undefined || before === undefined) return ERROR.INVALID;
      if ((before | 0) === word) continue;
      const answer = this.#write(number, word);
      if (answer !== 'OK') return answer;
    }
    return 'OK';
  }

  #write(number: number, value: number | undefined): string {
    const register = debugRegisters[number];
    if (register === undefined || value === undefined) return ERROR.INVALID;
    if (register.write === undefined) return ERROR.PERMISSION;
    this.#session.timeline.record({ kind: 'register', ...register.write, value });
    return 'OK';
  }

  // ---- Memory ----

  #readMemory(rest: string): string {
    const range = parseRange(rest);
    if (range === undefined) return ERROR.INVALID;
    const bytes = peek(this.#session.machine, range.address, Math.min(range.length, PACKET_MAX / 4));
    return bytes.length === 0 && range.length > 0 ? ERROR.ADDRESS : bytesToHex(bytes);
  }

  #writeMemory(rest: string): string {
    const [place = '', hex = ''] = rest.split(':');
    const range = parseRange(place);
    const bytes = hexToBytes(hex);
    if (range === undefined || bytes?.length !== range.length) return ERROR.INVALID;
    const parts = partsOf(this.#session.machine, range.address, range.length);
    if (lengthOf(parts) < range.length) return ERROR.ADDRESS;
    let done = 0;
    for (const { at, length } of parts) {
      this.#session.timeline.record({ kind: 'memory', at, bytes: bytes.slice(done, done + length) });
      done += length;
    }
    return 'OK';
  }

  // ---- Points ----

  /** `type,address,kind`: 0 and 1 are breakpoints, 2 a watchpoint for writes; reads cannot be watched. */
  #point(rest: string, set: boolean): string {
    const [type = '', address = '', length = ''] = rest.split(',');
    const range = parseRange(`${address},${length}`);
    if (range === undefined) return ERROR.INVALID;
    return this.#setPoint(type, range, set);
  }

  #setPoint(type: string, { address, length }: Range, set: boolean): string {
    const session = this.#session;
    switch (type) {
      case '0':
      case '1':
        if (set) session.setBreakpoint(address);
        else session.clearBreakpoint(address);
        return 'OK';
      case '2':
        if (length === 0) return ERROR.INVALID;
        if (set) return session.watch(address, length) ? 'OK' : ERROR.ADDRESS;
        session.unwatch(address, length);
        return 'OK';
      default:
        return '';
    }
  }
}

/** Whether a thread's number, perhaps behind its process', means our only one: 1, or 0 for any, or -1 for all. */
function isOurs(id: string): boolean {
  return /^(?:p(?:-1|0*[01])\.?)?(?:-1|0*[01])?$/i.test(id);
}

interface Range {
  readonly address: number;
  readonly length: number;
}

/** `address,length`, both hexadecimal. */
function parseRange(text: string): Range | undefined {
  if (!/^[\da-f]{1,8},[\da-f]{1,8}$/i.test(text)) return undefined;
  const [address, length] = text.split(',').map((number) => Number.parseInt(number, 16));
  return { address: address as number, length: length as number };
}

/** `offset,length` of a text: `m` and a part, or `l` and the last part. */
function readPart(text: string, place: string): string {
  const range = parseRange(place);
  if (range === undefined) return ERROR.INVALID;
  const end = range.address + range.length;
  return `${end < text.length ? 'm' : 'l'}${text.slice(range.address, end)}`;
}

function hexByte(value: number): string {
  return (value & 0xff).toString(16).padStart(2, '0');
}

function describeHalt(halt: Halt): { signal: number; reason: string } {
  switch (halt.kind) {
    case 'asked':
      return { signal: SIGNAL.INT, reason: '' };
    case 'stepped':
    case 'trapped':
      return { signal: SIGNAL.TRAP, reason: '' };
    case 'breakpoint':
      return { signal: SIGNAL.TRAP, reason: 'swbreak:;' };
    case 'start':
      return { signal: SIGNAL.TRAP, reason: 'replaylog:begin;' };
    case 'written':
      return { signal: SIGNAL.TRAP, reason: `watch:${halt.address.toString(16)};` };
    case 'stopped':
      return { signal: signalOf(halt.stop), reason: '' };
  }
}

function signalOf(stop: Stop): number {
  if (stop.kind === 'unhandled') return trapSignals.get(stop.cause) ?? SIGNAL.SEGV;
  return stop.kind === 'power' ? SIGNAL.TERM : SIGNAL.INT;
}
