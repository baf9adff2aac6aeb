/** A capture of frames, for Wireshark and tcpdump, in a file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { capturedFrame, captureHeader } from '../vmm/network/pcap.ts';
import type { Passing } from '../vmm/network/switch.ts';
import { badInput, systemReason } from './failure.ts';

export class Capture {
  readonly #path: string;
  readonly #file: number;

  /** Replaces the file. Throws a Failure. */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#attempt(() => openSync(path, 'w'));
    this.#write(captureHeader());
  }

  /** Adds a frame, `at` microseconds after the beginning. Throws a Failure. */
  add(at: number, { frame, vlan }: Passing): void {
    this.#write(capturedFrame(at, frame, vlan));
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(bytes: Uint8Array): void {
    this.#attempt(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    });
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw badInput(`${this.#path}: cannot be written: ${systemReason(error)}`);
    }
  }
}
