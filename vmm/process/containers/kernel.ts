/**
 * One operating-system kernel for several containers. A container is no machine: its processes make system calls to the same kernel as
 * all others, which shows each of them only a part of what there is (Kamp and Watson 2000). What is in a part is a *namespace*: of
 * pids (pids.ts), and of mounted folders (mounts.ts).
 *
 * So the isolation of containers is as good as this kernel. `bug` puts a mistake into it, for a lesson: it crosses containers. It does
 * not cross from one machine to another, because each machine has a kernel of its own.
 *
 * The kernel runs its processes in turns of TURN steps, in the order of their pids on the host: each run is like every other.
 */
import type { EngineName } from '../../../isa/engines/engine.ts';
import type { Image } from '../../../isa/machine/image.ts';
import type { CallEntry } from '../calls/call.ts';
import { sendSignal } from '../calls/signals.ts';
import type { Environment } from '../environments/environment.ts';
import { linux } from '../environments/environments.ts';
import { CallError } from '../errno.ts';
import type { FileSystem } from '../files/file-system.ts';
import { MemoryFiles } from '../files/memory-files.ts';
import type { Streams } from '../files/pipe.ts';
import { Process, type ProcessStop } from '../process.ts';
import { SIG } from '../signal-actions.ts';
import { type MountedFolder, mountNamespace } from './mounts.ts';
import { PidNamespace } from './pids.ts';

/** Steps of one turn. */
const TURN = 1000;
const mostSignal = 64;

/** A mistake in the kernel. `kill-by-host-pid`: kill looks its pid up among all processes, not among those of the container. */
export type KernelBug = 'kill-by-host-pid';

export interface KernelOptions {
  /** The file system of the host; default: none. */
  readonly files?: FileSystem;
  /** A mistake in the kernel, for demonstrations only; default none. */
  readonly bug?: KernelBug | undefined;
  readonly engine?: EngineName;
}

/** Processes that see each other, and some folders, and nothing else. */
export interface Container {
  readonly name: string;
  readonly pids: PidNamespace<Member>;
  readonly files: FileSystem;
}

/** A process of the kernel. */
export interface Member {
  readonly process: Process;
  readonly container: Container;
  /** Its pid on the host, and in its container. */
  readonly hostPid: number;
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  stop: ProcessStop | undefined;
}

export class Kernel {
  /** The processes that have not ended, by their pids on the host. */
  readonly host = new PidNamespace<Member>();
  readonly #files: FileSystem;
  readonly #bug: KernelBug | undefined;
  readonly #engine: EngineName;

  constructor({ files = new MemoryFiles(), bug, engine = 'auto' }: KernelOptions = {}) {
    this.#files = files;
    this.#bug = bug;
    this.#engine = engine;
  }

  /** Makes a container that sees these folders of the host. Throws RangeError for a folder that the host does not have. */
  container(name: string, mounts: readonly MountedFolder[] = []): Container {
    return { name, pids: new PidNamespace(), files: mountNamespace(this.#files, mounts) };
  }

  /** Starts a process in a container. Throws as `Process` does. */
  start(container: Container, image: Image, argv: readonly string[], streams: Streams): Member {
    const process = new Process(image, {
      argv,
      streams,
      files: container.files,
      callEnvironment: this.#environmentOf(() => member),
      engine: this.#engine,
      memory: 2 ** 20,
    });
    const [hostPid, pid] = [this.host.take(), container.pids.take()];
    const member: Member = { process, container, hostPid, pid, stop: undefined };
    this.host.add(hostPid, member);
    container.pids.add(pid, member);
    return member;
  }

  /** Runs all processes until they have ended, or each has made `most` steps more. */
  run(most = Number.POSITIVE_INFINITY): void {
    for (let done = 0; done < most && this.host.members.length > 0; done += TURN)
      for (const [, member] of this.host.members) this.#turn(member);
  }

  #turn(member: Member): void {
    const { process } = member;
    const stop = process.run(process.machine.steps + TURN);
    if (stop.kind !== 'limit') this.#ended(member, stop);
  }

  /** A process has ended. With the first of a container, all of it ends. */
  #ended(member: Member, stop: ProcessStop): void {
    member.stop = stop;
    this.host.remove(member.hostPid);
    member.container.pids.remove(member.pid);
    if (member.pid !== 1) return;
    for (const [, other] of member.container.pids.members) other.process.exit(128 + SIG.KILL);
  }

  // ---- System calls whose answer depends on the container ----

  #environmentOf(self: () => Member): Environment {
    const own: readonly CallEntry[] = [
      [129, 'kill', (_p, pid, signal) => this.#kill(self(), pid, signal)],
      [172, 'getpid', () => self().pid],
      [173, 'getppid', () => (self().pid === 1 ? 0 : 1)],
      [178, 'gettid', () => self().pid],
    ];
    const calls = new Map(linux.calls);
    for (const [number, name, run] of own) calls.set(number, { number, name, run });
    return { ...linux, calls };
  }

  /** The first process of a container gets no signal from within, as in Linux. */
  #kill(self: Member, pid: number, signal: number): number {
    if (signal < 0 || signal > mostSignal) throw new CallError('EINVAL');
    const targets = this.#targets(self, pid);
    if (targets.length === 0) throw new CallError('ESRCH');
    for (const target of targets)
      if (target.container !== self.container || target.pid !== 1) sendSignal(target.process, signal);
    return 0;
  }

  /** Whom `kill` names: 0 = the caller, -1 = all others of its container but the first. */
  #targets(self: Member, pid: number): readonly Member[] {
    const { pids } = self.container;
    if (pid === 0) return [self];
    if (pid === -1)
      return pids.members.map(([, member]) => member).filter((member) => member !== self && member.pid !== 1);
    const found = this.#bug === 'kill-by-host-pid' ? this.host.find(pid) : pids.find(pid);
    return found === undefined ? [] : [found];
  }
}
