/** A guest run in the foreground: it ends by itself, at its limit or by Ctrl-C, and is the same by any slices. */
import { describe, expect, it } from 'vitest';
import { prepareGuest } from '../../cli/guest.ts';
import { Interrupts } from '../../cli/interrupts.ts';
import { runUntil } from '../../cli/running.ts';
import { ending, scratch } from './kit.ts';

const file = scratch();
const endless = file('endless.s', '_start: j _start\n');
const options = { isa: 'ring32-v', monitor: 'none', env: [], engine: 'auto' } as const;

function prepare(path: string, more: { readonly monitor?: string; readonly process?: boolean } = {}) {
  return prepareGuest(path, [], { ...options, ...more }, { collect: [] });
}

describe('A guest in the foreground', () => {
  it('runs to its end or its limit', async () => {
    expect(await runUntil(await prepare(file('end.s', ending(3))), Infinity)).toEqual({
      kind: 'power',
      status: 3,
    });
    const guest = await prepare(endless);
    expect(await runUntil(guest, 5_000_000)).toEqual({ kind: 'limit' });
    expect(guest.machine.steps).toBe(5_000_000);
  });

  it.each(['none', 'trap-and-emulate', 'interpret'])(
    'stops between two steps after Ctrl-C, under the monitor %s',
    async (monitor) => {
      const guest = await prepare(endless, { monitor });
      const interrupts = new Interrupts();
      const run = guest.run;
      const interrupted = {
        ...guest,
        run: (until: number) => {
          if (guest.machine.steps > 0) interrupts.asked = true;
          return run(until);
        },
      };
      expect(await runUntil(interrupted, Infinity, interrupts)).toEqual({ kind: 'interrupted' });
      expect(guest.machine.steps).toBeGreaterThan(0);
    },
  );

  it('hears the signal, and nobody does when it is over', async () => {
    const before = process.listenerCount('SIGINT');
    const run = runUntil(await prepare(endless, { process: true }), Infinity);
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    const ours = process.listeners('SIGINT').at(-1) as () => void;
    setImmediate(ours);
    expect(await run).toEqual({ kind: 'interrupted' });
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  it('whose traps lead to themselves is in lockup, of which the trap is told', async () => {
    const lockup = file('lockup.s', '_start: li t0, 0x80000\n mts TVEC, t0\n ecall\n');
    for (const monitor of ['none', 'hybrid']) {
      const guest = await prepare(lockup, { monitor });
      expect(await runUntil(guest, Infinity)).toEqual({ kind: 'lockup', cause: 2, value: 0 });
      expect(guest.machine.steps).toBe(5);
    }
  });
});
