/**
 * Calls that newlib makes beside Linux's (its libgloss/riscv): the old ones without a folder, which the kernel does not
 * have for RISC-V. Numbers are those of `machine/syscall.h` there; flags of `open` are newlib's, for it does not
 * translate them (`sys/_default_fcntl.h`).
 */
import { O } from '../files/open-file.ts';
import type { CallEntry } from './call.ts';
import { access, makeFolder, remove } from './files.ts';
import { open } from './opening.ts';
import { AT } from './start.ts';
import { fstatat } from './status.ts';
/** newlib's flags of `open`, and Linux's. */
const flags: readonly (readonly [newlib: number, linux: number])[] = [
  [0x0008, O.APPEND],
  [0x0200, O.CREAT],
  [0x0400, O.TRUNC],
  [0x0800, O.EXCL],
  [0x4000, O.NONBLOCK],
  [0x4_0000, O.CLOEXEC],
  [0x10_0000, O.NOFOLLOW],
  [0x20_0000, O.DIRECTORY],
];

function linuxFlags(wish: number): number {
  return flags.reduce((sum, [newlib, linux]) => ((wish & newlib) === 0 ? sum : sum | linux), wish & O.ACCESS);
}

export const newlibCalls: readonly CallEntry[] = [
  [1024, 'open', (p, path, wish, mode) => open(p, AT.FDCWD, path, linuxFlags(wish), mode)],
  [1026, 'unlink', (p, path) => remove(p, AT.FDCWD, path, 0)],
  [1030, 'mkdir', (p, path, mode) => makeFolder(p, AT.FDCWD, path, mode)],
  [1033, 'access', (p, path, mode) => access(p, AT.FDCWD, path, mode, 0)],
  [1038, 'stat', (p, path, at) => fstatat(p, AT.FDCWD, path, at, 0)],
  [1039, 'lstat', (p, path, at) => fstatat(p, AT.FDCWD, path, at, AT.SYMLINK_NOFOLLOW)],
];
