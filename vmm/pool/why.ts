/** What a machine does, what it waits for, and what its user can do: for each state, from the table of states and the store. */
import { explain, needOf, rackOf } from './place.ts';
import type { PoolView, VmRecord, WantRecord } from './records.ts';
import { stateRow } from './states.ts';

/** Lines of text. `now`: milliseconds since 1970. */
export function explainVm(
  view: PoolView,
  name: string,
  vm: VmRecord,
  want: WantRecord,
  now: number,
): readonly string[] {
  const { means, advice } = stateRow(vm.state);
  const on = vm.host === null ? '' : `, on ${vm.host}`;
  const lines = [`${name} is ${vm.state}${on}: it ${means}`];
  if (vm.reason !== '' && vm.state !== 'PENDING') lines.push(`reason: ${vm.reason}`);
  lines.push(...waitsFor(view, name, vm, want, now));
  const error = vm.tries > 0 ? vm.history.findLast((line) => line.reason !== '')?.reason : undefined;
  if (error !== undefined && error !== vm.reason) lines.push(`last error: ${error}`);
  const host = vm.host ?? 'HOST';
  if (advice !== 'nothing')
    lines.push(`what to do: ${advice.replace('pool fence HOST', `pool fence ${host}`)}`);
  return lines;
}

/** Whose turn it is, and until when. */
function waitsFor(
  view: PoolView,
  name: string,
  vm: VmRecord,
  want: WantRecord,
  now: number,
): readonly string[] {
  const { deadlineMs } = stateRow(vm.state);
  const lines: string[] = [];
  const move = view.move.get(name)?.data;
  if (vm.state === 'PENDING') lines.push(explain(rackOf(view), needOf(name, want, vm)));
  else if (vm.state === 'UNKNOWN') lines.push(...lost(view, vm));
  else if (vm.host !== null && !view.host.has(vm.host))
    lines.push(`nothing was heard of ${vm.host} in time: the manager is about to look whether it is over`);
  if (move !== undefined && vm.state === 'MIGRATE') lines.push(`it goes to ${move.to}: ${move.why}`);
  else if (move !== undefined) lines.push(`it is to move to ${move.to}: ${move.why}`);
  if (deadlineMs !== null) {
    const left = Math.ceil((vm.since + deadlineMs - now) / 1000);
    lines.push(left > 0 ? `its host has ${left} s left for that` : 'its host is late: it goes back soon');
  }
  const wanted = unfulfilled(vm, want);
  if (wanted !== undefined) lines.push(wanted);
  if (want.until !== null && vm.state !== 'DONE') lines.push(leaseText(want, now));
  if (view.manager === undefined && byManager(vm))
    lines.push(
      view.host.size === 0
        ? 'no host is there to do anything'
        : 'no host is the manager yet: one becomes it in seconds',
    );
  return lines;
}

const byManager = ({ state, host }: VmRecord): boolean =>
  state === 'UNKNOWN' || (host === null && state !== 'DONE');

function lost(view: PoolView, { host, instance, before }: VmRecord): readonly string[] {
  const node = view.node.get(host ?? '')?.data;
  const was = before === null ? [] : [`it was ${before} when ${host} was heard of last`];
  if (node?.fenced === instance)
    return [...was, 'its host is certainly over: it goes on elsewhere in a moment'];
  if (view.host.has(host ?? '')) return [...was, 'its host is back: it is given back in a moment'];
  return [...was, node?.condemned === instance ? 'its host is being fenced' : 'its host is to be fenced'];
}

/** What its user wants and it is not yet. */
function unfulfilled({ state }: VmRecord, { run }: WantRecord): string | undefined {
  const isOn = state === 'RUNNING' || state === 'HELD';
  if (run === 'held' && state === 'RUNNING') return 'it is to be held: its host does that next';
  if (run === 'running' && state === 'HELD') return 'it is to run: its host does that next';
  if (run === 'stopped' && isOn) return 'it is to be stopped: its host saves it next';
  if (run === 'done' && state !== 'DONE') return 'it is to be released';
  return undefined;
}

function leaseText({ until, onEnd }: WantRecord, now: number): string {
  const minutes = Math.ceil(((until ?? 0) - now) / 60_000);
  const then = onEnd === 'done' ? 'released' : 'stopped';
  return minutes > 0
    ? `its lease ends in ${minutes} min: it is ${then} then`
    : `its lease has ended: it is ${then}`;
}
