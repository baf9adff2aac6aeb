/** Requests that show the guest, or change it: frames, variables, memory, code, expressions, and what is typed. */
import { Event } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { hex } from '../../isa/table/disassemble.ts';
import { peek } from '../../vmm/debug/addresses.ts';
import { parseExpression } from '../../vmm/debug/expression.ts';
import { badInput, usage } from '../failure.ts';
import { addressOf, threadId } from './conversation.ts';
import { disassembleAt } from './disassembly.ts';
import { framesOf, sourceOf } from './frames.ts';
import { Going } from './going.ts';
import { scopesOf, type Variable, writeMemory } from './scopes.ts';

/** The most bytes and instructions that are answered at once. */
const mostMemory = 2 ** 22;
const mostInstructions = 2 ** 14;

export class Inspection extends Going {
  // ---- What is shown ----

  protected override threadsRequest(response: P.ThreadsResponse): void {
    void this.answer(response, () => {
      const { machine } = this.now.guest;
      return { threads: [{ id: threadId, name: `guest, ring ${machine.ring}, step ${machine.steps}` }] };
    });
  }

  protected override stackTraceRequest(response: P.StackTraceResponse): void {
    void this.answer(response, () => {
      const stackFrames = framesOf(this.halted.guest, this.halted.sources);
      return { stackFrames, totalFrames: stackFrames.length };
    });
  }

  protected override loadedSourcesRequest(response: P.LoadedSourcesResponse): void {
    void this.answer(response, () => ({ sources: this.now.sources.paths.map((path) => sourceOf({ path })) }));
  }

  protected override scopesRequest(response: P.ScopesResponse): void {
    void this.answer(response, () => ({
      scopes: scopesOf(this.halted.guest).map(({ name, isExpensive, read }, n) => ({
        name,
        variablesReference: this.refer(read),
        expensive: isExpensive,
        ...(n === 0 ? { presentationHint: 'registers' } : {}),
      })),
    }));
  }

  protected refer(read: () => Variable[]): number {
    return this.handles.push(read);
  }

  protected variables(reference: number): Variable[] {
    const read = this.handles[reference - 1];
    if (read === undefined || this.running !== undefined)
      throw usage('these variables are of a moment that is past: ask for the scopes again');
    return read();
  }

  protected variable(reference: number, name: string): Variable {
    const variable = this.variables(reference).find((one) => one.name === name);
    if (variable === undefined) throw usage(`there is no variable "${name}" here`);
    return variable;
  }

  protected override variablesRequest(
    response: P.VariablesResponse,
    { variablesReference, start = 0, count }: P.VariablesArguments,
  ): void {
    void this.answer(response, () => {
      const all = this.variables(variablesReference);
      const shown = all.slice(start, count ? start + count : undefined);
      return {
        variables: shown.map(({ name, value, memory, parts, write }) => ({
          name,
          value,
          variablesReference: parts === undefined ? 0 : this.refer(parts),
          evaluateName: name,
          ...(memory === undefined ? {} : { memoryReference: hex(memory) }),
          ...(write === undefined ? { presentationHint: { attributes: ['readOnly'] } } : {}),
        })),
      };
    });
  }

  protected override setVariableRequest(
    response: P.SetVariableResponse,
    { variablesReference, name, value }: P.SetVariableArguments,
  ): void {
    void this.answer(response, () => {
      const { guest } = this.halted;
      const { write, fixed } = this.variable(variablesReference, name);
      if (write === undefined) throw usage(fixed ?? `${name} cannot be changed`);
      write(parseExpression(value)(guest));
      this.changed();
      const after = this.variable(variablesReference, name);
      return {
        value: after.value,
        ...(after.memory === undefined ? {} : { memoryReference: hex(after.memory) }),
      };
    });
  }

  /** What the client shows is of the past. */
  protected changed(): void {
    this.sendEvent(new Event('invalidated', { areas: ['all'] }));
  }

  // ---- Memory and code ----

  protected override readMemoryRequest(
    response: P.ReadMemoryResponse,
    { memoryReference, offset = 0, count }: P.ReadMemoryArguments,
  ): void {
    void this.answer(response, () => {
      const at = (addressOf(memoryReference) + offset) >>> 0;
      const bytes = peek(this.halted.guest.machine, at, Math.min(count, mostMemory));
      return {
        address: hex(at),
        data: Buffer.from(bytes).toString('base64'),
        unreadableBytes: count - bytes.length,
      };
    });
  }

  protected override writeMemoryRequest(
    response: P.WriteMemoryResponse,
    { memoryReference, offset = 0, data, allowPartial = false }: P.WriteMemoryArguments,
  ): void {
    void this.answer(response, () => {
      const { guest } = this.halted;
      const at = (addressOf(memoryReference) + offset) >>> 0;
      const bytes = new Uint8Array(Buffer.from(data, 'base64'));
      const mapped = peek(guest.machine, at, bytes.length).length;
      if (mapped < bytes.length && !allowPartial)
        throw badInput(
          `only ${mapped} of ${bytes.length} bytes from ${hex(at)} on are mapped now: nothing was written`,
        );
      const bytesWritten = writeMemory(guest, at, bytes);
      this.changed();
      return { bytesWritten };
    });
  }

  protected override disassembleRequest(
    response: P.DisassembleResponse,
    { memoryReference, offset = 0, instructionOffset = 0, instructionCount }: P.DisassembleArguments,
  ): void {
    void this.answer(response, () => {
      const { guest, sources } = this.halted;
      const from = addressOf(memoryReference) + offset + 4 * instructionOffset;
      return {
        instructions: disassembleAt(guest, sources, from, Math.min(instructionCount, mostInstructions)),
      };
    });
  }

  // ---- Expressions, and what is typed ----

  protected override evaluateRequest(
    response: P.EvaluateResponse,
    { expression, context }: P.EvaluateArguments,
  ): void {
    void this.answer(response, async () => {
      if (context === 'repl') return await this.typed(expression);
      return this.value(expression);
    });
  }

  protected value(text: string) {
    const { guest } = this.halted;
    const value = parseExpression(text)(guest);
    const symbol = guest.symbols.describe(value >>> 0);
    const result = `${hex(value >>> 0)} ${value}${symbol === '' ? '' : ` ${symbol}`}`;
    return { result, variablesReference: 0, memoryReference: hex(value >>> 0) };
  }

  /** A line in the client's console: input for the guest, a command of the prompt, or an expression. */
  protected async typed(line: string) {
    const { guest, prompt, breakpoints } = this.now;
    const nothing = { result: '', variablesReference: 0 };
    if (this.running !== undefined || line.startsWith('>')) {
      this.input(line.replace(/^>\s?/, ''));
      return nothing;
    }
    if (!prompt.isCommand(line)) return this.value(line);
    const from = guest.session.timeline.step;
    const result = (await this.occupied(() => prompt.answer(line))) ?? '';
    guest.flush();
    breakpoints.apply();
    if (guest.session.timeline.step !== from) {
      this.handles = [];
      this.stopped('goto');
    }
    return { ...nothing, result: result.trimEnd() };
  }

  /** `^D` is the end of the input. */
  protected input(line: string): void {
    const { session } = this.now.guest;
    if (!session.timeline.subject.devices.isFed)
      throw usage('the guest reads its input from the file of "input", or from the recording');
    session.type(line === '^D' ? undefined : new TextEncoder().encode(`${line}\n`));
  }
}
