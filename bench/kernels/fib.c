/* Recursion: two calls and little else. */
#define REPEAT 1600
#include "rt.h"

NOINLINE u32 fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

u32 kernel(u32 repeat) {
  u32 sum = 0;
  for (u32 r = 0; r < repeat; r++) sum = sum * 31 + fib(25 + (sum & 1));
  return sum;
}
