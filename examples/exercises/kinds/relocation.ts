/** With which ring, base and bound does the monitor enter this guest? */
import { SR, STATUS } from '../../../isa/table/sysregs.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../../vmm/monitor/virtual-machine.ts';
import type { Kind } from '../exercise.ts';
import { addressOf, hex, imageOf } from '../guest.ts';

const variant = variantNamed('ring32-v') as Variant;
const page = 4096;

export const relocation: Kind = {
  name: 'relocation',
  unit: 4,
  asks: 'In which real ring, and with which R, does it run?',
  make(random) {
    const sizes = [random.between(32, 64), random.between(32, 64)].map((pages) => pages * page);
    const ring = random.between(0, 3);
    // The program is at 0x10000, so a base up to there leaves it in R.
    const base = random.between(0, 15) * page;
    const [, size = 0] = sizes;
    const bound = random.flip() ? size + page * random.between(1, 9) : random.between(20, 30) * page;
    const program = [
      `_start: li   t0, ${ring}`,
      '        mts  ESTATUS, t0',
      `        li   t0, ${hex(base)}`,
      '        mts  ERBASE, t0',
      `        li   t0, ${hex(bound)}`,
      '        mts  ERBOUND, t0',
      `        la   t0, code - ${hex(base)}`,
      '        mts  EPC, t0',
      '        iret',
      'code:   j    code',
      '',
    ].join('\n');
    const image = imageOf(program);
    const guests = sizes.map((memory) => ({ image, memory }));
    const monitor = new Monitor({ guests, variant, strategy: 'trap-and-emulate', engine: 'interpreter' });
    const guest = monitor.guests[1] as VirtualMachine;
    while (guest.cpu.pc !== addressOf(image, 'code') - base) monitor.runGuest(guest, guest.cpu.steps + 1);
    monitor.runGuest(guest, guest.cpu.steps + 4);
    const { real } = monitor;
    // The real machine has trapped, so its own ring, base and bound are the ones it saved.
    const [status = 0, realBase = 0, realBound = 0] = [SR.ESTATUS, SR.ERBASE, SR.ERBOUND].map((number) =>
      real.readSystem(number),
    );
    const { at } = guest.allocation;
    return {
      question: [
        `Two guests run under trap-and-emulate on ring32-v, with paging off. The second one has ${hex(size)} bytes of memory, which begin at ${hex(at)} of the real machine’s. It is in virtual ring ${ring}, and its own R is (${hex(base)}, ${hex(bound)}).`,
        '',
        'In which ring, and with which RBASE and RBOUND, does the real machine run it?',
      ],
      form: { kind: 'parts', parts: ['ring', 'RBASE', 'RBOUND'] },
      answer: [String(status & STATUS.RING), hex(realBase), hex(realBound)],
      why: [
        'Virtual ring 0 runs in real ring 1, the others in their own. The real base is the sum of the place of the guest’s memory and its own base; the real bound is its own, but no more than is left of its memory from its base on.',
      ],
    };
  },
};
