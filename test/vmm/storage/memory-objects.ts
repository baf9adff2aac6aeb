/** Objects in memory, whose time is what their owner says. */
import { nodeSums } from '../../../vmm/snapshot/node-files.ts';
import { BlockStore } from '../../../vmm/storage/block-store.ts';
import type { Aside, ObjectKind, ObjectName, Objects } from '../../../vmm/storage/objects.ts';

interface Stored {
  readonly bytes: Uint8Array;
  time: number;
}

export class MemoryObjects implements Objects {
  now = 0;
  /** By kind and name. */
  readonly stored = new Map<string, Stored>();
  readonly #asides = new Map<string, Stored & { readonly aside: Aside }>();
  #ids = 0;

  read(kind: ObjectKind, name: ObjectName): Uint8Array | undefined {
    const found = [...this.#asides.values()].find(({ aside }) => aside.kind === kind && aside.name === name);
    return (this.stored.get(`${kind} ${name}`) ?? found)?.bytes;
  }

  write(kind: ObjectKind, name: ObjectName, bytes: Uint8Array): void {
    this.stored.set(`${kind} ${name}`, { bytes: bytes.slice(), time: this.now });
  }

  touch(kind: ObjectKind, name: ObjectName): boolean {
    const found = this.stored.get(`${kind} ${name}`);
    if (found !== undefined) found.time = this.now;
    return found !== undefined;
  }

  time(kind: ObjectKind, name: ObjectName): number | undefined {
    return this.stored.get(`${kind} ${name}`)?.time;
  }

  sync(): void {}

  list(kind: ObjectKind): Iterable<ObjectName> {
    return [...this.stored.keys()]
      .filter((key) => key.startsWith(kind))
      .map((key) => key.split(' ')[1] ?? '');
  }

  setAside(kind: ObjectKind, name: ObjectName): Aside | undefined {
    const key = `${kind} ${name}`;
    const found = this.stored.get(key);
    if (found === undefined) return undefined;
    this.#ids += 1;
    const aside = { kind, name, id: String(this.#ids) };
    this.stored.delete(key);
    this.#asides.set(aside.id, { ...found, aside });
    return aside;
  }

  asides(): Iterable<Aside> {
    return [...this.#asides.values()].map(({ aside }) => aside);
  }

  asideTime({ id }: Aside): number | undefined {
    return this.#asides.get(id)?.time;
  }

  putBack(aside: Aside): void {
    const found = this.#asides.get(aside.id);
    const key = `${aside.kind} ${aside.name}`;
    if (found !== undefined && !this.stored.has(key)) this.stored.set(key, found);
    this.discard(aside);
  }

  discard({ id }: Aside): void {
    this.#asides.delete(id);
  }

  count(kind: ObjectKind): number {
    return [...this.list(kind)].length;
  }
}

export function memoryBlocks(): { readonly objects: MemoryObjects; readonly store: BlockStore } {
  const objects = new MemoryObjects();
  return { objects, store: new BlockStore(objects, nodeSums.sha256) };
}
