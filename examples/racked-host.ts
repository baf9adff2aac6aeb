/** A host of a simulated rack: its agent, its manager, and machines that count. */
import { type Variant, variantData, variantNamed } from '../isa/table/variants.ts';
import { Agent, type Done, type LocalGuest, type LocalGuests } from '../vmm/pool/agent.ts';
import { Manager } from '../vmm/pool/manager.ts';
import { defaultLease } from '../vmm/pool/membership.ts';
import type { MoveRecord, VmRecord, WantRecord } from '../vmm/pool/records.ts';
import type { SimulatedRack } from './rack.ts';
import { StoreLine } from './store-line.ts';

/** Steps that a machine takes to be copied. */
const copySteps = 12;

/** What was done to a host. */
export type HostCondition = 'runs' | 'cut off' | 'stands still' | 'is dead';

export const ring32v = variantData(variantNamed('ring32-v') as Variant);

/** A machine on a host: it has counted so far. */
interface Counter {
  epoch: number;
  count: number;
  isHeld: boolean;
  motion: LocalGuest['motion'];
  /** Where it goes, and how many steps of copying are left. */
  going?: { readonly to: string; left: number; isDeciding: boolean; readonly done: Done };
}

export class RackedHost implements LocalGuests {
  readonly address: string;
  readonly counters = new Map<string, Counter>();
  agent: Agent;
  readonly #rack: SimulatedRack;
  readonly #line: StoreLine;
  #condition: HostCondition = 'runs';
  #manager: Manager;
  #life = 0;

  constructor(rack: SimulatedRack, address: string) {
    this.#rack = rack;
    this.address = address;
    this.#line = new StoreLine(rack.store, () => rack.now);
    [this.agent, this.#manager] = this.#begin();
  }

  #begin(): [Agent, Manager] {
    const { memory } = this.#rack;
    const wall = () => this.#rack.now;
    const life = ++this.#life;
    let instances = 0;
    const common = { store: this.#line, address: this.address, wall };
    const agent = new Agent({
      ...common,
      process: { pid: life, start: null, boot: null, machine: 'rack', namespace: null },
      offer: { variant: ring32v, monitor: 'none', translateUser: false, memory, cpu: 100, network: false },
      clock: wall,
      times: defaultLease,
      newInstance: () => `${this.address} ${life}.${++instances}`,
      guests: this,
    });
    const fence = this.#rack.fence.bind(this.#rack);
    return [agent, new Manager({ ...common, member: agent.member, fence })];
  }

  /** The number of its process. */
  get life(): number {
    return this.#life;
  }

  get mayRun(): boolean {
    return this.agent.mayRun || this.#rack.mistakes.withoutLease === true;
  }

  get condition(): HostCondition {
    return this.#condition;
  }

  die(): void {
    this.#condition = 'is dead';
    this.counters.clear();
  }

  /** Cuts its line to the store. */
  cut(): void {
    this.#condition = 'cut off';
    this.#line.mode = 'cut';
  }

  standStill(): void {
    this.#condition = 'stands still';
  }

  /** Ends what `cut` or `standStill` began. */
  goOn(): void {
    this.#condition = 'runs';
    this.#line.mode = 'ok';
  }

  /** A new life. */
  restart(): void {
    this.die();
    this.goOn();
    [this.agent, this.#manager] = this.#begin();
  }

  step(): void {
    if (this.#condition === 'is dead' || this.#condition === 'stands still') return;
    for (const [name, counter] of this.counters) if (this.runs(counter)) this.#count(name, counter);
    this.#line.turn();
    this.agent.turn(() => this.#manager.turn(this.agent.view));
    for (const [name, counter] of this.counters)
      if (counter.going !== undefined) this.#go(name, counter, counter.going);
  }

  /** Whether it counts here now. */
  runs({ isHeld, motion, going }: Counter): boolean {
    const isStill = isHeld || motion === 'coming' || motion === 'gone' || going?.left === 0;
    return !isStill && this.mayRun && this.#condition !== 'stands still';
  }

  #count(name: string, counter: Counter): void {
    counter.count += 1;
    this.#rack.keeps.set(`${this.address}/${name}`, counter.count);
    this.#rack.counted(name, this.address, counter.count);
  }

  // ---- Moving ----

  #go(name: string, counter: Counter, going: NonNullable<Counter['going']>): void {
    const target = this.#rack.hosts.get(going.to);
    if (counter.motion === 'gone' || going.isDeciding) return;
    if (target?.condition !== 'runs' || target.counters.has(name))
      this.#stay(counter, `${going.to} cannot take it`);
    else if (going.left > 0) going.left -= 1;
    else {
      going.isDeciding = true;
      const { count, isHeld, epoch } = counter;
      target.counters.set(name, { count, isHeld, epoch: epoch + 1, motion: 'coming' });
      this.#rack.keeps.set(`${target.address}/${name}`, count);
      this.agent.decide(name, going.to, (isDecided) => {
        if (isDecided) this.counters.delete(name);
        else {
          if (target.counters.get(name)?.motion === 'coming') target.counters.delete(name);
          this.#stay(counter, 'it was decided otherwise');
        }
      });
    }
  }

  #stay(counter: Counter, why: string): void {
    const { going } = counter;
    counter.motion = 'none';
    delete counter.going;
    going?.done(why);
  }

  // ---- What the agent asks of its host ----

  here(): ReadonlyMap<string, LocalGuest> {
    return new Map(
      [...this.counters].map(([name, { epoch, isHeld, motion, count }]) => [
        name,
        { epoch, isHeld, motion, end: undefined, steps: count },
      ]),
    );
  }

  prepare(name: string, _: WantRecord, { from }: VmRecord, done: Done): void {
    const stored =
      from === null
        ? 0
        : this.#rack.keeps.get(
            from.kind === 'saved' ? `saved/${name}/${from.epoch}` : `${from.host}/${name}`,
          );
    if (stored !== undefined) this.#rack.keeps.set(`${this.address}/${name}`, stored);
    done(stored === undefined ? 'nothing is stored of it' : undefined);
  }

  boot(name: string, _: WantRecord, { epoch }: VmRecord, done: Done): void {
    const count = this.#rack.keeps.get(`${this.address}/${name}`) ?? 0;
    if (this.counters.get(name)?.epoch !== epoch)
      this.counters.set(name, { epoch, count, isHeld: false, motion: 'none' });
    done();
  }

  hold(name: string, isHeld: boolean): void {
    const counter = this.counters.get(name);
    if (counter !== undefined) counter.isHeld = isHeld;
  }

  save(name: string, epoch: number, done: Done): void {
    this.hold(name, true);
    this.#rack.keeps.set(`saved/${name}/${epoch}`, this.counters.get(name)?.count ?? 0);
    done();
  }

  migrate(name: string, { to }: MoveRecord, done: Done): void {
    const counter = this.counters.get(name);
    if (counter?.motion !== 'none') done('it cannot move now');
    else {
      counter.motion = 'going';
      counter.going = { to, left: copySteps, isDeciding: false, done };
    }
  }

  cancel(name: string): void {
    const counter = this.counters.get(name);
    if (counter?.going?.isDeciding === false) this.#stay(counter, 'it was called off');
  }

  take(name: string): void {
    const counter = this.counters.get(name);
    if (counter?.motion === 'coming') counter.motion = 'none';
  }

  drop(name: string): void {
    this.counters.delete(name);
  }
}
