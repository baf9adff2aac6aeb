/** Places, traps and steps over calls, under every engine and monitor: forwards and backwards the same steps. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CAUSE } from '../../../isa/table/traps.ts';
import { Session } from '../../../vmm/debug/session.ts';
import { stepOut, stepOver } from '../../../vmm/debug/step-over.ts';
import { image, paging } from '../assembled.ts';
import { guestRun, stacks, ways, type Way } from '../replay/kit.ts';

/** Calls `sum` 40 times with paging on, and traps each time: now with `ecall`, now with a load from nowhere. */
const guest = image(`    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
    ${paging()}
    li   sp, 0x3f000
    li   s0, 40
again:
    andi a0, s0, 7
    call sum
    ecall
    lui  t0, 0xff000
faults:
    lw   t1, 0(t0)
    addi s0, s0, -1
    bnez s0, again
    li   t0, 1
    li   t1, 0
    out  t0, t1
sum:
    addi sp, sp, -16
    sw   ra, 0(sp)
    mv   t2, a0
1:  beqz t2, 2f
    add  a0, a0, t2
    addi t2, t2, -1
    j    1b
2:  lw   ra, 0(sp)
    addi sp, sp, 16
    ret
    .balign 4
handler:
    mfs  t6, EPC
    addi t6, t6, 4
    mts  EPC, t6
    iret
`);

const at = (name: string) => guest.symbols.find((symbol) => symbol.name === name)?.address ?? 0;

function sessionOf(way: Way): Session {
  return new Session(guestRun(guest, way).timeline, nextTick);
}

/** The steps at which it halts, going `how`, until it does not halt at a point. */
async function halts(session: Session, how: 'run' | 'runBack'): Promise<string[]> {
  const met: string[] = [];
  for (;;) {
    const halt = await session[how]();
    const isPoint = halt.kind === 'breakpoint' || halt.kind === 'trapped';
    if (!isPoint) return met;
    met.push(`${session.timeline.step} ${halt.kind} ${session.machine.pc.toString(16)}`);
  }
}

const expected = await (async () => {
  const session = sessionOf({ monitor: 'none', engine: 'interpreter' });
  session.setPlaces(new Set([at('sum')]));
  session.setTraps(new Set([CAUSE.LOAD_PAGE, CAUSE.LOAD_ACCESS]));
  return await halts(session, 'run');
})();

describe.each([...ways, ...stacks])('On $engine under $monitor', (way) => {
  it('places and traps are met at the same steps, forwards and backwards', async () => {
    expect(expected.length).toBe(80);
    const session = sessionOf(way);
    session.setPlaces(new Set([at('sum')]));
    session.setTraps(new Set([CAUSE.LOAD_PAGE, CAUSE.LOAD_ACCESS]));
    expect(await halts(session, 'run')).toEqual(expected);
    expect(await halts(session, 'runBack')).toEqual(expected.toReversed());
  });

  it('a step over a call and over a trap ends behind it, and a step out ends where the call was', async () => {
    const session = sessionOf(way);
    session.setBreakpoint(at('sum'));
    await session.run();
    session.clearPoints();
    const back = (session.machine.x[1] as number) >>> 0;
    expect(await stepOut(session, nextTick)).toEqual({ kind: 'stepped' });
    expect(session.machine.pc).toBe(back);
    await stepOver(session);
    expect(session.machine.pc).toBe(back + 4);
    await stepOver(session);
    await stepOver(session);
    expect(session.machine.pc).toBe(at('faults') + 4);
    session.setBreakpoint(back - 4);
    await session.run();
    await stepOver(session);
    expect(session.machine.pc).toBe(back);
  });

  it('a point that is not wanted does not stop, either way', async () => {
    const session = sessionOf(way);
    session.setPlaces(new Set([at('sum')]));
    session.isWanted = () => session.machine.x[8] === 20;
    const [once] = await halts(session, 'run');
    expect(once).toMatch(/ breakpoint /);
    expect(await halts(session, 'runBack')).toEqual([once]);
  });
});
