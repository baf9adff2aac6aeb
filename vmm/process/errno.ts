/** Linux error numbers that system calls answer with, negated (asm-generic/errno.h). */
export const ERRNO = {
  EPERM: 1,
  EBADF: 9,
  ENOMEM: 12,
  EFAULT: 14,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  ESPIPE: 29,
  ENOSYS: 38,
} as const;
