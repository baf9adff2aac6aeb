/** Stage 3: reflect traps. The virtual machine takes the trap as the real one did. */
import { SR, STATUS } from 'ringlab/testing';
import { Cpu2, Monitor2 } from './stage2.ts';

export class Cpu3 extends Cpu2 {
  override trap(cause: number, value: number, pc: number): number {
    const { system } = this;
    if (system[SR.TVEC] === 0) return super.trap(cause, value, pc);
    system[SR.EPC] = pc;
    system[SR.ESTATUS] = this.status;
    system[SR.ERBASE] = system[SR.RBASE] as number;
    system[SR.ERBOUND] = system[SR.RBOUND] as number;
    system[SR.ECAUSE] = cause;
    system[SR.EVAL] = value;
    this.writeSystem(SR.RBASE, 0);
    this.writeSystem(SR.RBOUND, this.allocation.size);
    this.status &= STATUS.UF;
    return system[SR.TVEC] as number;
  }
}

export class Monitor3 extends Monitor2 {
  override makeCpu(): Cpu3 {
    return new Cpu3(this.machine, this.allocation);
  }
}
