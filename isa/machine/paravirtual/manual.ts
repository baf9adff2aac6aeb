/** The calls to the monitor in the ISA manual: a chapter of isa/table/manual.ts. */
import { DISK_STEPS } from '../devices/disk.ts';
import { type Call, calls } from './calls.ts';
import { RING_PLACES } from './disk-ring.ts';
import { REFUSED } from './refusal.ts';

const cells = (row: readonly string[]) => `| ${row.join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [cells(head), cells(head.map(() => '---')), ...rows.map(cells)].join('\n');

const diskRing = `\`\`\`text
+0                         PUT     the guest's: how many requests it has put in, modulo 2^32
+4                         DONE    the monitor's: how many of them are done
+8                         IDLE    the monitor's: 1 = it does not look until it is kicked
+16 + 16 (n modulo ${RING_PLACES})    request n: +0 sector, +4 physical address, +8 command (1 reads, 2 writes),
                           +12 the monitor's: status, 2 done, 3 failed
\`\`\``;

function section({ name, number, arguments: args, gives, says, native, refused }: Call): {
  readonly title: string;
  readonly text: readonly string[];
} {
  const list = args.map((what, n) => `a${n} = ${what}`).join('; ') || 'none';
  const reasons = refused.map((reason) => `\`${reason}\``).join(', ') || 'nothing';
  return {
    title: `${number}: ${name}`,
    text: [
      says,
      `Arguments: ${list}. It gives ${gives}. Refused for: ${reasons}. The native sequence:`,
      `\`\`\`asm\n${native}\n\`\`\``,
    ],
  };
}

export const callsChapter = {
  title: 'Calls to the monitor',
  sections: [
    {
      title: 'Paravirtual machines',
      text: [
        'A *paravirtual* machine (`--paravirtual`) answers `vmcall` in ring 0. In the other rings, and on every other machine, `vmcall` is an illegal instruction: a guest that asks for nothing cannot find out whether there is a monitor. The number of the call is in a7, its arguments are in a0 to a2, and its result goes to a0. A call is one step, and changes no other register, unless its row says so. Under a monitor it is one exit, however much it does.',
        'With each call stands its *native sequence*: what a kernel does instead on a machine that answers no calls. Both have the same effect, but for the temporary registers (t0 to t6) and the number of steps.',
        'Buffers and lists are named by virtual address, as loads of ring 0 find them; the call sets A as loads do. Rings, page tables and pages are named by physical address. A call checks everything that it names before it changes anything. If something is wrong, the call is *refused*: a0 contains a negative number, and nothing else has changed.',
        table(
          ['a0', 'name', 'why'],
          Object.entries(REFUSED).map(([name, [number, why]]) => [String(number), `CALL_${name}`, why]),
        ),
      ],
    },
    {
      title: 'The disk ring',
      text: [
        'The ring is a page that the guest and the monitor share. So several requests need one call, or none:',
        diskRing,
        `The guest writes requests, then PUT. If IDLE is 1, it calls \`disk_kick\`. The monitor takes the requests one after the other, each ${DISK_STEPS} steps after the one before or after the kick, writes its status, then DONE, and sets IDLE to 1 when no request waits. It trusts its own count of requests, not what DONE contains. If PUT is more than ${RING_PLACES} ahead, it stops, and the next \`disk_kick\` is refused.`,
        'After each request, line 2 becomes pending. When its interrupt is taken, the line is not pending any more, unless the disk command of the ports makes it so: nothing has to be acknowledged. One interrupt can stand for several requests; DONE says how many are done.',
        'With network rings, line 3 is likewise cleared when its interrupt is taken, and the bits of the network status are cleared with it.',
      ],
    },
    {
      title: 'Pages given back',
      text: [
        'A page that was given back (`balloon_give`) is not in memory any more. Where the chapter "Addresses" asks whether a frame is below MEMSIZE, it also must not have been given back; with paging off, an access to such a page is an access fault. Devices cannot reach it either. A page-table walk that is led to such a page finds zeros there.',
      ],
    },
    ...calls.map(section),
  ],
};
