/** Connections over real connections, with what a host writes in a real folder. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FolderShelf } from '../../../vmm/hosting/keep/folder-shelf.ts';
import type { Connection } from '../../../vmm/wire/connection.ts';
import { TcpNetwork } from '../../../vmm/wire/tcp.ts';

const networks: TcpNetwork[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const network of networks.splice(0)) network.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

/** A connection between two networks, both ends of it. */
async function connection(): Promise<{
  readonly near: Connection;
  readonly far: Connection;
  activity: () => number;
}> {
  const [one, other] = [new TcpNetwork(), new TcpNetwork()];
  networks.push(one, other);
  const address = await freeAddress();
  let count = 0;
  one.onActivity = () => {
    count += 1;
  };
  const far = new Promise<Connection>((resolve) => void other.listen(address, resolve).then(() => dial()));
  let dial = () => {};
  const near = new Promise<Connection>((resolve, reject) => {
    dial = () => one.dial(address, (made, reason) => (made ? resolve(made) : reject(new Error(reason))));
  });
  return { near: await near, far: await far, activity: () => count };
}

/** What comes over a connection until it ends, with the memory that each part of it came in. */
function heard(
  end: Connection,
): Promise<{ readonly bytes: Buffer; readonly buffers: Set<ArrayBufferLike>; parts: number }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const buffers = new Set<ArrayBufferLike>();
    end.listen({
      bytes: (chunk) => {
        buffers.add(chunk.buffer);
        chunks.push(Buffer.from(chunk));
      },
      ended: () => resolve({ bytes: Buffer.concat(chunks), buffers, parts: chunks.length }),
    });
  });
}

const sent = Buffer.from(Uint32Array.from({ length: 2 ** 19 }, (_, n) => Math.imul(n, 0x9e3779b1)).buffer);

describe('A connection over TCP', () => {
  it('brings what is sent, whole and in order, both ways; who made it reads into one buffer', async () => {
    const { near, far, activity } = await connection();
    const [atNear, atFar] = [heard(near), heard(far)];
    let gone = 0;
    for (let at = 0; at < sent.length; at += 2 ** 18) {
      far.send(sent.subarray(at, at + 2 ** 18), () => {
        gone += 1;
      });
      near.send(sent.subarray(at, at + 2 ** 18));
    }
    while (gone < sent.length / 2 ** 18) await new Promise(setImmediate);
    far.close();
    const came = await atNear;
    expect(came.bytes.equals(sent)).toBe(true);
    expect([came.buffers.size, came.parts > 1]).toEqual([1, true]);
    expect(activity()).toBeGreaterThan(came.parts);
    near.close();
    void atFar;
  });

  it('tells both ends when the other one closes it', async () => {
    const { near, far } = await connection();
    const ends = [heard(near), heard(far)];
    near.send(Buffer.from('to the end'));
    near.close();
    expect((await ends[1])?.bytes.toString()).toBe('to the end');
    const again = await connection();
    const end = heard(again.near);
    void heard(again.far);
    again.far.send(Buffer.from('and back'));
    again.far.close();
    expect((await end).bytes.toString()).toBe('and back');
  });
});

describe('A folder that is written to while others go on', () => {
  const made = () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringlab-shelf-'));
    folders.push(folder);
    return new FolderShelf(folder);
  };

  it('has everything when it is said so, and reads as it does otherwise', async () => {
    const shelf = made();
    await new Promise<void>((resolve) => shelf.writeLater('a', 5000, sent, () => resolve()));
    expect(readFileSync(join(shelf.place, 'a')).subarray(5000).equals(sent)).toBe(true);
    const part = new Uint8Array(100);
    shelf.readAt('a', 5010, part);
    expect(Buffer.from(part).equals(sent.subarray(10, 110))).toBe(true);
  });

  it('lets go of a file that is removed meanwhile only when nothing is written to it any more', async () => {
    const shelf = made();
    const writes = Array.from(
      { length: 8 },
      (_, n) => new Promise((resolve) => shelf.writeLater('a', n * sent.length, sent, resolve)),
    );
    shelf.remove('a');
    // Would get the number of the file that was let go, and with it what was meant for that one.
    shelf.writeAt('b', 0, Buffer.from('b'));
    expect(await Promise.all(writes)).toEqual(writes.map(() => undefined));
    expect(readdirSync(shelf.place)).toEqual(['b']);
    expect(readFileSync(join(shelf.place, 'b'), 'latin1')).toBe('b');
  });

  it('says what went wrong', async () => {
    const shelf = made();
    const error = await new Promise((resolve) => shelf.writeLater('a', 2 ** 52, sent, resolve));
    expect((error as NodeJS.ErrnoException).syscall).toBe('write');
  });
});
