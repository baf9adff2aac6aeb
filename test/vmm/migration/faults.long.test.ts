/** The fault matrix: each stage, each side, each fault. One owner at every moment, nothing lost, nothing repeated. */
import { describe, expect, it } from 'vitest';
import { stageNames } from '../../../vmm/migration/stages.ts';
import { busy } from './busy.ts';
import { faults, type Outcome, runDeath, runFullDisk, runTrial, storageErrors } from './faults.ts';

const sides = ['source', 'target'] as const;

/** Stages that a policy has not. */
const without: Readonly<Record<string, string>> = { 'post-copy': 'pre-copy', cold: 'pre-copy' };

/** The matrix as a table of 80 columns. */
function matrix(policy: string): { table: string; problems: string[] } {
  const problems: string[] = [];
  const stages = stageNames.filter((stage) => stage !== without[policy]);
  const rows = stages.flatMap((stage) =>
    sides.map((side) => {
      const cells = faults.map((fault): Outcome | 'WRONG' => {
        try {
          return runTrial({ guest: busy, stage, side, fault, policy, byte: 9 });
        } catch (error) {
          problems.push(`${policy}: ${fault} at ${stage} on the ${side}: ${(error as Error).message}`);
          return 'WRONG';
        }
      });
      return line(stage, side, cells);
    }),
  );
  return { table: [line(policy, 'side', faults), ...rows].join('\n'), problems };
}

function line(first: string, second: string, cells: readonly string[]): string {
  return `${first.padEnd(14)}${second.padEnd(7)}${cells.map((cell) => cell.padEnd(8)).join('')}`.trimEnd();
}

describe('Whatever happens at whatever stage on either side', () => {
  it.each(['pre-copy', 'post-copy', 'with storage', 'cold'])(
    'exactly one host owns the guest, which goes on as if nothing had happened: %s',
    (policy) => {
      const { table, problems } = matrix(policy);
      process.stdout.write(`\n${table}\n`);
      expect(problems).toEqual([]);
    },
  );
});

describe('A host that dies before any one of its writes', () => {
  it.each(['pre-copy', 'post-copy', 'with storage'])(
    'loses nothing, and nobody gains by it: %s',
    (policy) => {
      for (const side of sides) {
        const seen = new Set<Outcome | undefined>();
        for (let n = 1; !seen.has(undefined); n++) {
          try {
            seen.add(runDeath(busy, side, n, policy));
          } catch (error) {
            throw new Error(`the ${side} dies before write ${n}: ${(error as Error).message}`, {
              cause: error,
            });
          }
        }
        expect([...seen]).toEqual(['stayed', 'moved', undefined]);
      }
    },
  );
});

describe('A host on which something cannot be stored', () => {
  it.each(sides.flatMap((side) => (['pre-copy', 'post-copy'] as const).map((policy) => ({ side, policy }))))(
    'keeps the migration from happening, or lets it happen, and loses nothing when it is killed after that: $side, $policy',
    (given) => {
      const seen = new Set<Outcome | undefined>();
      for (let n = 1; !seen.has(undefined); n++) {
        const code = storageErrors[n % storageErrors.length] ?? 'EIO';
        for (const times of [1, 3]) seen.add(runFullDisk(busy, { ...given, n, times, code }));
      }
      expect(seen).toContain(given.policy === 'pre-copy' ? 'stayed' : 'moved');
    },
  );
});
