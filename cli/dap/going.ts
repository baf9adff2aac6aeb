/** Requests that let the guest go on or back, and what the client is told when it stands still again. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Event, TerminatedEvent } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { describeTrap, physicalAddress } from '../../isa/machine/report.ts';
import { describeEnd, type Halt } from '../../vmm/debug/session.ts';
import { stepOut, stepOver } from '../../vmm/debug/step-over.ts';
import { DapConversation, type Launched } from './conversation.ts';

/** A way to go on, in one of two directions. */
interface Way {
  readonly direction: 'on' | 'back';
  readonly go: () => Promise<Halt>;
}

export class Going extends DapConversation {
  private whenHalted: (() => void)[] = [];

  /** Does something as soon as the guest stands still; a guest that runs goes on then. */
  protected whileHalted(act: () => void): void {
    if (this.running === undefined) act();
    else {
      this.whenHalted.push(act);
      this.now.guest.session.interrupt();
    }
  }

  /** Does what takes time: meanwhile the guest counts as running, so that it can be paused. */
  protected async occupied<T>(act: () => Promise<T>): Promise<T> {
    const result = act();
    this.running = result.then(
      () => {},
      () => {},
    );
    try {
      return await result;
    } finally {
      this.running = undefined;
      for (const waiting of this.whenHalted.splice(0)) waiting();
    }
  }

  protected forwards(): Way {
    return { direction: 'on', go: () => this.now.guest.session.run() };
  }

  /** Answers, and goes; `make` says which way. */
  protected go(response: P.Response, make: (launched: Launched) => Way): void {
    void this.answer(response, () => {
      this.depart(make(this.halted));
      return response.command === 'continue' || response.command === 'reverseContinue'
        ? { allThreadsContinued: true }
        : undefined;
    });
  }

  protected depart(way: Way): void {
    const { guest, breakpoints } = this.now;
    this.handles = [];
    breakpoints.direction = way.direction;
    breakpoints.hit = [];
    const from = guest.session.timeline.step;
    const run = async () => {
      // The answer to the request comes first.
      await nextTick();
      let halt = await way.go();
      // What was to be done while it stood still is done, and it goes on.
      while (halt.kind === 'asked' && this.whenHalted.length > 0) {
        for (const act of this.whenHalted.splice(0)) act();
        halt = await (way.direction === 'on' ? guest.session.run() : guest.session.runBack());
      }
      guest.flush();
      this.running = undefined;
      this.arrived(halt, from);
    };
    this.running = run();
  }

  protected arrived(halt: Halt, from: number): void {
    const before = this.halt;
    this.halt = halt;
    const { guest, breakpoints, noDebug } = this.now;
    for (const act of this.whenHalted.splice(0)) act();
    if (halt.kind !== 'stopped') {
      const { reason, text } = reasonOf(halt);
      this.stopped(reason, text, breakpoints.hit);
      return;
    }
    const { says, status } = describeEnd(halt.stop);
    // At its end the guest only stands still, so that one can go back; asked to go on from there, it has ended.
    if (noDebug || (before.kind === 'stopped' && guest.session.timeline.step === from)) {
      if (status !== undefined) this.sendEvent(new Event('exited', { exitCode: status }));
      this.tell(`${says}\n`);
      this.sendEvent(new TerminatedEvent());
      return;
    }
    this.tell(`${says}, at step ${guest.session.timeline.step}. You can go back from here.\n`);
    this.stopped(halt.stop.kind === 'unhandled' ? 'exception' : 'end of the run', says);
  }

  /** Steps until a line of the source begins, or one instruction if that is asked for. */
  protected step(
    granularity: P.SteppingGranularity | undefined,
    step: (launched: Launched) => Promise<Halt>,
  ) {
    return async (): Promise<Halt> => {
      const launched = this.now;
      const { machine } = launched.guest;
      for (;;) {
        const halt = await step(launched);
        const isDone = granularity === 'instruction' || halt.kind !== 'stepped';
        if (isDone || launched.sources.isStart(physicalAddress(machine, machine.pc))) return halt;
      }
    };
  }

  protected override continueRequest(response: P.ContinueResponse): void {
    this.go(response, () => this.forwards());
  }

  protected override reverseContinueRequest(response: P.ReverseContinueResponse): void {
    this.go(response, ({ guest }) => ({ direction: 'back', go: () => guest.session.runBack() }));
  }

  protected override nextRequest(response: P.NextResponse, { granularity }: P.NextArguments): void {
    const go = this.step(granularity, ({ guest }) => stepOver(guest.session));
    this.go(response, () => ({ direction: 'on', go }));
  }

  protected override stepInRequest(response: P.StepInResponse, { granularity }: P.StepInArguments): void {
    const go = this.step(granularity, ({ guest }) => guest.session.step());
    this.go(response, () => ({ direction: 'on', go }));
  }

  protected override stepOutRequest(response: P.StepOutResponse): void {
    this.go(response, ({ guest }) => ({ direction: 'on', go: () => stepOut(guest.session, nextTick) }));
  }

  protected override stepBackRequest(
    response: P.StepBackResponse,
    { granularity }: P.StepBackArguments,
  ): void {
    const go = this.step(granularity, ({ guest }) => guest.session.stepBack());
    this.go(response, () => ({ direction: 'back', go }));
  }

  protected override pauseRequest(response: P.PauseResponse): void {
    void this.answer(response, () => {
      if (this.running !== undefined) this.now.guest.session.interrupt();
      return undefined;
    });
  }
}

/** A halt as the protocol has it. */
function reasonOf(halt: Exclude<Halt, { kind: 'stopped' }>): {
  readonly reason: string;
  readonly text?: string;
} {
  switch (halt.kind) {
    case 'stepped':
      return { reason: 'step' };
    case 'asked':
      return { reason: 'pause' };
    case 'start':
      return { reason: 'entry', text: 'this is the beginning of the run' };
    case 'breakpoint':
      return { reason: 'breakpoint' };
    case 'written':
      return { reason: 'data breakpoint' };
    case 'trapped':
      return { reason: 'exception', text: describeTrap(halt.cause, halt.value) };
  }
}
