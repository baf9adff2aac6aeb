/* Quicksort and heapsort of the same 32768 random words. */
#define REPEAT 240
#include "rt.h"
#define N 32768

static u32 a[N], b[N];

static void quicksort(u32 *v, int low, int high) {
  while (low < high) {
    u32 pivot = v[(low + high) / 2];
    int i = low, j = high;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i <= j) { u32 t = v[i]; v[i++] = v[j]; v[j--] = t; }
    }
    if (j - low < high - i) { quicksort(v, low, j); low = i; }
    else { quicksort(v, i, high); high = j; }
  }
}

static NOINLINE void sift(u32 *v, u32 root, u32 end) {
  u32 value = v[root];
  for (u32 child; (child = 2 * root + 1) < end; root = child) {
    if (child + 1 < end && v[child] < v[child + 1]) child++;
    if (v[child] <= value) break;
    v[root] = v[child];
  }
  v[root] = value;
}

static NOINLINE void heapsort(u32 *v, u32 n) {
  for (u32 root = n / 2; root-- > 0;) sift(v, root, n);
  for (u32 end = n - 1; end > 0; end--) {
    u32 t = v[0]; v[0] = v[end]; v[end] = t;
    sift(v, 0, end);
  }
}

u32 kernel(u32 repeat) {
  u32 sum = 1;
  for (u32 r = 0; r < repeat; r++) {
    u32 seed = sum;
    for (u32 i = 0; i < N; i++) a[i] = b[i] = next_random(&seed);
    quicksort(a, 0, N - 1);
    heapsort(b, N);
    for (u32 i = 0; i < N; i++) sum = (sum ^ a[i]) * 16777619u + (a[i] == b[i]);
  }
  return sum;
}
