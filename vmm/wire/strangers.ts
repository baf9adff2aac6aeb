/**
 * Connections whose other side has not proved yet that it knows the key. Their number is limited: when one more arrives,
 * another one is closed. A friend greets at once, so the oldest one that has said nothing is closed first; if all have
 * said something, the oldest one is.
 */
import type { Channel } from './channel.ts';

/** The most strangers at once: more than the system hands over in one turn, so that a friend among them is heard first. */
export const mostStrangers = 1024;

export class Strangers {
  readonly #channels = new Set<Channel>();

  add(channel: Channel): void {
    if (this.#channels.size >= mostStrangers) this.#sendOneAway();
    this.#channels.add(channel);
  }

  #sendOneAway(): void {
    const [oldest] = this.#channels;
    const one = [...this.#channels].find(({ isGreeted }) => !isGreeted) ?? oldest;
    if (one === undefined) return;
    this.#channels.delete(one);
    one.close();
  }

  /** Forgets a connection that has proved itself or has ended. */
  delete(channel: Channel): void {
    this.#channels.delete(channel);
  }

  /** Closes the connections that have not proved themselves in time. */
  tick(): void {
    for (const channel of this.#channels) channel.tick();
  }

  /** Closes all of them. */
  close(): void {
    for (const channel of this.#channels) channel.close();
    this.#channels.clear();
  }
}
