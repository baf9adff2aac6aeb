/** What every request needs: the guest that was launched, how it is answered, and what the client is told. */
import { DebugSession, Event, OutputEvent } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { ExpressionError } from '../../vmm/debug/expression.ts';
import type { Halt } from '../../vmm/debug/session.ts';
import type { DebuggedGuest } from '../debugging.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { Variable } from './scopes.ts';
import type { Sources } from './sources.ts';

/** The guest has one processor that executes, and DAP calls it a thread. */
export const threadId = 1;

/** A guest that was launched, and what the adapter has to it. */
export interface Launched {
  readonly guest: DebuggedGuest;
  readonly sources: Sources;
  readonly breakpoints: Breakpoints;
  readonly prompt: Prompt;
  readonly stopOnEntry: boolean;
  readonly noDebug: boolean;
}

export class DapConversation extends DebugSession {
  /** Resolves when the client has left: false if it did not speak the protocol. */
  readonly left: Promise<boolean>;
  protected launched: Launched | undefined;
  /** What the client holds of variables, by reference. It is forgotten when the guest goes on. */
  protected handles: (() => Variable[])[] = [];
  /** Present while the guest runs: waits for its halt. */
  protected running: Promise<void> | undefined;
  /** Why the guest stands still. */
  protected halt: Halt = { kind: 'asked' };
  private leave: (understood: boolean) => void = () => {};

  constructor() {
    super(true);
    this.left = new Promise((resolve) => {
      this.leave = resolve;
    });
    this.removeAllListeners('error');
    this.on('error', () => this.end(false));
  }

  /** The client's stream has ended. */
  override shutdown(): void {
    this.end(true);
  }

  private end(understood: boolean): void {
    this.launched?.guest.session.interrupt();
    this.leave(understood);
  }

  protected get now(): Launched {
    if (this.launched === undefined) throw usage('no guest is launched yet: send a launch request first');
    return this.launched;
  }

  /** The guest, which must stand still. */
  protected get halted(): Launched {
    if (this.running !== undefined) throw usage('the guest runs: pause it first');
    return this.now;
  }

  /** Sends what `act` returns as the response's body; an error becomes DAP's, with its text. */
  protected async answer<R extends P.Response>(
    response: R,
    act: () => Promise<R['body']> | R['body'],
  ): Promise<boolean> {
    try {
      response.body = await act();
      this.sendResponse(response);
      return true;
    } catch (error) {
      this.sendErrorResponse(response, {
        id: statusOf(error),
        format: '{_text}',
        variables: { _text: textOf(error) },
        showUser: true,
      });
      return false;
    }
  }

  /** The command line's streams are the protocol's, so what there is to say goes to the client's console. */
  protected tell(text: string, category: 'console' | 'stdout' | 'important' = 'console'): void {
    this.sendEvent(new OutputEvent(text, category));
  }

  protected stopped(reason: string, text?: string, hitBreakpointIds: readonly number[] = []): void {
    const body = { reason, threadId, allThreadsStopped: true, ...(text ? { text, description: text } : {}) };
    const hit = hitBreakpointIds.length > 0 ? { hitBreakpointIds } : {};
    this.sendEvent(new Event('stopped', { ...body, ...hit }));
  }
}

/** Errors that a user can do something about: their text says what. */
function isTeaching(error: unknown): error is Error {
  return error instanceof Error && ('exitStatus' in error || error instanceof ExpressionError);
}

/** The exit status that the command line would have. */
function statusOf(error: unknown): number {
  if (error instanceof Failure) return error.exitStatus;
  return isTeaching(error) ? EXIT.BAD_INPUT : EXIT.OUR_FAULT;
}

export function textOf(error: unknown): string {
  if (isTeaching(error)) return error.message;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `this is a bug in ringlab. Please report it with these lines:\n${detail}`;
}

/** An address as the protocol has them. Throws a Failure. */
export function addressOf(reference: string): number {
  const address = Number(reference);
  if (!/^(0x[\da-f]+|\d+)$/i.test(reference) || address >= 2 ** 32)
    throw usage(`"${reference}" is no address: expected one like 0x00010000`);
  return address;
}
