/**
 * Stage 4: ring compression. Virtual ring 0 runs in real ring 1, the others in their own. A privileged instruction
 * always comes here; it is the guest's own trap unless the guest is in its ring 0.
 */
import { CAUSE, SR, STATUS, type Trap } from 'ringlab/testing';
import { supervisorRing } from '../../../examples/your-monitor/monitor.ts';
import { Monitor3 } from './stage3.ts';

export class Monitor4 extends Monitor3 {
  override enter(steps: number): void {
    super.enter(steps);
    const { ring, status } = this.guest;
    const real = ring === 0 ? supervisorRing : ring;
    this.machine.writeSystem(SR.ESTATUS, (status & STATUS.UF) | STATUS.IF | real);
  }

  override handle(trap: Trap): void {
    const isForbidden = trap.cause === CAUSE.PRIVILEGED && this.guest.ring > 0;
    if (isForbidden) this.reflect(trap.cause, trap.value);
    else super.handle(trap);
  }
}
