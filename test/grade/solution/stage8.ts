/** Stage 8: devices. The guest's console and disk are its own; behind them are the real ones, by their ports. */
import { LINE, PORT, SR } from 'ringlab/testing';
import { Cpu7, Monitor7 } from './stage7.ts';

const SECTOR = 512;
/** Steps that a disk command takes. */
const diskSteps = 1000;
const status = { idle: 0, busy: 1, done: 2, failed: 3 } as const;
const command = { read: 1, write: 2 } as const;

export class Cpu8 extends Cpu7 {
  /** Told of pages of the guest's memory that the disk wrote. */
  onWrote: (page: number) => void = () => {};
  consoleInterrupts = false;
  diskSector = 0;
  diskAddress = 0;
  diskStatus: number = status.idle;
  #doneAt = Number.POSITIVE_INFINITY;
  #latched = { command: 0, sector: 0, address: 0 };

  override pending(): number {
    const waits = this.consoleInterrupts && this.input(PORT.CONSOLE_CONTROL) === 1;
    const isDone = this.diskStatus >= status.done;
    return super.pending() | (waits ? 1 << LINE.CONSOLE : 0) | (isDone ? 1 << LINE.DISK : 0);
  }

  override nextEvent(): number {
    return Math.min(super.nextEvent(), this.#doneAt);
  }

  override passEvents(): void {
    super.passEvents();
    if (this.steps < this.#doneAt) return;
    this.#doneAt = Number.POSITIVE_INFINITY;
    this.diskStatus = this.#move() ? status.done : status.failed;
  }

  override input(port: number): number {
    switch (port >>> 0) {
      case PORT.POWER:
        return 0;
      case PORT.CONSOLE_DATA:
      case PORT.CONSOLE_CONTROL:
        return this.machine.input(port >>> 0) | 0;
      case PORT.DISK_SECTOR:
        return this.diskSector | 0;
      case PORT.DISK_ADDRESS:
        return this.diskAddress | 0;
      case PORT.DISK_STATUS:
        return this.diskStatus;
      case PORT.DISK_SIZE:
        return this.allocation.sectors;
      default:
        return -1;
    }
  }

  override output(port: number, value: number): void {
    switch (port >>> 0) {
      case PORT.POWER:
        this.stop = { kind: 'power', status: value >>> 0 };
        return;
      case PORT.CONSOLE_DATA:
        this.machine.output(PORT.CONSOLE_DATA, value);
        return;
      case PORT.CONSOLE_CONTROL:
        this.consoleInterrupts = (value & 1) !== 0;
        return;
      case PORT.DISK_SECTOR:
        this.diskSector = value >>> 0;
        return;
      case PORT.DISK_ADDRESS:
        this.diskAddress = value >>> 0;
        return;
      case PORT.DISK_COMMAND:
        this.#start(value >>> 0);
        return;
      case PORT.DISK_STATUS:
        if (this.diskStatus !== status.busy) this.diskStatus = status.idle;
    }
  }

  #start(number: number): void {
    if (this.diskStatus === status.busy) return;
    this.#latched = { command: number, sector: this.diskSector, address: this.diskAddress };
    this.diskStatus = status.busy;
    this.#doneAt = this.steps + 1 + diskSteps;
  }

  /** Moves the sector through the monitor's last page; returns whether there was one to move. */
  #move(): boolean {
    const { machine, allocation } = this;
    const { sector, address } = this.#latched;
    const isKnown = this.#latched.command === command.read || this.#latched.command === command.write;
    if (!isKnown || sector >= allocation.sectors || address + SECTOR > allocation.size) return false;
    const page = allocation.own.at + allocation.own.size - 4096;
    const guest = allocation.at + address;
    if (this.#latched.command === command.write) {
      for (let n = 0; n < SECTOR; n += 4) machine.write(page + n, 4, machine.read(guest + n, 4));
    }
    this.#transfer(allocation.firstSector + sector, page);
    if (this.#latched.command === command.read) {
      for (let n = 0; n < SECTOR; n += 4) machine.write(guest + n, 4, machine.read(page + n, 4));
      this.onWrote(address >>> 12);
      this.onWrote((address + SECTOR - 1) >>> 12);
    }
    return true;
  }

  /** The real disk, waited for in `hlt`. */
  #transfer(sector: number, page: number): void {
    const { machine } = this;
    machine.writeSystem(SR.TIMER, 0);
    machine.output(PORT.DISK_SECTOR, sector);
    machine.output(PORT.DISK_ADDRESS, page);
    machine.output(PORT.DISK_COMMAND, this.#latched.command);
    while (machine.input(PORT.DISK_STATUS) === status.busy) machine.wait();
    machine.output(PORT.DISK_STATUS, 0);
  }
}

export class Monitor8 extends Monitor7 {
  override get cpu(): Cpu8 {
    return this.guest as Cpu8;
  }

  override makeCpu(): Cpu8 {
    const cpu = this.watched(new Cpu8(this.machine, this.allocation));
    cpu.onWrote = (page) => this.shadow.wrote(page);
    return cpu;
  }
}
