/** A host of a simulated pool: its agent, its manager, and guests that count. */
import { StoreLine } from '../../../examples/store-line.ts';
import { Agent, type Done, type LocalGuest, type LocalGuests } from '../../../vmm/pool/agent.ts';
import { Manager } from '../../../vmm/pool/manager.ts';
import { defaultLease } from '../../../vmm/pool/membership.ts';
import type { MoveRecord, VmRecord, WantRecord } from '../../../vmm/pool/records.ts';
import { plainWant } from './plain-want.ts';
import type { SimPool } from './sim-pool.ts';

/** A guest on a host: it has printed so many numbers. */
interface SimGuest {
  epoch: number;
  printed: number;
  isHeld: boolean;
  end: string | undefined;
  motion: LocalGuest['motion'];
  /** Milliseconds without work. */
  idle?: number;
  /** going: where to, how many turns of copying are left, and who is told. */
  going?: { readonly to: string; left: number; readonly done: Done; isDeciding: boolean };
}

export class SimHost implements LocalGuests {
  readonly address: string;
  readonly line: StoreLine;
  readonly memory: number;
  agent: Agent;
  manager: Manager;
  isAlive = true;
  isPaused = false;
  /** It is paused when it has looked at its lease, before what was printed leaves. */
  pausesBeforeOutput = false;
  readonly guests = new Map<string, SimGuest>();
  readonly #world: SimPool;
  #lives = 0;

  constructor(world: SimPool, address: string, memory: number) {
    this.#world = world;
    this.address = address;
    this.memory = memory;
    this.line = new StoreLine(world.store, () => world.now);
    [this.agent, this.manager] = this.#begin();
  }

  #begin(): [Agent, Manager] {
    const world = this.#world;
    const life = ++this.#lives;
    const wall = () => world.now;
    let instances = 0;
    const agent = new Agent({
      store: this.line,
      address: this.address,
      process: { pid: life, start: null, boot: null, machine: 'sim', namespace: null },
      offer: {
        variant: plainWant.variant,
        monitor: 'none',
        translateUser: false,
        memory: this.memory,
        cpu: 100,
        network: false,
      },
      clock: wall,
      wall,
      times: defaultLease,
      newInstance: () => `${this.address}-${life}-${++instances}`,
      guests: this,
    });
    const { member } = agent;
    const fence = world.fence.bind(world);
    return [agent, new Manager({ store: this.line, address: this.address, member, fence, wall })];
  }

  kill(): void {
    this.isAlive = false;
    this.isPaused = false;
    this.pausesBeforeOutput = false;
    this.guests.clear();
  }

  restart(): void {
    this.kill();
    this.isAlive = true;
    [this.agent, this.manager] = this.#begin();
  }

  /** The number of its process. */
  get life(): number {
    return this.#lives;
  }

  get mayRun(): boolean {
    return this.agent.mayRun || this.#world.weakness.unguarded === true;
  }

  /** Whether that guest runs here now. */
  runs(guestName: string): boolean {
    const guest = this.guests.get(guestName);
    const isThere = guest?.motion === 'none' && !guest.isHeld && guest.end === undefined;
    return this.isAlive && !this.isPaused && this.mayRun && isThere;
  }

  step(): void {
    // A process that stood still goes on with its guests, before it looks at the store.
    for (const [guestName, guest] of this.guests) this.#run(guestName, guest);
    if (this.isPaused) return;
    this.line.turn();
    this.agent.turn(() => this.manager.turn(this.agent.view));
    for (const [guestName, guest] of this.guests) if (guest.going) this.#go(guestName, guest, guest.going);
  }

  #run(guestName: string, guest: SimGuest): void {
    const isStopped = guest.motion === 'coming' || guest.motion === 'gone' || guest.going?.left === 0;
    if (guest.isHeld || guest.end !== undefined || isStopped || !this.mayRun) return;
    if (this.pausesBeforeOutput) {
      // Its turn was made; the process stands still, and the look at the lease comes when it goes on.
      this.isPaused = true;
      this.pausesBeforeOutput = false;
      return;
    }
    guest.printed += 1;
    this.#world.keeps.set(`${this.address}/${guestName}`, guest.printed);
    this.#world.print(guestName, this.address, guest.epoch, guest.printed);
  }

  // ---- Migration ----

  #go(guestName: string, guest: SimGuest, going: NonNullable<SimGuest['going']>): void {
    const world = this.#world;
    const target = world.hosts.get(going.to);
    const isReached = target?.isAlive === true && !target.isPaused && !world.areApart(this, target);
    if (guest.motion === 'gone') {
      if (isReached && world.commits) target.take(guestName);
      if (isReached) this.guests.delete(guestName);
    } else if (going.isDeciding) return;
    else if (!isReached || target.guests.has(guestName)) this.#stay(guest, `${going.to} cannot take it`);
    else if (going.left > 0) going.left -= 1;
    else this.#prepareAt(target, guestName, guest, going);
  }

  #prepareAt(
    target: SimHost,
    guestName: string,
    guest: SimGuest,
    going: NonNullable<SimGuest['going']>,
  ): void {
    const world = this.#world;
    going.isDeciding = true;
    target.guests.set(guestName, { ...copyOf(guest), epoch: guest.epoch + 1, motion: 'coming' });
    world.keeps.set(`${target.address}/${guestName}`, guest.printed);
    const decided = (isDecided: boolean) => {
      if (this.guests.get(guestName) !== guest) return;
      if (isDecided) guest.motion = 'gone';
      else {
        this.#stay(guest, 'it was decided otherwise');
        if (!world.areApart(this, target) && target.guests.get(guestName)?.motion === 'coming')
          target.guests.delete(guestName);
      }
    };
    if (world.weakness.undecided !== true) this.agent.decide(guestName, going.to, decided);
    else {
      decided(true);
      target.take(guestName);
    }
  }

  #stay(guest: SimGuest, why: string): void {
    const { going } = guest;
    guest.motion = 'none';
    delete guest.going;
    going?.done(why);
  }

  // ---- LocalGuests ----

  here(): ReadonlyMap<string, LocalGuest> {
    return new Map([...this.guests].map(([key, guest]) => [key, { ...guest, steps: guest.printed }]));
  }

  prepare(guestName: string, _: WantRecord, { from }: VmRecord, done: Done): void {
    const world = this.#world;
    const printed =
      from === null
        ? 0
        : from.kind === 'saved'
          ? world.saved.get(`${guestName}/${from.epoch}`)
          : world.keeps.get(`${from.host}/${guestName}`);
    if (world.cannotStart.has(this.address)) done('it has no disk');
    else if (printed === undefined) done('there is no keep');
    else {
      world.keeps.set(`${this.address}/${guestName}`, printed);
      done();
    }
  }

  boot(guestName: string, want: WantRecord, vm: VmRecord, done: Done): void {
    const { keeps } = this.#world;
    const own = `${this.address}/${guestName}`;
    const printed = vm.from === null ? 0 : keeps.get(own);
    if (printed === undefined) {
      done('it was not prepared');
      return;
    }
    // Only who said so, or powered off, begins again.
    if (vm.from === null && (want.ha !== 'replay' || vm.history.some(({ state }) => state === 'OFF')))
      this.#world.startsAnew(guestName);
    keeps.set(own, printed);
    const isThere = this.guests.get(guestName)?.epoch === vm.epoch && vm.from !== null;
    if (!isThere)
      this.guests.set(guestName, { epoch: vm.epoch, printed, isHeld: false, end: undefined, motion: 'none' });
    done();
  }

  hold(guestName: string, isHeld: boolean): void {
    const guest = this.guests.get(guestName);
    if (guest) guest.isHeld = isHeld;
  }

  save(guestName: string, epoch: number, done: Done): void {
    const guest = this.guests.get(guestName);
    if (guest === undefined) {
      done('it is not here');
      return;
    }
    guest.isHeld = true;
    this.#world.saved.set(`${guestName}/${epoch}`, guest.printed);
    done();
  }

  migrate(guestName: string, { to }: MoveRecord, done: Done): void {
    const guest = this.guests.get(guestName);
    if (guest === undefined || guest.motion !== 'none') {
      done('it cannot move now');
      return;
    }
    guest.motion = 'going';
    guest.going = { to, left: 5, done, isDeciding: false };
  }

  cancel(guestName: string): void {
    const guest = this.guests.get(guestName);
    if (guest?.going && !guest.going.isDeciding) this.#stay(guest, 'it was called off');
  }

  take(guestName: string): void {
    const guest = this.guests.get(guestName);
    if (guest?.motion === 'coming') guest.motion = 'none';
  }

  drop(guestName: string): void {
    this.guests.delete(guestName);
  }
}

function copyOf({ epoch, printed, isHeld, end }: SimGuest): Omit<SimGuest, 'motion'> {
  return { epoch, printed, isHeld, end };
}
