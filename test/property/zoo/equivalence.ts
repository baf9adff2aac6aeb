/**
 * Mutants that break equivalence: a guest under them does not behave as on the bare machine.
 * In the order of the monitor's parts: the way in and out, the dispatcher, the routines, memory, devices.
 */
import type { Mutant } from './mutant.ts';

const virtualMachine = 'vmm/monitor/virtual-machine.ts';
const dispatcher = 'vmm/monitor/dispatcher.ts';
const enter = 'vmm/guest/enter.ts';
const routines = 'vmm/monitor/routines.ts';
const relocation = 'vmm/memory/relocation.ts';
const shadow = 'vmm/memory/shadow.ts';

const property = 'equivalence';

const setsTimer = 'real.writeSystem(SR.TIMER, steps);';
/** The dispatcher's entry, before which a mutant may do something of its own. */
const handled = 'this.#dispatcher.handle({ cause';
const emulated = 'cpu.pc = effect.run(cpu, at, cpu.pc | 0) >>> 0;';

export const equivalenceMutants: readonly Mutant[] = [
  // ---- The way in and out ----
  {
    name: 'ring-leaked',
    bug: 'The ring read back is the real one: virtual ring 0 becomes ring 1 at the first exit.',
    property,
    changes: [{ file: virtualMachine, from: '(compressed ? 0 : ring)', to: 'ring' }],
  },
  {
    name: 'if-leaked',
    bug: 'IF is read back from the real machine, where it is always set while a guest runs.',
    property,
    changes: [{ file: virtualMachine, from: '(cpu.status & STATUS.IF)', to: '(status & STATUS.IF)' }],
  },
  {
    name: 'flags-lost',
    bug: 'The user flags are not loaded when the guest is entered.',
    property,
    changes: [{ file: virtualMachine, from: 'flags: cpu.status & STATUS.UF,', to: 'flags: 0,' }],
  },
  {
    name: 'monitor-time-charged',
    bug: 'The step in which the real machine traps to the monitor counts as a step of the guest.',
    property,
    changes: [
      {
        file: virtualMachine,
        from: 'real.steps - this.#enteredAt - 1;',
        to: 'real.steps - this.#enteredAt;',
      },
    ],
  },
  {
    name: 'timer-not-rearmed',
    bug: 'The real timer is set only when it has run out: an event that becomes due earlier is late.',
    property,
    changes: [{ file: enter, from: setsTimer, to: `if (real.readSystem(SR.TIMER) === 0) ${setsTimer}` }],
  },
  {
    name: 'limit-not-loaded',
    bug: 'LIMIT of a guest in virtual rings 1 to 3 is not loaded.',
    property,
    changes: [
      {
        file: virtualMachine,
        from: 'supervisor ? 0 : cpu.readSystem(SR.LIMIT)',
        to: '0',
      },
    ],
  },
  {
    name: 'interrupts-unmasked',
    bug: 'A pending interrupt is delivered whether IF is set or not.',
    property,
    changes: [
      {
        file: virtualMachine,
        from: 'const stop = cpu.settle(this.#until);',
        to: 'if (cpu.pending() !== 0) cpu.status |= STATUS.IF; const stop = cpu.settle(this.#until);',
      },
    ],
  },
  {
    name: 'time-real',
    bug: 'TIME is read from the real machine.',
    property,
    changes: [
      {
        file: virtualMachine,
        from: handled,
        to: `const at = decode(real.readSystem(SR.EVAL));
          const reads = real.readSystem(SR.ECAUSE) === 24 && this.cpu.ring === 0 && at?.row.name === 'mfs';
          if (reads && at.imm === SR.TIME && at.rd !== 0) {
            this.cpu.x[at.rd] = real.readSystem(SR.TIME);
            this.cpu.pc += 4;
            this.cpu.steps += 1;
          } else ${handled}`,
      },
    ],
  },
  {
    name: 'memsize-real',
    bug: 'MEMSIZE is read from the real machine.',
    property,
    changes: [
      {
        file: virtualMachine,
        from: handled,
        to: `const at = decode(real.readSystem(SR.EVAL));
          const reads = real.readSystem(SR.ECAUSE) === 24 && this.cpu.ring === 0 && at?.row.name === 'mfs';
          if (reads && at.imm === SR.MEMSIZE && at.rd !== 0) {
            this.cpu.x[at.rd] = real.readSystem(SR.MEMSIZE);
            this.cpu.pc += 4;
            this.cpu.steps += 1;
          } else ${handled}`,
      },
    ],
  },

  // ---- The dispatcher ----
  {
    name: 'user-privileged',
    bug: 'A privileged instruction is emulated in every virtual ring, even in ring 3.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'return this.#cpu.ring === 0 ? this.#emulate(known) : this.#reflect(CAUSE.PRIVILEGED, word);',
        to: 'return this.#emulate(known);',
      },
    ],
  },
  {
    name: 'interrupt-lost',
    bug: "The monitor's own timer interrupt is acknowledged in the guest's timer too, and lost there.",
    property,
    changes: [
      {
        file: dispatcher,
        from: 'return this.#exit(EXIT.TURN);',
        to: '{ this.#cpu.writeSystem(14, 0); return this.#exit(EXIT.TURN); }',
      },
    ],
  },
  {
    name: 'wrong-vector',
    bug: 'A reflected trap goes to TVEC + 4 * cause, as with a table of vectors.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'this.#takeTrap(() => cpu.trap(cause, value, cpu.pc | 0));',
        to: 'this.#takeTrap(() => cpu.trap(cause, value, cpu.pc | 0) + 4 * cause);',
      },
    ],
  },
  {
    name: 'wrong-cause',
    bug: 'A privileged instruction in ring 3 is reflected as an illegal one.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'cpu.trap(cause, value, cpu.pc | 0)',
        to: 'cpu.trap(cause === CAUSE.PRIVILEGED ? CAUSE.ILLEGAL : cause, value, cpu.pc | 0)',
      },
    ],
  },
  {
    name: 'wrong-epc',
    bug: 'EPC of a reflected `ecall` is the instruction after it.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'cpu.trap(cause, value, cpu.pc | 0)',
        to: 'cpu.trap(cause, value, (cause === CAUSE.ECALL ? cpu.pc + 4 : cpu.pc) | 0)',
      },
    ],
  },
  {
    name: 'eval-lost',
    bug: 'EVAL of a reflected trap is not passed on.',
    property,
    changes: [
      { file: dispatcher, from: 'cpu.trap(cause, value, cpu.pc | 0)', to: 'cpu.trap(cause, 0, cpu.pc | 0)' },
    ],
  },
  {
    name: 'hidden-fault-reflected',
    bug: 'A hidden fault of a store is treated as a true one and reflected.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'memoryFaults.has(cause) ?',
        to: 'memoryFaults.has(cause) && cause !== CAUSE.STORE_PAGE ?',
      },
    ],
  },
  {
    name: 'true-fault-hidden',
    bug: 'A true fault of a load or store is treated as a hidden one: the instruction is skipped, and the guest gets no trap.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'this.#takeTrap(() => cpu.fault(cpu.pc | 0));',
        to: 'this.#takeTrap(() => (fetch ? cpu.fault(cpu.pc | 0) : cpu.pc + 4));',
      },
    ],
  },
  {
    name: 'limit-unchecked',
    bug: 'LIMIT is not checked on a load or store that the monitor executes for the guest.',
    property,
    changes: [
      { file: dispatcher, from: 'named: at.rs1 !== 0', to: 'named: false' },
      {
        file: dispatcher,
        from: 'if (word === undefined) executeOne(this.#cpu);\n    else executeWord(this.#cpu, word);',
        to: `const limit = this.#cpu.readSystem(18); this.#cpu.writeSystem(18, 0);
          executeOne(this.#cpu); this.#cpu.writeSystem(18, limit);`,
      },
    ],
  },
  {
    name: 'decoding-stale',
    bug: 'The dispatcher stores decoded instructions by pc, and does not notice that the code has changed.',
    property,
    changes: [
      {
        file: dispatcher,
        from: 'interpret({ cpu: this.#cpu, shadow: this.#shadow }, at);',
        to: `this.kept ??= new Map();
          const kept = this.kept.get(this.#cpu.pc) ?? at;
          this.kept.set(this.#cpu.pc, kept);
          interpret({ cpu: this.#cpu, shadow: this.#shadow }, kept);`,
      },
      {
        file: dispatcher,
        from: '#repairedStep = -1;',
        to: '#repairedStep = -1; kept?: Map<number, Instruction>;',
      },
    ],
  },

  // ---- The interpreter routines ----
  {
    name: 'pc-not-advanced',
    bug: 'pc is not advanced after an instruction was emulated.',
    property,
    changes: [{ file: routines, from: emulated, to: 'effect.run(cpu, at, cpu.pc | 0);' }],
  },
  {
    name: 'setf-drops-if',
    bug: '`setf` in virtual ring 0 leaves IF as it was, as outside ring 0.',
    property,
    changes: [
      {
        file: routines,
        from: emulated,
        to: `const before = cpu.status & 4; ${emulated}
          if (at.row.name === 'setf') cpu.status = (cpu.status & ~4) | before;`,
      },
    ],
  },
  {
    name: 'iret-keeps-r',
    bug: '`iret` does not restore R.',
    property,
    changes: [
      {
        file: routines,
        from: emulated,
        to: `const r = [cpu.readSystem(2), cpu.readSystem(3)] as const; ${emulated}
          if (at.row.name === 'iret') { cpu.writeSystem(2, r[0]); cpu.writeSystem(3, r[1]); }`,
      },
    ],
  },
  {
    name: 'hlt-passed-over',
    bug: '`hlt` does not wait.',
    property,
    changes: [
      { file: routines, from: emulated, to: `if (at.row.name === 'hlt') cpu.pc += 4; else ${emulated}` },
    ],
  },
  {
    name: 'cpuid-wrong',
    bug: 'CPUID is 1 on every variant.',
    property,
    changes: [
      {
        file: routines,
        from: emulated,
        to: `${emulated} if (at.row.name === 'mfs' && at.imm === 17 && at.rd !== 0) cpu.x[at.rd] = 1;`,
      },
    ],
  },

  // ---- Memory ----
  {
    name: 'bound-left-out',
    bug: "R is composed without the guest's bound.",
    property,
    changes: [{ file: relocation, from: 'cpu.plainBound', to: 'cpu.memory.size - cpu.base' }],
  },
  {
    name: 'base-left-out',
    bug: "R is composed without the guest's base.",
    property,
    changes: [{ file: relocation, from: 'base: at + cpu.base', to: 'base: at' }],
  },
  {
    name: 'dirty-lost',
    bug: 'A page is writable in the shadow before D is set: the monitor does not see the first store, and D is lost.',
    property,
    changes: [
      { file: shadow, from: '(entry & PTE.W) !== 0 && (entry & PTE.D) !== 0', to: '(entry & PTE.W) !== 0' },
    ],
  },
  {
    name: 'accessed-lost',
    bug: 'A new shadow table is derived as a whole, even where A is not set: the monitor does not see the first access.',
    property,
    changes: [
      { file: shadow, from: '(entry & (PTE.V | PTE.A)) === (PTE.V | PTE.A)', to: '(entry & PTE.V) !== 0' },
    ],
  },
  {
    name: 'user-bit-granted',
    bug: 'Every page of the shadow has U: ring 3 reaches the pages of the supervisor.',
    property,
    changes: [
      { file: shadow, from: '(PTE.V | PTE.R | PTE.X | PTE.U))', to: '(PTE.V | PTE.R | PTE.X)) | PTE.U' },
    ],
  },
  {
    name: 'write-right-granted',
    bug: "A page with D is writable in the shadow, even if the guest's tables do not allow writes.",
    property,
    changes: [
      { file: shadow, from: '(entry & PTE.W) !== 0 && (entry & PTE.D) !== 0', to: '(entry & PTE.D) !== 0' },
    ],
  },
  {
    name: 'table-write-unseen',
    bug: 'A write to a second-level table is not noticed: entries derived from it stay.',
    property,
    changes: [{ file: shadow, from: 'this.#real.memory.write(table + (word & 1023) * 4, 4, 0);', to: '' }],
  },
  {
    name: 'root-write-unseen',
    bug: 'A write to a root table is not noticed: entries derived from it stay.',
    property,
    changes: [
      { file: shadow, from: 'for (const space of trace.roots) this.#dropTable(space, word & 1023);', to: '' },
    ],
  },
  {
    name: 'traced-page-writable',
    bug: 'A page that contains page tables is writable: the guest changes them directly.',
    property,
    changes: [{ file: shadow, from: ' && !this.#traces.has(page)', to: '' }],
  },
  {
    name: 'trace-too-late',
    bug: 'A page that is writable already stays so when it becomes a page table.',
    property,
    changes: [{ file: shadow, from: 'this.#real.memory.write(at, 4, entry & ~PTE.W);', to: ';' }],
  },
  {
    name: 'one-shadow-for-all',
    bug: 'There is one shadow for all address spaces: the old one stays when PTBR changes.',
    property,
    changes: [{ file: shadow, from: 'this.#spaces.get(key);', to: '[...this.#spaces.values()][0];' }],
  },
  {
    name: 'shadow-kept',
    bug: 'The shadow tables stay when the guest turns paging off. Then it can change its tables, and the monitor does not notice.',
    property,
    changes: [{ file: routines, from: 'shadow.flushIfPagingEnded(paged);', to: 'void paged;' }],
  },
  {
    name: 'frame-not-cleared',
    bug: 'A frame that was a shadow table before is not cleared when it becomes one again.',
    property,
    changes: [{ file: shadow, from: 'this.#real.memory.fill(free, new Uint8Array(PAGE));', to: '' }],
  },

  // ---- Devices ----
  {
    name: 'console-7-bit',
    bug: 'The highest bit of each printed byte is lost.',
    property,
    changes: [
      {
        file: 'vmm/devices/physical.ts',
        from: 'real.output(PORT.CONSOLE_DATA, byte);',
        to: 'real.output(PORT.CONSOLE_DATA, byte & 0x7f);',
      },
    ],
  },
  {
    name: 'disk-not-awaited',
    bug: 'The monitor does not wait for the real disk: the sector is not read yet.',
    property,
    changes: [
      {
        file: 'vmm/devices/physical.ts',
        from: 'while (real.input(PORT.DISK_STATUS) === DISK_STATUS.BUSY) {',
        to: 'while (false as boolean) {',
      },
    ],
  },
  {
    name: 'transfer-in-guest',
    bug: "Sectors pass through the guest's own first page.",
    property,
    changes: [
      {
        file: 'vmm/devices/disk-slice.ts',
        from: 'this.#page = page;',
        to: 'this.#page = allocation.at + 0 * page;',
      },
    ],
  },
  {
    name: 'theorem-3-forgotten',
    bug: 'The hybrid monitor runs virtual supervisor code directly when it is in ring 0 with interrupts off.',
    property,
    strategy: 'hybrid',
    variant: 'ring32-h',
    changes: [
      {
        file: 'vmm/monitor/strategies.ts',
        from: "(cpu.ring === 0 ? 'interpreted'",
        to: "(cpu.ring === 0 && (cpu.status & 4) !== 0 ? 'interpreted'",
      },
    ],
  },
];
