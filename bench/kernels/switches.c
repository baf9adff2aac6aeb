/*
 * Two tasks that yield to each other, each in an address space of its own: what a
 * context switch costs, and what is lost with it. System mode only: the kernel
 * (system/kernel.inc) starts this program twice. Both see their own pages at PRIVATE.
 */
#define REPEAT 200
#include "rt.h"
#ifndef PRIVATE
#error "system mode only"
#endif

/* Shared by both tasks. */
static volatile u32 started, sums[2];

u32 kernel(u32 repeat) {
  volatile u32 *mine = (volatile u32 *)PRIVATE;
  u32 task = started++;
  for (u32 i = 0; i < repeat * 5000; i++) {
    for (u32 page = 0; page < 8; page++) mine[page * 1024] += i + task;
    sums[task] = sums[task] * 31 + mine[(i & 7) * 1024];
    sys(YIELD, 0, 0, 0);
  }
  while (task == 1) sys(YIELD, 0, 0, 0);
  return sums[0] ^ sums[1] * 3;
}
