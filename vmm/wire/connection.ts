/**
 * A byte stream in both directions: TCP, TLS (tcp.ts), or a pair in memory. Bytes arrive in order. If a connection breaks
 * this rule, the frames show it (frame.ts).
 */
export interface ConnectionEvents {
  bytes(chunk: Uint8Array): void;
  /** The connection has ended. This is called once, and nothing is called after it. */
  ended(reason: string): void;
}

export interface Connection {
  /** The other end, in words for people. */
  readonly peer: string;
  /** Bytes that were given to `send` and have not been sent yet. */
  readonly backlog: number;
  /** Sets who is told of what arrives. Called once, before anything can arrive. */
  listen(events: ConnectionEvents): void;
  /**
   * Sends bytes. The caller must not change them before `sent` is called. A connection that does not know when they are
   * sent never calls it.
   */
  send(bytes: Uint8Array, sent?: () => void): void;
  /** Ends the connection after everything was sent. The other end is told; this one is not. */
  close(): void;
}

/** Makes connections. This is all that a host knows of the network. */
export interface Dialer {
  /** Connects to `address`. Calls `done` later, never at once, with the connection or with the reason why there is none. */
  dial(address: string, done: (connection: Connection | undefined, reason: string) => void): void;
}
