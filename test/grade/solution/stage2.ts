/** Stage 2: emulate moves. System registers are remembered, with the bits that they have. */
import { systemRegisters } from 'ringlab/testing';
import { Cpu1, Monitor1 } from './stage1.ts';

export class Cpu2 extends Cpu1 {
  override writeSystem(number: number, value: number): void {
    this.system[number] = value & (systemRegisters[number]?.mask ?? 0);
  }
}

export class Monitor2 extends Monitor1 {
  override makeCpu(): Cpu2 {
    return new Cpu2(this.machine, this.allocation);
  }
}
