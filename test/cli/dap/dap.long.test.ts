/** The debug adapter, ability by ability, driven by a client. */
import { afterEach, describe, expect, it } from 'vitest';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { ringlab, root, scratch } from '../kit.ts';
import { adapterHere, adapterProcess, type Client } from './client.ts';

const file = scratch();

/** Counts to 5 in `counter`, printing each; then traps once, and powers off with status 3. */
const source = `    .globl _start
_start:
    la   sp, stack
    la   t0, handler
    mts  TVEC, t0
    la   s1, counter
    li   s2, 0
loop:
    addi s2, s2, 1
    sw   s2, 0(s1)
    call emit
    li   t0, 5
    blt  s2, t0, loop
    ecall
    li   t0, 1
    li   t1, 3
    out  t0, t1
emit:
    li   t0, 0x10
    addi t1, s2, '0'
    out  t0, t1
    ret
handler:
    mfs  t6, EPC
    addi t6, t6, 4
    mts  EPC, t6
    iret
    .data
counter:
    .word 0
    .space 256
stack:
    .word 0
`;

const program = file('counts.s', source);
/** The line, counted from 1, of the first line with this text. */
const line = (text: string) => source.split('\n').findIndex((one) => one.includes(text)) + 1;

let close = () => {};
afterEach(() => close());

function client(): Client {
  const here = adapterHere();
  ({ close } = here);
  return here.client;
}

async function launched(args: object = {}, configure?: (dap: Client) => Promise<unknown>): Promise<Client> {
  const dap = client();
  await dap.launch({ program, ...args }, () => configure?.(dap) ?? Promise.resolve());
  return dap;
}

async function breakAt(dap: Client, ...breakpoints: P.SourceBreakpoint[]): Promise<P.Breakpoint[]> {
  const set = await dap.ask<P.SetBreakpointsResponse>('setBreakpoints', {
    source: { path: program },
    breakpoints,
  });
  return set.breakpoints;
}

describe('A debug session', () => {
  it('stops at the first instruction, and shows its line', async () => {
    const dap = await launched();
    expect(await dap.frame()).toMatchObject({
      name: '_start',
      line: line('la   sp'),
      source: { path: program },
    });
    const { threads } = await dap.ask<P.ThreadsResponse>('threads');
    expect(threads).toEqual([{ id: 1, name: 'guest, ring 0, step 0' }]);
  });

  it('prints what the guest prints, stands still at its end, and ends when asked to go on', async () => {
    const dap = await launched();
    const stopped = await dap.go('continue');
    expect(stopped).toMatchObject({ reason: 'end of the run', text: 'the guest powered off, status 3' });
    expect(dap.printed).toBe('12345');
    await dap.ask('continue', { threadId: 1 });
    expect((await dap.event('exited')).body).toEqual({ exitCode: 3 });
    await dap.event('terminated');
  });

  it('runs through without stopping when it is not to be debugged', async () => {
    const dap = await launched({ noDebug: true, stopOnEntry: false }, (one) =>
      breakAt(one, { line: line('loop:') }),
    );
    await dap.event('terminated');
    expect(dap.printed).toBe('12345');
  });

  it('steps back over everything that it has done, to the beginning', async () => {
    const dap = await launched();
    await dap.go('continue');
    const steps = await dap.number('step');
    const back: number[] = [];
    for (let n = 0; n < 3; n++) {
      await dap.go('stepBack', { granularity: 'instruction' });
      back.push(await dap.number('step'));
    }
    expect(back).toEqual([steps - 1, steps - 2, steps - 3]);
    expect(await dap.go('reverseContinue')).toMatchObject({ reason: 'entry' });
    expect(await dap.number('step')).toBe(0);
    expect(await dap.number('[counter]')).toBe(0);
    await dap.go('continue');
    expect(await dap.number('step')).toBe(steps);
    expect(dap.printed).toBe('12345');
  });
});

describe('A breakpoint', () => {
  it('stops at its line each time, forwards and backwards', async () => {
    const dap = await launched({}, (one) => breakAt(one, { line: line('sw   s2') }));
    for (const n of [1, 2, 3]) {
      expect(await dap.go('continue')).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [1] });
      expect((await dap.frame()).line).toBe(line('sw   s2'));
      expect(await dap.number('s2')).toBe(n);
    }
    expect(await dap.go('reverseContinue')).toMatchObject({ reason: 'breakpoint' });
    expect(await dap.number('s2')).toBe(2);
  });

  it('on a line without instructions is at the next one that has some; after the last it is refused', async () => {
    const dap = await launched();
    const [label, data] = await breakAt(dap, { line: line('loop:') }, { line: line('counter:') });
    expect(label).toMatchObject({ verified: true, line: line('addi s2') });
    expect(data).toMatchObject({
      verified: false,
      message: expect.stringContaining('no instruction') as string,
    });
    const elsewhere = await dap.ask<P.SetBreakpointsResponse>('setBreakpoints', {
      source: { path: '/other.s' },
      breakpoints: [{ line: 1 }],
    });
    expect(elsewhere.breakpoints[0]?.message).toBe(
      `/other.s is no source of this program; its sources are ${program}`,
    );
  });

  it('with a condition stops only where it holds', async () => {
    const dap = await launched({}, (one) =>
      breakAt(one, { line: line('sw   s2'), condition: 's2 * 2 == 8 && ring == 0' }),
    );
    await dap.go('continue');
    expect(await dap.number('s2')).toBe(4);
    expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
    expect(await dap.go('reverseContinue')).toMatchObject({ reason: 'breakpoint' });
    expect(await dap.number('s2')).toBe(4);
  });

  it.each([
    ['3', [3]],
    ['>= 4', [4, 5]],
    ['% 2', [2, 4]],
  ])(
    'with the hit count %s stops at those times, also when gone through again',
    async (hitCondition, times) => {
      const dap = await launched({}, (one) => breakAt(one, { line: line('sw   s2'), hitCondition }));
      for (const _ of ['once', 'again']) {
        for (const time of times) {
          await dap.go('continue');
          expect(await dap.number('s2')).toBe(time);
        }
        expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
        for (const time of times.toReversed()) {
          await dap.go('reverseContinue');
          expect(await dap.number('s2')).toBe(time);
        }
        await dap.go('reverseContinue');
      }
    },
  );

  it('with a message prints it and does not stop', async () => {
    const dap = await launched({}, (one) =>
      breakAt(one, { line: line('sw   s2'), logMessage: 's2 is {s2}' }),
    );
    expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
    await dap.go('reverseContinue');
    await dap.go('continue');
    expect(dap.told.match(/s2 is \d/g)).toEqual([1, 2, 3, 4, 5].map((n) => `s2 is ${n}`));
  });

  it('that makes no sense is not set, and says why', async () => {
    const dap = await launched();
    const at = { line: line('sw   s2') };
    const [condition, count] = await breakAt(
      dap,
      { ...at, condition: 's2 ==' },
      { ...at, hitCondition: 'often' },
    );
    expect(condition).toEqual({
      verified: false,
      message: expect.stringContaining('"s2 ==": expected a register') as string,
    });
    expect(count).toEqual({
      verified: false,
      message: expect.stringContaining('the hit count "often"') as string,
    });
    expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
  });

  it('may be an address, or a name', async () => {
    const dap = await launched();
    const handler = (await dap.value('handler')).split(' ')[0];
    await dap.ask('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: handler, offset: 4 }],
    });
    await dap.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'emit' }] });
    await dap.go('continue');
    expect((await dap.frame()).name).toBe('emit');
    await dap.ask('setFunctionBreakpoints', { breakpoints: [] });
    await dap.go('continue');
    expect((await dap.frame()).name).toBe('handler+0x4');
    const unknown = await dap.ask<P.SetFunctionBreakpointsResponse>('setFunctionBreakpoints', {
      breakpoints: [{ name: 'no' }],
    });
    expect(unknown.breakpoints[0]).toEqual({ verified: false, message: '"no" is no symbol of this program' });
  });

  it('can be set while the guest runs', async () => {
    const endless = file('endless.s', '_start: li s2, 0\nloop: addi s2, s2, 1\n    j loop\n');
    const dap = await launched({ program: endless, stopOnEntry: false });
    await dap.ask('setBreakpoints', { source: { path: endless }, breakpoints: [{ line: 3 }] });
    expect(await dap.stopped()).toMatchObject({ reason: 'breakpoint' });
    await dap.ask('setBreakpoints', { source: { path: endless }, breakpoints: [] });
    await dap.ask('continue', { threadId: 1 });
    expect(await dap.refused('scopes', { frameId: 1 })).toBe('the guest runs: pause it first');
    await dap.ask('pause', { threadId: 1 });
    expect(await dap.stopped()).toMatchObject({ reason: 'pause' });
  });
});

describe('A step', () => {
  it('into a call enters it, out of it returns, and over it leaves it out', async () => {
    const dap = await launched({}, (one) => breakAt(one, { line: line('call emit') }));
    await dap.go('continue');
    await dap.go('stepIn');
    expect((await dap.frame()).line).toBe(line('li   t0, 0x10'));
    const { stackFrames } = await dap.ask<P.StackTraceResponse>('stackTrace', { threadId: 1 });
    expect(stackFrames.map((frame) => frame.line)).toEqual([line('li   t0, 0x10'), line('call emit')]);
    await dap.go('stepOut');
    expect((await dap.frame()).line).toBe(line('li   t0, 5'));
    await dap.go('continue');
    await dap.go('next');
    expect((await dap.frame()).line).toBe(line('li   t0, 5'));
    expect(dap.printed).toBe('12');
  });

  it('over a trap leaves its handler out; into it enters the handler, and out of that returns', async () => {
    const dap = await launched({}, (one) => breakAt(one, { line: line('ecall') }));
    await dap.go('continue');
    await dap.go('next');
    expect((await dap.frame()).line).toBe(line('li   t0, 1'));
    await dap.go('reverseContinue');
    await dap.go('stepIn');
    expect((await dap.frame()).name).toBe('handler');
    await dap.go('stepOut');
    expect((await dap.frame()).line).toBe(line('li   t0, 1'));
  });

  it('makes all instructions of a line, or one of them; backwards, too', async () => {
    const dap = await launched();
    await dap.go('next');
    expect((await dap.frame()).line).toBe(line('la   t0, handler'));
    expect(await dap.number('step')).toBe(2);
    await dap.go('next', { granularity: 'instruction' });
    expect(await dap.number('step')).toBe(3);
    await dap.go('stepBack');
    expect(await dap.number('step')).toBe(2);
    await dap.go('stepBack');
    expect(await dap.number('step')).toBe(0);
  });

  it('over a call stops at a breakpoint inside', async () => {
    const dap = await launched({}, (one) =>
      breakAt(one, { line: line('call emit') }, { line: line('out  t0, t1') + 4 }),
    );
    await dap.go('continue');
    expect(await dap.go('next')).toMatchObject({ reason: 'breakpoint' });
    expect((await dap.frame()).name).toBe('emit+0x8');
  });
});

describe('A data breakpoint', () => {
  it('stops after each write, and going back before it', async () => {
    const dap = await launched();
    const { reference } = await dap.scope('Data');
    const info = await dap.ask<P.DataBreakpointInfoResponse>('dataBreakpointInfo', {
      variablesReference: reference,
      name: 'counter',
    });
    expect(info).toMatchObject({ description: '4 bytes at counter', accessTypes: ['write'] });
    await dap.ask('setDataBreakpoints', {
      breakpoints: [{ dataId: info.dataId, condition: '[counter] != 2' }],
    });
    const seen: number[] = [];
    for (let n = 0; n < 4; n++) {
      expect(await dap.go('continue')).toMatchObject({ reason: 'data breakpoint' });
      seen.push(await dap.number('[counter]'));
    }
    expect(seen).toEqual([1, 3, 4, 5]);
    await dap.go('reverseContinue');
    expect(await dap.number('[counter]')).toBe(4);
    expect((await dap.frame()).line).toBe(line('sw   s2'));
  });

  it('is of memory, not of a register', async () => {
    const dap = await launched();
    const { reference } = await dap.scope('CPU: registers');
    const info = await dap.ask<P.DataBreakpointInfoResponse>('dataBreakpointInfo', {
      variablesReference: reference,
      name: 'sp',
    });
    expect(info).toMatchObject({
      dataId: null,
      description: expect.stringContaining('watch memory instead') as string,
    });
    const typed = await dap.ask<P.DataBreakpointInfoResponse>('dataBreakpointInfo', {
      name: '[counter + 4]',
    });
    expect(typed.description).toBe('4 bytes at counter+0x4');
    const reads = [{ dataId: typed.dataId, accessType: 'read' }];
    const set = await dap.ask<P.SetDataBreakpointsResponse>('setDataBreakpoints', { breakpoints: reads });
    expect(set.breakpoints[0]).toEqual({ verified: false, message: 'only writes can be watched, not reads' });
  });
});

describe('A trap', () => {
  it('is stopped at before it is taken, forwards and backwards, and explained', async () => {
    const dap = await launched();
    await dap.ask('setExceptionBreakpoints', { filters: ['8'] });
    expect(await dap.go('continue')).toMatchObject({ reason: 'exception', text: 'ecall' });
    expect((await dap.frame()).line).toBe(line('ecall'));
    const info = await dap.ask<P.ExceptionInfoResponse>('exceptionInfo', { threadId: 1 });
    expect(info).toMatchObject({ exceptionId: 'ecall', breakMode: 'always' });
    await dap.go('stepIn');
    expect((await dap.frame()).name).toBe('handler');
    expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
    expect(await dap.go('reverseContinue')).toMatchObject({ reason: 'exception' });
    expect((await dap.frame()).line).toBe(line('ecall'));
  });

  it('of another cause, or where its condition does not hold, does not stop', async () => {
    const dap = await launched();
    await dap.ask('setExceptionBreakpoints', {
      filters: ['2'],
      filterOptions: [{ filterId: '8', condition: 's2 == 4' }],
    });
    expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
  });

  it('without a handler stops the guest, and says why', async () => {
    const dap = await launched({ program: file('trap.s', '_start: ecall\n') });
    expect(await dap.go('continue')).toMatchObject({ reason: 'exception' });
    const info = await dap.ask<P.ExceptionInfoResponse>('exceptionInfo', { threadId: 1 });
    expect(info).toMatchObject({
      exceptionId: 'ecall',
      breakMode: 'unhandled',
      description: expect.stringContaining('TVEC is 0') as string,
    });
  });
});

describe('Variables', () => {
  it('are the registers, which can be changed; going back undoes it', async () => {
    const dap = await launched({}, (one) => breakAt(one, { line: line('sw   s2') }));
    await dap.go('continue');
    const { reference, variables } = await dap.scope('CPU: registers');
    expect(variables.get('s2')).toMatchObject({ value: '0x00000001 1' });
    expect(variables.get('pc')?.value).toContain('loop+0x4');
    await dap.ask('setVariable', { variablesReference: reference, name: 's2', value: '2 + 2' });
    await dap.event('invalidated');
    expect(await dap.number('s2')).toBe(4);
    await dap.go('stepBack');
    expect(await dap.number('s2')).toBe(0);
    await dap.go('continue');
    await dap.go('continue');
    expect(await dap.go('continue')).toMatchObject({ reason: 'end of the run' });
    expect(dap.printed).toBe('45');
  });

  it('are the system registers; one that is read-only says so', async () => {
    const dap = await launched({}, (one) => breakAt(one, { line: line('ecall') }));
    await dap.go('continue');
    const { reference, variables } = await dap.scope('CPU: system registers');
    expect(variables.get('status')?.value).toBe('0x00000000 ring 0, IF 0');
    expect(variables.get('tvec')?.value).toContain('handler');
    const write = { variablesReference: reference, name: 'memsize', value: '1' };
    expect(await dap.refused('setVariable', write)).toContain('memsize is read-only');
    expect(await dap.refused('setVariable', { ...write, name: 'tvec', value: 'nowhere' })).toContain(
      'no symbol',
    );
    expect(await dap.refused('variables', { variablesReference: 99 })).toContain('ask for the scopes again');
  });

  it('are the words at the symbols of the data', async () => {
    const dap = await launched({}, (one) => breakAt(one, { line: line('ecall') }));
    await dap.go('continue');
    const { reference, variables } = await dap.scope('Data');
    expect(variables.get('counter')).toMatchObject({ value: '0x00000005 5' });
    await dap.ask('setVariable', { variablesReference: reference, name: 'counter', value: '-1' });
    expect(await dap.number('[counter]')).toBe(-1);
  });

  it.each(strategies.map(({ name }) => name))(
    'under %s are the virtual CPU, the real one, shadow tables and the monitor',
    async (monitor) => {
      const dap = await launched({ program: `${root}guests/user-kernel.s`, monitor }, (one) =>
        one.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'trap' }] }),
      );
      expect(await dap.go('continue')).toMatchObject({ reason: 'breakpoint' });
      const virtual = await dap.scope('Virtual CPU: system registers');
      const real = await dap.scope('Real CPU');
      expect(virtual.variables.get('status')?.value).toContain('ring 0');
      expect(virtual.variables.get('ptbr')?.value).not.toBe(real.variables.get('ptbr')?.value);
      const refused = await dap.refused('setVariable', {
        variablesReference: real.reference,
        name: 'pc',
        value: '0',
      });
      expect(refused).toContain('change the virtual CPU');
      const tables = await dap.scope('Page tables and their shadow');
      expect(tables.variables.get('0x40000000')?.value).toMatch(
        /^1 page: guest 0x000\w+ r-xu--|guest 0x000\w+ r-xua-.*shadow/,
      );
      const account = (await dap.scope('Monitor')).variables.get('level 1') as P.Variable;
      expect(account.value).toMatch(new RegExp(`^${monitor}: \\d+ exits`));
      const { variables } = await dap.ask<P.VariablesResponse>('variables', account);
      if (monitor !== 'interpret') expect(variables.length).toBeGreaterThan(0);
    },
  );

  it('of a stack of monitors are those of each level', async () => {
    const dap = await launched({ monitor: 'trap-and-emulate/hybrid' });
    const { scopes } = await dap.ask<P.ScopesResponse>('scopes', { frameId: 1 });
    expect(scopes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['CPU of level 2', 'Real CPU', 'Monitor']),
    );
  });
});

describe('Memory', () => {
  it('is read and written by virtual addresses', async () => {
    const dap = await launched();
    const at = (await dap.value('counter')).split(' ')[0] as string;
    await dap.ask('writeMemory', {
      memoryReference: at,
      offset: 4,
      data: Buffer.from([1, 2, 3]).toString('base64'),
    });
    const read = await dap.ask<P.ReadMemoryResponse>('readMemory', {
      memoryReference: at,
      offset: 2,
      count: 6,
    });
    expect([...Buffer.from(read?.data ?? '', 'base64')]).toEqual([0, 0, 1, 2, 3, 0]);
  });

  it('ends where nothing is mapped: it is not half written', async () => {
    const dap = await launched({ memory: '1M' });
    const end = { memoryReference: '0x000ffffe' };
    const read = await dap.ask<P.ReadMemoryResponse>('readMemory', { ...end, count: 6 });
    expect(read).toMatchObject({ unreadableBytes: 4 });
    const data = Buffer.from([1, 2, 3]).toString('base64');
    expect(await dap.refused('writeMemory', { ...end, data })).toBe(
      'only 2 of 3 bytes from 0x000ffffe on are mapped now: nothing was written',
    );
    expect(await dap.ask('writeMemory', { ...end, data, allowPartial: true })).toEqual({ bytesWritten: 2 });
    expect(await dap.refused('readMemory', { memoryReference: 'here', count: 1 })).toContain(
      '"here" is no address',
    );
  });

  it('as code is disassembled, with symbols and lines', async () => {
    const dap = await launched();
    const memoryReference = (await dap.value('emit')).split(' ')[0];
    const { instructions } = await dap.ask<Required<P.DisassembleResponse>>('disassemble', {
      memoryReference,
      instructionOffset: -1,
      instructionCount: 3,
    });
    expect(instructions.map(({ instruction }) => instruction)).toEqual([
      'out t0, t1',
      'addi t0, zero, 16',
      'addi t1, s2, 48',
    ]);
    expect(instructions[1]).toMatchObject({
      symbol: 'emit',
      line: line('li   t0, 0x10'),
      location: { path: program },
    });
    const below = await dap.ask<Required<P.DisassembleResponse>>('disassemble', {
      memoryReference: '0x0',
      instructionOffset: -2,
      instructionCount: 2,
    });
    expect(below.instructions.map(({ instruction }) => instruction)).toEqual(['??', '??']);
  });
});

describe('The console', () => {
  it('hands what is typed to the guest while it runs, and after > always', async () => {
    const dap = await launched({ program: `${root}guests/echo.s` });
    await dap.ask('evaluate', { expression: '> one', context: 'repl' });
    await dap.ask('continue', { threadId: 1 });
    await dap.printing('ONE');
    await dap.ask('evaluate', { expression: 'two', context: 'repl' });
    await dap.printing('TWO');
    await dap.ask('evaluate', { expression: '^D', context: 'repl' });
    await dap.stopped();
    expect(dap.printed).toContain('ONE\nTWO\n');
  });

  it('does not type into a guest whose input is a file', async () => {
    const dap = await launched({ program: `${root}guests/echo.s`, input: file('input', 'ab') });
    expect(await dap.refused('evaluate', { expression: '> x', context: 'repl' })).toContain(
      'reads its input from the file',
    );
    await dap.go('continue');
    expect(dap.printed).toContain('AB');
  });

  it('answers expressions and the commands of the prompt', async () => {
    const dap = await launched();
    const ask = async (expression: string) =>
      (await dap.ask<P.EvaluateResponse>('evaluate', { expression, context: 'repl' })).result;
    await dap.go('continue');
    expect(await ask('s2 + 1')).toBe('0x00000006 6');
    expect(await ask('trap')).toContain('ecall');
    expect(await dap.stopped()).toMatchObject({ reason: 'goto' });
    expect((await dap.frame()).line).toBe(line('ecall'));
    expect(await ask('goto 2')).toContain('_start+0x8');
    expect(await dap.refused('evaluate', { expression: 'nothing', context: 'repl' })).toBe(
      '"nothing" is no register and no symbol of this program',
    );
  });
});

describe('A command of the prompt that runs the guest', () => {
  it('can be paused, and takes breakpoints meanwhile', async () => {
    const endless = file('endless.s', '_start: li s2, 0\nloop: addi s2, s2, 1\n    j loop\n');
    const dap = await launched({ program: endless });
    const answer = dap.ask<P.EvaluateResponse>('evaluate', { expression: 'continue', context: 'repl' });
    expect(await dap.refused('scopes', { frameId: 1 })).toBe('the guest runs: pause it first');
    await dap.ask('pause', { threadId: 1 });
    expect((await answer).result).toContain('interrupted');
    expect(await dap.stopped()).toMatchObject({ reason: 'goto' });
  });
});

describe('A launch', () => {
  it('takes an image, whose lines lead to the source', async () => {
    const elf = file('counts.elf', '');
    expect(ringlab(['asm', program, '-o', elf]).status).toBe(0);
    const dap = await launched({ program: elf });
    expect(await dap.frame()).toMatchObject({ line: line('la   sp'), source: { path: program } });
  });

  it('repeats a recording', async () => {
    const recording = file('recording', '');
    const guest = `${root}guests/echo.s`;
    expect(ringlab(['record', guest, '-o', recording], 'xyz').stderr).toContain('recorded');
    const dap = await launched({ program: guest, replay: recording });
    await dap.go('continue');
    expect(dap.printed).toContain('XYZ');
    await dap.go('reverseContinue');
    expect(await dap.number('step')).toBe(0);
  });

  it.each([
    ['no program', {}, 'a launch needs "program"'],
    ['a file that is not there', { program: '/no.s' }, '/no.s: cannot read it: no such file or folder'],
    ['assembly errors', { program: file('bad.s', '_start: adi a0, a0, 1\n') }, 'bad.s:1:9: error: '],
    [
      'an unknown monitor',
      { program, monitor: 'magic' },
      "option '--monitor <name>' argument 'magic' is invalid",
    ],
    ['an unknown variant', { program, isa: 'ring32-z' }, 'choose ring32-v, ring32-x, ring32-h'],
    ['a property of another kind', { program, memory: {} }, 'the launch\'s property "memory" must be'],
    ['a process', { program, process: true }, '--process: a process cannot be debugged'],
    ['a recording and input', { program, replay: 'r', input: 'i' }, 'leave "input" out'],
  ])('with %s is refused with a reason, and the session ends', async (_, args, reason) => {
    const dap = client();
    await dap.ask('initialize', { adapterID: 'ringlab' });
    expect(await dap.refused('launch', args)).toContain(reason);
    await dap.event('terminated');
  });

  it('tells of a property that means nothing; attaching and asking before it are refused', async () => {
    const dap = client();
    expect(await dap.refused('threads')).toContain('no guest is launched yet');
    expect(await dap.refused('attach')).toContain('use "request": "launch"');
    await dap.launch({ program, moniter: 'hybrid', __sessionId: 'x', name: 'n' });
    expect(dap.told).toMatch(
      /^a launch has no property "moniter"; there are program, stopOnEntry, isa, .*monitor.*\n$/,
    );
  });
});

describe('Breakpoints by line', () => {
  it.each(['none', ...strategies.map(({ name }) => name)])(
    'stop in code that the guest has mapped elsewhere (%s)',
    async (monitor) => {
      const guest = `${root}guests/user-kernel.s`;
      const dap = await launched({ program: guest, monitor });
      const { instructions } = await dap.ask<Required<P.DisassembleResponse>>('disassemble', {
        memoryReference: (await dap.value('user')).split(' ')[0],
        instructionOffset: 5,
        instructionCount: 1,
      });
      const wanted = instructions[0]?.line as number;
      await dap.ask('setBreakpoints', { source: { path: guest }, breakpoints: [{ line: wanted }] });
      expect(await dap.go('continue')).toMatchObject({ reason: 'breakpoint' });
      expect(await dap.frame()).toMatchObject({ line: wanted, instructionPointerReference: '0x40000014' });
      expect(await dap.number('ring')).toBe(3);
      await dap.go('stepIn');
      expect((await dap.frame()).name).toBe('trap');
      await dap.go('stepOut');
      expect(await dap.number('ring')).toBe(3);
      await dap.ask('setExceptionBreakpoints', { filters: ['24'] });
      await dap.go('reverseContinue');
      expect((await dap.frame()).instructionPointerReference).toBe('0x40000014');
    },
  );
});

describe('ringlab debug --dap', () => {
  it('is a process that an editor starts, and that ends when the editor leaves', async () => {
    const { client: dap, ended } = adapterProcess(process.execPath, ['cli/bin.js', 'debug', '--dap']);
    await dap.launch({ program });
    await dap.go('continue');
    await dap.go('stepBack');
    expect(await dap.number('ring')).toBe(0);
    expect(dap.printed).toBe('12345');
    await dap.ask('disconnect');
    expect(await ended).toEqual({ status: 0, stderr: '' });
  });

  it('ends with its editor, even while a guest runs', async () => {
    const { client: dap, ended, child } = adapterProcess(process.execPath, ['cli/bin.js', 'debug', '--dap']);
    await dap.launch({ program: file('forever.s', '_start: j _start\n'), stopOnEntry: false });
    child.stdin.end();
    expect((await ended).status).toBe(0);
  });

  it('says what it is to anyone who does not speak the protocol, and takes no file', async () => {
    const { client: dap, ended } = adapterProcess(process.execPath, ['cli/bin.js', 'debug', '--dap']);
    dap.send('Content-Length: 5\r\n\r\nhello');
    const { status, stderr } = await ended;
    expect([status, stderr]).toEqual([65, expect.stringContaining('is not the Debug Adapter Protocol')]);
    expect(ringlab(['debug', '--dap', 'guests/hello.s'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--dap takes no file') as string,
    });
    expect(ringlab(['debug', '--dap', '--isa', 'ring32-x'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--dap takes no --isa') as string,
    });
  });
});
