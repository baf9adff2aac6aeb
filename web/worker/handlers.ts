/** Everything that can be asked of the worker. */
import type { Handlers, Requests } from './protocol.ts';
import { sessionHandlers } from './session-handlers.ts';
import { tourHandlers } from './tour-handlers.ts';

export const handlers: Handlers<Requests> = {
  files: (files, desk) => {
    desk.files = files;
    return null;
  },
  ...sessionHandlers,
  ...tourHandlers,
};
