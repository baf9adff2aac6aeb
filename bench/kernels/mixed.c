/*
 * Many functions of middle size, as a control program has them: list processing with
 * comparators by pointer, small matrices of 16-bit numbers, a state machine that reads
 * numbers, a CRC over all results. The mix is CoreMark's; the code is our own.
 */
#define REPEAT 3600
#include "rt.h"

/* ---- CRC-16 (CCITT, reflected), bit by bit ---- */

static NOINLINE u16 crc_byte(u8 byte, u16 crc) {
  for (int i = 0; i < 8; i++) {
    int carry = (byte ^ crc) & 1;
    byte >>= 1;
    crc >>= 1;
    if (carry) crc ^= 0x8408;
  }
  return crc;
}

static NOINLINE u16 crc_half(u16 value, u16 crc) { return crc_byte((u8)(value >> 8), crc_byte((u8)value, crc)); }
static NOINLINE u16 crc_word(u32 value, u16 crc) { return crc_half((u16)(value >> 16), crc_half((u16)value, crc)); }

/* ---- Lists ---- */

typedef struct { u16 data, index; } Item;
typedef struct Cell { struct Cell *next; Item *item; } Cell;
typedef int (*Order)(const Item *a, const Item *b, u32 context);

#define CELLS 220
static Item items[CELLS];
static Cell cells[CELLS];
static u16 measure(u16 data, u32 context);

static NOINLINE int by_index(const Item *a, const Item *b, u32 context) {
  (void)context;
  return a->index - b->index;
}

static NOINLINE int by_measure(const Item *a, const Item *b, u32 context) {
  return measure(a->data, context) - measure(b->data, context);
}

static NOINLINE Cell *make_list(u32 seed) {
  for (u32 i = 0; i < CELLS; i++) {
    items[i].data = (u16)(next_random(&seed) >> 16);
    items[i].index = (u16)i;
    cells[i].item = &items[i];
    cells[i].next = i + 1 < CELLS ? &cells[i + 1] : 0;
  }
  return cells;
}

static NOINLINE Cell *find_data(Cell *list, u16 low) {
  while (list && (list->item->data & 0xff) != low) list = list->next;
  return list;
}

static NOINLINE Cell *find_index(Cell *list, u16 index) {
  while (list && list->item->index != index) list = list->next;
  return list;
}

static NOINLINE Cell *reverse(Cell *list) {
  Cell *done = 0;
  while (list) { Cell *next = list->next; list->next = done; done = list; list = next; }
  return done;
}

/* Takes the cell after `at` out, and gives it back. */
static NOINLINE Cell *unlink_after(Cell *at) {
  Cell *out = at->next;
  at->next = out->next;
  out->next = 0;
  return out;
}

static NOINLINE void link_after(Cell *at, Cell *cell) { cell->next = at->next; at->next = cell; }

/* Merge sort, bottom up, runs of 1, 2, 4, … */
static NOINLINE Cell *sort(Cell *list, Order order, u32 context) {
  for (u32 width = 1;; width *= 2) {
    Cell *left = list, *tail = 0;
    u32 merges = 0;
    list = 0;
    while (left) {
      Cell *right = left;
      u32 inLeft = 0, inRight = width;
      merges++;
      while (inLeft < width && right) { inLeft++; right = right->next; }
      while (inLeft > 0 || (inRight > 0 && right)) {
        Cell *least;
        if (inLeft > 0 && (inRight == 0 || !right || order(left->item, right->item, context) <= 0)) {
          least = left; left = left->next; inLeft--;
        } else {
          least = right; right = right->next; inRight--;
        }
        if (tail) tail->next = least; else list = least;
        tail = least;
      }
      left = right;
    }
    tail->next = 0;
    if (merges <= 1) return list;
  }
}

static NOINLINE u16 crc_list(const Cell *list, u16 crc) {
  for (; list; list = list->next) crc = crc_half(list->item->data, crc);
  return crc;
}

static NOINLINE u16 lists(u32 seed, u32 context) {
  Cell *list = make_list(seed);
  u16 crc = 0, found = 0, missed = 0;
  for (u32 i = 0; i < 24; i++) {
    Cell *hit = i & 1 ? find_data(list, (u16)(seed + i) & 0xff) : find_index(list, (u16)((seed >> 4) + i * 9));
    list = reverse(list);
    if (!hit) { missed++; continue; }
    found++;
    if (hit->next && hit != list) link_after(list, unlink_after(hit));
    crc = crc_half(hit->item->data, crc);
  }
  list = sort(list, by_measure, context);
  crc = crc_list(list, crc);
  list = sort(list, by_index, context);
  crc = crc_list(list, crc);
  return crc_half((u16)(found * 4 - missed), crc);
}

/* ---- Matrices ---- */

#define N 10
typedef short s16;
static s16 left[N][N], right[N][N];
static int product[N][N];

static NOINLINE void make_matrices(u32 seed) {
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      left[i][j] = (s16)(next_random(&seed) >> 16);
      right[i][j] = (s16)(next_random(&seed) >> 24);
    }
}

static NOINLINE void add_constant(s16 value) {
  for (u32 i = 0; i < N; i++) for (u32 j = 0; j < N; j++) left[i][j] = (s16)(left[i][j] + value);
}

static NOINLINE void times_constant(int value) {
  for (u32 i = 0; i < N; i++) for (u32 j = 0; j < N; j++) product[i][j] = left[i][j] * value;
}

static NOINLINE void multiply(void) {
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      u32 sum = 0;
      for (u32 k = 0; k < N; k++) sum += (u32)(left[i][k] * right[k][j]);
      product[i][j] = (int)sum;
    }
}

static NOINLINE void multiply_bits(void) {
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      u32 sum = 0;
      for (u32 k = 0; k < N; k++) {
        u32 t = (u32)(left[i][k] * right[k][j]);
        sum += (t >> 2 & 15) * (t >> 5 & 127);
      }
      product[i][j] = (int)sum;
    }
}

/* Counts rises above a clipping level. */
static NOINLINE s16 sum_up(int clip) {
  int total = 0, before = 0;
  s16 result = 0;
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      int now = product[i][j];
      total = (int)((u32)total + (u32)now);
      if (total > clip) { result = (s16)(result + 10); total = 0; }
      else result = (s16)(result + (now > before));
      before = now;
    }
  return result;
}

static NOINLINE u16 matrices(u32 seed, u16 crc) {
  s16 value = (s16)(seed & 0x7f);
  int clip = -4096 | (int)(seed >> 3 & 4095);
  make_matrices(seed);
  add_constant(value);
  times_constant(value);
  crc = crc_half((u16)sum_up(clip), crc);
  multiply();
  crc = crc_half((u16)sum_up(clip), crc);
  multiply_bits();
  return crc_half((u16)sum_up(clip), crc);
}

/* ---- A state machine ---- */

enum State { START, SIGN, WHOLE, FRACTION, EXPONENT, POWER, INVALID, STATES };

static const char *const samples[] = {
  "5012", "-874", "+122", "35.54400", ".1234500", "-110.700", "+0.64400", "5.500e+3",
  "-.123e-2", "-87e+832", "+0.6e-12", "T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^", "12..7,e3",
};
static char input[512];
static u32 final[STATES], moves[STATES];

static NOINLINE void make_input(u32 seed) {
  u32 at = 0;
  while (at < sizeof input - 16) {
    const char *sample = samples[next_random(&seed) >> 28];
    while (*sample) input[at++] = *sample++;
    input[at++] = ',';
  }
  input[at] = 0;
}

static NOINLINE int is_digit(char c) { return c >= '0' && c <= '9'; }

/* Reads one number, and moves `*text` past it and its comma. */
static NOINLINE enum State scan(const char **text) {
  enum State state = START;
  const char *s = *text;
  for (; *s && *s != ','; s++) {
    char c = *s;
    enum State before = state;
    switch (state) {
      case START:
        state = is_digit(c) ? WHOLE : c == '+' || c == '-' ? SIGN : c == '.' ? FRACTION : INVALID;
        break;
      case SIGN:
        state = is_digit(c) ? WHOLE : c == '.' ? FRACTION : INVALID;
        break;
      case WHOLE:
        if (c == '.') state = FRACTION;
        else if (c == 'e') state = EXPONENT;
        else if (!is_digit(c)) state = INVALID;
        break;
      case FRACTION:
        if (c == 'e') state = EXPONENT;
        else if (!is_digit(c)) state = INVALID;
        break;
      case EXPONENT:
        state = c == '+' || c == '-' || is_digit(c) ? POWER : INVALID;
        break;
      case POWER:
        if (!is_digit(c)) state = INVALID;
        break;
      default:
        break;
    }
    if (state != before) moves[before]++;
    if (state == INVALID) { while (*s && *s != ',') s++; break; }
  }
  *text = *s ? s + 1 : s;
  return state;
}

static NOINLINE u16 states(u32 seed, u16 crc) {
  u32 step = 1 + (seed & 31);
  for (u32 i = 0; i < STATES; i++) final[i] = moves[i] = 0;
  make_input(seed);
  for (const char *s = input; *s;) final[scan(&s)]++;
  for (char *s = input; s < input + sizeof input - 16; s += step) if (*s != ',' && *s) *s ^= (char)(seed & 3);
  for (const char *s = input; *s;) final[scan(&s)]++;
  for (u32 i = 0; i < STATES; i++) crc = crc_word(moves[i], crc_word(final[i], crc));
  return crc;
}

/* ---- All together ---- */

static NOINLINE u16 measure(u16 data, u32 context) {
  u16 value = data & 0x7f;
  switch (data >> 7 & 3) {
    case 0: return (u16)(value + (context & 15));
    case 1: return (u16)(crc_byte((u8)data, (u16)context) & 0xff);
    case 2: return (u16)(value * 3 ^ (context >> 3 & 0x3f));
    default: return (u16)((value << 1 | value >> 6) & 0xff);
  }
}

u32 kernel(u32 repeat) {
  u32 sum = 1;
  for (u32 r = 0; r < repeat * 4; r++) {
    u16 crc = lists(sum, r);
    crc = matrices(sum, crc);
    crc = states(sum, crc);
    sum = (sum ^ crc) * 16777619u + r;
  }
  return sum;
}
