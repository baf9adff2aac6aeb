/** What each exit status means, wherever it is told: in the help, the man pages and README.md. The numbers: failure.ts. */

/** Statuses that have the same meaning under every verb. */
export const STATUS_MEANING = {
  '0': 'done, and every check passed',
  '1': 'a check failed',
  '2': 'usage',
  '65': 'bad input: assembly errors, an ELF file for another machine, a damaged file',
  '69': 'a peer or host cannot be reached, or an address cannot be listened at',
  '70': 'a bug in ringlab; the message says how to report it',
  '124': 'a limit was reached (`--max-steps`)',
  '125':
    'the guest stopped by an unhandled trap or a call that cannot be done, or waits for something that cannot come',
  '128 + n':
    'signal n killed the process: 132 illegal instruction, 133 `ebreak`, 135 misaligned jump, 139 memory fault',
  '130': 'Ctrl-C; verbs that run until Ctrl-C (`host`, `switch`, `record`) give 0',
  '141': 'nobody reads the output any more, as in `… | head`',
} as const satisfies Readonly<Record<string, string>>;

export type Status = keyof typeof STATUS_MEANING;
