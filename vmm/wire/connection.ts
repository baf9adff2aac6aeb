/**
 * A byte stream to somebody, both ways: TCP, TLS (tcp.ts), or a pair in memory. Bytes
 * come in order or not at all; a violation is found out by the frames (frame.ts).
 */
export interface ConnectionEvents {
  bytes(chunk: Uint8Array): void;
  /** It is over, once; nothing comes after. */
  ended(reason: string): void;
}

export interface Connection {
  /** Who is at the other end, for people. */
  readonly peer: string;
  /** Bytes handed over and not on their way yet. */
  readonly backlog: number;
  /** Says who is told. Once, before anything can come. */
  listen(events: ConnectionEvents): void;
  /**
   * Sends bytes, which the caller does not change before `sent` is called. A connection that
   * cannot tell never calls it.
   */
  send(bytes: Uint8Array, sent?: () => void): void;
  /** Ends it, after what was sent. The other end is told; this one is not. */
  close(): void;
}

/** Makes connections: what a host knows of the network. */
export interface Dialer {
  /** Tells of a connection to `address`, or of why there is none; later, never at once. */
  dial(address: string, done: (connection: Connection | undefined, reason: string) => void): void;
}
