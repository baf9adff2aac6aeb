/** Types for the part of the WebAssembly API that the engine uses. Node's types do not contain it. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmTable {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  grow(delta: number): number;
}

interface Api {
  Memory: new (options: { initial: number; maximum: number }) => WasmMemory;
  Table: new (options: { element: 'anyfunc'; initial: number }) => WasmTable;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

export const wasm = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
