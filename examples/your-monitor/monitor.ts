/**
 * Your monitor. It has control when the real machine has trapped, and nowhere else:
 *
 *     settle   may the guest go on, and for how many steps?
 *     enter    the real machine is set up for it; `machine.run()` is the iret
 *     handle   the guest trapped: whose trap is it, and what does it mean?
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

/** Real ring of virtual ring 0: a guest never has ring 0. */
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

  /** The guest's turn, until its step `until` or until it stops. */
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

  /** How many steps the guest may make directly, at least one; or why it may not. Stage 7 lets time do something here. */
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

  /** Reads back how far the guest came. */
  leave(trap: Trap): void {
    this.guest.pc = this.machine.readSystem(SR.EPC) >>> 0;
    this.guest.steps += trap.steps;
  }

  /** The guest trapped: the turn's end, an instruction to emulate, or a trap of the guest's own. Stages 1, 6. */
  handle(_trap: Trap): void {
    notYet(1, 'handle');
  }

  /** One step of the guest that the monitor makes for it: `act` does it and returns where the guest goes on. */
  step(act: () => number): void {
    const { guest } = this;
    guest.pc = act() >>> 0;
    guest.steps += 1;
  }
}

const factory: MonitorFactory = (machine, allocation) => new YourMonitor(machine, allocation);

export default factory;
