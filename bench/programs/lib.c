/* The functions of lib.h, and what starts a program on each of the three machines. */
#include "lib.h"

/* ---- Start, output, end ---- */

enum { STANDARD_OUTPUT = 1, STANDARD_ERROR = 2 };

#if defined(__wasm__)

/* Node calls run(rounds) and prints its result; see run-wasm.ts. */
__attribute__((export_name("run"))) u32 run(u32 rounds) { return program(rounds); }

_Noreturn void fail(const char *why) {
  (void)why;
  __builtin_trap();
}

#else

#if defined(__riscv)
enum { SYSTEM_WRITE = 64, SYSTEM_EXIT = 93 };
static long system_call(long number, long a, long b, long c) {
  register long a7 asm("a7") = number, a0 asm("a0") = a, a1 asm("a1") = b, a2 asm("a2") = c;
  asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return a0;
}
asm(".globl _start\n_start:\n mv a0, sp\n andi sp, sp, -16\n call start\n");
#else
enum { SYSTEM_WRITE = 1, SYSTEM_EXIT = 60 };
static long system_call(long number, long a, long b, long c) {
  long result;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
asm(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
#endif

static void write_out(int file, const char *text) {
  system_call(SYSTEM_WRITE, file, (long)text, (long)strlen(text));
}

static _Noreturn void end(int status) {
  for (;;) system_call(SYSTEM_EXIT, status, 0, 0);
}

_Noreturn void fail(const char *why) {
  write_out(STANDARD_ERROR, why);
  write_out(STANDARD_ERROR, "\n");
  end(1);
}

/* The system puts argc, argv[0], argv[1], ... on the stack. */
__attribute__((noreturn, used)) void start(const long *stack) {
  u32 rounds = 0;
  if (stack[0] > 1)
    for (const char *digit = (const char *)stack[2]; is_digit(*digit); digit++) rounds = rounds * 10 + (u32)(*digit - '0');
  u32 checksum = program(rounds > 0 ? rounds : 1);
  char line[10] = "00000000\n";
  for (int i = 7; i >= 0; i--, checksum >>= 4) line[i] = "0123456789abcdef"[checksum & 15];
  write_out(STANDARD_OUTPUT, line);
  end(0);
}

#endif

/* ---- Memory: a free list for each size class, and a heap that only grows ---- */

/*
 * A block's size is rounded up to its class: multiples of 16 up to 512, then powers of two. A
 * header in front of the block stores the class. A freed block goes on its class's list.
 */
enum { HEAP_SIZE = 6 << 20, GRAIN = 16, SMALL_CLASSES = 32, CLASSES = SMALL_CLASSES + 13, SMALLEST_LARGE = 1024 };

typedef struct Block {
  union {
    u32 class;         /* while in use */
    struct Block *next; /* while free */
  };
} Block;

static _Alignas(16) u8 heap[HEAP_SIZE];
static u32 heap_used;
static u32 in_use;
static Block *free_blocks[CLASSES];

static u32 class_of(size_t size) {
  if (size <= GRAIN * SMALL_CLASSES) return size == 0 ? 0 : (u32)(size - 1) / GRAIN;
  u32 class = SMALL_CLASSES;
  for (size_t limit = SMALLEST_LARGE; limit < size; limit *= 2) class++;
  return class;
}

static u32 class_size(u32 class) {
  return class < SMALL_CLASSES ? (class + 1) * GRAIN : (u32)SMALLEST_LARGE << (class - SMALL_CLASSES);
}

static Block *header_of(void *memory) { return (Block *)((u8 *)memory - GRAIN); }

void *malloc(size_t size) {
  u32 class = class_of(size);
  if (class >= CLASSES) fail("malloc: the block is too large");
  Block *block = free_blocks[class];
  if (block) {
    free_blocks[class] = block->next;
  } else {
    u32 whole = GRAIN + class_size(class);
    if (whole > HEAP_SIZE - heap_used) fail("malloc: the heap is full");
    block = (Block *)(heap + heap_used);
    heap_used += whole;
  }
  block->class = class;
  in_use++;
  return (u8 *)block + GRAIN;
}

void free(void *memory) {
  if (!memory) return;
  Block *block = header_of(memory);
  u32 class = block->class;
  block->next = free_blocks[class];
  free_blocks[class] = block;
  in_use--;
}

void *realloc(void *memory, size_t size) {
  if (!memory) return malloc(size);
  u32 old = class_size(header_of(memory)->class);
  if (size <= old) return memory;
  void *larger = malloc(size);
  memcpy(larger, memory, old);
  free(memory);
  return larger;
}

u32 blocks_in_use(void) { return in_use; }

/* ---- Bytes and strings ---- */

void *memcpy(void *to, const void *from, size_t size) {
  u8 *t = to;
  const u8 *f = from;
  if ((((uintptr_t)t | (uintptr_t)f) & 3) == 0) {
    for (; size >= 4; size -= 4, t += 4, f += 4) *(u32 *)t = *(const u32 *)f;
  }
  while (size-- > 0) *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  u8 *t = to;
  const u8 *f = from;
  if (t <= f) return memcpy(to, from, size);
  while (size-- > 0) t[size] = f[size];
  return to;
}

void *memset(void *to, int byte, size_t size) {
  u8 *t = to;
  u32 word = (u8)byte * 0x01010101u;
  for (; size > 0 && ((uintptr_t)t & 3) != 0; size--) *t++ = (u8)byte;
  for (; size >= 4; size -= 4, t += 4) *(u32 *)t = word;
  while (size-- > 0) *t++ = (u8)byte;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const u8 *x = a, *y = b;
  for (; size > 0; size--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}

int strcmp(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t size) {
  for (; size > 0; size--, a++, b++)
    if (*a != *b || !*a) return (u8)*a - (u8)*b;
  return 0;
}

const char *strchr(const char *text, int wanted) {
  for (;; text++) {
    if (*text == (char)wanted) return text;
    if (!*text) return NULL;
  }
}

/* ---- Buffers ---- */

static void make_room(Buffer *buffer, u32 more) {
  u32 needed = buffer->length + more + 1;
  if (needed <= buffer->capacity) return;
  u32 capacity = buffer->capacity < 32 ? 32 : buffer->capacity;
  while (capacity < needed) capacity *= 2;
  buffer->data = realloc(buffer->data, capacity);
  buffer->capacity = capacity;
}

void add_bytes(Buffer *buffer, const char *bytes, u32 count) {
  make_room(buffer, count);
  memcpy(buffer->data + buffer->length, bytes, count);
  buffer->length += count;
  buffer->data[buffer->length] = 0;
}

void add_char(Buffer *buffer, char c) {
  make_room(buffer, 1);
  buffer->data[buffer->length++] = c;
  buffer->data[buffer->length] = 0;
}

void add_string(Buffer *buffer, const char *text) { add_bytes(buffer, text, (u32)strlen(text)); }

void add_number(Buffer *buffer, i32 number) {
  char digits[11];
  u32 at = sizeof digits;
  u32 rest = number < 0 ? 0u - (u32)number : (u32)number;
  do digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0) digits[--at] = '-';
  add_bytes(buffer, digits + at, (u32)sizeof digits - at);
}

void clear_buffer(Buffer *buffer) {
  buffer->length = 0;
  if (buffer->data) buffer->data[0] = 0;
}

void free_buffer(Buffer *buffer) {
  free(buffer->data);
  *buffer = (Buffer){0};
}

/* ---- Sorting ---- */

static void swap(u8 *a, u8 *b, size_t size) {
  for (; size > 0; size--, a++, b++) {
    u8 byte = *a;
    *a = *b;
    *b = byte;
  }
}

typedef int (*Compare)(const void *a, const void *b);

static void insertion_sort(u8 *base, size_t count, size_t size, Compare compare) {
  for (size_t i = 1; i < count; i++)
    for (u8 *p = base + i * size; p > base && compare(p - size, p) > 0; p -= size) swap(p - size, p, size);
}

/* Quicksort with the median of three as pivot; short parts are left to insertion. */
void qsort(void *start, size_t count, size_t size, Compare compare) {
  u8 *base = start;
  while (count > 8) {
    u8 *middle = base + count / 2 * size, *last = base + (count - 1) * size;
    if (compare(base, middle) > 0) swap(base, middle, size);
    if (compare(middle, last) > 0) {
      swap(middle, last, size);
      if (compare(base, middle) > 0) swap(base, middle, size);
    }
    swap(base, middle, size); /* the pivot is now first */
    u8 *low = base, *high = base + count * size;
    for (;;) {
      do low += size;
      while (low <= last && compare(low, base) < 0);
      do high -= size;
      while (compare(high, base) > 0);
      if (low >= high) break;
      swap(low, high, size);
    }
    swap(base, high, size);
    size_t left = (size_t)(high - base) / size, right = count - left - 1;
    if (left < right) {
      qsort(base, left, size, compare);
      base = high + size;
      count = right;
    } else {
      qsort(high + size, right, size, compare);
      count = left;
    }
  }
  insertion_sort(base, count, size, compare);
}

/* ---- Checksums ---- */

u32 hash_bytes(u32 hash, const void *bytes, size_t count) {
  const u8 *byte = bytes;
  hash ^= 2166136261u;
  for (; count > 0; count--, byte++) hash = (hash ^ *byte) * 16777619u;
  return hash;
}

u32 hash_string(u32 hash, const char *text) { return hash_bytes(hash, text, strlen(text)); }
