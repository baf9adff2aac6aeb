/** What the target does: README.md has this table in print. A message that is in no row for the stage is a protocol error. */
import type { TransitionRow } from './stage-machine.ts';

export const targetTable = [
  { in: ['reservation'], on: ['source reached'], when: 'the source waits', do: 'send FETCH' },
  { in: ['reservation'], on: ['source not reached'], when: 'the source waits', do: 'send RESERVED' },
  { in: ['reservation'], on: ['PAGES'], next: 'pre-copy', after: 'put the units in place' },
  { in: ['pre-copy'], on: ['PAGES'], do: 'put the units in place' },
  { in: ['pre-copy'], on: ['ROUND_END'], do: 'save the units, then send RECEIVED' },
  { in: ['reservation', 'pre-copy'], on: ['STOPPED'], next: 'stop-and-copy' },
  { in: ['pre-copy', 'stop-and-copy'], on: ['CONSOLE'], when: 'before END', do: 'store what it printed' },
  { in: ['stop-and-copy'], on: ['PAGES'], when: 'before END', do: 'put the units in place' },
  { in: ['stop-and-copy'], on: ['STATE'], when: 'before END', do: 'collect the state' },
  { in: ['stop-and-copy'], on: ['END'], when: 'before END', do: 'check the image, save it' },
  {
    in: ['stop-and-copy'],
    on: ['image saved'],
    do: 'write "prepared", send PREPARED',
    next: 'commitment',
  },
  {
    in: ['commitment'],
    on: ['COMMIT', 'RESUME on a new connection'],
    do: 'write "owned", run the guest',
    next: 'activation',
    after: 'send ACTIVATED',
  },
  {
    in: ['commitment'],
    on: ['the pool gave it'],
    do: 'write "owned", run the guest',
    next: 'activation',
    after: 'send ACTIVATED',
  },
  { in: ['commitment'], on: ['source kept the guest'], do: 'note the reason', next: 'failed' },
  { in: ['activation'], on: ['RESUME on a new connection'], do: 'send ACTIVATED' },
  { in: ['activation'], on: ['PAGES'], when: 'units are missing', do: 'put the missing units in place' },
  { in: ['commitment', 'activation'], on: ['connection lost'], do: 'forget what was asked for' },
  {
    in: ['reservation', 'pre-copy', 'stop-and-copy', 'commitment'],
    on: ['ABORT'],
    do: 'note why the source gave up',
    next: 'failed',
  },
  {
    in: ['reservation', 'pre-copy', 'stop-and-copy'],
    on: ['connection lost'],
    do: 'note the reason',
    next: 'failed',
  },
  { in: ['reservation', 'pre-copy', 'stop-and-copy'], on: ['cancelled'], do: 'send ABORT', next: 'failed' },
] as const satisfies readonly TransitionRow[];
