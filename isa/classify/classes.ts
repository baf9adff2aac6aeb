/** The classes of sensitive instructions. definitions.ts defines them in words. */
/** The classes that a witness can prove. */
export const classes = ['control', 'mode', 'location', 'state', 'user', 'supervisor'] as const;
export type Class = (typeof classes)[number];
