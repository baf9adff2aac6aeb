/** No path leads a process out of its folders, whatever the host's files are and whoever changes them. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostFiles } from '../../cli/host-files.ts';
import { ERRNO } from '../../vmm/process/errno.ts';
import type { FileSystem } from '../../vmm/process/files/file-system.ts';
import { MemoryFiles } from '../../vmm/process/files/memory-files.ts';
import { rootOf } from '../../vmm/process/files/place.ts';
import { Caller } from './kit.ts';

const { EACCES, EBUSY, EEXIST, ELOOP, ENOENT, ENOTDIR, EROFS, EXDEV } = ERRNO;
const CWD = -100;
const WRITE = 1;
const CREATE = 0x41;
const path = 0x11000;
const other = 0x11800;
const buffer = 0x12000;

/** A caller that makes calls with paths as texts, and reads whole files. */
class Visitor extends Caller {
  constructor(files: FileSystem) {
    super({ files, bss: 16_384 });
  }

  at(call: string, name: string, ...rest: readonly number[]): number {
    this.process.put(path, Buffer.from(`${name}\0`));
    return this.call(call, CWD, path, ...rest);
  }

  rename(from: string, to: string): number {
    this.process.put(path, Buffer.from(`${from}\0`));
    this.process.put(other, Buffer.from(`${to}\0`));
    return this.call('renameat2', CWD, path, CWD, other, 0);
  }

  chdir(name: string): number {
    this.process.put(path, Buffer.from(`${name}\0`));
    return this.call('chdir', path);
  }

  /** What is in the file, or the error's number, negated. */
  read(name: string): string | number {
    const fd = this.at('openat', name, 0);
    if (fd < 0) return fd;
    const count = this.call('read', fd, buffer, 1000);
    this.call('close', fd);
    return count < 0 ? count : Buffer.from(this.process.bytes(buffer, count) as Uint8Array).toString();
  }
}

let outer = '';
let inner = '';

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'ringlab-files-'));
  inner = join(outer, 'inner');
  mkdirSync(join(inner, 'sub', 'deep'), { recursive: true });
  mkdirSync(join(outer, 'outside'));
  writeFileSync(join(outer, 'secret'), 'secret');
  writeFileSync(join(outer, 'outside', 'file'), 'secret');
  writeFileSync(join(inner, 'file'), 'public');
  writeFileSync(join(inner, 'sub', 'file'), 'below');
});

afterEach(() => rmSync(outer, { recursive: true }));

/** How folders are looked up, on the host: by /proc, and where there is none. */
const ways = [true, false] as const;

function visit(useProc: boolean, writable = true): Visitor {
  return new Visitor(new HostFiles([{ host: inner, guest: '/', writable }], useProc));
}

describe.each(ways)('On the host (by /proc: %s)', (useProc) => {
  it.each([
    '../secret',
    '/../secret',
    'sub/../../secret',
    'sub/deep/../../../secret',
    './/..//secret',
    '../inner/../secret',
  ])('%s is not outside', (name) => {
    expect(visit(useProc).read(name)).toBe(-ENOENT);
  });

  it('symbolic links lead nowhere but inside', () => {
    symlinkSync('../secret', join(inner, 'up'));
    symlinkSync(join(outer, 'secret'), join(inner, 'absolute'));
    symlinkSync('..', join(inner, 'parent'));
    symlinkSync(outer, join(inner, 'sub', 'outer'));
    symlinkSync('/proc/self/root', join(inner, 'magic'));
    symlinkSync('/file', join(inner, 'sub', 'top'));
    const visitor = visit(useProc);
    expect(visitor.read('up')).toBe(-ENOENT);
    expect(visitor.read('absolute')).toBe(-ENOENT);
    expect(visitor.read('parent/secret')).toBe(-ENOENT);
    expect(visitor.read('parent/file')).toBe('public');
    expect(visitor.read('sub/outer/secret')).toBe(-ENOENT);
    expect(visitor.read('magic/etc/passwd')).toBe(-ENOENT);
    expect(visitor.read('sub/top')).toBe('public');
    expect(visitor.at('openat', 'absolute', CREATE, 0o644)).toBe(-ENOENT);
    expect(visitor.at('openat', 'up', CREATE, 0o644)).toBeGreaterThan(0);
    expect(readFileSync(join(inner, 'secret'), 'utf8')).toBe('');
    expect(visitor.at('unlinkat', 'absolute', 0)).toBe(0);
    expect(readFileSync(join(outer, 'secret'), 'utf8')).toBe('secret');
  });

  it('a link that takes the place of a folder or file between two calls is not followed', () => {
    const files = new HostFiles([{ host: inner, guest: '/', writable: true }], useProc);
    const handle = files.folders[0]?.handle as number;
    rmSync(join(inner, 'sub'), { recursive: true });
    symlinkSync(join(outer, 'outside'), join(inner, 'sub'));
    rmSync(join(inner, 'file'));
    symlinkSync(join(outer, 'secret'), join(inner, 'file'));
    const wish = { read: true, write: true, create: true, exclusive: false, truncate: true, mode: 0o644 };
    expect(() => files.openFolder(handle, 'sub')).toThrow(expect.objectContaining({ errno: ENOTDIR }));
    expect(() => files.openFile(handle, 'file', wish)).toThrow(expect.objectContaining({ errno: ELOOP }));
    expect(readFileSync(join(outer, 'secret'), 'utf8')).toBe('secret');
  });

  it('devices, pipes and sockets are seen but not opened', () => {
    execFileSync('sh', ['-c', 'mkfifo fifo'], { cwd: inner });
    const visitor = visit(useProc);
    expect(visitor.at('statx', 'fifo', 0, 0x7ff, buffer)).toBe(0);
    for (const flags of [0, WRITE, 2, CREATE])
      expect(visitor.at('openat', 'fifo', flags, 0o644)).toBe(-EACCES);
    expect(visitor.at('unlinkat', 'fifo', 0)).toBe(0);
  });

  it('a hard link is a file like another', () => {
    linkSync(join(inner, 'file'), join(inner, 'sub', 'hard'));
    expect(visit(useProc).read('sub/hard')).toBe('public');
  });

  it('a folder that the process moved is where it put it', () => {
    const visitor = visit(useProc);
    expect(visitor.chdir('sub/deep')).toBe(0);
    expect(visitor.rename('..', '/moved')).toBe(-EBUSY);
    expect(visitor.rename('/sub', '/moved')).toBe(0);
    expect(visitor.read('../file')).toBe('below');
    expect(visitor.read('../../file')).toBe('public');
    expect(visitor.read('../../../secret')).toBe(-ENOENT);
    expect(visitor.call('getcwd', buffer, 100)).toBe('/moved/deep'.length + 1);
  });

  it('what is for reading only cannot be changed in any way', () => {
    const before = execFileSync('ls', ['-lR', inner], { encoding: 'utf8' });
    const visitor = visit(useProc, false);
    expect(visitor.read('file')).toBe('public');
    expect(visitor.at('openat', 'file', WRITE)).toBe(-EROFS);
    expect(visitor.at('openat', 'file', 0x200)).toBe(-EROFS);
    expect(visitor.at('openat', 'new', CREATE, 0o644)).toBe(-EROFS);
    expect(visitor.at('mkdirat', 'new', 0o755)).toBe(-EROFS);
    expect(visitor.at('mkdirat', 'sub', 0o755)).toBe(-EEXIST);
    expect(visitor.at('unlinkat', 'file', 0)).toBe(-EROFS);
    expect(visitor.at('unlinkat', 'sub/deep', 0x200)).toBe(-EROFS);
    expect(visitor.at('faccessat', 'file', 2)).toBe(-EROFS);
    expect(visitor.rename('file', 'new')).toBe(-EROFS);
    visitor.process.put(path, Buffer.from('file\0'));
    expect(visitor.call('truncate64', path, 0, 0)).toBe(-EROFS);
    const fd = visitor.at('openat', 'file', 0);
    expect(visitor.call('ftruncate64', fd, 0, 0)).toBeLessThan(0);
    expect(visitor.call('write', fd, buffer, 1)).toBeLessThan(0);
    expect(execFileSync('ls', ['-lR', inner], { encoding: 'utf8' })).toBe(before);
  });

  it('a name that is no text in any encoding is a name', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${inner}/`), Buffer.of(0xff, 0xc3)]), 'odd');
    const visitor = visit(useProc);
    visitor.process.put(path, Uint8Array.of(0xff, 0xc3, 0));
    expect(visitor.call('openat', CWD, path, 0)).toBe(3);
  });

  it('leaves no descriptor open that the process closed', () => {
    const count = () => readdirSync('/proc/self/fd').length;
    const visitor = visit(useProc);
    visitor.read('sub/deep/../file');
    const before = count();
    for (let n = 0; n < 50; n++) expect(visitor.read('sub/deep/../file')).toBe('below');
    expect(count()).toBeLessThanOrEqual(before + 2);
  });
});

it('While a folder is swapped for a link all the time, nothing outside is read', () => {
  symlinkSync(join(outer, 'outside'), join(inner, 'trap'));
  const swapping = `cd ${inner} && i=0; while [ $i -lt 30 ]; do mv -T sub t && mv -T trap sub && mv -T sub trap && mv -T t sub; i=$((i+1)); done; touch ${outer}/done`;
  const child = spawnSync('sh', ['-c', `(${swapping}) > /dev/null 2>&1 & echo $!`], { encoding: 'utf8' });
  expect(child.status).toBe(0);
  const visitor = visit(true);
  const seen = new Set<string | number>();
  for (let n = 0; n < 100_000 && !readdirSync(outer).includes('done'); n++)
    seen.add(visitor.read('sub/file'));
  expect(seen).toContain('below');
  expect(seen).not.toContain('secret');
});

describe('Folders in folders', () => {
  const files = () =>
    new MemoryFiles(
      {
        '/data': { file: 'data', in: { deep: 'hidden' } },
        '/data/in': { file: 'in' },
        '/a/b/ro': { file: 'ro' },
      },
      (at) => at !== '/a/b/ro',
    );

  it('are found at their paths, and what is above them is there', () => {
    const visitor = new Visitor(files());
    expect(visitor.read('/data/file')).toBe('data');
    expect(visitor.read('data/in/file')).toBe('in');
    expect(visitor.read('data/in/deep')).toBe(-ENOENT);
    expect(visitor.read('data/in/../file')).toBe('data');
    expect(visitor.read('a/b/ro/file')).toBe('ro');
    expect(visitor.read('a/../a/b/../../data/file')).toBe('data');
    expect(visitor.at('openat', 'a/new', CREATE)).toBe(-EROFS);
    expect(visitor.at('mkdirat', 'new', 0o755)).toBe(-EROFS);
  });

  it('cannot be moved, removed, or moved between', () => {
    const visitor = new Visitor(files());
    expect(visitor.at('unlinkat', 'data/in', 0x200)).toBe(-EBUSY);
    expect(visitor.at('unlinkat', 'data', 0x200)).toBe(-EBUSY);
    expect(visitor.rename('data/in', 'data/out')).toBe(-EBUSY);
    expect(visitor.rename('data/file', 'data/in/file')).toBe(-EXDEV);
    expect(visitor.rename('a/b/ro/file', 'data/file')).toBe(-EXDEV);
    expect(visitor.read('data/file')).toBe('data');
  });

  it('are listed beside what is there', () => {
    const visitor = new Visitor(files());
    const fd = visitor.at('openat', 'data', 0);
    const length = visitor.call('getdents64', fd, buffer, 1000);
    const text = Buffer.from(visitor.process.bytes(buffer, length) as Uint8Array).toString('latin1');
    expect(text.match(/[a-z]+(?=\0)/g)).toEqual(['file', 'in']);
  });

  it('at one path are refused', () => {
    const { folders } = files();
    expect(() => rootOf([...folders, ...folders])).toThrow('two folders are opened at /data');
  });
});

it('No handle is left when all descriptors are closed', () => {
  const files = new MemoryFiles({ '/': { sub: { deep: { file: 'x' } } } });
  const visitor = new Visitor(files);
  for (const name of ['sub/deep/file', 'sub/deep', 'sub/missing', 'sub/deep/file/no']) {
    const fd = visitor.at('openat', name, 0);
    if (fd >= 0) visitor.call('close', fd);
  }
  visitor.at('openat', 'sub/deep/none', 0);
  expect(files.handles).toBe(1);
});
