/** A change of a machine's state, as the store takes it: the record, its history, and what was used until then. */
import { json, type UsageRecord, type VmRecord, type WantRecord } from './records.ts';
import { canMove, type StateChange, stateRow, type VmState } from './states.ts';
import type { KeyChange } from './store.ts';

/** Lines of history that are stored. */
const mostHistory = 32;

/** What a record's next one is made of. */
export interface NextState extends Partial<VmRecord> {
  readonly state: VmState;
}

interface ChangeOptions {
  readonly name: string;
  readonly vm: VmRecord;
  /** undefined = its user's record is gone. */
  readonly want: WantRecord | undefined;
  readonly next: NextState;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: StateChange['by'];
  /** Instructions that it has executed; null = nobody knows. */
  readonly steps?: number | null;
}

/** The changes of keys that make `next` of a machine. Throws when the table of states has no such change. */
export function changeVm({ name, vm, want, next, at, by, steps = null }: ChangeOptions): KeyChange[] {
  if (!canMove(vm.state, next.state, by))
    throw new Error(`${name}: the ${by} makes no ${next.state} of ${vm.state}`);
  const rule = stateRow(next.state).host;
  const host = next.host === undefined ? vm.host : next.host;
  if ((rule === 'always') === (host === null) && rule !== 'either')
    throw new Error(`${name}: ${next.state} ${host === null ? 'needs a host' : 'has no host'}`);
  const reason = (next.reason ?? '').slice(0, 600);
  // A clock that was set back makes no interval that ends before it begins.
  const since = Math.max(at, vm.since + 1);
  const made: VmRecord = {
    ...vm,
    ...next,
    reason,
    since,
    history: [...vm.history, { at: since, state: next.state, host, reason }].slice(-mostHistory),
  };
  const used: UsageRecord = {
    v: 1,
    tenant: want?.tenant ?? '',
    host: vm.host,
    state: vm.state,
    from: vm.since,
    to: since,
    memory: want?.memory ?? 0,
    steps,
  };
  const changes: KeyChange[] = [{ key: `vm/${name}`, value: json(made) }];
  if (vm.host !== null) changes.push({ key: `usage/${name}/${vm.since}`, value: json(used) });
  return changes;
}
