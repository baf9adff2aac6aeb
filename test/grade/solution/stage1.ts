/** Stage 1: decode the trap. Who trapped, and why: the timer, an instruction to emulate, or a trap of the guest's own. */
import { CAUSE, decode, type Instruction, type Trap } from 'ringlab/testing';
import { VirtualCpu } from '../../../examples/your-monitor/cpu.ts';
import { YourMonitor } from '../../../examples/your-monitor/monitor.ts';

export class Cpu1 extends VirtualCpu {
  /** Without a handler the machine stops: nothing changed, and the step is not one. */
  override trap(cause: number, value: number, pc: number): number {
    this.stop = { kind: 'unhandled', cause: cause >>> 0, value: value >>> 0 };
    this.steps -= 1;
    return pc;
  }
}

export class Monitor1 extends YourMonitor {
  override makeCpu(): VirtualCpu {
    return new Cpu1(this.machine, this.allocation);
  }

  override handle({ cause, value }: Trap): void {
    if (cause >= CAUSE.INTERRUPT) return;
    if (cause === CAUSE.PRIVILEGED) this.emulate(decode(value) as Instruction);
    else this.reflect(cause, value);
  }

  /** Executes the meaning of the instruction on the virtual CPU. */
  emulate(at: Instruction): void {
    const { effect } = at.row;
    if (effect.kind === 'system') this.step(() => effect.run(this.guest, at, this.guest.pc | 0));
  }

  reflect(cause: number, value: number): void {
    this.step(() => this.guest.trap(cause | 0, value | 0, this.guest.pc | 0));
  }
}
