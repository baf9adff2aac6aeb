/** A pid namespace: the numbers by which the processes of a container know each other, from 1 on. */
export class PidNamespace<Member> {
  readonly #members = new Map<number, Member>();
  #last = 0;

  /** The next number, which nobody has had. */
  take(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Gives `member` a number that was taken. */
  add(pid: number, member: Member): void {
    this.#members.set(pid, member);
  }

  /** The number is nobody's any more; it is not given again. */
  remove(pid: number): void {
    this.#members.delete(pid);
  }

  /** Who has that number here; undefined = nobody that can be named here. */
  find(pid: number): Member | undefined {
    return this.#members.get(pid);
  }

  /** All members, by their numbers, ascending. */
  get members(): readonly (readonly [pid: number, member: Member])[] {
    return [...this.#members];
  }
}
