/** Stage 5: relocation. The guest's R is composed with where its memory is, and bounded by it. */
import { type Probe, PTE, SR } from 'ringlab/testing';
import { Cpu3 } from './stage3.ts';
import { Monitor4 } from './stage4.ts';

export class Cpu5 extends Cpu3 {
  get base(): number {
    return (this.system[SR.RBASE] as number) >>> 0;
  }

  /** First address past what R lets pass and memory has. */
  get bound(): number {
    return Math.max(0, Math.min((this.system[SR.RBOUND] as number) >>> 0, this.allocation.size - this.base));
  }

  override probe(va: number): Probe {
    const isInside = (va >>> 0) + 1 <= this.bound;
    return isInside ? { physical: this.base + (va >>> 0), rights: PTE.RIGHTS } : { physical: -1, rights: 0 };
  }
}

export class Monitor5 extends Monitor4 {
  get cpu(): Cpu5 {
    return this.guest as Cpu5;
  }

  override makeCpu(): Cpu5 {
    return new Cpu5(this.machine, this.allocation);
  }

  override enter(steps: number): void {
    super.enter(steps);
    const { machine, cpu, allocation } = this;
    const { base, bound } = cpu;
    machine.writeSystem(SR.ERBASE, bound === 0 ? allocation.at : allocation.at + base);
    machine.writeSystem(SR.ERBOUND, bound);
    machine.writeSystem(SR.LIMIT, cpu.ring === 0 ? 0 : cpu.readSystem(SR.LIMIT));
  }
}
