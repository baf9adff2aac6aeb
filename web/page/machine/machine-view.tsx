/** The Machine view: all registers of both machines, consoles, and what happened. */
import type { VNode } from 'preact';
import { Machines } from '../machines.tsx';
import { Events } from './events.tsx';
import { Registers } from './registers.tsx';
import { Writes } from './writes.tsx';

export function MachineView(): VNode {
  return (
    <div class="machine-view">
      <Machines />
      <Writes />
      <div class="columns">
        <Registers />
        <Events />
      </div>
    </div>
  );
}
