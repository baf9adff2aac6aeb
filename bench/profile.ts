/**
 * Where the time of a program goes: a run on the fast engine in this process, with a clock around the interpreter and
 * around V8's compiler. The engine's own counts say the rest.
 */
import { readFileSync } from 'node:fs';
import { FastEngine, type FastOptions } from '../isa/engines/fast/fast.ts';
import { Interpreter } from '../isa/engines/interpreter/interpreter.ts';
import { wrongResult } from './failure.ts';
import { programFile } from './programs-catalogue.ts';
import { openProcess } from './run-kernel.ts';

export interface ProfileRequest {
  readonly program: string;
  readonly rounds: number;
  /** The fast engine's own options; none = as it is shipped. */
  readonly fast?: FastOptions;
}

/** Times in seconds. */
export interface Profile {
  readonly prints: string;
  /** From before the image is read until the guest has ended. */
  readonly whole: number;
  /** In the interpreter. */
  readonly interpreting: number;
  /** Our compiler: what compiling took, less V8's part. */
  readonly ours: number;
  /** V8's compiler, as far as the engine waits for it. */
  readonly v8: number;
  /** The rest: compiled code, entering and leaving it. */
  readonly inside: number;
  readonly steps: number;
  readonly interpretedSteps: number;
  readonly entries: number;
  readonly codeBytes: number;
}

/** Runs a program and measures. Throws BenchFailure when it does not end by itself. */
export function profile({ program, rounds, fast = {} }: ProfileRequest): Profile {
  const clocks = startClocks();
  try {
    const started = performance.now();
    const argv = [program, String(rounds)];
    const { machine, engine, run, output } = openProcess(
      readFileSync(programFile(program)),
      argv,
      'fast',
      fast,
    );
    const stop = run(Number.POSITIVE_INFINITY);
    const whole = (performance.now() - started) / 1000;
    if (stop.kind !== 'exit' || !(engine instanceof FastEngine))
      throw wrongResult(`${program}: it stopped by "${stop.kind}" on the engine ${engine.name}`);
    const { compiledSteps, compileSeconds, entries, codeBytes } = engine.statistics;
    const { interpreting, v8 } = clocks;
    return {
      prints: String.fromCharCode(...output).trim(),
      whole,
      interpreting,
      ours: Math.max(0, compileSeconds - v8),
      v8,
      inside: Math.max(0, whole - interpreting - Math.max(compileSeconds, v8)),
      steps: machine.steps,
      interpretedSteps: machine.steps - compiledSteps,
      entries,
      codeBytes,
    };
  } finally {
    clocks.stop();
  }
}

interface Clocks {
  /** Seconds so far. */
  interpreting: number;
  v8: number;
  /** Puts back what was replaced. */
  stop(): void;
}

type Constructor = new (...args: readonly unknown[]) => object;

/** Replaces the interpreter's methods and V8's constructors by ones that are timed. */
function startClocks(): Clocks {
  const { prototype } = Interpreter;
  const { runBlocks, executeAt } = prototype;
  const api = (globalThis as unknown as { WebAssembly: { Module: Constructor; Instance: Constructor } })
    .WebAssembly;
  const { Module, Instance } = api;
  const clocks: Clocks = {
    interpreting: 0,
    v8: 0,
    stop() {
      Object.assign(prototype, { runBlocks, executeAt });
      Object.assign(api, { Module, Instance });
    },
  };
  prototype.runBlocks = function (...args) {
    const started = performance.now();
    const pc = runBlocks.apply(this, args);
    clocks.interpreting += (performance.now() - started) / 1000;
    return pc;
  };
  prototype.executeAt = function (...args) {
    const started = performance.now();
    const pc = executeAt.apply(this, args);
    clocks.interpreting += (performance.now() - started) / 1000;
    return pc;
  };
  const timed = (target: Constructor, args: readonly unknown[]) => {
    const started = performance.now();
    const made = Reflect.construct(target, args) as object;
    clocks.v8 += (performance.now() - started) / 1000;
    return made;
  };
  api.Module = new Proxy(Module, { construct: timed });
  api.Instance = new Proxy(Instance, { construct: timed });
  return clocks;
}
