/** Where ring32.md is silent: what we chose. Part of the manual; each is tested in test/isa/. */
export const choices: readonly string[] = [
  'The low two bits of TVEC and EPC read as zero, so that no trap and no `iret` lands between instructions; `retf` to a misaligned address traps (cause 0) on the `retf`.',
  'An access past address 0xffffffff is an access fault, paging on or off.',
  'With paging on, EVAL of a fault on an access across two pages is the first byte on the page that faults, so that a handler repairs the right page.',
  'A page table outside memory is an access fault of the access that needed it; so is a page that its entry places outside memory.',
  'A fetch is an access of its own: the A bit it sets stays set when the instruction fetched then traps.',
  '`lra`, `lar`, `verr` and `verw` ask R or the page tables, never LIMIT, and set neither A nor D. With paging off, `lar` shows R W X U for an address within R.',
  'Ring is checked before anything else: an instruction that is privileged here traps as such even if it would also be illegal.',
  '`mfs` of TIME counts the steps before it. TIMER counts the steps after the `mts` that wrote it: 1 makes the interrupt pending after the next step. Once it has gone off it reads 0.',
  'Taking an interrupt is a step. A trap without a handler is none: the machine stops before the instruction.',
  '`hlt` is one step; then time moves to the next event. An interrupt that ends the wait saves the address after the `hlt`.',
  'A disk command latches sector and address and moves all its data at once, 1000 steps later. One given while another is under way is ignored. It fails (status 3) for a sector the disk does not have, memory that is not there, no disk, or an unknown command. Line 2 is pending while the status is done or failed, until the status port is written.',
  'Line 1 is pending while input waits and bit 0 of the console control port is set; line 0 from the timer going off until TIMER is written.',
  'Memory is 4 KiB to 1 GiB, in whole pages.',
];
