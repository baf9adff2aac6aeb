/**
 * What is wrong with a pool, as far as its store shows: what never may be, whatever was killed and when; and what waits for
 * a person.
 */
import type { PoolView } from './records.ts';
import { rackOf, usedMemory } from './place.ts';
import { stateRow } from './states.ts';
import { overlaps } from './usage.ts';

export interface PoolFinding {
  /** wrong: never to be so; waits: somebody has to do something. */
  readonly kind: 'wrong' | 'waits';
  /** The machine or the host. */
  readonly about: string;
  readonly what: string;
}

/** Milliseconds by which a deadline is exceeded before that is wrong: its host looks at it in turns. */
const graceMs = 30_000;

/** `now`: milliseconds since 1970. */
export function checkPool(view: PoolView, now: number): readonly PoolFinding[] {
  const found: PoolFinding[] = [];
  const wrong = (about: string, what: string) => found.push({ kind: 'wrong', about, what });
  const waits = (about: string, what: string) => found.push({ kind: 'waits', about, what });
  for (const [name, { data: vm }] of view.vm) {
    const { host, deadlineMs } = stateRow(vm.state);
    if (!view.want.has(name)) wrong(name, 'nobody wants it: its want is missing');
    if (host === 'always' && vm.host === null) wrong(name, `is ${vm.state} on no host`);
    if (host === 'never' && vm.host !== null) wrong(name, `is ${vm.state}, and ${vm.host} has it`);
    if (deadlineMs !== null && now - vm.since > deadlineMs + graceMs && view.host.has(vm.host ?? ''))
      wrong(
        name,
        `is ${vm.state} for ${Math.round((now - vm.since) / 1000)} s, of ${deadlineMs / 1000} at most`,
      );
    if (vm.state === 'UNKNOWN' || vm.state === 'FAILED') waits(name, `is ${vm.state}: ${vm.reason}`);
    if (vm.state === 'PENDING' && vm.reason !== '') waits(name, `fits nowhere: ${vm.reason.split('\n')[0]}`);
  }
  for (const name of view.want.keys()) if (!view.vm.has(name)) wrong(name, 'is wanted, and has no record');
  for (const [name, { data: move }] of view.move)
    if (!view.vm.has(name)) wrong(name, `is to move to ${move.to}, and is not there`);
  for (const overlap of overlaps(view)) found.push({ kind: 'wrong', about: 'usage', what: overlap });
  checkHosts(view, wrong, waits);
  return found;
}

type Tell = (about: string, what: string) => void;

function checkHosts(view: PoolView, wrong: Tell, waits: Tell): void {
  for (const host of rackOf(view).values()) {
    const [used, all] = [usedMemory(host), host.record.memory];
    if (used > all)
      wrong(host.address, `has machines of ${used / 2 ** 20} MiB, and ${all / 2 ** 20} for them`);
    if (host.node.condemned === host.record.instance) wrong(host.address, 'is there, and is being fenced');
  }
  for (const [address, { data: node }] of view.node) {
    if (view.host.has(address) || node.fenced === node.instance) continue;
    const machines = [...view.vm.values()].filter(({ data }) => data.host === address).length;
    if (machines > 0)
      waits(
        address,
        `is lost with ${machines} machines; if it never runs again: pool fence ${address} --confirm`,
      );
  }
  if (view.manager === undefined && view.host.size > 0) waits('manager', 'no host is the manager now');
  if (view.host.size === 0) waits('hosts', 'no host is there');
}
