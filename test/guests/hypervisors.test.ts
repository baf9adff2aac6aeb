/** The three kinds of monitor (guests/hypervisors/): the guest is the same under each; who is asked at an exit is not. */
import { describe, expect, it } from 'vitest';
import { BLOCK, CONTROL, REASON, SAVED } from '../../isa/machine/control-block.ts';
import { hypervisorTests, kinds, withoutGuest } from './hypervisors.ts';
import { guestText } from './run.ts';

describe('The guest kernel/mini.s', () => hypervisorTests('kernel/mini.s'));

describe('A monitor', () => {
  it.each(kinds)('of kind %s says so when it has no guest', (kind) => {
    expect(withoutGuest(kind)).toContain('monitor: there is no guest');
  });

  it('has the numbers of the control block as the machine has them', () => {
    const equates = guestText('hypervisors/guest-mode.inc').matchAll(/^ +\.equ (\w+), (\w+)$/gm);
    const names: Record<string, Readonly<Record<string, number>>> = { BLOCK, SAVED, CONTROL, REASON };
    const found = [...equates].map(([, name = '', value]) => {
      const [, table = '', field = ''] = /^([A-Z]+)_(\w+)$/.exec(name) ?? [];
      return [name, Number(value), names[table]?.[field]];
    });
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(([, here, there]) => here !== there)).toEqual([]);
  });
});
