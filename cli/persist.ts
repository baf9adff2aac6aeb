/** Waits for streams that are not ready. Terminals and pipes can be in that state. */

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Does `act`, again and again while its stream is not ready; undefined when it fails with the code `end`. */
export function persist<T>(act: () => T, end: 'EOF' | 'EPIPE'): T | undefined {
  for (;;) {
    try {
      return act();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === end) return undefined;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}
