/* A pointer chaser: one random cycle through 4 MiB; each load needs the one before. */
#define REPEAT 80
#include "rt.h"
#define N (1 << 20)

static u32 next[N];

/* Sattolo's algorithm: a permutation that is a single cycle. */
static NOINLINE void make_cycle(u32 seed) {
  for (u32 i = 0; i < N; i++) next[i] = i;
  for (u32 i = N - 1; i > 0; i--) {
    u32 j = (next_random(&seed) >> 4) % i, t = next[i];
    next[i] = next[j];
    next[j] = t;
  }
}

u32 kernel(u32 repeat) {
  u32 at = 0, sum = 0;
  make_cycle(1);
  for (u32 r = 0; r < repeat; r++)
    for (u32 i = 0; i < 1000000; i++) { at = next[at]; sum += at ^ i; }
  return sum ^ at;
}
