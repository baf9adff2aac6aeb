/*
 * The small C library of the programs in this folder: memory, strings, sorting, random numbers
 * and checksums. Names that C has mean what they mean in C. The functions are in lib.c.
 *
 * A program defines `u32 program(u32 rounds)`. Its result, a checksum of all that it computed, is
 * printed as one line of eight hexadecimal digits. The result must not depend on the size of a
 * pointer, nor on the order of bytes in a word: the same source is built for RV32IM, for the host
 * and for WebAssembly, and all three must print the same.
 */
#ifndef LIB_H
#define LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the program is to do. `rounds` is its argument, at least 1. */
u32 program(u32 rounds);

/* Prints why and ends the program with status 1: an error that a correct program never meets. */
_Noreturn void fail(const char *why);

/* Memory. malloc never returns NULL: it fails instead. Memory is not cleared. */
void *malloc(size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
/* Blocks that were allocated and not freed yet. A round that ends with more than it began with leaks. */
u32 blocks_in_use(void);

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* Strings that end in a zero byte. */
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
const char *strchr(const char *text, int wanted);

static inline bool is_digit(int c) { return c >= '0' && c <= '9'; }
static inline bool is_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static inline bool is_space(int c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/* A string that grows. Start with `Buffer b = {0}`; `data` always ends in a zero byte once something was added. */
typedef struct {
  char *data;
  u32 length, capacity;
} Buffer;

void add_char(Buffer *buffer, char c);
void add_bytes(Buffer *buffer, const char *bytes, u32 count);
void add_string(Buffer *buffer, const char *text);
void add_number(Buffer *buffer, i32 number);
void clear_buffer(Buffer *buffer); /* Empties it and keeps its memory. */
void free_buffer(Buffer *buffer);

/* Sorts by `compare`: quicksort, not stable. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *a, const void *b));

/* Numerical Recipes' linear congruential generator; the low bits are poor, so the high ones are used. */
static inline u32 next_random(u32 *seed) { return (*seed = *seed * 1664525u + 1013904223u) >> 8; }
static inline u32 random_below(u32 *seed, u32 bound) { return next_random(seed) % bound; }

/* Checksums: FNV-1a, for bytes and for words. Start with 0 or with the last result. */
u32 hash_bytes(u32 hash, const void *bytes, size_t count);
u32 hash_string(u32 hash, const char *text);
static inline u32 hash_word(u32 hash, u32 word) { return ((hash ^ word) * 16777619u) ^ (hash >> 15); }

#endif
