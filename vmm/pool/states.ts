/**
 * The life cycle of a pool's machine, as one table. The manager and the agents make no other change of state (`canMove`);
 * the README prints the table, and `vm show --why` reads its last two columns.
 *
 * Names are OpenNebula's where it has one.
 */

export const vmStates = [
  'PENDING',
  'PROLOG',
  'BOOT',
  'RUNNING',
  'HELD',
  'MIGRATE',
  'SAVE',
  'STOPPED',
  'OFF',
  'EPILOG',
  'UNKNOWN',
  'FAILED',
  'DONE',
] as const;

export type VmState = (typeof vmStates)[number];

/** A change of state: to which state, on what, and by whom. */
export interface StateChange {
  readonly to: VmState;
  readonly on: string;
  readonly by: 'agent' | 'manager';
}

export interface StateRow {
  readonly state: VmState;
  /** What a machine in this state does, in a sentence. */
  readonly means: string;
  /** always: a host has it; never: none has; either: a host may have it. */
  readonly host: 'always' | 'never' | 'either';
  /** Milliseconds after which the state is left, by a change whose `on` says so; null = it may last. */
  readonly deadlineMs: number | null;
  readonly changes: readonly StateChange[];
  /** What its user can do, in a sentence. */
  readonly advice: string;
}

const lost = { to: 'UNKNOWN', on: "its host's lease has ended", by: 'manager' } as const;

export const stateTable: readonly StateRow[] = [
  {
    state: 'PENDING',
    means: 'waits for a host that has room for it',
    host: 'never',
    deadlineMs: null,
    changes: [
      { to: 'PROLOG', on: 'a host fits', by: 'manager' },
      { to: 'STOPPED', on: 'it is to be stopped, or runs on demand', by: 'manager' },
      { to: 'DONE', on: 'it is to be released', by: 'manager' },
    ],
    advice: 'add a host, make room on one, or ask for less; `vm show --why` has a line for each host',
  },
  {
    state: 'PROLOG',
    means: 'its host prepares what it starts from',
    host: 'always',
    deadlineMs: 60_000,
    changes: [
      { to: 'BOOT', on: 'everything is there', by: 'agent' },
      { to: 'PENDING', on: 'an error, or the deadline: that host is left out', by: 'agent' },
      { to: 'FAILED', on: 'the third error', by: 'agent' },
      lost,
    ],
    advice: 'wait',
  },
  {
    state: 'BOOT',
    means: 'its host starts it',
    host: 'always',
    deadlineMs: 60_000,
    changes: [
      { to: 'RUNNING', on: 'it runs', by: 'agent' },
      { to: 'PENDING', on: 'an error, or the deadline: that host is left out', by: 'agent' },
      { to: 'FAILED', on: 'the third error', by: 'agent' },
      lost,
    ],
    advice: 'wait',
  },
  {
    state: 'RUNNING',
    means: 'runs',
    host: 'always',
    deadlineMs: null,
    changes: [
      { to: 'HELD', on: 'it is to be held', by: 'agent' },
      { to: 'MIGRATE', on: 'it is to move', by: 'agent' },
      { to: 'SAVE', on: 'it is to be stopped, or had nothing to do', by: 'agent' },
      { to: 'OFF', on: 'it powered itself off', by: 'agent' },
      { to: 'EPILOG', on: 'it is to be released', by: 'agent' },
      { to: 'BOOT', on: 'it powered itself off, and is to be restarted; or it is not there', by: 'agent' },
      lost,
    ],
    advice: 'nothing',
  },
  {
    state: 'HELD',
    means: 'stands still in the memory of its host',
    host: 'always',
    deadlineMs: null,
    changes: [
      { to: 'RUNNING', on: 'it is to run', by: 'agent' },
      { to: 'MIGRATE', on: 'it is to move', by: 'agent' },
      { to: 'SAVE', on: 'it is to be stopped', by: 'agent' },
      { to: 'EPILOG', on: 'it is to be released', by: 'agent' },
      { to: 'BOOT', on: 'it is not there', by: 'agent' },
      lost,
    ],
    advice: '`vm start` has it go on',
  },
  {
    state: 'MIGRATE',
    means: 'moves to another host, and runs meanwhile',
    host: 'always',
    deadlineMs: 600_000,
    changes: [
      { to: 'RUNNING', on: 'decided: on the other host; failed, or the deadline: here', by: 'agent' },
      { to: 'HELD', on: 'the same of a machine that was held', by: 'agent' },
      lost,
    ],
    advice: 'wait',
  },
  {
    state: 'SAVE',
    means: 'stands still while its host saves it',
    host: 'always',
    deadlineMs: 120_000,
    changes: [
      { to: 'STOPPED', on: 'its state is in the pool', by: 'agent' },
      { to: 'RUNNING', on: 'an error, or the deadline', by: 'agent' },
      lost,
    ],
    advice: 'wait',
  },
  {
    state: 'STOPPED',
    means: 'is saved in the pool, and takes no room on a host',
    host: 'never',
    deadlineMs: null,
    changes: [
      { to: 'PENDING', on: 'it is to run; on demand: it is started, or its time has come', by: 'manager' },
      { to: 'DONE', on: 'it is to be released', by: 'manager' },
    ],
    advice: '`vm start` has it go on where it was',
  },
  {
    state: 'OFF',
    means: 'has powered itself off, or was lost with its host while it had no high availability',
    host: 'either',
    deadlineMs: null,
    changes: [
      { to: 'BOOT', on: 'it is started again, and a host has it', by: 'agent' },
      { to: 'EPILOG', on: 'it is to be released, and a host has it', by: 'agent' },
      { to: 'PENDING', on: 'it is started again, and no host has it', by: 'manager' },
      { to: 'DONE', on: 'it is to be released, and no host has it', by: 'manager' },
      lost,
    ],
    advice: '`vm start` starts it anew from its image; `vm release` ends it',
  },
  {
    state: 'EPILOG',
    means: 'is being removed from its host',
    host: 'always',
    deadlineMs: 60_000,
    changes: [
      { to: 'DONE', on: 'its place is free', by: 'agent' },
      { to: 'FAILED', on: 'an error, or the deadline', by: 'agent' },
      lost,
    ],
    advice: 'wait',
  },
  {
    state: 'UNKNOWN',
    means: 'may run or not: nothing was heard of its host in time',
    host: 'always',
    deadlineMs: null,
    changes: [
      ...(['PROLOG', 'BOOT', 'RUNNING', 'HELD', 'MIGRATE', 'SAVE', 'EPILOG'] as const).map(
        (to) => ({ to, on: 'the same life of its host is back: its state before', by: 'manager' }) as const,
      ),
      {
        to: 'OFF',
        on: 'its host is fenced, and it is not highly available or was off; or as above',
        by: 'manager',
      },
      { to: 'PENDING', on: 'its host is fenced', by: 'manager' },
      { to: 'FAILED', on: 'its host is fenced, and it had failed; or as above', by: 'manager' },
      { to: 'DONE', on: 'its host is fenced: it was to be released', by: 'manager' },
    ],
    advice:
      'start its host again; or, if you are certain that it will never run again, `pool fence HOST --confirm`',
  },
  {
    state: 'FAILED',
    means: 'could not be started, or not be removed',
    host: 'either',
    deadlineMs: null,
    changes: [
      { to: 'PENDING', on: '`vm retry`, and no host has it', by: 'manager' },
      { to: 'EPILOG', on: '`vm retry` or `vm release`, and a host has it', by: 'agent' },
      { to: 'DONE', on: '`vm release`, and no host has it', by: 'manager' },
      lost,
    ],
    advice: 'see the reason; `vm retry` tries again, `vm release` ends it',
  },
  {
    state: 'DONE',
    means: 'is over; what it used stays on record',
    host: 'never',
    deadlineMs: null,
    changes: [],
    advice: 'nothing',
  },
];

const rows = new Map(stateTable.map((row) => [row.state, row]));

export function stateRow(state: VmState): StateRow {
  return rows.get(state) as StateRow;
}

/** Whether the table has that change for that side. */
export function canMove(from: VmState, to: VmState, by: StateChange['by']): boolean {
  return stateRow(from).changes.some((change) => change.to === to && change.by === by);
}

/** The page with the table as it is now between its `<!-- states -->` marks. */
export function withStates(page: string): string {
  const [begin, end] = ['<!-- states -->\n', '<!-- end of states -->'];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('the page has no marks for the table of states');
  return `${page.slice(0, from + begin.length)}\n${formatStates()}\n${page.slice(to)}`;
}

function formatStates(): string {
  const head = ['state', 'the machine', 'goes to', 'when', 'made by'];
  const lines = stateTable.flatMap(({ state, means, deadlineMs, changes }) => {
    const deadline = deadlineMs === null ? '' : ` (at most ${deadlineMs / 1000} s)`;
    const [first, ...others] = changes.length > 0 ? changes : [{ to: '', on: '', by: '' }];
    const cells = (change: { to: string; on: string; by: string } | undefined) =>
      [change?.to ?? '', change?.on ?? '', change?.by ?? ''] as const;
    return [
      [state, `${means}${deadline}`, ...cells(first)],
      ...others.map((change) => ['', '', ...cells(change)]),
    ];
  });
  const widths = head.map((_, n) => Math.max(...[head, ...lines].map((line) => (line[n] as string).length)));
  const format = (line: readonly string[]) =>
    `| ${line.map((cell, n) => cell.padEnd(widths[n] as number)).join(' | ')} |\n`;
  return [format(head), format(widths.map((width) => '-'.repeat(width))), ...lines.map(format)].join('');
}
