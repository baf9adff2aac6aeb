/** The worker's script. */
import { handlers } from './handlers.ts';
import { serveJobs } from './serve.ts';

serveJobs(handlers);
