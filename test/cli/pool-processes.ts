/** A pool of real processes, for tests: its hosts, and what its verbs say. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { PoolFolder } from '../../cli/pool/pool-folder.ts';
import type { PoolView, VmRecord } from '../../vmm/pool/records.ts';
import { fixture, type Result } from './kit.ts';
import { freeAddress, Running } from './running.ts';

export class Pool {
  readonly hosts = new Map<string, Running>();
  readonly #name: string;
  readonly #folder: PoolFolder;
  readonly #environment: NodeJS.ProcessEnv;

  /** `name`: as --pool has it; `state`: where hosts store what is theirs. */
  constructor(name: string, state: string) {
    this.#name = name;
    this.#folder = new PoolFolder(name, true);
    this.#environment = { ...process.env, RINGLAB_STATE: state, NO_COLOR: '1' };
  }

  view(): Promise<PoolView> {
    return this.#folder.view();
  }

  /** Starts a host; returns its address. `name`: how it finds the pool. */
  async start(name = this.#name): Promise<string> {
    const at = await freeAddress();
    const options = ['--capacity', '64M', '--engine', 'interpreter', '--pool', name];
    const host = new Running(['host', '--listen', at, ...options], this.#environment);
    this.hosts.set(at, host);
    await host.says('a host on');
    return at;
  }

  run(...args: string[]): Promise<Result> {
    return new Running(args, { ...this.#environment, RINGLAB_POOL: this.#name }).ended;
  }

  async create(name: string, ...options: string[]): Promise<void> {
    const { status, stderr } = await this.run(
      'vm',
      'create',
      fixture('ticker.s'),
      '--name',
      name,
      '--memory',
      '1M',
      ...options,
    );
    expect([status, stderr]).toEqual([0, '']);
  }

  async vm(name: string): Promise<VmRecord> {
    return (await this.view()).vm.get(name)?.data as VmRecord;
  }

  /** Waits until the store says so. */
  async until(holds: (view: PoolView) => boolean): Promise<void> {
    while (!holds(await this.view())) await pause(100);
  }

  async becomes(name: string, state: string): Promise<void> {
    await this.until((view) => view.vm.get(name)?.data.state === state);
  }

  /** The numbers that a machine has printed so far. */
  async numbers(name: string): Promise<readonly number[]> {
    return this.#numbersOn(name, (await this.vm(name)).host as string);
  }

  async #numbersOn(name: string, host: string): Promise<readonly number[]> {
    const { stdout } = await this.run('console', name, '--from', host);
    return stdout.split('\n').slice(0, -1).map(Number);
  }

  /** How many numbers a machine has printed on a host, whatever the store says. */
  async countOn(name: string, host: string): Promise<number> {
    return (await this.#numbersOn(name, host)).length;
  }

  /** Waits until it has printed so many numbers, and holds that none is missing and none is twice. */
  async counts(name: string, least: number): Promise<number> {
    for (;;) {
      const numbers = await this.numbers(name);
      expect(numbers).toEqual(numbers.map((_, n) => n + 1));
      if (numbers.length > least) return numbers.length;
    }
  }
}
