/*
 * A compressor with three methods, the smallest result of which is stored:
 *
 *   lz       repeated strings become references (LZ77, Ziv and Lempel, 1977), then Huffman's code: as in ZIP files
 *   sorted   Burrows and Wheeler's transform (1994), move to front, runs of zeros, Huffman's code: as in bzip2
 *   context  an adaptive model of bits after the byte before, and a range coder: the end of LZMA
 *
 * A round makes a file, compresses it by each method, restores it each time, and compares.
 *
 * Rounds: 20 76 280 1420
 */
#include "lib.h"

/* ---- Bits: the first is the lowest of its byte ---- */

typedef struct {
  Buffer *out;
  u32 bits, count; /* not written yet, and how many */
} BitWriter;

typedef struct {
  const u8 *next, *end;
  u32 bits, count;
} BitReader;

static void write_bits(BitWriter *writer, u32 value, u32 count) {
  writer->bits |= value << writer->count;
  writer->count += count;
  for (; writer->count >= 8; writer->count -= 8, writer->bits >>= 8) add_char(writer->out, (char)writer->bits);
}

static void flush_bits(BitWriter *writer) {
  if (writer->count > 0) write_bits(writer, 0, 8 - writer->count);
}

static u32 read_bits(BitReader *reader, u32 count) {
  for (; reader->count < count; reader->count += 8) {
    if (reader->next == reader->end) fail("squeeze: the input ends too soon");
    reader->bits |= (u32)*reader->next++ << reader->count;
  }
  u32 value = reader->bits & ((1u << count) - 1);
  reader->bits >>= count;
  reader->count -= count;
  return value;
}

/* Numbers of any size, small ones in few bits: their class is their number of bits, and goes through Huffman's code. */
static u32 bit_length(u32 value) {
  u32 length = 0;
  for (; value > 0; value >>= 1) length++;
  return length;
}

/* ---- Huffman's code, canonical: the lengths of the codes say what the codes are ---- */

enum { MOST_SYMBOLS = 288, LONGEST_CODE = 15 };

typedef struct {
  u32 symbols;
  u32 counts[MOST_SYMBOLS];
  u8 lengths[MOST_SYMBOLS]; /* 0: the symbol does not occur */
  u16 codes[MOST_SYMBOLS];  /* bits reversed, as they are written */
  /* For decoding: how many codes there are of each length, and their symbols, shortest code first. */
  u16 codes_of_length[LONGEST_CODE + 1];
  u16 sorted[MOST_SYMBOLS];
} Huffman;

static void start_code(Huffman *code, u32 symbols) {
  memset(code, 0, sizeof *code);
  code->symbols = symbols;
}

/* A heap of tree nodes, the rarest on top. Equal counts are told apart by number: the code is the same everywhere. */
typedef struct {
  u32 weights[2 * MOST_SYMBOLS];
  u16 parents[2 * MOST_SYMBOLS];
  u16 heap[MOST_SYMBOLS];
  u32 size;
} Forest;

static bool is_lighter(const Forest *forest, u32 a, u32 b) {
  if (forest->weights[a] != forest->weights[b]) return forest->weights[a] < forest->weights[b];
  return a < b;
}

static void push_tree(Forest *forest, u32 tree) {
  u32 at = forest->size++;
  for (; at > 0 && is_lighter(forest, tree, forest->heap[(at - 1) / 2]); at = (at - 1) / 2)
    forest->heap[at] = forest->heap[(at - 1) / 2];
  forest->heap[at] = (u16)tree;
}

static u32 pop_lightest(Forest *forest) {
  u32 lightest = forest->heap[0], last = forest->heap[--forest->size], at = 0;
  for (u32 child = 1; child < forest->size; child = 2 * at + 1) {
    if (child + 1 < forest->size && is_lighter(forest, forest->heap[child + 1], forest->heap[child])) child++;
    if (!is_lighter(forest, forest->heap[child], last)) break;
    forest->heap[at] = forest->heap[child];
    at = child;
  }
  forest->heap[at] = (u16)last;
  return lightest;
}

/* Sets the lengths from the counts; returns the longest. */
static u32 measure_codes(Huffman *code, u32 shift) {
  static Forest forest;
  forest.size = 0;
  u32 nodes = code->symbols, longest = 0;
  for (u32 symbol = 0; symbol < code->symbols; symbol++) {
    if (code->counts[symbol] == 0) continue;
    forest.weights[symbol] = (code->counts[symbol] >> shift) + 1;
    push_tree(&forest, symbol);
  }
  while (forest.size > 1) {
    u32 first = pop_lightest(&forest), second = pop_lightest(&forest);
    forest.weights[nodes] = forest.weights[first] + forest.weights[second];
    forest.parents[first] = forest.parents[second] = (u16)nodes;
    push_tree(&forest, nodes++);
  }
  for (u32 symbol = 0; symbol < code->symbols; symbol++) {
    if (code->counts[symbol] == 0) continue;
    u32 depth = 0;
    for (u32 node = symbol; node != nodes - 1; node = forest.parents[node]) depth++;
    if (depth == 0) depth = 1; /* the only symbol */
    code->lengths[symbol] = (u8)(depth > LONGEST_CODE ? LONGEST_CODE : depth);
    if (depth > longest) longest = depth;
  }
  return longest;
}

static u32 reverse_bits(u32 value, u32 count) {
  u32 reversed = 0;
  for (; count > 0; count--, value >>= 1) reversed = reversed << 1 | (value & 1);
  return reversed;
}

/* From the lengths: the codes, in the order of length and then of symbol. */
static void assign_codes(Huffman *code) {
  u32 next[LONGEST_CODE + 2] = {0}, places[LONGEST_CODE + 2] = {0};
  memset(code->codes_of_length, 0, sizeof code->codes_of_length);
  for (u32 symbol = 0; symbol < code->symbols; symbol++) code->codes_of_length[code->lengths[symbol]]++;
  code->codes_of_length[0] = 0;
  for (u32 length = 1; length <= LONGEST_CODE; length++) {
    next[length + 1] = (next[length] + code->codes_of_length[length]) << 1;
    places[length + 1] = places[length] + code->codes_of_length[length];
  }
  for (u32 symbol = 0; symbol < code->symbols; symbol++) {
    u32 length = code->lengths[symbol];
    if (length == 0) continue;
    code->codes[symbol] = (u16)reverse_bits(next[length]++, length);
    code->sorted[places[length]++] = (u16)symbol;
  }
}

/* The lengths, 4 bits each; a zero is followed by how many more zeros there are, 6 bits. */
static void write_lengths(BitWriter *writer, const Huffman *code) {
  for (u32 symbol = 0; symbol < code->symbols; symbol++) {
    write_bits(writer, code->lengths[symbol], 4);
    if (code->lengths[symbol] > 0) continue;
    u32 run = 0;
    while (run < 63 && symbol + 1 < code->symbols && code->lengths[symbol + 1] == 0) run++, symbol++;
    write_bits(writer, run, 6);
  }
}

static void finish_code(BitWriter *writer, Huffman *code) {
  for (u32 shift = 0; measure_codes(code, shift) > LONGEST_CODE;) shift++;
  assign_codes(code);
  write_lengths(writer, code);
}

static void read_code(BitReader *reader, Huffman *code, u32 symbols) {
  start_code(code, symbols);
  for (u32 symbol = 0; symbol < symbols; symbol++) {
    code->lengths[symbol] = (u8)read_bits(reader, 4);
    if (code->lengths[symbol] == 0) symbol += read_bits(reader, 6);
  }
  assign_codes(code);
}

static void write_symbol(BitWriter *writer, const Huffman *code, u32 symbol) {
  write_bits(writer, code->codes[symbol], code->lengths[symbol]);
}

/* Reads bit by bit until the bits are a code of their length. */
static u32 read_symbol(BitReader *reader, const Huffman *code) {
  u32 value = 0, first = 0, place = 0;
  for (u32 length = 1; length <= LONGEST_CODE; length++) {
    value |= read_bits(reader, 1);
    u32 count = code->codes_of_length[length];
    if (value - first < count) return code->sorted[place + value - first];
    place += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  fail("squeeze: a code that does not exist");
}

/* ---- LZ77: strings that occurred before become a length and a distance ---- */

enum { WINDOW = 8192, SHORTEST = 4, LONGEST = 258, CHAIN = 24, HASHES = 4096, NO_PLACE = -1 };
enum { SYMBOL_END = 256, SYMBOL_LENGTH = 257, LENGTH_CLASSES = 10, DISTANCE_CLASSES = 15 };

typedef struct {
  u16 length, distance; /* a literal has the distance 0 and is its `length` */
} Item;

typedef struct {
  i32 heads[HASHES];    /* the last place of each hash */
  i32 earlier[WINDOW];  /* of each place in the window: the one before with its hash */
} Chains;

typedef struct {
  u32 length, distance;
} Match;

static u32 hash_four(const u8 *at) {
  u32 word = at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
  return word * 2654435761u >> 20;
}

static u32 common_length(const u8 *a, const u8 *b, u32 most) {
  u32 length = 0;
  while (length < most && a[length] == b[length]) length++;
  return length;
}

/* The longest earlier string like the one at `at`; then `at` itself is entered. */
static Match find_match(Chains *chains, const u8 *data, u32 size, u32 at) {
  Match best = {0, 0};
  if (size - at < SHORTEST) return best;
  u32 most = size - at < LONGEST ? size - at : LONGEST;
  i32 *head = &chains->heads[hash_four(data + at)];
  i32 place = *head;
  for (u32 tries = CHAIN; tries > 0 && place != NO_PLACE && at - (u32)place < WINDOW; tries--) {
    u32 length = common_length(data + place, data + at, most);
    if (length > best.length) best = (Match){length, at - (u32)place};
    if (length == most) break;
    i32 before = chains->earlier[place % WINDOW];
    if (before >= place) break; /* a place that was overwritten since */
    place = before;
  }
  chains->earlier[at % WINDOW] = *head;
  *head = (i32)at;
  return best.length < SHORTEST ? (Match){0, 0} : best;
}

/* Lazy: a match waits for one byte, and is given up when the next place has a longer one. */
static u32 find_items(const u8 *data, u32 size, Item *items) {
  Chains *chains = malloc(sizeof(Chains));
  for (u32 i = 0; i < HASHES; i++) chains->heads[i] = NO_PLACE;
  u32 count = 0;
  Match waiting = {0, 0};
  for (u32 at = 0; at < size; at++) {
    Match match = find_match(chains, data, size, at);
    if (waiting.length > 0 && match.length <= waiting.length) {
      items[count++] = (Item){(u16)waiting.length, (u16)waiting.distance};
      for (u32 rest = waiting.length - 2; rest > 0; rest--) find_match(chains, data, size, ++at);
      waiting = (Match){0, 0};
      continue;
    }
    if (waiting.length > 0) items[count++] = (Item){data[at - 1], 0};
    if (match.length == 0) items[count++] = (Item){data[at], 0};
    waiting = match;
  }
  if (waiting.length > 0) items[count++] = (Item){(u16)waiting.length, (u16)waiting.distance};
  free(chains);
  return count;
}

static void write_number(BitWriter *writer, const Huffman *code, u32 first, u32 value) {
  u32 class = bit_length(value);
  write_symbol(writer, code, first + class);
  if (class > 1) write_bits(writer, value & ((1u << (class - 1)) - 1), class - 1);
}

static u32 read_rest(BitReader *reader, u32 class) {
  return class < 2 ? class : (1u << (class - 1)) | read_bits(reader, class - 1);
}

static void compress_lz(const u8 *data, u32 size, Buffer *out) {
  static Huffman lengths, distances;
  Item *items = malloc(size * sizeof(Item));
  u32 count = find_items(data, size, items);
  start_code(&lengths, SYMBOL_LENGTH + LENGTH_CLASSES);
  start_code(&distances, DISTANCE_CLASSES);
  lengths.counts[SYMBOL_END] = 1;
  for (u32 i = 0; i < count; i++) {
    lengths.counts[items[i].distance == 0 ? items[i].length : SYMBOL_LENGTH + bit_length(items[i].length)]++;
    if (items[i].distance > 0) distances.counts[bit_length(items[i].distance)]++;
  }
  BitWriter writer = {out, 0, 0};
  finish_code(&writer, &lengths);
  finish_code(&writer, &distances);
  for (u32 i = 0; i < count; i++) {
    if (items[i].distance == 0) {
      write_symbol(&writer, &lengths, items[i].length);
    } else {
      write_number(&writer, &lengths, SYMBOL_LENGTH, items[i].length);
      write_number(&writer, &distances, 0, items[i].distance);
    }
  }
  write_symbol(&writer, &lengths, SYMBOL_END);
  flush_bits(&writer);
  free(items);
}

static void restore_lz(const u8 *packed, u32 packed_size, Buffer *out) {
  static Huffman lengths, distances;
  BitReader reader = {packed, packed + packed_size, 0, 0};
  read_code(&reader, &lengths, SYMBOL_LENGTH + LENGTH_CLASSES);
  read_code(&reader, &distances, DISTANCE_CLASSES);
  for (;;) {
    u32 symbol = read_symbol(&reader, &lengths);
    if (symbol == SYMBOL_END) return;
    if (symbol < SYMBOL_END) {
      add_char(out, (char)symbol);
      continue;
    }
    u32 length = read_rest(&reader, symbol - SYMBOL_LENGTH);
    u32 distance = read_rest(&reader, read_symbol(&reader, &distances));
    if (distance > out->length) fail("squeeze: a reference to before the start");
    for (; length > 0; length--) add_char(out, out->data[out->length - distance]);
  }
}

/* ---- Burrows and Wheeler's transform ---- */

/*
 * Sorts all rotations of the data by doubling: when they are sorted by their first `width` bytes,
 * the rank of the rotation `width` further on says how the next `width` compare (Manber and Myers, 1990).
 */
typedef struct {
  u32 size;
  u32 *order, *ranks, *scratch, *counts;
} Rotations;

/* Sorts by rank what is already sorted by the ranks `width` further on: a counting sort keeps that order. */
static void sort_by_rank(Rotations *rotations, u32 width, u32 groups) {
  u32 size = rotations->size;
  memset(rotations->counts, 0, (groups + 1) * sizeof(u32));
  for (u32 i = 0; i < size; i++) {
    u32 start = rotations->order[i] + size - width;
    rotations->scratch[i] = start >= size ? start - size : start;
    rotations->counts[rotations->ranks[i] + 1]++;
  }
  for (u32 group = 1; group <= groups; group++) rotations->counts[group] += rotations->counts[group - 1];
  for (u32 i = 0; i < size; i++) {
    u32 start = rotations->scratch[i];
    rotations->order[rotations->counts[rotations->ranks[start]]++] = start;
  }
}

/* New ranks for twice the width; returns how many different ones there are. */
static u32 rank_pairs(Rotations *rotations, u32 width) {
  u32 size = rotations->size, groups = 0, last_first = 0, last_second = 0;
  for (u32 i = 0; i < size; i++) {
    u32 start = rotations->order[i], other = start + width;
    u32 first = rotations->ranks[start], second = rotations->ranks[other >= size ? other - size : other];
    if (i == 0 || first != last_first || second != last_second) groups++;
    rotations->scratch[start] = groups - 1;
    last_first = first;
    last_second = second;
  }
  u32 *ranks = rotations->ranks;
  rotations->ranks = rotations->scratch;
  rotations->scratch = ranks;
  return groups;
}

static void sort_rotations(Rotations *rotations, const u8 *data) {
  u32 size = rotations->size;
  for (u32 i = 0; i < size; i++) {
    rotations->order[i] = i;
    rotations->ranks[i] = data[i];
  }
  sort_by_rank(rotations, size, 256); /* by the first byte alone */
  u32 groups = rank_pairs(rotations, size);
  for (u32 width = 1; width < size && groups < size; width *= 2) {
    sort_by_rank(rotations, width, groups);
    groups = rank_pairs(rotations, width);
  }
}

/* The last byte of each rotation, in sorted order; returns where the data itself came. */
static u32 transform(const u8 *data, u32 size, u8 *last_bytes) {
  u32 words = size > 256 ? size + 1 : 257;
  u32 *memory = malloc(4 * words * sizeof(u32));
  Rotations rotations = {size, memory, memory + words, memory + 2 * words, memory + 3 * words};
  sort_rotations(&rotations, data);
  u32 start = 0;
  for (u32 i = 0; i < size; i++) {
    u32 at = rotations.order[i];
    if (at == 0) start = i;
    last_bytes[i] = data[at == 0 ? size - 1 : at - 1];
  }
  free(memory);
  return start;
}

/* The n-th occurrence of a byte as the last one is the n-th as the first: that links each row to the next. */
static void transform_back(const u8 *last_bytes, u32 size, u32 start, Buffer *out) {
  u32 firsts[257] = {0};
  u32 *next = malloc(size * sizeof(u32));
  for (u32 i = 0; i < size; i++) firsts[last_bytes[i] + 1]++;
  for (u32 byte = 1; byte <= 256; byte++) firsts[byte] += firsts[byte - 1];
  for (u32 i = 0; i < size; i++) next[firsts[last_bytes[i]]++] = i;
  for (u32 i = 0, at = next[start]; i < size; i++, at = next[at]) add_char(out, (char)last_bytes[at]);
  free(next);
}

/* Bytes that were seen lately become small numbers. */
static u32 move_to_front(u8 *recent, u8 byte) {
  u32 place = 0;
  while (recent[place] != byte) place++;
  memmove(recent + 1, recent, place);
  recent[0] = byte;
  return place;
}

static void start_recent(u8 *recent) {
  for (u32 byte = 0; byte < 256; byte++) recent[byte] = (u8)byte;
}

/* Symbols: 1 to 255 as they are; 256 ends; 257 and up: a run of zeros, by the class of its length. */
static u32 shorten_runs(const u8 *last_bytes, u32 size, u16 *symbols, u16 *runs) {
  u8 recent[256];
  u32 count = 0, zeros = 0;
  start_recent(recent);
  for (u32 i = 0; i <= size; i++) {
    u32 place = i < size ? move_to_front(recent, last_bytes[i]) : SYMBOL_END;
    if (place == 0) {
      zeros++;
      continue;
    }
    if (zeros > 0) {
      symbols[count] = (u16)(SYMBOL_LENGTH + bit_length(zeros));
      runs[count++] = (u16)zeros;
      zeros = 0;
    }
    symbols[count++] = (u16)place;
  }
  return count;
}

enum { RUN_CLASSES = 17 };

static void compress_sorted(const u8 *data, u32 size, Buffer *out) {
  static Huffman code;
  u8 *last_bytes = malloc(size);
  u16 *symbols = malloc(2 * (size + 1) * sizeof(u16)), *runs = symbols + size + 1;
  u32 start = transform(data, size, last_bytes);
  u32 count = shorten_runs(last_bytes, size, symbols, runs);
  start_code(&code, SYMBOL_LENGTH + RUN_CLASSES);
  for (u32 i = 0; i < count; i++) code.counts[symbols[i]]++;
  BitWriter writer = {out, 0, 0};
  write_bits(&writer, start, 16);
  finish_code(&writer, &code);
  for (u32 i = 0; i < count; i++) {
    if (symbols[i] < SYMBOL_LENGTH) write_symbol(&writer, &code, symbols[i]);
    else write_number(&writer, &code, SYMBOL_LENGTH, runs[i]);
  }
  flush_bits(&writer);
  free(symbols);
  free(last_bytes);
}

static void restore_sorted(const u8 *packed, u32 packed_size, Buffer *out) {
  static Huffman code;
  u8 recent[256];
  BitReader reader = {packed, packed + packed_size, 0, 0};
  Buffer last_bytes = {0};
  u32 start = read_bits(&reader, 16);
  read_code(&reader, &code, SYMBOL_LENGTH + RUN_CLASSES);
  start_recent(recent);
  for (;;) {
    u32 symbol = read_symbol(&reader, &code);
    if (symbol == SYMBOL_END) break;
    if (symbol < SYMBOL_END) {
      u8 byte = recent[symbol];
      move_to_front(recent, byte);
      add_char(&last_bytes, (char)byte);
    } else {
      for (u32 run = read_rest(&reader, symbol - SYMBOL_LENGTH); run > 0; run--) add_char(&last_bytes, (char)recent[0]);
    }
  }
  transform_back((const u8 *)last_bytes.data, last_bytes.length, start, out);
  free_buffer(&last_bytes);
}

/* ---- An adaptive model and a range coder (Martin, 1979) ---- */

enum { PROBABILITY_BITS = 11, PROBABILITY_HALF = 1 << (PROBABILITY_BITS - 1), ADAPTATION = 4 };
#define SMALLEST_RANGE (1u << 24)

/* How probable a 0 is for each bit of a byte, after the bits of it that came before and the byte before it. */
typedef struct {
  u16 zeros[64][256];
} Model;

static void start_model(Model *model) {
  for (u32 context = 0; context < 64; context++)
    for (u32 node = 0; node < 256; node++) model->zeros[context][node] = PROBABILITY_HALF;
}

static u32 context_of(u8 before) { return before >> 2 & 63; }

static void adapt(u16 *zero, u32 bit) {
  if (bit) *zero -= *zero >> ADAPTATION;
  else *zero += ((1 << PROBABILITY_BITS) - *zero) >> ADAPTATION;
}

typedef struct {
  Buffer *out;
  u64 low;
  u32 range;
  u8 cache;    /* a byte that a carry can still change, */
  u32 pending; /* with the bytes of ones after it */
} RangeEncoder;

static void shift_low(RangeEncoder *encoder) {
  if (encoder->low < 0xff000000u || encoder->low >> 32 != 0) {
    u8 carry = (u8)(encoder->low >> 32);
    for (; encoder->pending > 0; encoder->pending--) {
      add_char(encoder->out, (char)(encoder->cache + carry));
      encoder->cache = 0xff;
    }
    encoder->cache = (u8)(encoder->low >> 24);
  }
  encoder->pending++;
  encoder->low = (encoder->low & 0x00ffffff) << 8;
}

static void encode_bit(RangeEncoder *encoder, u16 *zero, u32 bit) {
  u32 bound = (encoder->range >> PROBABILITY_BITS) * *zero;
  if (bit) {
    encoder->low += bound;
    encoder->range -= bound;
  } else {
    encoder->range = bound;
  }
  adapt(zero, bit);
  for (; encoder->range < SMALLEST_RANGE; encoder->range <<= 8) shift_low(encoder);
}

static void compress_context(const u8 *data, u32 size, Buffer *out) {
  Model *model = malloc(sizeof(Model));
  RangeEncoder encoder = {out, 0, 0xffffffffu, 0, 1};
  start_model(model);
  for (u32 shift = 0; shift < 16; shift += 8) add_char(out, (char)(size >> shift));
  u8 before = 0;
  for (u32 i = 0; i < size; i++) {
    u16 *zeros = model->zeros[context_of(before)];
    u32 node = 1;
    for (i32 place = 7; place >= 0; place--) {
      u32 bit = data[i] >> place & 1;
      encode_bit(&encoder, &zeros[node], bit);
      node = node << 1 | bit;
    }
    before = data[i];
  }
  for (u32 i = 0; i < 5; i++) shift_low(&encoder);
  free(model);
}

typedef struct {
  const u8 *next, *end;
  u32 value, range;
} RangeDecoder;

static u32 next_byte(RangeDecoder *decoder) { return decoder->next < decoder->end ? *decoder->next++ : 0; }

static u32 decode_bit(RangeDecoder *decoder, u16 *zero) {
  u32 bound = (decoder->range >> PROBABILITY_BITS) * *zero;
  u32 bit = decoder->value >= bound;
  if (bit) {
    decoder->value -= bound;
    decoder->range -= bound;
  } else {
    decoder->range = bound;
  }
  adapt(zero, bit);
  for (; decoder->range < SMALLEST_RANGE; decoder->range <<= 8) decoder->value = decoder->value << 8 | next_byte(decoder);
  return bit;
}

static void restore_context(const u8 *packed, u32 packed_size, Buffer *out) {
  Model *model = malloc(sizeof(Model));
  RangeDecoder decoder = {packed + 3, packed + packed_size, 0, 0xffffffffu}; /* the first byte is always 0 */
  u32 size = packed[0] | (u32)packed[1] << 8;
  start_model(model);
  for (u32 i = 0; i < 4; i++) decoder.value = decoder.value << 8 | next_byte(&decoder);
  u8 before = 0;
  for (; size > 0; size--) {
    u16 *zeros = model->zeros[context_of(before)];
    u32 node = 1;
    while (node < 256) node = node << 1 | decode_bit(&decoder, &zeros[node]);
    before = (u8)node;
    add_char(out, (char)before);
  }
  free(model);
}

/* ---- Files to compress ---- */

enum { FILE_SIZE = 2000 };

static const char *const words[] = {
  "the", "machine", "guest", "of", "and", "a", "page", "is", "to", "in", "trap", "which", "monitor", "table", "that",
  "memory", "register", "instruction", "privileged", "sensitive", "when", "by", "interrupt", "address", "virtual",
};

static void make_prose(Buffer *file, u32 *seed) {
  for (u32 column = 0; file->length < FILE_SIZE;) {
    const char *word = words[random_below(seed, COUNT(words)) * random_below(seed, 5) / 4];
    add_string(file, word);
    column += (u32)strlen(word) + 1;
    add_char(file, column > 60 ? '\n' : random_below(seed, 12) == 0 ? '.' : ' ');
    if (column > 60) column = 0;
  }
}

static void make_records(Buffer *file, u32 *seed) {
  for (u32 number = 1000; file->length < FILE_SIZE; number += 1 + random_below(seed, 3)) {
    add_number(file, (i32)number);
    add_char(file, ',');
    add_string(file, words[random_below(seed, 8)]);
    add_char(file, ',');
    add_number(file, (i32)random_below(seed, 100) * 5);
    add_string(file, random_below(seed, 3) ? ",open\n" : ",closed\n");
  }
}

static void make_picture(Buffer *file, u32 *seed) {
  u32 left = 20 + random_below(seed, 10), top = 12 + random_below(seed, 10);
  for (u32 i = 0; i < FILE_SIZE; i++) {
    u32 x = i % 50, y = i / 50;
    bool inside = (x - left) * (x - left) + (y - top) * (y - top) < 150;
    add_char(file, (char)(inside ? 200 + ((x ^ y) & 3) : (x + 2 * y) / 8));
  }
}

static void make_noise(Buffer *file, u32 *seed) {
  while (file->length < FILE_SIZE) add_char(file, (char)(next_random(seed) & (file->length & 256 ? 255 : 15)));
}

static void (*const makers[])(Buffer *file, u32 *seed) = {make_prose, make_records, make_picture, make_noise};

/* ---- The archive ---- */

typedef struct {
  const char *name;
  void (*compress)(const u8 *data, u32 size, Buffer *out);
  void (*restore)(const u8 *packed, u32 packed_size, Buffer *out);
} Method;

static const Method methods[] = {
  {"lz", compress_lz, restore_lz},
  {"sorted", compress_sorted, restore_sorted},
  {"context", compress_context, restore_context},
};

static u32 crc_table[256];

static void make_crc_table(void) {
  for (u32 byte = 0; byte < 256; byte++) {
    u32 rest = byte;
    for (u32 bit = 0; bit < 8; bit++) rest = rest >> 1 ^ (rest & 1 ? 0xedb88320u : 0);
    crc_table[byte] = rest;
  }
}

static u32 crc32(const u8 *data, u32 size) {
  u32 crc = ~0u;
  for (; size > 0; size--) crc = crc_table[(crc ^ *data++) & 255] ^ crc >> 8;
  return ~crc;
}

/* Compresses by every method, checks that each restores the file; returns a checksum of the results. */
static u32 squeeze(const Buffer *file) {
  const u8 *data = (const u8 *)file->data;
  const Method *best = methods;
  u32 checksum = crc32(data, file->length), smallest = ~0u;
  for (const Method *method = methods; method < methods + COUNT(methods); method++) {
    Buffer packed = {0}, restored = {0};
    method->compress(data, file->length, &packed);
    method->restore((const u8 *)packed.data, packed.length, &restored);
    if (restored.length != file->length || memcmp(restored.data, data, file->length) != 0) fail(method->name);
    checksum = hash_word(checksum, crc32((const u8 *)packed.data, packed.length) + packed.length);
    if (packed.length < smallest) {
      smallest = packed.length;
      best = method;
    }
    free_buffer(&packed);
    free_buffer(&restored);
  }
  return hash_word(hash_string(checksum, best->name), smallest);
}

u32 program(u32 rounds) {
  u32 checksum = 0, seed = 1;
  make_crc_table();
  for (u32 round = 0; round < rounds; round++) {
    Buffer file = {0};
    makers[round % COUNT(makers)](&file, &seed);
    checksum = hash_word(checksum, squeeze(&file));
    free_buffer(&file);
    if (blocks_in_use() != 0) fail("squeeze: memory leaks");
  }
  return checksum;
}
