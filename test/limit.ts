/**
 * Milliseconds after which a test or a hook is given up: the only limit there is. What a test waits for is
 * an event, which comes when it comes; this is for what never comes. It is long, for machines are busy.
 */
export const limit = 300_000;
