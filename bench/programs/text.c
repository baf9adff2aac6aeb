/*
 * Text tools in pipelines, as a shell has them: `grep -v '^#' | cut 2 | sort -n | uniq -c`.
 *
 *   regular expressions   a program for a machine that is in many states at once (Thompson, 1968; Pike)
 *   sort                  a stable merge sort by keys
 *   diff and patch        the shortest edit script (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986)
 *   wrap, words, cut, ... each a function from lines to lines
 *
 * A round makes a log, sends it through pipelines, edits it, and finds the difference again.
 *
 * Rounds: 30 110 400 2050
 */
#include "lib.h"

/* ---- Lines ---- */

typedef struct {
  char **items; /* each ends in a zero byte and is its own block */
  u32 count, capacity;
} Lines;

static void add_line(Lines *lines, const char *text, u32 length) {
  if (lines->count == lines->capacity) {
    lines->capacity = lines->capacity == 0 ? 16 : 2 * lines->capacity;
    lines->items = realloc(lines->items, lines->capacity * sizeof *lines->items);
  }
  char *copy = malloc(length + 1);
  memcpy(copy, text, length);
  copy[length] = 0;
  lines->items[lines->count++] = copy;
}

static void add_whole_line(Lines *lines, const char *text) { add_line(lines, text, (u32)strlen(text)); }

/* Adds what a buffer contains, and empties it. */
static void add_buffer(Lines *lines, Buffer *buffer) {
  add_line(lines, buffer->data ? buffer->data : "", buffer->length);
  clear_buffer(buffer);
}

static void free_lines(Lines *lines) {
  for (u32 i = 0; i < lines->count; i++) free(lines->items[i]);
  free(lines->items);
  *lines = (Lines){0};
}

static u32 hash_lines(u32 hash, const Lines *lines) {
  for (u32 i = 0; i < lines->count; i++) hash = hash_word(hash_string(hash, lines->items[i]), i);
  return hash;
}

/* ---- Regular expressions: the compiler ---- */

/*
 *   ab  a|b  (a)  a*  a+  a?  .  [a-z]  [^a-z]  ^  $  \.
 *
 * Each becomes instructions of a machine; SPLIT goes on at two places at once.
 */
typedef enum { R_BYTE, R_ANY, R_CLASS, R_SPLIT, R_JUMP, R_LINE_START, R_LINE_END, R_MATCH } RegexOpcode;

typedef struct {
  RegexOpcode opcode;
  u32 x, y; /* the byte or the number of the class; or where to go on */
} Instruction;

enum { MOST_INSTRUCTIONS = 256, MOST_CLASSES = 16 };

typedef struct {
  Instruction code[MOST_INSTRUCTIONS];
  u32 count;
  u8 classes[MOST_CLASSES][32]; /* a bit for each byte */
  u32 class_count;
  const char *pattern; /* the rest, while it is compiled */
} Regex;

static u32 emit(Regex *regex, RegexOpcode opcode, u32 x, u32 y) {
  if (regex->count == MOST_INSTRUCTIONS) fail("text: the regular expression is too long");
  regex->code[regex->count] = (Instruction){opcode, x, y};
  return regex->count++;
}

/* Makes room for one instruction at `place`; what comes after moves, and so do the places that are named there. */
static void insert_instruction(Regex *regex, u32 place, Instruction instruction) {
  emit(regex, R_JUMP, 0, 0);
  for (u32 i = regex->count - 1; i > place; i--) {
    Instruction moved = regex->code[i - 1];
    if (moved.opcode == R_SPLIT || moved.opcode == R_JUMP) {
      if (moved.x >= place) moved.x++;
      if (moved.y >= place) moved.y++;
    }
    regex->code[i] = moved;
  }
  regex->code[place] = instruction;
}

static void add_to_class(u8 *class, u8 byte) { class[byte >> 3] |= (u8)(1 << (byte & 7)); }

static void compile_class(Regex *regex) {
  if (regex->class_count == MOST_CLASSES) fail("text: too many classes of characters");
  u8 *class = regex->classes[regex->class_count];
  const char *c = regex->pattern;
  bool negated = *c == '^';
  if (negated) c++;
  do {
    if (!*c) fail("text: ] expected in a regular expression");
    u8 from = (u8)*c++, to = from;
    if (*c == '-' && c[1] != ']' && c[1]) {
      to = (u8)c[1];
      c += 2;
    }
    for (u32 byte = from; byte <= to; byte++) add_to_class(class, (u8)byte);
  } while (*c != ']');
  if (negated)
    for (u32 i = 0; i < 32; i++) class[i] = (u8)~class[i];
  regex->pattern = c + 1;
  emit(regex, R_CLASS, regex->class_count++, 0);
}

static void compile_choice(Regex *regex);

static void compile_atom(Regex *regex) {
  char c = *regex->pattern++;
  switch (c) {
    case '(':
      compile_choice(regex);
      if (*regex->pattern++ != ')') fail("text: ) expected in a regular expression");
      break;
    case '[': compile_class(regex); break;
    case '.': emit(regex, R_ANY, 0, 0); break;
    case '^': emit(regex, R_LINE_START, 0, 0); break;
    case '$': emit(regex, R_LINE_END, 0, 0); break;
    case '\\':
      c = *regex->pattern++;
      if (!c) fail("text: a regular expression ends in \\");
      /* fall through */
    default: emit(regex, R_BYTE, (u8)c, 0);
  }
}

static void compile_repetition(Regex *regex) {
  u32 start = regex->count;
  compile_atom(regex);
  for (;; regex->pattern++) {
    switch (*regex->pattern) {
      case '*':
        insert_instruction(regex, start, (Instruction){R_SPLIT, start + 1, regex->count + 2});
        emit(regex, R_JUMP, start, 0);
        break;
      case '+': emit(regex, R_SPLIT, start, regex->count + 1); break;
      case '?': insert_instruction(regex, start, (Instruction){R_SPLIT, start + 1, regex->count + 1}); break;
      default: return;
    }
  }
}

static void compile_sequence(Regex *regex) {
  while (*regex->pattern && *regex->pattern != '|' && *regex->pattern != ')') compile_repetition(regex);
}

static void compile_choice(Regex *regex) {
  u32 start = regex->count;
  compile_sequence(regex);
  if (*regex->pattern != '|') return;
  regex->pattern++;
  insert_instruction(regex, start, (Instruction){R_SPLIT, start + 1, regex->count + 2});
  u32 jump = emit(regex, R_JUMP, 0, 0);
  compile_choice(regex);
  regex->code[jump].x = regex->count;
}

static Regex *compile_regex(const char *pattern) {
  Regex *regex = malloc(sizeof(Regex));
  memset(regex, 0, sizeof *regex);
  regex->pattern = pattern;
  compile_choice(regex);
  if (*regex->pattern) fail("text: ) without ( in a regular expression");
  emit(regex, R_MATCH, 0, 0);
  return regex;
}

/* ---- Regular expressions: the machine ---- */

/* A set of places in the code, which can be emptied at once (Briggs and Torczon, 1993). */
typedef struct {
  u16 members[MOST_INSTRUCTIONS], places[MOST_INSTRUCTIONS];
  u32 count;
} States;

static bool contains(const States *states, u32 state) {
  u32 place = states->places[state];
  return place < states->count && states->members[place] == state;
}

/* Adds a state, and those that are reached from it without reading a byte. */
static void add_state(const Regex *regex, States *states, u32 state, bool at_start, bool at_end) {
  if (contains(states, state)) return;
  states->places[state] = (u16)states->count;
  states->members[states->count++] = (u16)state;
  const Instruction *instruction = &regex->code[state];
  switch (instruction->opcode) {
    case R_JUMP: add_state(regex, states, instruction->x, at_start, at_end); break;
    case R_SPLIT:
      add_state(regex, states, instruction->x, at_start, at_end);
      add_state(regex, states, instruction->y, at_start, at_end);
      break;
    case R_LINE_START:
      if (at_start) add_state(regex, states, state + 1, at_start, at_end);
      break;
    case R_LINE_END:
      if (at_end) add_state(regex, states, state + 1, at_start, at_end);
      break;
    case R_BYTE: case R_ANY: case R_CLASS: case R_MATCH: break;
  }
}

static bool reads(const Regex *regex, const Instruction *instruction, u8 byte) {
  switch (instruction->opcode) {
    case R_BYTE: return instruction->x == byte;
    case R_ANY: return true;
    case R_CLASS: return regex->classes[instruction->x][byte >> 3] >> (byte & 7) & 1;
    default: return false;
  }
}

static const char *const no_match = "";

/* The end of the longest match that starts exactly at `start`; `no_match` if there is none. */
static const char *match_at(const Regex *regex, const char *line, const char *start) {
  static States sets[2];
  States *now = &sets[0], *next = &sets[1];
  const char *longest = no_match;
  u32 final = regex->count - 1;
  now->count = 0;
  add_state(regex, now, 0, start == line, !*start);
  for (const char *c = start; now->count > 0; c++) {
    if (contains(now, final)) longest = c;
    if (!*c) break;
    next->count = 0;
    for (u32 i = 0; i < now->count; i++) {
      u32 state = now->members[i];
      if (reads(regex, &regex->code[state], (u8)*c)) add_state(regex, next, state + 1, false, !c[1]);
    }
    States *other = now;
    now = next;
    next = other;
  }
  return longest;
}

/* The leftmost of the longest matches at or after `from`. */
static bool find_match(const Regex *regex, const char *line, const char *from, const char **start, const char **end) {
  for (*start = from;; ++*start) {
    *end = match_at(regex, line, *start);
    if (*end != no_match) return true;
    if (!**start) return false;
  }
}

/* ---- Tools ---- */

enum { MOST_ARGUMENTS = 6 };

typedef struct {
  char *words[MOST_ARGUMENTS];
  u32 count;
} Arguments;

typedef void (*Tool)(const Lines *in, const Arguments *arguments, Lines *out);

static bool has_option(const Arguments *arguments, char letter) {
  const char *first = arguments->count > 0 ? arguments->words[0] : "";
  return first[0] == '-' && strchr(first, letter);
}

/* The n-th argument that is not an option. */
static const char *argument(const Arguments *arguments, u32 n) {
  if (arguments->count > 0 && arguments->words[0][0] == '-') n++;
  if (n >= arguments->count) fail("text: an argument is missing");
  return arguments->words[n];
}

static i32 parse_number(const char *text) {
  bool negative = *text == '-';
  i32 value = 0;
  for (text += negative; is_digit(*text); text++) value = value * 10 + (*text - '0');
  return negative ? -value : value;
}

static u32 number_argument(const Arguments *arguments, u32 n) { return (u32)parse_number(argument(arguments, n)); }

/* The n-th word of a line, counted from 1; its length goes to `length`. */
static const char *field(const char *line, u32 n, u32 *length) {
  for (;;) {
    while (is_space(*line)) line++;
    const char *start = line;
    while (*line && !is_space(*line)) line++;
    if (--n == 0 || !*line) {
      *length = n == 0 ? (u32)(line - start) : 0;
      return start;
    }
  }
}

static void tool_grep(const Lines *in, const Arguments *arguments, Lines *out) {
  bool inverted = has_option(arguments, 'v');
  Regex *regex = compile_regex(argument(arguments, 0));
  for (u32 i = 0; i < in->count; i++) {
    const char *start, *end;
    if (find_match(regex, in->items[i], in->items[i], &start, &end) != inverted) add_whole_line(out, in->items[i]);
  }
  free(regex);
}

/* replace PATTERN TEXT: & in the text stands for what was matched. */
static void tool_replace(const Lines *in, const Arguments *arguments, Lines *out) {
  Regex *regex = compile_regex(argument(arguments, 0));
  const char *text = argument(arguments, 1);
  Buffer buffer = {0};
  for (u32 i = 0; i < in->count; i++) {
    const char *line = in->items[i], *rest = line, *start, *end;
    while (find_match(regex, line, rest, &start, &end)) {
      add_bytes(&buffer, rest, (u32)(start - rest));
      for (const char *c = text; *c; c++) {
        if (*c == '&') add_bytes(&buffer, start, (u32)(end - start));
        else add_char(&buffer, *c);
      }
      rest = end;
      if (end > start) continue;
      if (!*rest) break;
      add_char(&buffer, *rest++); /* an empty match: go on after the next byte */
    }
    add_string(&buffer, rest);
    add_buffer(out, &buffer);
  }
  free_buffer(&buffer);
  free(regex);
}

/* Sorting: a key is the whole line, or a word of it; compared as text or as a number. */
typedef int (*Order)(const char *a, const char *b, u32 key);

static int compare_text(const char *a, const char *b, u32 key) {
  u32 a_length, b_length;
  if (key == 0) return strcmp(a, b);
  a = field(a, key, &a_length);
  b = field(b, key, &b_length);
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  return order != 0 ? order : (int)a_length - (int)b_length;
}

static int compare_numbers(const char *a, const char *b, u32 key) {
  u32 length;
  i32 x = parse_number(field(a, key == 0 ? 1 : key, &length)), y = parse_number(field(b, key == 0 ? 1 : key, &length));
  return x < y ? -1 : x > y;
}

static int compare_lengths(const char *a, const char *b, u32 key) {
  (void)key;
  return (int)strlen(a) - (int)strlen(b);
}

typedef struct {
  Order order;
  u32 key;
  int direction;
  char **scratch;
} Sorting;

static void merge_sort(const Sorting *sorting, char **items, u32 count) {
  if (count < 2) return;
  u32 half = count / 2, left = 0, right = half;
  merge_sort(sorting, items, half);
  merge_sort(sorting, items + half, count - half);
  memcpy(sorting->scratch, items, count * sizeof *items);
  for (u32 i = 0; i < count; i++) {
    bool take_left = right == count;
    if (!take_left && left < half)
      take_left = sorting->order(sorting->scratch[left], sorting->scratch[right], sorting->key) * sorting->direction <= 0;
    items[i] = sorting->scratch[take_left ? left++ : right++];
  }
}

/* sort [-nlrk] [KEY]: numbers, lengths, reversed, by the word of that number */
static void tool_sort(const Lines *in, const Arguments *arguments, Lines *out) {
  Sorting sorting = {compare_text, 0, has_option(arguments, 'r') ? -1 : 1, malloc((in->count + 1) * sizeof(char *))};
  if (has_option(arguments, 'n')) sorting.order = compare_numbers;
  if (has_option(arguments, 'l')) sorting.order = compare_lengths;
  if (has_option(arguments, 'k')) sorting.key = number_argument(arguments, 0);
  for (u32 i = 0; i < in->count; i++) add_whole_line(out, in->items[i]);
  merge_sort(&sorting, out->items, out->count);
  free(sorting.scratch);
}

static void tool_uniq(const Lines *in, const Arguments *arguments, Lines *out) {
  Buffer buffer = {0};
  for (u32 i = 0, first = 0; i < in->count; first = i) {
    while (i < in->count && strcmp(in->items[i], in->items[first]) == 0) i++;
    if (has_option(arguments, 'c')) {
      add_number(&buffer, (i32)(i - first));
      add_char(&buffer, ' ');
    }
    add_string(&buffer, in->items[first]);
    add_buffer(out, &buffer);
  }
  free_buffer(&buffer);
}

static void tool_cut(const Lines *in, const Arguments *arguments, Lines *out) {
  for (u32 i = 0; i < in->count; i++) {
    u32 length;
    const char *word = field(in->items[i], number_argument(arguments, 0), &length);
    add_line(out, word, length);
  }
}

static void tool_words(const Lines *in, const Arguments *arguments, Lines *out) {
  (void)arguments;
  for (u32 i = 0; i < in->count; i++) {
    for (const char *c = in->items[i]; *c;) {
      while (*c && !is_letter(*c)) c++;
      const char *start = c;
      while (is_letter(*c)) c++;
      if (c > start) add_line(out, start, (u32)(c - start));
    }
  }
}

/* Fills lines with words up to a width, and spreads the space that is left. */
static void justify(Lines *out, char **words, u32 count, u32 letters, u32 width, bool spread) {
  Buffer buffer = {0};
  u32 gaps = count - 1, space = spread ? width - letters : gaps;
  for (u32 i = 0; i < count; i++) {
    add_string(&buffer, words[i]);
    for (u32 wide = i < gaps ? (space * (i + 1)) / gaps - (space * i) / gaps : 0; wide > 0; wide--) add_char(&buffer, ' ');
  }
  add_buffer(out, &buffer);
  free_buffer(&buffer);
}

static void tool_wrap(const Lines *in, const Arguments *arguments, Lines *out) {
  u32 width = number_argument(arguments, 0), first = 0, letters = 0;
  Lines words = {0};
  tool_words(in, arguments, &words);
  for (u32 i = 0; i < words.count; i++) {
    u32 length = (u32)strlen(words.items[i]);
    if (i > first && letters + length + (i - first) > width) {
      justify(out, words.items + first, i - first, letters, width, i - first > 1);
      first = i;
      letters = 0;
    }
    letters += length;
  }
  if (first < words.count) justify(out, words.items + first, words.count - first, letters, width, false);
  free_lines(&words);
}

static void tool_head(const Lines *in, const Arguments *arguments, Lines *out) {
  for (u32 i = 0; i < in->count && i < number_argument(arguments, 0); i++) add_whole_line(out, in->items[i]);
}

static void tool_reverse(const Lines *in, const Arguments *arguments, Lines *out) {
  (void)arguments;
  for (u32 i = in->count; i > 0; i--) add_whole_line(out, in->items[i - 1]);
}

static void tool_translate(const Lines *in, const Arguments *arguments, Lines *out) {
  const char *from = argument(arguments, 0), *to = argument(arguments, 1);
  Buffer buffer = {0};
  for (u32 i = 0; i < in->count; i++) {
    for (const char *c = in->items[i]; *c; c++) {
      const char *found = strchr(from, *c);
      add_char(&buffer, found ? to[found - from] : *c);
    }
    add_buffer(out, &buffer);
  }
  free_buffer(&buffer);
}

static void tool_count(const Lines *in, const Arguments *arguments, Lines *out) {
  u32 words = 0, bytes = 0;
  Lines list = {0};
  Buffer buffer = {0};
  tool_words(in, arguments, &list);
  words = list.count;
  for (u32 i = 0; i < in->count; i++) bytes += (u32)strlen(in->items[i]) + 1;
  add_number(&buffer, (i32)in->count);
  add_char(&buffer, ' ');
  add_number(&buffer, (i32)words);
  add_char(&buffer, ' ');
  add_number(&buffer, (i32)bytes);
  add_buffer(out, &buffer);
  free_buffer(&buffer);
  free_lines(&list);
}

static void tool_sum(const Lines *in, const Arguments *arguments, Lines *out) {
  (void)arguments;
  i32 total = 0;
  u32 length;
  Buffer buffer = {0};
  for (u32 i = 0; i < in->count; i++) total += parse_number(field(in->items[i], 1, &length));
  add_number(&buffer, total);
  add_buffer(out, &buffer);
  free_buffer(&buffer);
}

static const struct {
  const char *name;
  Tool tool;
} tools[] = {
  {"grep", tool_grep}, {"replace", tool_replace}, {"sort", tool_sort}, {"uniq", tool_uniq}, {"cut", tool_cut},
  {"words", tool_words}, {"wrap", tool_wrap}, {"head", tool_head}, {"reverse", tool_reverse},
  {"translate", tool_translate}, {"count", tool_count}, {"sum", tool_sum},
};

/* ---- Pipelines ---- */

/* The next word of a command, with its quotes taken off; NULL at its end or at a bar. */
static char *next_word(const char **command) {
  const char *c = *command;
  while (is_space(*c)) c++;
  bool quoted = *c == '\'';
  const char *start = c += quoted;
  if (!quoted && (!*c || *c == '|')) {
    *command = c;
    return NULL;
  }
  while (*c && (quoted ? *c != '\'' : !is_space(*c))) c++;
  char *word = malloc((u32)(c - start) + 1);
  memcpy(word, start, (u32)(c - start));
  word[c - start] = 0;
  *command = *c ? c + 1 : c;
  return word;
}

static void run_tool(const char *name, const Lines *in, const Arguments *arguments, Lines *out) {
  for (u32 i = 0; i < COUNT(tools); i++) {
    if (strcmp(tools[i].name, name) != 0) continue;
    tools[i].tool(in, arguments, out);
    return;
  }
  fail("text: no such tool");
}

static Lines run_pipeline(const char *command, const Lines *input) {
  Lines now = {0};
  for (u32 i = 0; i < input->count; i++) add_whole_line(&now, input->items[i]);
  for (char *name; (name = next_word(&command));) {
    Arguments arguments = {0};
    Lines out = {0};
    for (char *word; (word = next_word(&command));) {
      if (arguments.count == MOST_ARGUMENTS) fail("text: too many arguments");
      arguments.words[arguments.count++] = word;
    }
    run_tool(name, &now, &arguments, &out);
    for (u32 i = 0; i < arguments.count; i++) free(arguments.words[i]);
    free(name);
    free_lines(&now);
    now = out;
    if (*command == '|') command++;
  }
  return now;
}

/* ---- Differences ---- */

typedef struct {
  bool insertion;
  u32 place; /* of a deletion: the line of the old text; of an insertion: of the new one */
} Edit;

typedef struct {
  const Lines *old, *new;
  i32 *farthest; /* on each diagonal: how far in the old text a path has come */
  i32 *history;  /* `farthest` before each number of edits */
  i32 middle, width;
} Search;

static i32 follow(const Search *search, i32 x, i32 y) {
  while ((u32)x < search->old->count && (u32)y < search->new->count &&
         strcmp(search->old->items[x], search->new->items[y]) == 0)
    x++, y++;
  return x;
}

/* Whether the best way to a diagonal with so many edits comes from above: by an insertion. */
static bool is_from_above(const i32 *farthest, i32 diagonal, i32 edits) {
  return diagonal == -edits || (diagonal != edits && farthest[diagonal - 1] < farthest[diagonal + 1]);
}

/* Goes on with all paths of so many edits; true when one reaches the end of both texts. */
static bool extend_paths(Search *search, i32 edits) {
  i32 *farthest = search->farthest + search->middle;
  for (i32 diagonal = -edits; diagonal <= edits; diagonal += 2) {
    i32 x = is_from_above(farthest, diagonal, edits) ? farthest[diagonal + 1] : farthest[diagonal - 1] + 1;
    x = follow(search, x, x - diagonal);
    farthest[diagonal] = x;
    if ((u32)x >= search->old->count && (u32)(x - diagonal) >= search->new->count) return true;
  }
  return false;
}

/* The shortest list of edits, the first one first; returns their number. */
static u32 find_edits(const Lines *old, const Lines *new, Edit *edits, u32 most) {
  i32 width = 2 * (i32)most + 3;
  i32 *memory = malloc((u32)width * (most + 2) * sizeof(i32));
  Search search = {old, new, memory, memory + width, width / 2, width};
  memset(memory, 0, (u32)width * sizeof(i32));
  i32 count = 0;
  for (;; count++) {
    if ((u32)count > most) fail("text: the texts differ too much");
    memcpy(search.history + count * width, search.farthest, (u32)width * sizeof(i32));
    if (extend_paths(&search, count)) break;
  }
  i32 x = (i32)old->count, y = (i32)new->count;
  for (i32 d = count; d > 0; d--) { /* back through what was known before each edit */
    const i32 *farthest = search.history + d * width + search.middle;
    i32 diagonal = x - y;
    bool insertion = is_from_above(farthest, diagonal, d);
    diagonal += insertion ? 1 : -1;
    x = farthest[diagonal];
    y = x - diagonal;
    edits[d - 1] = (Edit){insertion, (u32)(insertion ? y : x)};
  }
  free(memory);
  return (u32)count;
}

/* Makes the new text from the old one; insertions take their lines from `new`. */
static Lines apply_edits(const Lines *old, const Lines *new, const Edit *edits, u32 count) {
  Lines result = {0};
  u32 at = 0;
  for (u32 i = 0; i < count; i++) {
    if (edits[i].insertion) {
      while (result.count < edits[i].place) add_whole_line(&result, old->items[at++]);
      add_whole_line(&result, new->items[edits[i].place]);
    } else {
      while (at < edits[i].place) add_whole_line(&result, old->items[at++]);
      at++;
    }
  }
  while (at < old->count) add_whole_line(&result, old->items[at++]);
  return result;
}

static u32 check_difference(const Lines *old, const Lines *new) {
  enum { MOST_EDITS = 40 };
  Edit edits[MOST_EDITS + 1];
  u32 count = find_edits(old, new, edits, MOST_EDITS), checksum = count;
  Lines patched = apply_edits(old, new, edits, count);
  if (patched.count != new->count || hash_lines(0, &patched) != hash_lines(0, new)) fail("text: a patch went wrong");
  for (u32 i = 0; i < count; i++) checksum = hash_word(checksum, 2 * edits[i].place + edits[i].insertion);
  free_lines(&patched);
  return checksum;
}

/* ---- A log, and what is done to it ---- */

static const char *const pipelines[] = {
  "grep '(GET|PUT) /[a-z]+/[0-9]+' | cut 3 | replace '[0-9]+' 'N' | sort | uniq -c | sort -nr",
  "grep -v '^#' | grep ' (4|5)[0-9][0-9] ' | cut 1 | sort | uniq -c | sort -nr | head 5",
  "words | translate 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' 'abcdefghijklmnopqrstuvwxyz' | sort | uniq -c | sort -rn | head 12",
  "grep 'user=[^ ]*a' | replace 'user=([a-z]+)' '<&>' | sort -k 4 | reverse",
  "grep '^#' | wrap 40 | sort -l",
  "cut 5 | sum",
  "grep '\\.(html?|txt)$' | replace '\\.html?' '' | count",
};

static const char *const pages[] = {"index.html", "news/17", "user/4", "readme.txt", "list/230", "about.htm"};
static const char *const users[] = {"ada", "grace", "edsger", "tony", "barbara", "john"};
static const char *const remarks[] = {
  "# the cache was cleared by hand", "# Restart after an update of the kernel", "# load is high, two more workers",
};

static void write_entry(Lines *log, u32 *seed) {
  if (random_below(seed, 9) == 0) {
    add_whole_line(log, remarks[random_below(seed, COUNT(remarks))]);
    return;
  }
  Buffer line = {0};
  add_string(&line, "10.0.0.");
  add_number(&line, (i32)random_below(seed, 6));
  add_string(&line, random_below(seed, 4) ? " GET /" : " PUT /");
  add_string(&line, pages[random_below(seed, COUNT(pages))]);
  add_char(&line, ' ');
  add_number(&line, random_below(seed, 5) ? 200 : (i32)(400 + 100 * random_below(seed, 2) + random_below(seed, 5)));
  add_char(&line, ' ');
  add_number(&line, (i32)random_below(seed, 9000));
  add_string(&line, " user=");
  add_string(&line, users[random_below(seed, COUNT(users))]);
  if (random_below(seed, 3) == 0) {
    add_string(&line, " from=/");
    add_string(&line, pages[random_below(seed, COUNT(pages))]);
  }
  add_buffer(log, &line);
  free_buffer(&line);
}

static Lines edited(const Lines *log, u32 *seed) {
  Lines result = {0};
  for (u32 i = 0; i < log->count; i++) {
    u32 what = random_below(seed, 14);
    if (what == 0) continue;
    if (what == 1) write_entry(&result, seed);
    add_whole_line(&result, log->items[i]);
  }
  return result;
}

u32 program(u32 rounds) {
  u32 checksum = 0, seed = 1;
  for (u32 round = 0; round < rounds; round++) {
    Lines log = {0};
    for (u32 i = 0; i < 40; i++) write_entry(&log, &seed);
    for (u32 i = 0; i < COUNT(pipelines); i++) {
      Lines result = run_pipeline(pipelines[i], &log);
      checksum = hash_lines(checksum, &result);
      free_lines(&result);
    }
    Lines other = edited(&log, &seed);
    checksum = hash_word(checksum, check_difference(&log, &other));
    free_lines(&other);
    free_lines(&log);
    if (blocks_in_use() != 0) fail("text: memory leaks");
  }
  return checksum;
}
