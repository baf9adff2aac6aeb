/* Multiplication of 96 by 96 matrices of words: nested loops, multiply and add. */
#define REPEAT 1500
#include "rt.h"
#define N 96

static u32 a[N][N], b[N][N], c[N][N];

static NOINLINE void multiply(void) {
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      u32 sum = 0;
      for (u32 k = 0; k < N; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}

/* c, mixed, is the next a. */
static NOINLINE u32 turn(void) {
  u32 trace = 0;
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      a[i][j] = c[j][i] ^ c[i][j] >> 7;
      if (i == j) trace += a[i][j];
    }
  return trace;
}

u32 kernel(u32 repeat) {
  u32 seed = 1, sum = 0;
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) { a[i][j] = next_random(&seed); b[i][j] = next_random(&seed); }
  for (u32 r = 0; r < repeat; r++) { multiply(); sum = sum * 31 + turn(); }
  return sum;
}
