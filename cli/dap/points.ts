/** Requests that set breakpoints of every kind. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { describeTrap } from '../../isa/machine/report.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { trapCauses } from '../../isa/table/traps.ts';
import { partsOf } from '../../vmm/debug/addresses.ts';
import { parseExpression } from '../../vmm/debug/expression.ts';
import { usage } from '../failure.ts';
import type { Breakpoint, Group, Terms, Where } from './breakpoints.ts';
import { addressOf, textOf } from './conversation.ts';
import { sourceOf } from './frames.ts';
import { Inspection } from './inspection.ts';

export class PointRequests extends Inspection {
  /** Makes the breakpoints of a group from what was asked, sets them, and describes each. */
  protected setGroup<T extends Terms>(
    group: Group,
    asked: readonly T[],
    find: (one: T) => { readonly wheres: readonly Where[]; readonly says?: Partial<P.Breakpoint> } | string,
  ): P.Breakpoint[] {
    const { breakpoints } = this.now;
    const made: Breakpoint[] = [];
    const answers = asked.map((one): P.Breakpoint => {
      const found = find(one);
      if (typeof found === 'string') return { verified: false, message: found };
      try {
        const breakpoint = breakpoints.make(found.wheres, one);
        made.push(breakpoint);
        return { verified: true, id: breakpoint.id, ...found.says };
      } catch (error) {
        return { verified: false, message: textOf(error) };
      }
    });
    this.whileHalted(() => breakpoints.set(group, made));
    return answers;
  }

  protected override setBreakPointsRequest(
    response: P.SetBreakpointsResponse,
    { source, breakpoints = [] }: P.SetBreakpointsArguments,
  ): void {
    void this.answer(response, () => {
      const { sources } = this.now;
      const path = source.path ?? '';
      const set = this.setGroup(`source ${path}`, breakpoints, ({ line }) => {
        const found = sources.lineFrom(path, line);
        if (found === undefined) return this.noLine(path, line);
        const wheres = found.starts.map((at) => ({ kind: 'place', at }) as const);
        return {
          wheres,
          says: {
            line: found.line,
            source: sourceOf(found),
            instructionReference: hex(found.starts[0] ?? 0),
          },
        };
      });
      return { breakpoints: set };
    });
  }

  protected noLine(path: string, line: number): string {
    const { sources, guest } = this.now;
    if (sources.paths.length === 0)
      return `${guest.file} has no table of lines: assemble it with ringlab, or compile it with -g`;
    if (sources.linesOf(path, 1, line).length === 0 && sources.lineFrom(path, 1) === undefined)
      return `${path} is no source of this program; its sources are ${sources.paths.join(', ')}`;
    return `no instruction comes from line ${line} or a later one`;
  }

  protected override breakpointLocationsRequest(
    response: P.BreakpointLocationsResponse,
    { source, line, endLine = line }: P.BreakpointLocationsArguments,
  ): void {
    void this.answer(response, () => ({
      breakpoints: this.now.sources
        .linesOf(source.path ?? '', line, endLine)
        .map((found) => ({ line: found })),
    }));
  }

  protected override setInstructionBreakpointsRequest(
    response: P.SetInstructionBreakpointsResponse,
    { breakpoints }: P.SetInstructionBreakpointsArguments,
  ): void {
    void this.answer(response, () => ({
      breakpoints: this.setGroup('instructions', breakpoints, ({ instructionReference, offset = 0 }) => {
        const at = addressOf(instructionReference) + offset;
        if (at % 4 !== 0) return `${hex(at)} is no multiple of 4: no instruction is there`;
        return { wheres: [{ kind: 'address', at: at >>> 0 }], says: { instructionReference: hex(at >>> 0) } };
      }),
    }));
  }

  protected override setFunctionBreakPointsRequest(
    response: P.SetFunctionBreakpointsResponse,
    { breakpoints }: P.SetFunctionBreakpointsArguments,
  ): void {
    void this.answer(response, () => ({
      breakpoints: this.setGroup('functions', breakpoints, ({ name }) => {
        const at = this.now.guest.symbols.address(name);
        if (at === undefined) return `"${name}" is no symbol of this program`;
        return { wheres: [{ kind: 'place', at }], says: { instructionReference: hex(at) } };
      }),
    }));
  }

  protected override setExceptionBreakPointsRequest(
    response: P.SetExceptionBreakpointsResponse,
    { filters, filterOptions = [] }: P.SetExceptionBreakpointsArguments,
  ): void {
    void this.answer(response, () => {
      const plain = filters.map((filterId): P.ExceptionFilterOptions => ({ filterId }));
      const set = this.setGroup(
        'traps',
        [...plain, ...filterOptions] as (P.ExceptionFilterOptions & Terms)[],
        ({ filterId }) => {
          const known = trapCauses.find(({ cause }) => String(cause) === filterId);
          if (known === undefined) return `there is no trap with the cause ${filterId}`;
          return { wheres: [{ kind: 'trap', cause: known.cause }] };
        },
      );
      return { breakpoints: set };
    });
  }

  protected override exceptionInfoRequest(response: P.ExceptionInfoResponse): void {
    void this.answer(response, () => {
      const halt = this.halt;
      const stop = halt.kind === 'stopped' ? halt.stop : halt;
      if (stop.kind !== 'trapped' && stop.kind !== 'unhandled') throw usage('the guest is not at a trap');
      const known = trapCauses.find(({ cause }) => cause === stop.cause);
      const says = known?.says.replaceAll('`', '') ?? '';
      const isHandled = stop.kind === 'trapped';
      return {
        exceptionId: known?.name ?? String(stop.cause),
        description: `${describeTrap(stop.cause, stop.value)}. ${says}${isHandled ? '' : ' No handler is set: TVEC is 0.'}`,
        breakMode: isHandled ? ('always' as const) : ('unhandled' as const),
      };
    });
  }

  protected override dataBreakpointInfoRequest(
    response: P.DataBreakpointInfoResponse,
    asked: P.DataBreakpointInfoArguments,
  ): void {
    void this.answer(response, () => {
      const { variablesReference, name, bytes = 4 } = asked;
      const variable = variablesReference === undefined ? undefined : this.variable(variablesReference, name);
      if (variable !== undefined && variable.watched === undefined)
        return {
          dataId: null,
          description: `${name} is not in the guest's memory: watch memory instead, such as [sp]`,
        };
      const at = variable?.memory ?? this.addressWatched(name);
      const length = variable?.watched ?? bytes;
      const label = this.now.guest.symbols.describe(at) || hex(at);
      return {
        dataId: `${hex(at)}:${length}`,
        description: `${length} bytes at ${label}`,
        accessTypes: ['write' as const],
      };
    });
  }

  /** `[address]`, or an address. */
  protected addressWatched(text: string): number {
    const inner = /^\s*\[(.*)\]\s*$/.exec(text)?.[1] ?? text;
    return parseExpression(inner)(this.halted.guest) >>> 0;
  }

  protected override setDataBreakpointsRequest(
    response: P.SetDataBreakpointsResponse,
    { breakpoints }: P.SetDataBreakpointsArguments,
  ): void {
    void this.answer(response, () => ({
      breakpoints: this.setGroup('data', breakpoints, ({ dataId, accessType = 'write' }) => {
        const [, at = '', length = ''] = /^(0x[\da-f]+):(\d+)$/.exec(dataId) ?? [];
        if (at === '') return `"${dataId}" is not what dataBreakpointInfo answered`;
        if (accessType !== 'write') return 'only writes can be watched, not reads';
        if (partsOf(this.now.guest.machine, Number(at), 1).length === 0)
          return `${at} is not mapped now: nothing to watch`;
        return { wheres: [{ kind: 'data', at: Number(at), length: Number(length) }] };
      }),
    }));
  }
}
