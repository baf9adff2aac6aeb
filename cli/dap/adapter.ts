/**
 * `ringlab debug --dap`: the Debug Adapter Protocol, version 1.68, spoken of a debugging session (vmm/debug/session.ts). One
 * method answers one request. The guest is launched, never attached to. Here are the beginning and the end; the other
 * requests are in going.ts, inspection.ts and points.ts.
 */
import { InitializedEvent, TerminatedEvent } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { trapCauses } from '../../isa/table/traps.ts';
import { usage } from '../failure.ts';
import { Prompt } from '../prompt/prompt.ts';
import { Breakpoints } from './breakpoints.ts';
import { launch, type LaunchArguments } from './launch.ts';
import { PointRequests } from './points.ts';
import { Sources } from './sources.ts';

export class Adapter extends PointRequests {
  private readonly decoder = new TextDecoder();

  /** A client that says nothing of the form of paths means paths, as the protocol has it; the library insists on a word. */
  protected override dispatchRequest(request: P.Request): void {
    if (request.command === 'initialize') {
      const said = request.arguments as Partial<P.InitializeRequestArguments> | undefined;
      request.arguments = { pathFormat: 'path', ...said };
    }
    super.dispatchRequest(request);
  }

  protected override initializeRequest(response: P.InitializeResponse): void {
    void this.answer(response, () => ({
      supportsConfigurationDoneRequest: true,
      supportsStepBack: true,
      supportsSteppingGranularity: true,
      supportsInstructionBreakpoints: true,
      supportsFunctionBreakpoints: true,
      supportsConditionalBreakpoints: true,
      supportsHitConditionalBreakpoints: true,
      supportsLogPoints: true,
      supportsDataBreakpoints: true,
      supportsBreakpointLocationsRequest: true,
      supportsExceptionFilterOptions: true,
      supportsExceptionInfoRequest: true,
      supportsDisassembleRequest: true,
      supportsReadMemoryRequest: true,
      supportsWriteMemoryRequest: true,
      supportsSetVariable: true,
      supportsEvaluateForHovers: true,
      supportsLoadedSourcesRequest: true,
      supportsTerminateRequest: true,
      exceptionBreakpointFilters: trapCauses.map(({ cause, name, says }) => ({
        filter: String(cause),
        label: name,
        description: says.replaceAll('`', ''),
        supportsCondition: true,
        conditionDescription: 'An expression, such as ring == 3',
      })),
    }));
  }

  protected override launchRequest(response: P.LaunchResponse, launched: P.LaunchRequestArguments): void {
    void this.prepare(response, launched as LaunchArguments);
  }

  private async prepare(response: P.LaunchResponse, launched: LaunchArguments): Promise<void> {
    const isReady = await this.answer(response, async () => {
      if (this.launched !== undefined)
        throw usage('a guest is launched already: one adapter debugs one guest');
      const print = (bytes: Uint8Array) => this.tell(this.decoder.decode(bytes, { stream: true }), 'stdout');
      const tell = (text: string) => this.tell(`${text}\n`);
      const guest = await launch(launched, print, tell);
      this.launched = {
        guest,
        sources: new Sources(guest.program, guest.file),
        breakpoints: new Breakpoints(guest.session, guest, tell),
        prompt: new Prompt(guest),
        stopOnEntry: launched.stopOnEntry !== false,
        noDebug: launched.noDebug === true,
      };
    });
    if (isReady) this.sendEvent(new InitializedEvent());
    else this.sendEvent(new TerminatedEvent());
  }

  protected override attachRequest(response: P.AttachResponse): void {
    void this.answer(response, () => {
      throw usage('ringlab starts the guest itself: use "request": "launch" with "program"');
    });
  }

  protected override configurationDoneRequest(response: P.ConfigurationDoneResponse): void {
    void this.answer(response, () => {
      const { stopOnEntry, noDebug } = this.now;
      if (noDebug) this.now.guest.session.clearPoints();
      if (stopOnEntry && !noDebug) setImmediate(() => this.stopped('entry'));
      else this.depart(this.forwards());
      return undefined;
    });
  }

  protected override disconnectRequest(response: P.DisconnectResponse): void {
    this.sendResponse(response);
    this.shutdown();
  }

  protected override terminateRequest(response: P.TerminateResponse): void {
    this.launched?.guest.session.interrupt();
    this.sendResponse(response);
    this.sendEvent(new TerminatedEvent());
  }
}
