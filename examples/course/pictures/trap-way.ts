/** A trap's way: one privileged instruction of a guest, from the guest to the monitor and back, as it happened. */
import { hex } from '../../../isa/table/disassemble.ts';
import { SR, STATUS } from '../../../isa/table/sysregs.ts';
import { causeName } from '../../../isa/table/traps.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { addressOf, guestOf, imageOf } from '../../exercises/guest.ts';
import { arrow, box, drawing, labelled, text } from './svg.ts';

const variant = variantNamed('ring32-v') as Variant;
const program = ['_start: nop', 'here:   sti', '        nop', '        nop', ''].join('\n');

/** What happened when the guest executed `sti`. */
function observe() {
  const image = imageOf(program);
  const { guest } = guestOf(image, { variant, monitor: 'trap-and-emulate' });
  const here = addressOf(image, 'here');
  while (guest.machine.pc !== here) guest.run(guest.machine.steps + 1);
  const real = guest.host?.real;
  const [level] = guest.levels;
  if (real === undefined || level === undefined) throw new Error('a monitored guest has a real machine');
  // The first trap and the first exit are those of `sti`; what comes after belongs to the turn's end.
  const traps: {
    readonly cause: number;
    readonly value: number;
    readonly pc: number;
    readonly ring: number;
  }[] = [];
  const exits: string[] = [];
  real.onTrap = (cause, value, pc) =>
    traps.push({ cause: cause >>> 0, value, pc: pc >>> 0, ring: real.ring });
  level.ledger.onExit = (name) => exits.push(name);
  const [before, step] = [guest.machine.status, guest.machine.steps];
  guest.run(step + 1);
  const after = guest.machine.status;
  const next = guest.machine.pc;
  guest.run(step + 2);
  const back = { pc: next, ring: real.readSystem(SR.ESTATUS) & STATUS.RING };
  const [trap] = traps;
  const [exit] = exits;
  if (trap === undefined || exit === undefined) throw new Error('sti traps in ring 1');
  return { trap, exit, step, before, after, back };
}

const bit = (status: number) => ((status & STATUS.IF) === 0 ? 0 : 1);

export function trapWay(): string {
  const { trap, exit, step, before, after, back } = observe();
  const lanes = [
    [`the guest, real ring ${trap.ring}`, 130],
    ['the real machine', 260],
    ['the monitor, real ring 0', 390],
  ] as const;
  const says = `sti of the guest traps with cause ${trap.cause}, the monitor emulates it, and the guest goes on.`;
  return drawing('The way of a trap', says, [
    ...lanes.map(
      ([name, y]) =>
        box(40, y - 46, 880, 104, 'quiet') +
        text(906, y - 26, name, { faint: true, size: 14, anchor: 'end' }),
    ),

    labelled([70, 116, 190, 56], 'guest', ['sti', hex(trap.pc)], { mono: true }),
    arrow(165, 174, 165, 240),
    labelled(
      [60, 244, 300, 62],
      'real',
      [`trap ${trap.cause}: ${causeName(trap.cause)}`, `EPC ${hex(trap.pc)}  EVAL ${hex(trap.value)}`],
      { size: 13 },
    ),
    arrow(210, 308, 210, 370),
    labelled([60, 374, 300, 62], 'monitor', ['dispatcher: whose trap is it?', `exit “${exit}”`], {
      size: 14,
    }),
    arrow(362, 405, 416, 405),
    labelled(
      [420, 374, 270, 62],
      'monitor',
      ['interpreter routine', `virtual IF ${bit(before)} → ${bit(after)}, step ${step} done`],
      { size: 14 },
    ),
    arrow(620, 372, 620, 310),
    labelled([500, 244, 240, 62], 'real', ['iret', `to real ring ${back.ring}`], { size: 14 }),
    arrow(690, 242, 760, 176),
    labelled([700, 116, 190, 56], 'guest', ['the next one', hex(back.pc)], { mono: true }),
    text(
      40,
      500,
      `The real IF stays the monitor’s. For the guest one step has passed: ${step} before, ${step + 1} after.`,
      { faint: true, size: 14 },
    ),
  ]);
}
