/** Failures that the command line reports in one line. cli/README.md lists the values of `exitStatus`. */
export class BenchFailure extends Error {
  readonly exitStatus: number;

  constructor(exitStatus: number, message: string) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** The user asked for something that does not exist. */
export function usage(message: string): BenchFailure {
  return new BenchFailure(2, message);
}

/** A measured program did not compute what it should have. */
export function wrongResult(message: string): BenchFailure {
  return new BenchFailure(1, message);
}

/** A part of the package is missing. */
export function missing(message: string): BenchFailure {
  return new BenchFailure(65, message);
}

/** A tool that has to be installed separately is missing. */
export function unreachable(message: string): BenchFailure {
  return new BenchFailure(69, message);
}
