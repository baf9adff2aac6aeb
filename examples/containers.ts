/** Alice and Mallory, two processes (18-alice.s, 18-mallory.s): each in a container of one kernel, or each with a kernel of its own. */
import { type KernelBug, Kernel } from '../vmm/process/containers/kernel.ts';
import { MemoryFiles } from '../vmm/process/files/memory-files.ts';
import type { Workbench } from './workbench.ts';

/** What came of it. */
export interface Meeting {
  /** All that both printed. */
  readonly printed: string;
  /** The exit statuses of Alice and of Mallory. */
  readonly statuses: readonly (number | undefined)[];
}

/** How they live: whether there is one kernel for both, and whether kernels have the mistake. */
export interface Living {
  readonly kernels: 1 | 2;
  readonly bug?: KernelBug;
}

/** Runs both to their ends. */
export function meet(bench: Workbench, { kernels, bug }: Living): Meeting {
  return bench.once(`containers ${kernels} ${bug ?? ''}`, () => {
    const made = Array.from({ length: kernels }, () => {
      const files = new MemoryFiles({ '/alice': {}, '/mallory': {} });
      return new Kernel({ files, bug, engine: 'interpreter' });
    });
    let printed = '';
    const streams = {
      read: () => new Uint8Array(),
      write: (_fd: 1 | 2, bytes: Uint8Array) => {
        printed += new TextDecoder().decode(bytes);
      },
    };
    const members = ['mallory', 'alice'].map((name, n) => {
      const kernel = made[n % kernels] as Kernel;
      const container = kernel.container(name, [{ from: `/${name}`, at: '/', writable: true }]);
      return kernel.start(container, bench.image(`examples/18-${name}.s`), [name], streams);
    });
    for (const kernel of made) kernel.run();
    return {
      printed,
      statuses: members.toReversed().map(({ stop }) => (stop?.kind === 'exit' ? stop.status : undefined)),
    };
  });
}
