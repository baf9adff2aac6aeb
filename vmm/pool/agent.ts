/**
 * A host's agent: does what the store says of this host's machines, and writes there what became of it. Every write has
 * two conditions: this host's lease holds, and the machine's record is as it was read. It is given turns, and never
 * waits; it reads the whole pool now and then, and acts on what it read.
 */
import { changeVm, type NextState } from './change.ts';
import { Membership, type MembershipOptions } from './membership.ts';
import { type MoveRecord, PoolView, viewOf, type VmRecord, type WantRecord } from './records.ts';
import { stateRow } from './states.ts';
import type { Commit, KeyChange } from './store.ts';

/** A machine of the pool that is on this host. */
export interface LocalGuest {
  readonly epoch: number;
  readonly isHeld: boolean;
  /** How it has ended, in words; undefined = it has not. */
  readonly end: string | undefined;
  /** coming: it is here and not ours yet; going: it is to leave; gone: it was handed over, and the other host may not know yet. */
  readonly motion: 'none' | 'coming' | 'going' | 'gone';
  readonly steps: number;
  /** Milliseconds for which it has had nothing to do; without it, it has. */
  readonly idle?: number;
}

/** Tells that something is done, or why not. */
export type Done = (error?: string) => void;

/** What an agent has its host do with machines. */
export interface LocalGuests {
  /** The machines that are here, by name. */
  here(): ReadonlyMap<string, LocalGuest>;
  /**
   * Stores here what the machine goes on from (`vm.from`), or its image, so that it could go on from here after a death.
   * Doing it again is harmless.
   */
  prepare(name: string, want: WantRecord, vm: VmRecord, done: Done): void;
  /** Has it run here, from what was prepared. Doing it again is harmless. */
  boot(name: string, want: WantRecord, vm: VmRecord, done: Done): void;
  hold(name: string, isHeld: boolean): void;
  /** Saves its state in the pool, as of that epoch; it stands still from then on. */
  save(name: string, epoch: number, done: Done): void;
  /** Sends it to another host, and has `Agent.decide` decide; `done` says why it could not go. */
  migrate(name: string, move: MoveRecord, done: Done): void;
  /** Calls a migration off, if that is still possible. */
  cancel(name: string): void;
  /** The store has given this host the machine that is coming: it runs here from now on. */
  take(name: string): void;
  /** Forgets it, without another word to the outside world. */
  drop(name: string): void;
}

export interface AgentOptions extends Omit<MembershipOptions, 'condemned'> {
  readonly guests: LocalGuests;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  /** Milliseconds between two looks at the store. */
  readonly readMs?: number;
  /** Something that whoever runs this host should know. */
  readonly note?: (text: string) => void;
}

/** Milliseconds between two looks at a store that changes all the time. */
const hurriedMs = 100;

/** Errors after which a machine has failed. */
const mostTries = 3;

/** Milliseconds after which a machine that should be here, and is not, is started from what is stored of it. */
const missingMs = 15_000;

/** Milliseconds for which a machine may be here of which the store does not know why: what was read may be old. */
const strayMs = 5000;

/** What is being done for a machine, in one state of one epoch. */
interface Task {
  readonly state: VmRecord['state'];
  readonly epoch: number;
  readonly since: number;
  readonly begunAt: number;
  /** null = it went well; otherwise why not; undefined = it is under way. */
  outcome: string | null | undefined;
}

export class Agent {
  readonly member: Membership;
  /** The pool as it was read last. */
  view: PoolView = new PoolView(new Map());
  readonly #options: AgentOptions;
  readonly #tasks = new Map<string, Task>();
  /** Machines of which a change is on its way to the store. */
  readonly #writing = new Set<string>();
  /** Machines whose migration is being decided. */
  readonly #deciding = new Set<string>();
  /** Machines that have come here, and that the store does not have come here: since when. */
  readonly #strays = new Map<string, number>();
  /** Commits whose answers were lost. */
  readonly #again: (() => void)[] = [];
  #isReading = false;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.member = new Membership({ ...options, condemned: () => this.#dropAll('this host was fenced') });
  }

  /** Whether this host's machines may run now. Asked before a turn, and again before what it produced leaves. */
  get mayRun(): boolean {
    return this.member.mayRun;
  }

  /** The store has changed: it is read at the next turn, but not more often than that. */
  look(): void {
    const { clock } = this.#options;
    if (clock() - this.#readAt > hurriedMs) this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Does what can be done now; `acted` is called after each look at the store (the manager's turn). */
  turn(acted: () => void = () => {}): void {
    const { clock, readMs = 500, store } = this.#options;
    for (const attempt of this.#again.splice(0)) attempt();
    const mustRegister = this.member.turn();
    const now = clock();
    if (now - this.#readAt < readMs || (this.#isReading && now - this.#readAt < 10 * readMs)) return;
    this.#isReading = true;
    this.#readAt = now;
    store.read((entries) => {
      // An answer that comes after a later question may be old; every write is conditioned on what was read.
      this.#isReading = false;
      if (entries === undefined) return;
      this.view = viewOf(entries);
      if (mustRegister) this.member.register(this.view);
      this.#act();
      acted();
    });
  }

  /** Whether that record is of a machine that this life of this host has. */
  #isOurs(vm: VmRecord): boolean {
    return vm.host === this.#options.address && vm.instance === this.member.instance;
  }

  #act(): void {
    this.#dropOthers();
    if (!this.mayRun) return;
    for (const [name, { data: vm }] of this.view.vm) if (this.#isOurs(vm)) this.#tend(name, vm);
  }

  /** Machines that are here, and somebody else's by now, are forgotten. A record that is older than they are says nothing. */
  #dropOthers(): void {
    const here = this.#options.guests.here();
    for (const name of this.#strays.keys()) if (!here.has(name)) this.#strays.delete(name);
    for (const [name, { epoch, motion }] of here) {
      const vm = this.view.vm.get(name)?.data;
      if (vm === undefined || this.#deciding.has(name)) continue;
      const isElsewhere = vm.epoch === epoch && !this.#isOurs(vm);
      // What was handed over is the other host's, and stays until that host has all of it, or the machine has gone on.
      const isLate = motion === 'gone' ? vm.epoch > epoch + 1 || vm.host === null : vm.epoch > epoch;
      if (isLate || isElsewhere) this.#drop(name, 'it is not on this host any more');
      else if (motion === 'coming') this.#watch(name, vm, epoch);
    }
  }

  /** A machine that is coming by a migration that has come to nothing is given up. */
  #watch(name: string, vm: VmRecord, epoch: number): void {
    const { clock, address } = this.#options;
    const isComing = vm.state === 'MIGRATE' && this.view.move.get(name)?.data.to === address;
    if (vm.epoch === epoch ? vm.state === 'RUNNING' || vm.state === 'HELD' : isComing) {
      this.#strays.delete(name);
      return;
    }
    const since = this.#strays.get(name) ?? clock();
    this.#strays.set(name, since);
    // It is ours anew: it starts from what the store says.
    if (vm.epoch === epoch || clock() - since > strayMs) this.#drop(name, 'its migration came to nothing');
  }

  #dropAll(why: string): void {
    for (const name of this.#options.guests.here().keys()) this.#drop(name, why);
  }

  #drop(name: string, why: string): void {
    this.#options.guests.drop(name);
    this.#options.note?.(`${name} is given up here: ${why}`);
  }

  // ---- States ----

  #tend(name: string, vm: VmRecord): void {
    if (this.#writing.has(name)) return;
    const want = this.view.want.get(name)?.data;
    const move = this.view.move.get(name)?.data;
    const guest = this.#options.guests.here().get(name);
    if (want === undefined) return;
    switch (vm.state) {
      case 'PROLOG':
        this.#work(name, vm, (done) => this.#options.guests.prepare(name, want, vm, done), {
          ok: { state: 'BOOT' },
          failed: (reason) => this.#retreat(vm, reason),
        });
        return;
      case 'BOOT':
        this.#work(name, vm, (done) => this.#options.guests.boot(name, want, vm, done), {
          ok: { state: 'RUNNING', from: null, tries: 0, exclude: [] },
          failed: (reason) => this.#retreat(vm, reason),
        });
        return;
      case 'RUNNING':
      case 'HELD':
        this.#follow(name, vm, want, move, guest);
        return;
      case 'MIGRATE':
        this.#migrate(name, vm, move, guest);
        return;
      case 'SAVE':
        this.#work(name, vm, (done) => this.#options.guests.save(name, vm.epoch, done), {
          ok: {
            state: 'STOPPED',
            host: null,
            instance: null,
            from: { kind: 'saved', host: null, epoch: vm.epoch },
          },
          failed: (reason) => ({ state: 'RUNNING', reason: `it could not be saved: ${reason}` }),
        });
        return;
      case 'OFF':
        if (want.run === 'done') this.#change(name, vm, { state: 'EPILOG' });
        else if (want.order > vm.order)
          this.#change(name, vm, { state: 'BOOT', order: want.order, from: null });
        return;
      case 'EPILOG':
        this.#options.guests.drop(name);
        this.#change(name, vm, { state: 'DONE', host: null, instance: null });
        return;
      case 'FAILED':
        if (want.run === 'done' || want.order > vm.order)
          this.#change(name, vm, { state: 'EPILOG', order: want.order });
        return;
      case 'PENDING':
      case 'STOPPED':
      case 'UNKNOWN':
      case 'DONE':
    }
  }

  /** What becomes of a machine that could not be started here. */
  #retreat(vm: VmRecord, reason: string): NextState {
    const { address } = this.#options;
    const tries = vm.tries + 1;
    const why = `${address}: ${reason}`;
    const exclude = [...vm.exclude.filter((host) => host !== address), address].slice(-100);
    return {
      state: tries < mostTries ? 'PENDING' : 'FAILED',
      host: null,
      instance: null,
      tries,
      exclude,
      reason: why,
    };
  }

  /** A machine that runs, or stands still: does what its user wants now. */
  #follow(
    name: string,
    vm: VmRecord,
    want: WantRecord,
    move: MoveRecord | undefined,
    guest: LocalGuest | undefined,
  ): void {
    const { guests, address, wall } = this.#options;
    if (guest === undefined) {
      this.#missing(name, vm);
      return;
    }
    if (guest.motion === 'coming' && guest.epoch === vm.epoch) guests.take(name);
    const isOver = want.until !== null && wall() >= want.until;
    const run = isOver && want.run !== 'done' ? (want.onEnd === 'done' ? 'done' : 'stopped') : want.run;
    const isHeld = run === 'held';
    const reason = isOver ? 'its lease has ended' : '';
    if (guest.motion !== 'none') return;
    if (run === 'done') this.#change(name, vm, { state: 'EPILOG', reason });
    else if (run === 'stopped') this.#change(name, vm, { state: 'SAVE', reason });
    else if (guest.end !== undefined) this.#ended(name, vm, want, guest.end);
    else if (isIdle(want, guest))
      this.#change(name, vm, {
        state: 'SAVE',
        reason: `it had nothing to do for ${(want.idle ?? 0) / 1000} s`,
      });
    else if (guest.isHeld !== isHeld) guests.hold(name, isHeld);
    else if ((vm.state === 'HELD') !== isHeld) this.#change(name, vm, { state: isHeld ? 'HELD' : 'RUNNING' });
    else if (move !== undefined && move.to !== address)
      this.#change(name, vm, { state: 'MIGRATE', reason: move.why });
    else if (move !== undefined) this.#unmove(name);
  }

  /** A machine that is ours and not here. It may be about to come; after a while it is started from what is stored of it here. */
  #missing(name: string, vm: VmRecord): void {
    const { clock, address } = this.#options;
    const task = this.#tasks.get(name);
    if (task?.since !== vm.since || task.state !== vm.state) this.#newTask(name, vm);
    else if (clock() - task.begunAt > missingMs)
      this.#change(name, vm, {
        state: 'BOOT',
        from: { kind: 'keep', host: address, epoch: vm.epoch },
        reason: 'it was not there',
      });
  }

  #ended(name: string, vm: VmRecord, want: WantRecord, how: string): void {
    if (vm.state === 'HELD') return;
    if (want.onOff === 'done') this.#change(name, vm, { state: 'EPILOG', reason: `it ${how}` });
    else if (want.onOff === 'restart')
      this.#change(name, vm, { state: 'BOOT', from: null, reason: `it ${how}` });
    else this.#change(name, vm, { state: 'OFF', reason: `it ${how}`, order: want.order });
  }

  #migrate(name: string, vm: VmRecord, move: MoveRecord | undefined, guest: LocalGuest | undefined): void {
    const { guests } = this.#options;
    const back = guest?.isHeld === true ? 'HELD' : 'RUNNING';
    const work = (done: Done) =>
      move === undefined ? done('it was called off') : guests.migrate(name, move, done);
    const isLate = this.#work(name, vm, work, {
      failed: (reason) => ({ state: back, reason: `it could not move: ${reason}` }),
      extra: [{ key: `move/${name}`, value: undefined }],
    });
    if (isLate) guests.cancel(name);
  }

  /**
   * The decision of a migration is the store's: the machine is given to the other host, if this host still has it.
   * `told` says how it was decided; until then neither host may run it.
   */
  decide(name: string, to: string, told: (isDecided: boolean) => void): void {
    const kept = this.view.vm.get(name);
    const target = this.view.host.get(to);
    if (!kept || !target || kept.data.state !== 'MIGRATE' || !this.#isOurs(kept.data)) {
      told(false);
      return;
    }
    const { data: vm, revision } = kept;
    const changes = this.#changes(name, vm, {
      state: this.#options.guests.here().get(name)?.isHeld === true ? 'HELD' : 'RUNNING',
      host: to,
      instance: target.data.instance,
      epoch: vm.epoch + 1,
      reason: `it came from ${this.#options.address}`,
    });
    const commit: Commit = {
      when: [
        this.member.condition,
        { key: `vm/${name}`, revision },
        { key: `host/${to}`, revision: target.revision },
      ],
      changes: [...changes, { key: `move/${name}`, value: undefined }],
    };
    this.#deciding.add(name);
    this.#decide(name, vm, commit, (isDecided) => {
      this.#deciding.delete(name);
      told(isDecided);
    });
  }

  /**
   * Makes the commit, however often it takes. While no answer comes, it is tried again: the attempts have the same
   * conditions, so one at most is made, and when one is refused, none can be made any more.
   */
  #decide(name: string, vm: VmRecord, commit: Commit, told: (isDecided: boolean) => void): void {
    const { store } = this.#options;
    const attempt = (): void =>
      store.commit(commit, (answer) => {
        if (answer === 'unknown') this.#again.push(attempt);
        else if (answer === 'committed') told(true);
        else readBack();
      });
    // Refused: it may be that an earlier attempt was made, whose answer was lost.
    const readBack = (): void =>
      store.read((entries) => {
        if (entries === undefined) {
          this.#again.push(readBack);
          return;
        }
        const now = new PoolView(entries).vm.get(name)?.data;
        const isDecided = isMade(now, vm, commit);
        if (!isDecided && now !== undefined && !this.#isOurs(now))
          this.#drop(name, 'it was given to another host');
        told(isDecided);
      });
    attempt();
  }

  // ---- Work and writing ----

  /** Does the work of a state once, and makes the change of state that follows. Returns whether the deadline is over. */
  #work(
    name: string,
    vm: VmRecord,
    begin: (done: Done) => void,
    changes: { ok?: NextState; failed: (reason: string) => NextState; extra?: readonly KeyChange[] },
  ): boolean {
    const now = this.#options.clock();
    let task = this.#tasks.get(name);
    if (task?.state !== vm.state || task.epoch !== vm.epoch || task.since !== vm.since) {
      const begun = this.#newTask(name, vm);
      task = begun;
      begin((error) => {
        begun.outcome = error ?? null;
      });
    }
    const { deadlineMs } = stateRow(vm.state);
    const isLate = task.outcome === undefined && deadlineMs !== null && now - task.begunAt > deadlineMs;
    const failure = isLate ? `it took longer than ${(deadlineMs ?? 0) / 1000} s` : task.outcome;
    if (failure === null && changes.ok !== undefined) this.#change(name, vm, changes.ok, changes.extra);
    else if (typeof failure === 'string') {
      const next = changes.failed(failure);
      // What was begun here must not go on when the machine is free for others.
      if (next.host === null) this.#options.guests.drop(name);
      if (!(isLate && vm.state === 'MIGRATE')) this.#change(name, vm, next, changes.extra);
    }
    return isLate;
  }

  #newTask(name: string, { state, epoch, since }: VmRecord): Task {
    const task: Task = { state, epoch, since, begunAt: this.#options.clock(), outcome: undefined };
    this.#tasks.set(name, task);
    return task;
  }

  #changes(name: string, vm: VmRecord, next: NextState): KeyChange[] {
    const want = this.view.want.get(name)?.data;
    const steps = this.#options.guests.here().get(name)?.steps ?? null;
    return changeVm({ name, vm, want, next, at: this.#options.wall(), by: 'agent', steps });
  }

  #change(name: string, vm: VmRecord, next: NextState, extra: readonly KeyChange[] = []): void {
    const changes = [...this.#changes(name, vm, next), ...extra];
    // A machine whose place here is free is gone before others may have it.
    if (next.state === 'STOPPED' || next.state === 'DONE') this.#options.guests.drop(name);
    this.#write(name, changes);
  }

  #unmove(name: string): void {
    this.#write(name, [{ key: `move/${name}`, value: undefined }]);
  }

  #write(name: string, changes: readonly KeyChange[]): void {
    const when = [this.member.condition, { key: `vm/${name}`, revision: this.view.revision('vm', name) }];
    this.#writing.add(name);
    this.#options.store.commit({ when, changes }, () => this.#writing.delete(name));
  }
}

/** Whether a machine that runs on demand has had nothing to do for long enough. */
function isIdle({ policy, idle, run }: WantRecord, guest: LocalGuest): boolean {
  return policy === 'on-demand' && run === 'running' && idle !== null && (guest.idle ?? 0) >= idle;
}

/** Whether the record comes from that commit, which was to follow `before`: its line is in the history. */
function isMade(now: VmRecord | undefined, before: VmRecord, { changes }: Commit): boolean {
  const made = changes[0]?.value as unknown as VmRecord;
  return (
    now !== undefined &&
    now.epoch > before.epoch &&
    now.history.some(({ at, host }) => at === made.since && host === made.host)
  );
}
