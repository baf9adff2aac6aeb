/** The classes of sensitive instructions; definitions.ts has them in words. */
/** What a row can be a member of, by a witness. */
export const classes = ['control', 'mode', 'location', 'state', 'user', 'supervisor'] as const;
export type Class = (typeof classes)[number];
