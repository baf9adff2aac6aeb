/** Everything that can be asked of the worker. */
import { classifyHandlers } from './classify.ts';
import { memoryHandlers } from './memory.ts';
import { moveHandlers } from './move.ts';
import type { Handlers, Requests } from './protocol.ts';
import { sessionHandlers } from './session-handlers.ts';
import { translationHandlers } from './translation.ts';
import { tourHandlers } from './tour-handlers.ts';

export const handlers: Handlers<Requests> = {
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
