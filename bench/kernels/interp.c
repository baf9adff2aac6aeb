/* A register machine interpreted by a switch: indirect jumps that depend on data. */
#define REPEAT 600
#include "rt.h"

enum { LI, ADD, SUB, MUL, XOR, AND, SHL, SHR, LD, ST, BNZ, BLT, JMP, CALL, RET, HALT };
typedef struct { u8 op, a, b, c; } Op;

/* Fills a table with a generator, then counts the steps of Collatz sequences from it. */
static const Op program[] = {
  /*  0 */ {LI, 1, 0, 0},   {LI, 2, 0, 1},   {LI, 3, 0, 200},
  /*  3 */ {MUL, 0, 0, 10}, {ADD, 0, 0, 11}, {ST, 0, 1, 0},   {ADD, 1, 1, 2},  {BLT, 1, 3, 3},
  /*  8 */ {LI, 1, 0, 0},   {LI, 5, 0, 0},
  /* 10 */ {LD, 4, 1, 0},   {LI, 6, 0, 255}, {AND, 4, 4, 6},  {ADD, 4, 4, 2},  {CALL, 0, 0, 18},
  /* 15 */ {ADD, 1, 1, 2},  {BLT, 1, 3, 10}, {HALT, 0, 0, 0},
  /* 18 */ {SUB, 7, 4, 2},  {BNZ, 7, 0, 21}, {RET, 0, 0, 0},
  /* 21 */ {ADD, 5, 5, 2},  {AND, 7, 4, 2},  {BNZ, 7, 0, 26}, {SHR, 4, 4, 2},  {JMP, 0, 0, 18},
  /* 26 */ {SHL, 7, 4, 2},  {ADD, 4, 4, 7},  {ADD, 4, 4, 2},  {XOR, 8, 8, 4},  {JMP, 0, 0, 18},
};

static u32 table[256];

static NOINLINE u32 run(u32 seed) {
  u32 r[16] = {seed}, back = 0;
  r[10] = 1664525u; r[11] = 1013904223u;
  for (u32 pc = 0;;) {
    Op at = program[pc++];
    u32 *a = &r[at.a], b = r[at.b], c = r[at.c & 15];
    switch (at.op) {
      case LI: *a = at.c; break;
      case ADD: *a = b + c; break;
      case SUB: *a = b - c; break;
      case MUL: *a = b * c; break;
      case XOR: *a = b ^ c; break;
      case AND: *a = b & c; break;
      case SHL: *a = b << (c & 31); break;
      case SHR: *a = b >> (c & 31); break;
      case LD: *a = table[b & 255]; break;
      case ST: table[b & 255] = *a; break;
      case BNZ: if (*a) pc = at.c; break;
      case BLT: if (*a < b) pc = at.c; break;
      case JMP: pc = at.c; break;
      case CALL: back = pc; pc = at.c; break;
      case RET: pc = back; break;
      case HALT: return r[0] + r[5] * 31 + r[8];
    }
  }
}

u32 kernel(u32 repeat) {
  u32 sum = 1;
  for (u32 r = 0; r < repeat * 10; r++) sum = run(sum);
  return sum;
}
