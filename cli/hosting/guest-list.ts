/**
 * The guests that a command names: files, which share the options, or a list in a file (`--guests`), in which each guest
 * has its own.
 *
 *     [
 *       { "file": "web-server.s", "name": "web", "memory": "1M" },
 *       { "file": "boot.snap" }
 *     ]
 */
import { dirname, resolve } from 'node:path';
import { parseAddress } from '../../vmm/network/frame.ts';
import { badInput, Failure, usage } from '../failure.ts';
import { readInput } from '../files.ts';
import { parseMemory } from '../options.ts';
import type { GuestWish, StartOptions } from './guests.ts';

interface ListOptions extends StartOptions {
  /** The file with the list. */
  readonly guests?: string;
  /** `--address`. */
  readonly address?: string;
}

/** Most guests of a list. */
const mostGuests = 4096;

/** All guests that a command names. Throws Failures. */
export function listGuests(files: readonly string[], options: ListOptions): readonly GuestWish[] {
  const { guests, name } = options;
  if (guests !== undefined) {
    if (files.length > 0) throw usage('--guests lists the guests; name no other files');
    if (name !== undefined) throw usage('--name: the list of --guests has the names');
    return readList(guests, options);
  }
  if (files.length > 1 && name !== undefined)
    throw usage('--name is for one guest; several are named after their files');
  if (files.length > 1 && options.address !== undefined)
    throw usage('--address is for one guest; the switch gives several their addresses');
  return files.map((file) => ({ file, options, address: addressOf('--address', options.address) }));
}

function addressOf(what: string, text: string | undefined): Uint8Array | undefined {
  const address = text === undefined ? undefined : parseAddress(text);
  if (text === undefined || address !== undefined) return address;
  throw usage(`${what} ${text}: expected the address of one station, like 02:00:00:00:00:07`);
}

/** The fields of a guest: each is a text. */
const fields = ['file', 'name', 'isa', 'memory', 'disk', 'input', 'context', 'address', 'group'] as const;
type Entry = { readonly [Field in (typeof fields)[number]]?: string };

function readList(path: string, common: StartOptions): readonly GuestWish[] {
  const at = (what: string) => badInput(`${path}: ${what}`);
  let list: unknown;
  try {
    list = JSON.parse(new TextDecoder().decode(readInput(path)));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw at(`not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(list) || list.length === 0 || list.length > mostGuests)
    throw at(`expected a list of 1 to ${mostGuests} guests, like [{ "file": "counter.s", "name": "one" }]`);
  return list.map((one, n) => {
    try {
      return wishOf(checkEntry(one), dirname(path), common);
    } catch (error) {
      throw at(`guest ${n + 1}: ${(error as Error).message}`);
    }
  });
}

/** Throws an Error that says what is wrong. */
function checkEntry(value: unknown): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`expected an object with some of ${fields.join(', ')}`);
  for (const [field, text] of Object.entries(value)) {
    if (!fields.includes(field as keyof Entry))
      throw new Error(`unknown field "${field}"; a guest has ${fields.join(', ')}`);
    if (typeof text !== 'string') throw new Error(`"${field}" must be a text`);
  }
  return value;
}

/** Files are found from the list's folder on. Throws as `checkEntry`. */
function wishOf(entry: Entry, folder: string, common: StartOptions): GuestWish {
  const { file, name, isa, memory, disk, input, context, address, group } = entry;
  if (file === undefined) throw new Error('it has no "file"');
  const found = (path: string) => resolve(folder, path);
  return {
    file: found(file),
    address: addressOf('"address"', address),
    options: {
      ...common,
      ...(name === undefined ? {} : { name }),
      ...(isa === undefined ? {} : { isa: isa.endsWith('.json') ? found(isa) : isa }),
      ...(memory === undefined ? {} : { memory: memoryOf(memory) }),
      ...(disk === undefined ? {} : { disk: found(disk) }),
      ...(input === undefined ? {} : { input: found(input) }),
      ...(context === undefined ? {} : { context: [found(context)] }),
      ...(group === undefined ? {} : { group }),
    },
  };
}

function memoryOf(text: string): number {
  try {
    return parseMemory(text);
  } catch (error) {
    throw new Error(`"memory" is "${text}": ${(error as Error).message}`, { cause: error });
  }
}
