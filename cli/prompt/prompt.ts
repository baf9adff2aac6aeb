/**
 * A debugger at a prompt, for those without GDB: it reads a line, moves the session, and shows
 * where the guest is: the step, and the next instruction. commands.ts has the commands.
 */
import { describeTrap, peekWord } from '../../isa/machine/report.ts';
import { formatStep } from '../../isa/machine/tracer.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { describeEnd, type Halt } from '../../vmm/debug/session.ts';
import type { Found } from '../../vmm/replay/search.ts';
import type { Travel } from '../../vmm/replay/timeline.ts';
import type { DebuggedGuest } from '../debugging.ts';
import { commands } from './commands.ts';
import { PromptError } from './places.ts';

export class Prompt {
  readonly guest: DebuggedGuest;
  #last = 'help';

  constructor(guest: DebuggedGuest) {
    this.guest = guest;
  }

  /** Whether a line begins with the name of a command. */
  isCommand(line: string): boolean {
    const [name = ''] = line.trim().split(/\s+/);
    return commands.some(({ names }) => names.includes(name));
  }

  /** Runs one line; returns what to print, undefined to end. An empty line repeats the last one. */
  async answer(line: string): Promise<string | undefined> {
    const text = line.trim() === '' ? this.#last : line.trim();
    this.#last = text;
    const [name = '', ...words] = text.split(/\s+/);
    if (name === 'quit' || name === 'q') return undefined;
    const command = commands.find((candidate) => candidate.names.includes(name));
    if (command === undefined) return `there is no command "${name}"; help lists them\n`;
    try {
      return await command.run(this, words);
    } catch (error) {
      if (error instanceof PromptError) return `${error.message}\n`;
      throw error;
    }
  }

  /** The step where the guest is, and what it would execute next. */
  place(): string {
    const { machine, symbols } = this.guest;
    const { steps: step, pc, ring } = machine;
    const record = { step, pc, ring, word: peekWord(machine, pc), trap: undefined, changed: [], exits: [] };
    const waiting = machine.waiting ? '           waits in hlt\n' : '';
    return `${formatStep(record, machine.x, symbols)}\n${waiting}`;
  }

  /** Where the guest has stopped, and why, unless it only made its step. */
  tell(halt: Halt, direction: 'on' | 'back'): string {
    return `${this.#reason(halt, direction)}${this.place()}`;
  }

  #reason(halt: Halt, direction: 'on' | 'back'): string {
    switch (halt.kind) {
      case 'stepped':
        return '';
      case 'asked':
        return 'interrupted\n';
      case 'breakpoint':
        return 'a breakpoint\n';
      case 'start':
        return 'this is the beginning\n';
      case 'written':
        return `${this.name(halt.address)} ${direction === 'on' ? 'was written by the step before' : 'is written by the next step'}\n`;
      case 'trapped':
        return `the next step traps: ${describeTrap(halt.cause, halt.value)}\n`;
      case 'stopped':
        return `${describeEnd(halt.stop).says}\n`;
    }
  }

  /** Travels to what was found, or stays. */
  async seek(travel: Travel<Found | undefined>): Promise<string> {
    const result = await this.guest.session.find(travel);
    if (result === undefined) return `interrupted\n${this.place()}`;
    if (result.value === undefined) return `there is none before this\n${this.place()}`;
    return `${result.value.name === undefined ? '' : `${result.value.name}\n`}${this.place()}`;
  }

  /** An address by name, if it has one, otherwise by number. */
  name(address: number): string {
    return this.guest.symbols.describe(address) || hex(address);
  }
}
