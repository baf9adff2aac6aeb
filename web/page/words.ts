/** How words of the machine are written on the page. */

/** Eight digits. */
export function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** A number with its digits in groups of three. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

const ringNames = ['kernel', '', '', 'user'];

/** `0 kernel`. */
export function ringText(ring: number): string {
  return `${ring} ${ringNames[ring] ?? ''}`.trim();
}

/** The monitors, as a reader chooses them. */
export const monitors = [
  { id: 'trap-and-emulate', title: 'Trap and emulate' },
  { id: 'hybrid', title: 'Hybrid' },
  { id: 'interpret', title: 'Interpret' },
  { id: 'binary-translation', title: 'Binary translation' },
] as const;

/** A monitor's title. */
export function monitorTitle(id: string): string {
  return monitors.find((monitor) => monitor.id === id)?.title ?? id;
}
