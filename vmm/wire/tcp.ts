/**
 * Connections over TCP, or over TLS if the hosts share a certificate. The key proves who is who (channel.ts). TLS only hides
 * what is said, so the certificate that was given is trusted, whatever name it has.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { Connection, ConnectionEvents, Dialer } from './connection.ts';

/** A certificate and its private key, as PEM text. All hosts have the same. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Milliseconds until a host that does not answer counts as unreachable. */
const dialTimeout = 5000;

/** How many connections may wait in the system until this process accepts them: many, so that a busy host does not refuse its owner. */
const mostWaiting = 4096;

/**
 * Bytes that are read at once, all into the same buffer: allocating memory for each read takes as long as reading. Node does
 * this only for connections that were made here, without TLS, not for those that were accepted.
 */
const readBytes = 2 ** 18;

class SocketConnection implements Connection {
  readonly peer: string;
  readonly #socket: Socket;
  readonly #active: () => void;
  #events: ConnectionEvents | undefined;
  #isOver = false;

  /** Calls `active` whenever something has arrived or was sent. */
  constructor(socket: Socket, active: () => void) {
    this.peer = `${socket.remoteAddress ?? 'somewhere'}:${socket.remotePort ?? 0}`;
    this.#socket = socket;
    this.#active = active;
    socket.setNoDelay(true);
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  listen(events: ConnectionEvents): void {
    let reason = 'the other side closed the connection';
    this.#events = events;
    this.#socket.on('data', (chunk: Buffer) => this.read(chunk));
    this.#socket.on('error', (error) => {
      reason = explain(error);
    });
    this.#socket.on('end', () => this.#socket.end());
    this.#socket.on('close', () => {
      if (this.#isOver) return;
      this.#isOver = true;
      events.ended(reason);
      this.#active();
    });
  }

  /** Bytes have arrived. They stay unchanged until the next ones arrive. */
  read(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#events?.bytes(chunk);
    this.#active();
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    if (this.#isOver) return;
    if (sent === undefined) this.#socket.write(bytes);
    else
      this.#socket.write(bytes, () => {
        sent();
        this.#active();
      });
  }

  close(): void {
    this.#isOver = true;
    this.#socket.end();
    // A peer that has not read everything by then does not get the rest.
    setTimeout(() => this.#socket.destroy(), 1000).unref();
  }
}

/** The network, for the process of a host. */
export class TcpNetwork implements Dialer {
  /** Called when something has arrived or was sent. */
  onActivity: (() => void) | undefined;
  readonly #certificate: Certificate | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(certificate?: Certificate) {
    this.#certificate = certificate;
  }

  dial(address: string, done: (connection: Connection | undefined, reason: string) => void): void {
    const { host, port } = splitAddress(address);
    const certificate = this.#certificate;
    let made: SocketConnection | undefined;
    const onread = {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback: (count: number, buffer: Uint8Array) => {
        made?.read(buffer.subarray(0, count));
        return true;
      },
    };
    const socket = certificate
      ? connectTls({ host, port, ca: certificate.certificate, checkServerIdentity: () => undefined })
      : connect({ host, port, onread });
    this.#note(socket);
    let isDone = false;
    const finish = (connection: SocketConnection | undefined, reason: string) => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      socket.removeAllListeners('error');
      if (connection === undefined) socket.on('error', () => {}).destroy();
      made = connection;
      done(connection, reason);
    };
    const timer = setTimeout(() => finish(undefined, 'no answer'), dialTimeout);
    socket.once('error', (error) => finish(undefined, explain(error)));
    socket.once(certificate ? 'secureConnect' : 'connect', () => finish(this.#connection(socket), ''));
  }

  /**
   * Listens, and calls `accept` with every connection. Resolves to the address; port 0 stands for any free port. Rejects with
   * the system's error.
   */
  listen(address: string, accept: (connection: Connection) => void): Promise<string> {
    const { host, port } = splitAddress(address);
    const take = (socket: Socket) => {
      this.#note(socket);
      accept(this.#connection(socket));
    };
    const { certificate: cert, key } = this.#certificate ?? {};
    const server = cert && key ? createTlsServer({ cert, key }, take) : createServer(take);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: mostWaiting }, () =>
        resolve(`${host}:${(server.address() as AddressInfo).port}`),
      );
      this.#server = server;
    });
  }

  /** Ends everything. */
  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connection(socket: Socket): SocketConnection {
    return new SocketConnection(socket, () => this.onActivity?.());
  }

  #note(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** Splits HOST:PORT. Throws RangeError. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?<host>\[[\da-fA-F:.]+\]|[^\s:]+):(?<port>\d{1,5})$/.exec(address);
  const port = Number(match?.groups?.port);
  if (match?.groups?.host === undefined || !(port <= 65535))
    throw new RangeError(`"${address}": expected HOST:PORT, like 127.0.0.1:7001`);
  return { host: match.groups.host.replace(/^\[|\]$/g, ''), port };
}

/** Whether only this machine can reach an address. */
export function isLoopback(address: string): boolean {
  const { host } = splitAddress(address);
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function explain(error: NodeJS.ErrnoException): string {
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there',
    ENOTFOUND: 'there is no host of that name',
    EHOSTUNREACH: 'there is no way there',
    ECONNRESET: 'the other side ended in the middle of the connection',
    EPIPE: 'the other side ended in the middle of the connection',
    ETIMEDOUT: 'no answer',
  };
  return reasons[error.code ?? ''] ?? error.message;
}
