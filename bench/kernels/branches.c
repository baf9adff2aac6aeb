/* Branches that no predictor can foresee: each turn's way depends on random bits. */
#define REPEAT 240
#include "rt.h"

static u32 counts[64];

static NOINLINE u32 turn(u32 x, u32 y) {
  if (x & 1) {
    if (x & 2) { counts[x >> 26]++; y += x; }
    else { y ^= counts[y & 63]; if (x & 4) counts[y >> 27] += y; else y = y * 3 + 1; }
  } else if (x & 8) {
    y -= x >> 3;
    if (x & 16) { if (x & 32) counts[5] ^= y; else counts[(x >> 7) & 63]--; }
  } else {
    switch (x >> 6 & 7) {
      case 0: y = y << 7 | y >> 25; break;
      case 1: counts[1] += y; break;
      case 2: y ^= x; break;
      case 3: counts[y & 31] = x; break;
      case 4: y += counts[x >> 28]; break;
      case 5: y = ~y; break;
      case 6: y *= 5; break;
      default: y -= counts[2]; break;
    }
  }
  return y;
}

u32 kernel(u32 repeat) {
  u32 x = 2463534242u, y = 1;
  for (u32 i = 0; i < repeat * 400000; i++) {
    x ^= x << 13; x ^= x >> 17; x ^= x << 5;
    y = turn(x, y);
  }
  for (u32 i = 0; i < 64; i++) y = y * 31 + counts[i];
  return y;
}
