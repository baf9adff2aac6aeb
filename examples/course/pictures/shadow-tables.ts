/** A guest's page table and its shadow, side by side, as they were in memory. */
import { PTE } from '../../../isa/machine/translate.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../../vmm/monitor/virtual-machine.ts';
import { followAddress } from '../../../vmm/memory/tables.ts';
import { addressOf, memory } from '../../exercises/guest.ts';
import { pageAddress, rightsOf } from '../../exercises/kinds/pages.ts';
import { mostSteps } from '../../machine.ts';
import type { Workbench } from '../../workbench.ts';
import { arrow, drawing, labelled, text, type Tone } from './svg.ts';

const variant = variantNamed('ring32-v') as Variant;
/** A kernel that maps pages when they are touched (demand paging). */
const file = 'guests/paging.s';
const pages = [0, 1, 2, 3, 4];

const frameOf = (entry: number) => ((entry & PTE.FRAME) >>> 0).toString(16).padStart(6, '0');

export function shadowTables(bench: Workbench): string {
  const image = bench.image(file);
  // Another guest has the beginning of real memory, so that no address is the same on both sides.
  const guests = [bench.image('guests/hello.s'), image].map((one) => ({ image: one, memory }));
  const monitor = new Monitor({ guests, variant, strategy: 'trap-and-emulate', engine: 'interpreter' });
  const guest = monitor.guests[1] as VirtualMachine;
  monitor.runGuest(guest, mostSteps);
  const table = addressOf(image, 'demand_table');
  const rows = [...pages.map(pageAddress), table].map((va) => {
    const { guest: own, host } = followAddress({ machine: guest.cpu, host: guest.host }, va);
    const shadow = host?.shadow?.entries.find(({ level }) => level === 2)?.value ?? 0;
    return { va, own: own.entries.find(({ level }) => level === 2)?.value ?? 0, shadow, at: host?.at ?? 0 };
  });
  const textOf = (entry: number) =>
    (entry & PTE.V) === 0 ? 'not mapped' : `${rightsOf(entry)}  ${frameOf(entry)}`;
  const toneOf = (entry: number, tone: Tone): Tone => ((entry & PTE.V) === 0 ? 'quiet' : tone);
  const y = (n: number) => 130 + 58 * n;
  return drawing(
    'The guest’s page table and its shadow',
    'For each page the guest’s entry and the shadow’s, which the real machine walks.',
    [
      text(40, 108, 'virtual page', { faint: true }),
      text(320, 108, 'the guest’s table: guest-physical', { anchor: 'middle', faint: true }),
      text(740, 108, 'the shadow: real frames', { anchor: 'middle', faint: true }),
      ...rows.flatMap(({ va, own, shadow }, n) => [
        text(40, y(n) + 28, va.toString(16).padStart(8, '0'), { mono: true }),
        labelled([180, y(n), 280, 44], toneOf(own, 'guest'), [textOf(own)], { mono: true }),
        labelled(
          [600, y(n), 280, 44],
          toneOf(shadow, shadow !== 0 && (own & ~shadow & PTE.W) !== 0 ? 'warm' : 'real'),
          [textOf(shadow)],
          { mono: true },
        ),
        arrow(464, y(n) + 22, 596, y(n) + 22, (shadow & PTE.V) === 0),
      ]),
      text(
        40,
        500,
        `The guest’s memory begins at ${(rows[0]?.at ?? 0).toString(16)} of the real machine’s, so each frame moves up by that much.`,
        { faint: true, size: 14 },
      ),
      text(40, 522, 'The last row is the page of the table itself: it is traced, so the shadow gives no W.', {
        faint: true,
        size: 14,
      }),
    ],
  );
}
