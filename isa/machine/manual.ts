/** How the machine works, step by step: chapters of the ISA manual (isa/table/manual.ts). */
import { registerNames } from '../table/registers.ts';
import { SR, type SystemRegisterName } from '../table/sysregs.ts';
import { trapEffects } from '../table/traps.ts';
import { guestModeChapter } from './guest-mode-manual.ts';
import { MEMORY, PAGE } from './storage.ts';
import { PTE } from './translate.ts';

const code = (text: string) => `\`\`\`text\n${text}\n\`\`\``;

const execution = {
  title: 'Execution',
  sections: [
    {
      title: 'Reset',
      text: [
        `Physical memory is ${MEMORY.min / 1024} KiB to ${MEMORY.max / 2 ** 30} GiB, in whole pages of ${PAGE} bytes. After reset it is zero, except where the image was loaded (see Images). The general registers are 0, STATUS is 0, and pc is the image's entry. So the machine is in ring 0, interrupts are disabled and the user flags are clear. The system registers have the values in the column "after reset" above. Paging is off, and R = (0, MEMSIZE), so that each virtual address is also the physical address. All devices are idle: what programs can set in them is 0, and so are their statuses.`,
      ],
    },
    {
      title: 'Steps',
      text: [
        'A *step* is one instruction completed, or one trap taken. The machine counts its steps since reset in 64 bits; TIME and TIMEH show the count. Call it `steps`. The machine repeats the following until it stops:',
        code(`1  Let every event happen that is due at this step or before: first the timer,
   then the disk, then the network.
2  If an interrupt line is pending:
     the machine waits no longer;
     if IF is 1: take the interrupt of the lowest pending line, add 1 to steps,
     and go to 1.
3  If the machine waits (after hlt):
     if an event is due later: set steps to the step of the nearest event, go to 1;
     otherwise no event can end the wait: see "Time and interrupts".
4  Fetch the word at pc, decode it and execute it. Add 1 to steps, and go to 1.`),
        'In 4, the first of these checks that fails raises its trap, and the others are not made:',
        code(`a  The fetch: translate the 4 bytes at pc (causes 1 and 12).
b  The word must match an instruction (cause 2).
c  If the instruction is privileged on this variant, RING must be 0 (cause 24).
d  What the instruction itself checks: the system register it names (cause 2), its
   jump target (cause 0), its access to memory (causes 5, 7, 13 and 15).`),
        'An instruction that traps changes nothing except by the trap itself; but an A bit that its fetch has set stays set. Otherwise the next pc is pc + 4, unless the instruction says something else. All arithmetic on words and addresses is modulo 2^32, unless something else is said.',
        '`x0` reads as zero, and a write to it is ignored. An instruction whose `rd` is `x0` does everything else that it does: a load accesses memory and can fault, and `in` takes a byte of input.',
      ],
    },
    {
      title: 'How a machine stops',
      text: [
        'There are three ways. A write to the power port stops it after that instruction, which is counted as a step. A trap or an interrupt while TVEC is 0 stops it without taking the trap: no register is changed, pc is at the instruction, and no step is counted. And `hlt` stops it when no interrupt line can become pending any more; the `hlt` is counted.',
      ],
    },
  ],
};

const addresses = {
  title: 'Addresses',
  sections: [
    {
      title: 'Accesses',
      text: [
        'An access has a virtual address `va`, a width `n` of 1, 2 or 4 bytes, and a kind: fetch, load or store. A fetch has 4 bytes. Memory is little-endian: the byte at the lowest address is bits 7–0. A load or store may have any alignment. The pc is always a multiple of 4.',
        'A load or store is *named* if its `rs1` is not `x0`. LIMIT applies to named accesses only; it applies neither to fetches nor in ring 0.',
        'An access is translated as follows. Sums such as `va + n` are not reduced modulo 2^32 here, and `MEMSIZE - RBASE` can be negative. "Access fault" and "page fault" stand for the cause of this kind of access: 1 and 12 for a fetch, 5 and 13 for a load, 7 and 15 for a store.',
        code(`translate(va, n, kind, named):
    if named and RING != 0 and LIMIT != 0 and va + n > LIMIT:
        access fault, EVAL = va
    if paging is off (bit 0 of PTBR is 0):
        if va + n > RBOUND or va + n > MEMSIZE - RBASE:
            access fault, EVAL = va
        the bytes are at RBASE + va and after
    else:
        if va + n > 2^32: access fault, EVAL = va
        first = walk(va, kind)
        if the access reaches into the next page:
            second = walk(the first address of that page, kind)
        set A in the entries found; for a store, set D in them too
        each byte is at (the frame in its page's entry) + (bits 11-0 of its address)`),
        'So R applies in every ring while paging is off, and not at all while paging is on. With paging off, an access is in one piece in physical memory. With paging on, an access across two pages moves its bytes to or from two frames; both pages are checked before an A or D bit is set or a byte is moved.',
      ],
    },
    {
      title: 'Page tables',
      text: [
        `Pages are ${PAGE} bytes. A table is one page, with 1024 entries of 4 bytes. The root table is in the frame that PTBR names. An entry:`,
        `| bits | name | meaning |\n| --- | --- | --- |\n${[
          [bit(PTE.V), 'V', 'valid'],
          [bit(PTE.R), 'R', 'loads allowed'],
          [bit(PTE.W), 'W', 'stores allowed'],
          [bit(PTE.X), 'X', 'fetches allowed'],
          [bit(PTE.U), 'U', 'ring 3 allowed; rings 0 to 2 ignore this bit'],
          [bit(PTE.A), 'A', 'accessed: set by the machine'],
          [bit(PTE.D), 'D', 'dirty (stored to): set by the machine'],
          ['9–7', '', 'free for software; the machine ignores them'],
          ['31–12', 'frame', 'bits 31–12 of the physical address of the page, or of the second-level table'],
        ]
          .map((cells) => `| ${cells.join(' | ')} |`)
          .join('\n')}`,
        code(`walk(a, kind): the address of the entry for the page of a
    root = (PTBR & 0xfffff000) + 4 * (bits 31-22 of a)
    if root + 4 > MEMSIZE: access fault, EVAL = a
    pointer = the word at root
    if V is 0 in pointer, or any of R, W, X is 1: page fault, EVAL = a
    leaf = (pointer & 0xfffff000) + 4 * (bits 21-12 of a)
    if leaf + 4 > MEMSIZE: access fault, EVAL = a
    entry = the word at leaf
    if V is 0, or the right for this kind (X fetch, R load, W store) is 0,
       or RING is 3 and U is 0: page fault, EVAL = a
    if (entry & 0xfffff000) + ${PAGE} > MEMSIZE: access fault, EVAL = a
    return leaf`),
        'R, W and X are independent; any combination is allowed. U, A and D of a first-level entry are ignored and never set. The walk reads physical memory: neither R nor LIMIT applies to it. The current RING decides, so a kernel in rings 0 to 2 can use the pages of ring 3.',
        'Translation is *coherent*. A store to a page table takes effect with the next access, a store to code with the next fetch, and a change of PTBR, R, LIMIT or RING with the fetch of the next instruction. There is no TLB to flush.',
      ],
    },
    {
      title: 'Asking about an address',
      text: [
        '`lra`, `lar`, `verr` and `verw` ask about the one byte at `va`, the value of `rs1`. They never fault, set neither A nor D, and do not look at LIMIT.',
        code(`probe(va):
    if paging is off:
        if va + 1 > RBOUND or va + 1 > MEMSIZE - RBASE: nothing is there
        physical = RBASE + va; rights = R W X U, all 1
    else:
        walk as above, but demand only V of the last entry;
        where walk would fault: nothing is there
        physical = (entry & 0xfffff000) + (bits 11-0 of va)
        rights = entry & 0x1e; but 0 if RING is 3 and U is 0`),
        '`lra` gives `physical`, whatever the rights are. `lar` gives `rights`, each right in its bit of a page-table entry: R is bit 1, W bit 2, X bit 3, U bit 4. `verr` gives 1 if `rights` has R, `verw` gives 1 if it has W, otherwise 0. Where nothing is there, `lra` gives all ones and the others 0.',
      ],
    },
  ],
};

/** The number of the one bit that is set in `mask`. */
function bit(mask: number): string {
  return String(31 - Math.clz32(mask));
}

const untouched = (Object.keys(SR) as SystemRegisterName[]).filter(
  (name) => !(name in trapEffects) && !['TIME', 'TIMEH', 'IPEND', 'MEMSIZE', 'CPUID'].includes(name),
);

const traps = {
  title: 'Traps',
  sections: [
    {
      title: 'What a trap does',
      text: [
        'Exceptions and interrupts are both called traps. A trap does this, in this order:',
        `| sets | to |\n| --- | --- |\n${Object.entries(trapEffects)
          .map(([name, value]) => `| ${name} | ${value} |`)
          .join('\n')}`,
        `All else stays as it was: the user flags (so a handler starts with those of the program), ${untouched.join(', ')}, the general registers ${registerNames[1]} to ${registerNames.at(-1)}, and memory. PTBR stays, so the handler runs in the address space of the program. LIMIT stays, but does not apply in ring 0. The timer runs on.`,
        'A trap taken is one step. Nothing is stacked: the next trap overwrites the registers that the last one saved. `iret` goes back: it sets STATUS, RBASE, RBOUND and pc from ESTATUS, ERBASE, ERBOUND and EPC, and changes nothing else. With paging on, R is saved and set all the same; it only has no effect.',
        'If TVEC is 0, no handler is installed, and the trap stops the machine instead. A handler can therefore not be at address 0.',
      ],
    },
  ],
};

const time = {
  title: 'Time and interrupts',
  sections: [
    {
      title: 'Time',
      text: [
        'Time is the step count. Nothing else moves it, except that a machine that waits skips to the next event. So a run depends on its image and its inputs only. An instruction that reads TIME gets the number of steps before it: the first instruction after reset reads 0.',
        'Writing `n` to TIMER arms the timer: it goes off when `n` more steps have passed after the step of the write. So with 1, exactly one more instruction is executed, and then the line is pending. Reading TIMER gives the steps that are left: right after the write it reads `n`. When the timer has gone off it reads 0, and it does not start again by itself. A write clears line 0 if it is pending; writing 0 turns the timer off. All 32 bits count, unsigned.',
      ],
    },
    {
      title: 'Interrupt lines',
      text: [
        'A line is pending as long as its condition in the table of causes holds (causes 0x80000000 + line). Taking the interrupt does not change that: the handler has to remove the cause. IPEND shows the pending lines, whether or not IF is 1.',
        'Between steps, if IF is 1 and a line is pending, the interrupt of the lowest such line is taken before the next instruction. So after `sti`, `setf`, `iret` or `mts` makes an interrupt possible, it is taken at once: the instruction after is not executed first.',
      ],
    },
    {
      title: 'hlt',
      text: [
        '`hlt` is one step. After it, EPC of an interrupt is the address after the `hlt`. The machine waits until a line is pending, whether or not IF is 1. If a line is pending already, it does not wait. If IF is 0, execution goes on after the `hlt`, and no interrupt is taken.',
        'While the machine waits, `steps` jumps from event to event. The events are: the timer goes off, a disk command is done, the network device looks at its transmit ring, a frame arrives. An event need not make a line pending; then the wait goes on.',
        'When no event is due, only the outside world can end the wait: by console input, if bit 0 of the console control port is 1 and the input has not ended, or by a frame, if the machine is plugged into a network and its control port has one of the bits 1 to 3 set. Then the machine stands still until the input comes, and `steps` does not change meanwhile. Otherwise it stops for ever.',
      ],
    },
  ],
};

/** In the order of the manual; the table of causes follows them. */
export const machineChapters = [execution, addresses, traps, time, guestModeChapter];

export const imagesChapter = {
  title: 'Images',
  sections: [
    {
      title: 'Files',
      text: [
        'An image is an ELF file: 32 bits, little-endian, `e_machine` 243 (RISC-V), `e_type` 2 (a static executable). Each program header of type 1 (`PT_LOAD`) is loaded at its *physical* address `p_paddr`: `p_filesz` bytes from the file at `p_offset`, then zeros up to `p_memsz` bytes. A segment of size 0 is skipped. Segments are loaded in the order of their headers. One that does not fit into memory is an error. The flags of segments mean nothing to the machine: it starts without page tables.',
        'pc starts at `e_entry`, which must be a multiple of 4. Bits in `e_flags` are ignored. Symbols and line tables are for tools; the machine does not read them.',
        '`ringlab run` gives a machine 16 MiB of memory unless `--memory` says otherwise, and exits with the low 8 bits of the value that was written to the power port.',
      ],
    },
    {
      title: 'Processes',
      text: [
        'With `run --process` an image runs as a process instead: only the user half exists, in ring 3, and `ecall` is a call to Linux or to a simulator, answered by the host. What a process finds in its memory and which calls there are is in [vmm/process/](../vmm/process/README.md).',
      ],
    },
  ],
};
