/** Calls that change what memory the process has (Linux: mm/mmap.c, mm/mprotect.c, mm/mremap.c, mm/madvise.c). */
import { PAGE } from '../../../isa/machine/storage.ts';
import { ERRNO } from '../errno.ts';
import { RegularFile } from '../files/open-file.ts';
import type { Process } from '../process.ts';
import { RIGHT } from '../space.ts';
import type { CallEntry } from './call.ts';

const PROT = { READ: 1, WRITE: 2, EXEC: 4 } as const;
const MAP = {
  SHARED: 1,
  PRIVATE: 2,
  SHARED_VALIDATE: 3,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  FIXED_NOREPLACE: 0x10_0000,
} as const;
const MREMAP_MAYMOVE = 1;
const MADV_DONTNEED = 4;

/** The rights that `protection` asks for. */
function rightsOf(protection: number): number {
  return (
    (protection & PROT.READ ? RIGHT.READ : 0) |
    (protection & PROT.WRITE ? RIGHT.WRITE : 0) |
    (protection & PROT.EXEC ? RIGHT.EXECUTE : 0)
  );
}

/** The bytes of whole pages that hold `length` bytes; undefined if they would not fit in 32 bits. */
function wholePages(length: number): number | undefined {
  const size = Math.ceil((length >>> 0) / PAGE) * PAGE;
  return size < 2 ** 32 ? size : undefined;
}

function mapAnonymous(
  { space }: Process,
  wanted: number,
  length: number,
  protection: number,
  flags: number,
): number {
  const kind = flags & MAP.SHARED_VALIDATE;
  if (kind !== MAP.SHARED && kind !== MAP.PRIVATE) return -ERRNO.EINVAL;
  if (length === 0) return -ERRNO.EINVAL;
  const size = wholePages(length);
  if (size === undefined) return -ERRNO.ENOMEM;
  const at = wanted >>> 0;
  const rights = rightsOf(protection);
  if ((flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) === 0) return space.map(at, size, rights) ?? -ERRNO.ENOMEM;
  if (at % PAGE !== 0) return -ERRNO.EINVAL;
  if (at < PAGE) return -ERRNO.EPERM;
  if ((flags & MAP.FIXED_NOREPLACE) !== 0 && !space.isFree(at, size))
    return at + size > space.size ? -ERRNO.ENOMEM : -ERRNO.EEXIST;
  return space.mapAt(at, size, rights) ? at : -ERRNO.ENOMEM;
}

/**
 * A file's mapping is a copy of what is in it now. So a shared one that can be written, whose writes would have to
 * reach the file, is refused as by a file system that has none.
 */
function mmap(
  process: Process,
  wanted: number,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  pages: number,
): number {
  if ((flags & MAP.ANONYMOUS) !== 0) return mapAnonymous(process, wanted, length, protection, flags);
  const file = process.descriptors.file(fd);
  const isShared = (flags & MAP.SHARED_VALIDATE) !== MAP.PRIVATE;
  if (!(file instanceof RegularFile) || (isShared && (protection & PROT.WRITE) !== 0)) return -ERRNO.ENODEV;
  if (!file.canRead) return -ERRNO.EACCES;
  const at = mapAnonymous(process, wanted, length, protection, flags);
  if (at >= 0) process.machine.memory.fill(at, file.readAt((pages >>> 0) * PAGE, length >>> 0));
  return at;
}

function munmap({ space }: Process, at: number, length: number): number {
  const size = wholePages(length);
  if (at % PAGE !== 0 || length === 0 || size === undefined || (at >>> 0) + size > space.size)
    return -ERRNO.EINVAL;
  space.unmap(at >>> 0, size);
  return 0;
}

function mprotect({ space }: Process, at: number, length: number, protection: number): number {
  if (at % PAGE !== 0 || (protection & ~(PROT.READ | PROT.WRITE | PROT.EXEC)) !== 0) return -ERRNO.EINVAL;
  const size = wholePages(length);
  if (size === undefined) return -ERRNO.ENOMEM;
  return space.protect(at >>> 0, size, rightsOf(protection)) ? 0 : -ERRNO.ENOMEM;
}

function mremap({ space }: Process, at: number, before: number, after: number, flags: number): number {
  const from = wholePages(before);
  const to = wholePages(after);
  if (at % PAGE !== 0 || (flags & ~MREMAP_MAYMOVE) !== 0 || from === 0 || to === 0) return -ERRNO.EINVAL;
  if (from === undefined || !space.isMapped(at >>> 0, from)) return -ERRNO.EFAULT;
  if (to === undefined) return -ERRNO.ENOMEM;
  return space.resize(at >>> 0, from, to, (flags & MREMAP_MAYMOVE) !== 0) ?? -ERRNO.ENOMEM;
}

/** Advice is followed where the program could see it: pages that are not needed any more hold zeros when they are next read. */
function madvise(process: Process, at: number, length: number, advice: number): number {
  const size = wholePages(length);
  if (at % PAGE !== 0 || size === undefined || advice < 0) return -ERRNO.EINVAL;
  if (!process.space.isMapped(at >>> 0, size)) return -ERRNO.ENOMEM;
  if (advice === MADV_DONTNEED) process.machine.memory.fill(at >>> 0, new Uint8Array(size));
  return 0;
}

export const memoryCalls: readonly CallEntry[] = [
  [214, 'brk', (p, end) => p.space.setBreak(end >>> 0)],
  [215, 'munmap', (p, at, length) => munmap(p, at, length)],
  [216, 'mremap', (p, at, before, after, flags) => mremap(p, at, before, after, flags)],
  [
    222,
    'mmap',
    (p, at, length, protection, flags, fd, pages) => mmap(p, at, length, protection, flags, fd, pages),
  ],
  [226, 'mprotect', (p, at, length, protection) => mprotect(p, at, length, protection)],
  [233, 'madvise', (p, at, length, advice) => madvise(p, at, length, advice)],
];
