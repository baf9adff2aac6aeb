/** Stage 7: virtual time. The timer counts the guest's own steps; `hlt` skips to the next event; interrupts between steps. */
import { CAUSE, LINE, SR, STATUS, type Stop } from 'ringlab/testing';
import { Cpu6, Monitor6 } from './stage6.ts';

const never = Number.POSITIVE_INFINITY;

export class Cpu7 extends Cpu6 {
  timerAt = never;
  timerPending = false;

  override readSystem(number: number): number {
    if (number === SR.TIMER) return this.timerAt === never ? 0 : (this.timerAt - this.steps) | 0;
    return number === SR.IPEND ? this.pending() : super.readSystem(number);
  }

  override writeSystem(number: number, value: number): void {
    super.writeSystem(number, value);
    if (number !== SR.TIMER) return;
    this.timerPending = false;
    this.timerAt = value === 0 ? never : this.steps + 1 + (value >>> 0);
  }

  /** Pending interrupt lines, line n in bit n. */
  pending(): number {
    return this.timerPending ? 1 << LINE.TIMER : 0;
  }

  /** The step at which something happens next. */
  nextEvent(): number {
    return this.timerAt;
  }

  passEvents(): void {
    if (this.steps < this.timerAt) return;
    this.timerAt = never;
    this.timerPending = true;
  }

  override wait(): void {
    this.waiting = true;
  }
}

export class Monitor7 extends Monitor6 {
  override get cpu(): Cpu7 {
    return this.guest as Cpu7;
  }

  override makeCpu(): Cpu7 {
    return this.watched(new Cpu7(this.machine, this.allocation));
  }

  watched<C extends Cpu6>(cpu: C): C {
    cpu.onTables = () => this.shadow.flush();
    return cpu;
  }

  override settle(until: number): number | Stop {
    const { cpu } = this;
    for (;;) {
      if (cpu.stop !== undefined) return cpu.stop;
      cpu.passEvents();
      if (cpu.steps >= until) return { kind: 'limit' };
      const pending = cpu.pending();
      const next = Math.min(cpu.nextEvent(), until);
      if (cpu.waiting && pending === 0) {
        if (cpu.nextEvent() === never) return { kind: 'forever' };
        cpu.steps = next;
        continue;
      }
      cpu.waiting = false;
      if (pending === 0 || (cpu.status & STATUS.IF) === 0) return next - cpu.steps;
      this.reflect(CAUSE.INTERRUPT + 31 - Math.clz32(pending & -pending), 0);
    }
  }
}
