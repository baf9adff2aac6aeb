/** The machine that measures. */
import { cpus, release, type } from 'node:os';

export interface Host {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly system: string;
}

export function describeHost(): Host {
  const all = cpus();
  const cpu = all[0]?.model.trim() || 'unknown processor';
  return { cpu, cores: all.length, node: process.versions.node, system: `${type()} ${release()}` };
}
