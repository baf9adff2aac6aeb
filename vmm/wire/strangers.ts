/**
 * Connections whose other side has not proved yet that it knows the key. There are only so many at once: when one more
 * comes, one has to go. Who knows the key greets and proves it at once, so the first to go is the oldest that has said
 * nothing, and after those the oldest.
 */
import type { Channel } from './channel.ts';

/** Most strangers at once: more than the system hands over in one go, so that a friend among them is heard first. */
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

  /** It is no stranger any more, or is gone. */
  delete(channel: Channel): void {
    this.#channels.delete(channel);
  }

  /** Closes those that have not proved themselves in time. */
  tick(): void {
    for (const channel of this.#channels) channel.tick();
  }

  /** Closes all of them. */
  close(): void {
    for (const channel of this.#channels) channel.close();
    this.#channels.clear();
  }
}
