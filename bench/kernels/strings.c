/* Text: words made, measured, compared, found, turned round, counted in a hash table. */
#define REPEAT 1800
#include "rt.h"
#define SIZE 65536
#define SLOTS 4096

static char text[SIZE + 64], copy[SIZE + 64];
static struct { const char *word; u32 length, count; } slots[SLOTS];

static NOINLINE u32 length(const char *s) { u32 n = 0; while (s[n]) n++; return n; }

static NOINLINE int compare(const char *a, const char *b, u32 n) {
  for (u32 i = 0; i < n; i++) if (a[i] != b[i]) return (u8)a[i] < (u8)b[i] ? -1 : 1;
  return 0;
}

static NOINLINE u32 write_words(u32 seed) {
  u32 at = 0;
  while (at < SIZE - 16) {
    u32 n = 2 + (next_random(&seed) >> 29);
    for (u32 i = 0; i < n; i++) text[at++] = "etaoinshrdlucmfw"[next_random(&seed) >> 28];
    text[at++] = seed >> 25 ? ' ' : '\n';
  }
  text[at] = 0;
  return at;
}

static NOINLINE u32 find(const char *s, const char *pattern) {
  u32 found = 0, n = length(pattern);
  for (; *s; s++) if (*s == *pattern && compare(s, pattern, n) == 0) found++;
  return found;
}

static NOINLINE void upper(char *to, const char *from) {
  do *to++ = *from >= 'a' && *from <= 'z' ? *from - 32 : *from; while (*from++);
}

static NOINLINE void reverse_words(char *s) {
  while (*s) {
    char *end = s;
    while (*end > ' ') end++;
    for (char *a = s, *b = end - 1; a < b; a++, b--) { char t = *a; *a = *b; *b = t; }
    s = *end ? end + 1 : end;
  }
}

static NOINLINE u32 count_words(const char *s) {
  u32 distinct = 0, most = 0;
  for (u32 i = 0; i < SLOTS; i++) slots[i].word = 0;
  while (*s) {
    u32 hash = 2166136261u, n = 0;
    for (; s[n] > ' '; n++) hash = (hash ^ (u8)s[n]) * 16777619u;
    u32 at = (hash ^ hash >> 15) % SLOTS;
    while (slots[at].word && (slots[at].length != n || compare(slots[at].word, s, n))) at = (at + 1) % SLOTS;
    if (!slots[at].word) {
      if (distinct > SLOTS / 2) break;
      slots[at].word = s; slots[at].length = n; slots[at].count = 0; distinct++;
    }
    if (++slots[at].count > most) most = slots[at].count;
    s += s[n] ? n + 1 : n;
  }
  return distinct * 65536 + most;
}

u32 kernel(u32 repeat) {
  u32 sum = 1;
  for (u32 r = 0; r < repeat; r++) {
    sum = sum * 31 + write_words(sum);
    sum = sum * 31 + find(text, "tea") + find(text, "tin ");
    upper(copy, text);
    reverse_words(copy);
    sum = sum * 31 + length(copy) + find(copy, "EA");
    sum = sum * 31 + count_words(copy);
  }
  return sum;
}
