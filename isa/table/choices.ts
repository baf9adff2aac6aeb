/** Cases of the manual that are easy to miss. Each has a test in test/isa/. */
export const choices: readonly string[] = [
  'The low two bits of TVEC and EPC read as zero, so neither a trap nor an `iret` can leave pc between two words. `retf` to an address that is not a multiple of 4 traps (cause 0) on the `retf`.',
  'An access that reaches past address 0xffffffff is an access fault, with paging on or off.',
  'With paging on, an access across two pages that faults has in EVAL the first of its bytes on the page that faults, so that a handler repairs the right page.',
  'A page table outside memory is an access fault of the access that needed the table. So is an entry whose frame is outside memory.',
  'A fetch is an access of its own. The A bit that it sets stays set if the instruction then traps.',
  '`lra`, `lar`, `verr` and `verw` never look at LIMIT. With paging off, `lar` gives R W X U for an address within R.',
  'The ring is checked before everything but the encoding: a privileged instruction outside ring 0 takes trap 24 even if it names an unknown system register.',
  'Taking an interrupt is a step. A trap without a handler is no step: the machine stops before the instruction.',
  'With an odd RBASE, the word that is fetched lies at an odd physical address.',
];
