/**
 * The GDB server: one debugger at a time, over TCP. Frames packets and acknowledges them,
 * and has commands answered one after the other (commands.ts); only Ctrl-C is heard at once.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { Commands, type Farewell } from './commands.ts';
import { type Arrival, PacketReader, packetOf, textToHex } from './packets.ts';
import type { Session } from './session.ts';

export interface ServerOptions {
  readonly session: Session;
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** Told what happens to the connection. */
  readonly tell: (text: string) => void;
}

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** How the debugger left for good. One whose connection broke may come again. */
  readonly farewell: Promise<Farewell>;
  readonly close: () => void;
}

/** Listens for a debugger. Rejects with the system's error when it cannot. */
export async function serveGdb({ session, host, port, tell }: ServerOptions): Promise<Listening> {
  let say: (farewell: Farewell) => void = () => {};
  const farewell = new Promise<Farewell>((resolve) => {
    say = resolve;
  });
  let present: Socket | undefined;
  /** What the one before was answered last: the next one is only answered after that. */
  let settled: Promise<void> = Promise.resolve();
  const server = createServer((socket) => {
    if (present !== undefined) {
      socket.destroy();
      return;
    }
    present = socket;
    tell('a debugger is connected');
    const connection = new Connection({ socket, session, say, after: settled });
    socket.on('close', () => {
      present = undefined;
      settled = connection.settled;
      if (!connection.isDone) tell('the debugger is gone; another may connect');
    });
  });
  await listening(server, host, port);
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? port) : port,
    farewell,
    close: () => {
      present?.end();
      server.close();
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

/** What a debugger's first byte can be: an acknowledgement, a packet, Ctrl-C. */
const openings: ReadonlySet<number> = new Set(Buffer.from('+-$\x03'));

interface ConnectionParts {
  readonly socket: Socket;
  readonly session: Session;
  readonly say: (farewell: Farewell) => void;
  /** When the one before has left the session. */
  readonly after: Promise<void>;
}

/** One debugger's connection. */
class Connection {
  /** Whether the debugger said good-bye. */
  isDone = false;
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #commands: Commands;
  readonly #reader = new PacketReader();
  readonly #say: (farewell: Farewell) => void;
  #acknowledges = true;
  /** Whether what came first was a debugger's. */
  #isKnown = false;
  /** Packets that are not answered yet. */
  #waiting = 0;
  /** The answer under way; the next packet waits for it. */
  #last: Promise<void>;

  constructor({ socket, session, say, after }: ConnectionParts) {
    this.#last = after;
    this.#socket = socket;
    this.#session = session;
    this.#say = say;
    this.#commands = new Commands(session, (text) => this.#send(`O${textToHex(text)}`));
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#interrupt());
  }

  /** Resolves when it has left the session. */
  get settled(): Promise<void> {
    return this.#last;
  }

  #take(bytes: Uint8Array): void {
    if (!this.#isKnown && !openings.has(bytes[0] ?? 0)) {
      this.#socket.destroy(); // A browser, say, that a page sent here.
      return;
    }
    this.#isKnown = true;
    try {
      for (const arrival of this.#reader.take(bytes)) this.#hear(arrival);
    } catch {
      this.#socket.destroy(); // Nobody who speaks this protocol.
    }
  }

  #hear(arrival: Arrival): void {
    if (arrival.kind === 'interrupt') this.#interrupt();
    else if (arrival.kind === 'damaged') this.#write('-');
    else {
      if (this.#acknowledges) this.#write('+');
      this.#waiting += 1;
      this.#last = this.#last.then(() => this.#answer(arrival.data));
    }
  }

  /** Ctrl-C means what was asked before it and is not answered yet, if only for it has not begun. */
  #interrupt(): void {
    if (this.#waiting > 0) this.#session.interrupt();
  }

  async #answer(data: string): Promise<void> {
    // Who is gone wants nothing any more, of what it asked in one breath neither.
    if (this.#socket.destroyed) return;
    const { text, farewell } = await this.#commands.answer(data);
    this.#waiting -= 1;
    if (data !== 'k') this.#send(text);
    if (data === 'QStartNoAckMode') this.#acknowledges = false;
    if (farewell === undefined) return;
    this.isDone = true;
    this.#socket.end();
    this.#say(farewell);
  }

  #send(text: string): void {
    this.#write(packetOf(text));
  }

  #write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1');
  }
}
