/**
 * Runs a program of programs/ that Clang compiled to WebAssembly: `node webassembly.js FILE ROUNDS`. It prints what the
 * program would print as a process. programs-contenders.ts starts it.
 */
import { readFileSync } from 'node:fs';

/** As much of the WebAssembly API as is used here. Node's types do not contain it. */
interface Api {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: { readonly run: (rounds: number) => number } };
}

const { Module, Instance } = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const [file = '', rounds = '1'] = process.argv.slice(2);
const { exports } = new Instance(new Module(readFileSync(file)));
const checksum = exports.run(Number(rounds)) >>> 0;
process.stdout.write(`${checksum.toString(16).padStart(8, '0')}\n`);
