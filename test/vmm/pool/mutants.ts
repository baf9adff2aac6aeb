/** Bugs that a pool could have, each as what it changes in ours, and what catches it. As test/vmm/migration/mutants.ts. */
import type { Change } from '../../property/zoo/mutant.ts';
import { rebuilt } from '../../property/zoo/rebuild.ts';

export interface PoolMutant {
  readonly bug: string;
  /** The fault that catches it, or the random run. */
  readonly by: string | number;
  readonly changes: readonly Change[];
}

const agent = (from: string, to: string): Change => ({ file: 'vmm/pool/agent.ts', from, to });
const manager = (from: string, to: string): Change => ({ file: 'vmm/pool/manager.ts', from, to });
const member = (from: string, to: string): Change => ({ file: 'vmm/pool/membership.ts', from, to });
const fence = (from: string, to: string): Change => ({ file: 'vmm/pool/fence.ts', from, to });

export const poolMutants: readonly PoolMutant[] = [
  {
    bug: 'Machines run on when the lease has ended.',
    by: 'a host is stopped past its lease, and goes on',
    changes: [
      member(
        'return this.#isRegistered && clock() < this.#sentAt + times.ttlMs - times.marginMs;',
        'return true;',
      ),
      fence(
        'return node?.fenced === instance ||',
        'return host === undefined || node?.fenced === instance ||',
      ),
    ],
  },
  {
    bug: 'A renewal that got no answer counts.',
    by: 'a host is cut off from the store for longer than its lease',
    changes: [
      member('if (isAlive === true) this.#sentAt = now;', 'if (isAlive !== false) this.#sentAt = clock();'),
      fence(
        'return node?.fenced === instance ||',
        'return host === undefined || node?.fenced === instance ||',
      ),
    ],
  },
  {
    bug: 'Machines of a host that is gone are free before it is fenced.',
    by: 'a host that nobody can fence is cut off from the store, and comes back',
    changes: [
      fence(
        'return node?.fenced === instance ||',
        'return host === undefined || node?.fenced === instance ||',
      ),
    ],
  },
  {
    bug: 'A fencing that failed counts.',
    by: 'a host that nobody can fence is cut off from the store, and comes back',
    changes: [manager('isCertain ? confirmation(view, host) : undefined', 'confirmation(view, host)')],
  },
  {
    bug: 'A migration is decided although the store did not answer.',
    by: 'the source of a migration is cut off when the target is prepared',
    changes: [
      agent("if (answer === 'unknown') this.#again.push(attempt);", "if (answer === 'unknown') told(true);"),
    ],
  },
  {
    bug: 'A migration whose decision got no answer goes on at the source.',
    by: 'the answer to the decision of a migration is lost',
    changes: [
      agent("if (answer === 'unknown') this.#again.push(attempt);", "if (answer === 'unknown') told(false);"),
    ],
  },
  {
    bug: 'A decision that was refused was not made, even if an earlier attempt was.',
    by: 'the answer to the decision of a migration is lost, and the line is soon good again',
    changes: [
      agent('const isDecided = isMade(now, vm, commit);', 'const isDecided = isMade(undefined, vm, commit);'),
      agent('if (!isDecided && now !== undefined && !this.#isOurs(now))', 'if (now === undefined)'),
    ],
  },
  {
    bug: 'The target of a migration waits for the source, whatever the store says.',
    by: 'the source of a migration is killed after the decision, before the target hears',
    changes: [agent("if (guest.motion === 'coming' && guest.epoch === vm.epoch) guests.take(name);", '')],
  },
  {
    bug: 'What is on a host, and was given to another, is not given up.',
    by: 'a host that nobody can fence, and that is to be empty, is cut off and comes back',
    changes: [
      member('    condemned();\n', ''),
      agent(
        "if (isLate || isElsewhere) this.#drop(name, 'it is not on this host any more');\n      else if (motion",
        'if (motion',
      ),
    ],
  },
  {
    bug: 'What came by a migration that came to nothing is not given up.',
    by: 'a migration that was prepared comes to nothing, and the machine moves there later',
    changes: [
      agent(
        "if (vm.epoch === epoch || clock() - since > strayMs) this.#drop(name, 'its migration came to nothing');",
        '',
      ),
    ],
  },
  {
    bug: 'After the loss of its host a machine goes on from what it was started from.',
    by: 'a host is killed',
    changes: [manager("from: want.ha === 'replay' ? keep : null", 'from: vm.from')],
  },
  {
    bug: 'The manager places machines without counting those that it has just placed.',
    by: 'as many machines as fit are created at once',
    changes: [manager('if (to !== undefined) rack = withGuest(rack, to, tenancy(name, want));', '')],
  },
];

type Trials = typeof import('./trials.ts');

/** The trials over our sources with the mutant's changes in them. Throws when they are stale. */
export function buildTrials(mutant: PoolMutant): Promise<Trials> {
  return rebuilt<Trials>('test/vmm/pool/trials.ts', mutant);
}
