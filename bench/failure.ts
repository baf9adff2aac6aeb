/** Failures that the command line tells in one line; `exitStatus` is cli.md's. */
export class BenchFailure extends Error {
  readonly exitStatus: number;

  constructor(exitStatus: number, message: string) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** The user asked for what there is not. */
export function usage(message: string): BenchFailure {
  return new BenchFailure(2, message);
}

/** What was measured did not compute what it should have. */
export function wrongResult(message: string): BenchFailure {
  return new BenchFailure(1, message);
}

/** A part of the package that should be here is not. */
export function missing(message: string): BenchFailure {
  return new BenchFailure(65, message);
}

/** Something that is installed apart from us is not. */
export function unreachable(message: string): BenchFailure {
  return new BenchFailure(69, message);
}
