/* Eratosthenes: byte stores with a stride, over a megabyte. */
#define REPEAT 400
#include "rt.h"
#define N 1000000

static u8 composite[N];

u32 kernel(u32 repeat) {
  u32 sum = 0;
  for (u32 r = 0; r < repeat; r++) {
    u32 end = N - (sum & 15);
    for (u32 i = 0; i < end; i++) composite[i] = 0;
    for (u32 i = 2; i < end; i++) {
      if (composite[i]) continue;
      sum = sum * 33 + i;
      for (u32 j = i + i; j < end; j += i) composite[j] = 1;
    }
  }
  return sum;
}
