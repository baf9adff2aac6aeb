/**
 * Your monitor. It gets control when the real machine traps, and at no other time:
 *
 *     settle   may the guest continue, and for how many steps?
 *     enter    sets up the real machine for the guest; `machine.run()` is the iret
 *     handle   the guest trapped: whose trap is it, and what has to be done?
 *
 * README.md has the nine stages. Try one with `ringlab grade examples/your-monitor/monitor.ts --stage 1`.
 */
import {
  type Allocation,
  type Monitor,
  type MonitorFactory,
  type RealMachine,
  SR,
  STATUS,
  type Stop,
  type Trap,
} from 'ringlab/testing';
import { notYet, VirtualCpu } from './cpu.ts';

/** The real ring of virtual ring 0. A guest never runs in real ring 0. */
export const supervisorRing = 1;

export class YourMonitor implements Monitor {
  readonly machine: RealMachine;
  readonly allocation: Allocation;
  readonly guest: VirtualCpu;

  constructor(machine: RealMachine, allocation: Allocation) {
    this.machine = machine;
    this.allocation = allocation;
    this.guest = this.makeCpu();
  }

  makeCpu(): VirtualCpu {
    return new VirtualCpu(this.machine, this.allocation);
  }

  /** Gives the guest a turn, until its step `until` or until it stops. */
  run(until: number): Stop {
    for (;;) {
      const most = this.settle(until);
      if (typeof most !== 'number') return most;
      this.enter(most);
      const trap = this.machine.run();
      this.leave(trap);
      this.handle(trap);
    }
  }

  /** How many steps the guest may run directly, at least one; or why it may not run. Stage 7: let due events happen here. */
  settle(until: number): number | Stop {
    const { steps, stop } = this.guest;
    if (stop !== undefined) return stop;
    return steps >= until ? { kind: 'limit' } : until - steps;
  }

  /** Sets the real machine up for at most `steps` steps of the guest. Stages 4, 5, 6. */
  enter(steps: number): void {
    const { machine, guest, allocation } = this;
    machine.writeSystem(SR.PTBR, 0);
    machine.writeSystem(SR.LIMIT, 0);
    machine.writeSystem(SR.EPC, guest.pc);
    machine.writeSystem(SR.ESTATUS, (guest.status & STATUS.UF) | STATUS.IF | supervisorRing);
    machine.writeSystem(SR.ERBASE, allocation.at);
    machine.writeSystem(SR.ERBOUND, allocation.size);
    machine.writeSystem(SR.TIMER, steps);
  }

  /** Reads back the state that the guest reached. */
  leave(trap: Trap): void {
    this.guest.pc = this.machine.readSystem(SR.EPC) >>> 0;
    this.guest.steps += trap.steps;
  }

  /** Handles a trap: the end of the turn, an instruction to emulate, or the guest's own trap. Stages 1, 6. */
  handle(_trap: Trap): void {
    notYet(1, 'handle');
  }

  /** Makes one step for the guest: `act` does it and returns the address at which the guest continues. */
  step(act: () => number): void {
    const { guest } = this;
    guest.pc = act() >>> 0;
    guest.steps += 1;
  }
}

const factory: MonitorFactory = (machine, allocation) => new YourMonitor(machine, allocation);

export default factory;
