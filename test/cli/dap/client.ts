/** A client of the Debug Adapter Protocol, over any pair of streams: what an editor does, for tests. */
import { spawn } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { Adapter } from '../../../cli/dap/adapter.ts';
import { root } from '../kit.ts';

/** What an adapter told of a guest that stands still. */
export type Stopped = P.StoppedEvent['body'];

export class Client {
  /** Everything that the guest printed, and everything else that was told. */
  printed = '';
  told = '';
  readonly #out: Writable;
  readonly #answers = new Map<number, (response: P.Response) => void>();
  readonly #events: P.Event[] = [];
  #wake = () => {};
  #sequence = 0;
  #bytes = Buffer.alloc(0);

  constructor(input: Readable, output: Writable) {
    this.#out = output;
    input.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(this.#bytes.toString('latin1', 0, end))?.[1]);
      if (end < 0 || this.#bytes.length < end + 4 + length) return;
      const message = JSON.parse(
        this.#bytes.toString('utf8', end + 4, end + 4 + length),
      ) as P.ProtocolMessage;
      this.#bytes = this.#bytes.subarray(end + 4 + length);
      if (message.type === 'response')
        this.#answers.get((message as P.Response).request_seq)?.(message as P.Response);
      else this.#hear(message as P.Event);
    }
  }

  #hear(event: P.Event): void {
    if (event.event === 'output') {
      const { category, output } = (event as P.OutputEvent).body;
      if (category === 'stdout') this.printed += output;
      else this.told += output;
    }
    this.#events.push(event);
    this.#wake();
  }

  /** Sends a request; returns the response, also one of failure. */
  request(command: string, args: object = {}): Promise<P.Response> {
    const seq = ++this.#sequence;
    const text = JSON.stringify({ seq, type: 'request', command, arguments: args });
    return new Promise((resolve) => {
      this.#answers.set(seq, resolve);
      this.#out.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    });
  }

  /** Sends a request that must succeed; returns the response's body. */
  async ask<R extends P.Response>(command: string, args: object = {}): Promise<R['body']> {
    const response = await this.request(command, args);
    if (!response.success) throw new Error(`${command}: ${response.message}`);
    return response.body as R['body'];
  }

  /** Sends a request that must fail; returns the error's text. */
  async refused(command: string, args: object = {}): Promise<string> {
    const response = await this.request(command, args);
    if (response.success) throw new Error(`${command} was not refused`);
    return response.message as string;
  }

  /** Sends bytes as they are. */
  send(text: string): void {
    this.#out.write(text);
  }

  /** The next event of that name, which may have come already. */
  async event(name: string): Promise<P.Event> {
    for (;;) {
      const n = this.#events.findIndex(({ event }) => event === name);
      if (n >= 0) return this.#events.splice(n, 1)[0] as P.Event;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits until the guest has printed `text`. */
  async printing(text: string): Promise<void> {
    while (!this.printed.includes(text)) await this.event('output');
  }

  /** Waits until the guest stands still. */
  async stopped(): Promise<Stopped> {
    return (await this.event('stopped')).body as Stopped;
  }

  /** Goes on, as `command` says, until the guest stands still again. */
  async go(command: string, args: object = {}): Promise<Stopped> {
    await this.ask(command, { threadId: 1, ...args });
    return await this.stopped();
  }

  /** Launches a guest, up to its first step or, with `stopOnEntry: false`, further. `configure` sets breakpoints. */
  async launch(args: object, configure: () => Promise<unknown> = async () => {}): Promise<void> {
    await this.ask('initialize', { adapterID: 'ringlab', linesStartAt1: true, pathFormat: 'path' });
    await this.ask('launch', args);
    await this.event('initialized');
    await configure();
    await this.ask('configurationDone');
    if ((args as { stopOnEntry?: boolean }).stopOnEntry !== false) await this.stopped();
  }

  /** The top frame: its name and line. */
  async frame(): Promise<P.StackFrame> {
    const { stackFrames } = await this.ask<P.StackTraceResponse>('stackTrace', { threadId: 1 });
    return stackFrames[0] as P.StackFrame;
  }

  /** What an expression is, as the client shows it. */
  async value(expression: string): Promise<string> {
    return (await this.ask<P.EvaluateResponse>('evaluate', { expression, context: 'watch' })).result;
  }

  /** A number that an expression is. */
  async number(expression: string): Promise<number> {
    return Number((await this.value(expression)).split(' ')[1]);
  }

  /** The variables of the scope with that name. */
  async scope(name: string): Promise<{ reference: number; variables: ReadonlyMap<string, P.Variable> }> {
    const { scopes } = await this.ask<P.ScopesResponse>('scopes', { frameId: 1 });
    const scope = scopes.find((one) => one.name === name);
    if (scope === undefined)
      throw new Error(`no scope ${name} among ${scopes.map((one) => one.name).join(', ')}`);
    const reference = scope.variablesReference;
    const { variables } = await this.ask<P.VariablesResponse>('variables', { variablesReference: reference });
    return { reference, variables: new Map(variables.map((variable) => [variable.name, variable])) };
  }
}

/** An adapter in this process. */
export function adapterHere(): {
  readonly client: Client;
  readonly adapter: Adapter;
  readonly close: () => void;
} {
  const adapter = new Adapter();
  const [toAdapter, fromAdapter] = [new PassThrough(), new PassThrough()];
  adapter.start(toAdapter, fromAdapter);
  return { client: new Client(fromAdapter, toAdapter), adapter, close: () => toAdapter.end() };
}

/** An adapter as an editor starts it: a process with pipes. */
export function adapterProcess(command: string, args: readonly string[], cwd = root) {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const ended = new Promise<{ status: number | null; stderr: string }>((resolve) => {
    child.once('exit', (status) => resolve({ status, stderr }));
  });
  return { client: new Client(child.stdout, child.stdin), ended, child };
}
