/** The heap as the simulators' calls see it: bytes at its end (`sbrk`); in Venus blocks, too. */
import type { Process } from '../process.ts';
import { hexAddress } from './console.ts';
import { Refusal } from './environment.ts';

/** The address of `bytes` new bytes at the end of the heap, a multiple of `alignment`; undefined if there is no room. */
function extend(process: Process, bytes: number, alignment: number): number | undefined {
  const { space } = process;
  const at = Math.ceil(space.setBreak(0) / alignment) * alignment;
  return space.setBreak(at + bytes) === at + bytes ? at : undefined;
}

/** Gives new memory at the end of the heap, at a multiple of 4, and returns its address. Throws Refusal. */
export function sbrk(process: Process, bytes: number): number {
  if (bytes < 0) throw new Refusal(`sbrk of ${bytes} bytes: the heap does not shrink`);
  const at = extend(process, bytes, 4);
  if (at === undefined)
    throw new Refusal(`sbrk of ${bytes} bytes: there is no room; give the process more with --memory`);
  return at;
}

/** A block of `size` bytes: one that was freed, or new memory. 0 if there is no room, or nothing is asked for. */
export function allocate(process: Process, size: number): number {
  if (size <= 0) return 0;
  const { blocks } = process.session;
  for (const [at, block] of blocks) {
    if (!block.free || block.size < size) continue;
    block.free = false;
    return at;
  }
  const at = extend(process, size, 8);
  if (at === undefined) return 0;
  blocks.set(at, { size, free: false });
  return at;
}

/** Frees a block; the null pointer is none. Throws Refusal for what is no block, or is free already. */
export function release(process: Process, address: number): undefined {
  if (address === 0) return undefined;
  const block = process.session.blocks.get(address >>> 0);
  if (block === undefined) throw new Refusal(`free of ${hexAddress(address)}, which malloc did not give`);
  if (block.free) throw new Refusal(`free of ${hexAddress(address)}, which is free already`);
  block.free = true;
  return undefined;
}

/** A block for `count` items of `size` bytes, all of them zero. */
export function allocateZeroed(process: Process, count: number, size: number): number {
  const at = allocate(process, count * size);
  if (at !== 0) process.put(at, new Uint8Array(count * size));
  return at;
}

/** A block of `size` bytes with the contents of the block at `address`, which is freed. */
export function reallocate(process: Process, address: number, size: number): number {
  const old = process.session.blocks.get(address >>> 0);
  const at = allocate(process, size);
  if (old !== undefined && at !== 0)
    process.put(at, (process.bytes(address, Math.min(old.size, size)) as Uint8Array).slice());
  if (at !== 0 || size === 0) release(process, address);
  return at;
}
