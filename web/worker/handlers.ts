/** Everything that can be asked of the worker; what is about a pool is asked of the pool's own (pool-main.ts). */
import { classifyHandlers } from './classify.ts';
import { memoryHandlers } from './memory.ts';
import { moveHandlers } from './move.ts';
import type { Handlers, Requests } from './protocol.ts';
import type { PoolRequests } from './pool.ts';
import { sessionHandlers } from './session-handlers.ts';
import { translationHandlers } from './translation.ts';
import { tourHandlers } from './tour-handlers.ts';

export const handlers: Handlers<Omit<Requests, keyof PoolRequests>> = {
  files: (files, desk) => {
    desk.files = files;
    return null;
  },
  ...sessionHandlers,
  ...translationHandlers,
  ...memoryHandlers,
  ...classifyHandlers,
  ...moveHandlers,
  ...tourHandlers,
};
