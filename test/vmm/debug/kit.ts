/** A debugger for tests: speaks packets to a server, and waits for each answer. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { connect, type Socket } from 'node:net';
import { PacketReader, packetOf } from '../../../vmm/debug/packets.ts';
import { type Listening, serveGdb } from '../../../vmm/debug/server.ts';
import { Session } from '../../../vmm/debug/session.ts';
import type { Timeline } from '../../../vmm/replay/timeline.ts';

export interface Client {
  readonly session: Session;
  readonly server: Listening;
  readonly socket: Socket;
  /** Sends data as a packet and returns the answer's, that of a running guest when it stops. */
  ask(data: string): Promise<string>;
  /** Sends bytes as they are. */
  send(text: string): void;
  /** The next answer. */
  next(): Promise<string>;
  /** What the server told the user meanwhile. */
  readonly told: string[];
  /** Breaks the connection, and makes another one when the server knows. */
  again(): Promise<Omit<Client, 'again'>>;
  close(): void;
}

/** Serves a timeline and connects to it. */
export async function debugged(timeline: Timeline): Promise<Client> {
  const session = new Session(timeline, nextTick);
  let gone = () => {};
  const server = await serveGdb({
    session,
    host: '127.0.0.1',
    port: 0,
    tell: (text) => {
      if (text.includes('is gone')) gone();
    },
  });
  const client = await clientOf(session, server);
  return {
    ...client,
    again: async () => {
      const left = new Promise<void>((resolve) => {
        gone = resolve;
      });
      client.socket.destroy();
      await left;
      return await clientOf(session, server);
    },
  };
}

/** Connects to a server. */
async function clientOf(session: Session, server: Listening): Promise<Omit<Client, 'again'>> {
  const socket = connect(server.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => socket.destroy());
  const reader = new PacketReader();
  const told: string[] = [];
  const answers: string[] = [];
  let wake = () => {};
  socket.on('data', (bytes: Buffer) => {
    for (const arrival of reader.take(bytes)) {
      if (arrival.kind !== 'packet') continue;
      if (/^O[^K]/.test(arrival.data)) told.push(Buffer.from(arrival.data.slice(1), 'hex').toString('utf8'));
      else answers.push(arrival.data);
    }
    wake();
  });
  const next = async (): Promise<string> => {
    while (answers.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return answers.shift() as string;
  };
  const send = (text: string) => socket.write(Buffer.from(text, 'latin1'));
  return {
    session,
    server,
    socket,
    told,
    next,
    send,
    ask: (data) => {
      send(packetOf(data));
      return next();
    },
    close: () => {
      socket.destroy();
      server.close();
    },
  };
}
