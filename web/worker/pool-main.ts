/** The script of the pool's worker, which a page starts only when the Pool view is opened. */
import { poolHandlers } from './pool.ts';
import { serveJobs } from './serve.ts';

// It needs no library.
serveJobs({ files: () => null, ...poolHandlers });
