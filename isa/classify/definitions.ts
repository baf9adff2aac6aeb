/**
 * What the 1974 definitions mean here, in words. The manual and the classroom handout
 * print this text. The code is in parts.ts (what can differ), differences.ts (what is compared),
 * measure.ts ("there is a state") and privilege.ts ("for all states").
 */

export interface DefinitionSection {
  readonly title: string;
  /** Paragraphs of Markdown. */
  readonly text: readonly string[];
}

export const source =
  'G. J. Popek and R. P. Goldberg, "Formal Requirements for Virtualizable Third Generation Architectures", CACM 17(7), 1974';

/** The definitions, extended to four rings, paging, interrupts and ports. */
export const definitions: readonly DefinitionSection[] = [
  {
    title: 'State',
    text: [
      "Popek and Goldberg's machine state is (E, M, P, R): memory, mode, program counter, relocation-bounds register. Ring32's is: what the program has (general registers, pc, user flags, memory as its addresses show it) and the *parts* of the privileged state: the ring (their M); the map, that is R, PTBR and the page tables (their R); and what the machines of 1974 did not have or kept elsewhere: IF, TVEC, the registers that a trap saves into, SCRATCH0 and 1, LIMIT, TIME, TIMER, disk, network, console, MEMSIZE, CPUID.",
      'A *pair* is two states that differ in one part only. The two maps of a pair may place the same contents at other physical addresses, with paging on or off, and may grant other rights, as shadow page tables do. But an address that both maps map has the same contents in both. The bits A and D are memory that an access sets; they are not a part.',
      'Every instruction takes one step. That TIME and TIMER change by this step does not count as an effect of the instruction.',
    ],
  },
  {
    title: 'Privileged',
    text: [
      'For all pairs of a state in ring 0 and the same state in ring 1, 2 or 3 in which neither execution takes a memory trap (access fault, page fault): it traps outside ring 0, and does not in ring 0. Executions that trap in ring 0 because of their operands (an unknown system register, a misaligned target) are set aside like memory traps; but some execution must complete. So `ecall`, which traps in every ring, is not privileged.',
      'That it traps outside ring 0 is established exhaustively: the trap comes before anything but the ring is read, and there are only three rings to try. That it does not trap in ring 0 is established exhaustively if it reads only STATUS, and otherwise in every sampled state.',
    ],
  },
  {
    title: 'Sensitive',
    text: [
      '*Control-sensitive*: there is a state in which it completes without a trap and has changed privileged state: the ring, R, PTBR, IF, TVEC or any other part; or it waits, or stops the machine.',
      '*Mode-sensitive*: there is a pair that differs in the ring, neither takes a memory trap, and the outcomes differ in anything but the ring itself (that is control). *Location-sensitive*: the same for a pair of maps. *State-sensitive*: the same for a pair in any other part. Popek and Goldberg call the first two behaviour-sensitive; the third is what interrupts, timers and ports add.',
      "Sensitivity is measured with the variant's privilege check off. It is a property of the meaning of the instruction; with the check on, no privileged instruction could be found to be sensitive.",
      '*Innocuous*: not sensitive, in any state. If the meaning is data (the effect language), this is derived from the row: the effect names no privileged state, and memory only through the map, so it can neither depend on privileged state nor change it. That is a proof. An execution that reads no state at all is a proof too. Otherwise the result is "not refuted in N samples".',
      '*Critical*: sensitive and not privileged.',
    ],
  },
  {
    title: 'User-sensitive and supervisor-sensitive',
    text: [
      'A monitor compresses rings: virtual ring 0 (supervisor mode) runs in real ring 1, virtual rings 1, 2 and 3 (user mode) in their own. So in virtual user mode the real ring is the one that the guest believes in, while every other part (IF, TVEC, R and the page tables, timer, devices) belongs to the monitor.',
      '*User-sensitive*: in some state of rings 1 to 3, when run directly, it does something else than on the virtual machine, or reaches resources: it is location- or state-sensitive there, or changes privileged state other than by moving between rings 1 to 3. *Supervisor-sensitive*: in ring 0 it is control-, location- or state-sensitive, or it does not do the same in ring 0 and ring 1.',
      'That is why `retf` is not user-sensitive: from ring 2 to ring 3 it does the same on the real machine as on the virtual one, like JRST 1 in the user mode of the PDP-10. From virtual ring 0, however, it leaves supervisor mode, and the monitor does not notice.',
    ],
  },
  {
    title: 'Theorems',
    text: [
      '*Theorem 1*: a monitor (equivalent, efficient, in control) can be constructed if the sensitive instructions are a subset of the privileged ones: if there is no critical instruction. The condition is sufficient, not necessary: binary translation runs `ring32-x` as it ran the x86.',
      '*Theorem 2*: the machine is recursively virtualizable if it is virtualizable and a monitor without timing dependencies can be constructed for it. On Ring32 only TIME, TIMER and `hlt` are timing dependencies, and the instructions that use them are sensitive; so where Theorem 1 holds, a monitor can give each guest time that counts its own steps only. The classifier decides it by Theorem 1.',
      '*Theorem 3*: a hybrid monitor, which interprets all of virtual supervisor mode and runs virtual user mode directly, can be constructed if the user-sensitive instructions are a subset of the privileged ones.',
    ],
  },
];

/** The definitions as a chapter of the ISA manual (table/manual.ts). */
export const definitionsChapter = { title: 'Privileged, sensitive, critical', source, sections: definitions };
