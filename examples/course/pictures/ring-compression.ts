/** Ring compression: which real ring each virtual ring runs in, as the real machine had it. */
import { SR, STATUS } from '../../../isa/table/sysregs.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { addressOf, guestOf, imageOf } from '../../exercises/guest.ts';
import { arrow, drawing, labelled, text } from './svg.ts';

const variant = variantNamed('ring32-v') as Variant;

/** The real ring in which a monitor runs virtual ring `ring`. */
function realRing(ring: number): number {
  const image = imageOf(
    [
      `_start: addi t0, zero, ${ring}`,
      '        mts  ESTATUS, t0',
      '        mfs  t0, MEMSIZE',
      '        mts  ERBOUND, t0',
      '        la   t0, code',
      '        mts  EPC, t0',
      '        iret',
      'code:   j    code',
      '',
    ].join('\n'),
  );
  const { guest } = guestOf(image, { variant, monitor: 'trap-and-emulate' });
  while (guest.machine.pc !== addressOf(image, 'code')) guest.run(guest.machine.steps + 1);
  guest.run(guest.machine.steps + 4);
  // The monitor has control again: the real machine's trap has saved the ring that it ran in.
  return (guest.host?.real.readSystem(SR.ESTATUS) ?? 0) & STATUS.RING;
}

export function ringCompression(): string {
  const rings = [0, 1, 2, 3];
  const real = rings.map(realRing);
  const y = (ring: number) => 130 + 90 * ring;
  const whose = ['kernel', '', '', 'programs'];
  const says = rings.map((ring) => `virtual ring ${ring} runs in real ring ${real[ring]}`).join(', ');
  return drawing('Ring compression', `${says}; real ring 0 is the monitor’s.`, [
    text(190, 100, 'the guest believes', { anchor: 'middle', faint: true }),
    text(740, 100, 'the real machine', { anchor: 'middle', faint: true }),
    ...rings.map((ring) =>
      labelled([60, y(ring), 260, 64], 'guest', [`virtual ring ${ring}`, whose[ring] ?? ''].filter(Boolean)),
    ),
    ...rings.map((ring) => {
      const guests = rings.filter((one) => real[one] === ring);
      const held = guests.length === 0 ? 'the monitor' : `virtual ${guests.join(' and ')}`;
      return labelled([610, y(ring), 260, 64], guests.length === 0 ? 'monitor' : 'real', [
        `real ring ${ring}`,
        held,
      ]);
    }),
    ...rings.map((ring) => arrow(322, y(ring) + 32, 606, y(real[ring] ?? 0) + 32)),
    text(60, 516, 'Measured: a guest was sent to each ring under trap-and-emulate.', {
      faint: true,
      size: 14,
    }),
  ]);
}
