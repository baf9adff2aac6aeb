/*
 * A small relational database in memory: tables, B+ trees as indexes, and a query language like SQL.
 *
 *   text -> tokens -> statement and expression trees -> a plan of sources -> rows -> groups -> sorted result
 *
 * A plan is a chain of sources, each of which is asked for its next row (Graefe, "Volcano", 1994): a scan of a
 * table or of an index, a join by an index or by a hash table, a filter. A round creates a small company,
 * with other people and orders each time, and asks it questions.
 *
 * Rounds: 30 125 440 2250
 */
#include "lib.h"

/* ---- Arenas: memory that is freed all at once ---- */

typedef struct Chunk {
  struct Chunk *next;
  u32 used, size;
  _Alignas(8) u8 bytes[];
} Chunk;

typedef struct {
  Chunk *chunks; /* the newest first */
} Arena;

static void *take(Arena *arena, u32 size) {
  size = (size + 7) & ~7u;
  Chunk *chunk = arena->chunks;
  if (!chunk || chunk->size - chunk->used < size) {
    u32 room = size > 1920 ? size : 1920;
    chunk = malloc(sizeof(Chunk) + room);
    *chunk = (Chunk){arena->chunks, 0, room};
    arena->chunks = chunk;
  }
  void *memory = chunk->bytes + chunk->used;
  chunk->used += size;
  memset(memory, 0, size);
  return memory;
}

static const char *take_text(Arena *arena, const char *text, u32 length) {
  char *copy = take(arena, length + 1);
  memcpy(copy, text, length);
  return copy;
}

static void free_arena(Arena *arena) {
  while (arena->chunks) {
    Chunk *chunk = arena->chunks;
    arena->chunks = chunk->next;
    free(chunk);
  }
}

/* ---- Values ---- */

typedef enum { TYPE_NUMBER, TYPE_TEXT } Type;

typedef struct {
  Type type;
  union {
    i32 number;
    const char *text;
  };
} Value;

static Value number_value(i32 number) { return (Value){.type = TYPE_NUMBER, .number = number}; }
static Value text_value(const char *text) { return (Value){.type = TYPE_TEXT, .text = text}; }

static int compare_values(Value a, Value b) {
  if (a.type != b.type) fail("database: a number was compared with a text");
  if (a.type == TYPE_TEXT) return strcmp(a.text, b.text);
  return a.number < b.number ? -1 : a.number > b.number;
}

static u32 hash_value(Value value) {
  return value.type == TYPE_TEXT ? hash_string(0, value.text) : hash_word(17, (u32)value.number);
}

static void add_value(Buffer *out, Value value) {
  if (value.type == TYPE_TEXT) add_string(out, value.text);
  else add_number(out, value.number);
}

/* ---- B+ trees: all entries are in the leaves, which are linked; equal keys are in the order of their rows ---- */

enum { FANOUT = 12 };

typedef struct {
  Value key;
  u32 row;
} Entry;

typedef struct Node {
  bool leaf;
  u32 count; /* of entries; an inner node has one child more, and entry n is the first one under child n + 1 */
  Entry entries[FANOUT];
  struct Node *children[FANOUT + 1];
  struct Node *next; /* of a leaf */
} Node;

static int compare_entries(const Entry *a, const Entry *b) {
  int order = compare_values(a->key, b->key);
  return order != 0 ? order : a->row < b->row ? -1 : a->row > b->row;
}

/* How many entries of the node come before `entry`, or are equal to it. */
static u32 count_up_to(const Node *node, const Entry *entry, bool equal_too) {
  u32 low = 0, high = node->count;
  while (low < high) {
    u32 middle = (low + high) / 2;
    int order = compare_entries(&node->entries[middle], entry);
    if (order < 0 || (order == 0 && equal_too)) low = middle + 1;
    else high = middle;
  }
  return low;
}

static void put_entry(Node *node, u32 place, Entry entry, Node *right) {
  memmove(&node->entries[place + 1], &node->entries[place], (node->count - place) * sizeof(Entry));
  node->entries[place] = entry;
  if (!node->leaf) {
    memmove(&node->children[place + 2], &node->children[place + 1], (node->count - place) * sizeof(Node *));
    node->children[place + 1] = right;
  }
  node->count++;
}

/* Moves the upper half of a full node to a new one; `between` gets the entry that separates the two. */
static Node *split_node(Arena *arena, Node *node, Entry *between) {
  Node *right = take(arena, sizeof(Node));
  u32 half = FANOUT / 2, from = node->leaf ? half : half + 1;
  right->leaf = node->leaf;
  right->count = FANOUT - from;
  memcpy(right->entries, &node->entries[from], right->count * sizeof(Entry));
  if (!node->leaf) memcpy(right->children, &node->children[from], (right->count + 1) * sizeof(Node *));
  *between = node->entries[half];
  node->count = half;
  right->next = node->next;
  node->next = node->leaf ? right : NULL;
  return right;
}

/* Returns a new node to the right of this one, or NULL when there was room. */
static Node *insert_below(Arena *arena, Node *node, Entry entry, Entry *between) {
  u32 place = count_up_to(node, &entry, true);
  Node *right = NULL;
  Entry rising = entry;
  if (!node->leaf) {
    right = insert_below(arena, node->children[place], entry, &rising);
    if (!right) return NULL;
  } else if (place > 0 && compare_entries(&node->entries[place - 1], &entry) == 0) {
    return NULL; /* it is there already: the row had this value before */
  }
  put_entry(node, place, rising, right);
  return node->count < FANOUT ? NULL : split_node(arena, node, between);
}

static Node *insert_entry(Arena *arena, Node *root, Entry entry) {
  Entry between;
  Node *right = insert_below(arena, root, entry, &between);
  if (!right) return root;
  Node *top = take(arena, sizeof(Node));
  top->count = 1;
  top->entries[0] = between;
  top->children[0] = root;
  top->children[1] = right;
  return top;
}

typedef struct {
  const Node *leaf;
  u32 place;
} Cursor;

/* Where the entries of `key` and larger ones begin. */
static Cursor find_key(const Node *node, Value key) {
  Entry first = {key, 0};
  while (!node->leaf) node = node->children[count_up_to(node, &first, true)];
  return (Cursor){node, count_up_to(node, &first, false)};
}

static const Entry *next_entry(Cursor *cursor) {
  while (cursor->leaf && cursor->place == cursor->leaf->count) *cursor = (Cursor){cursor->leaf->next, 0};
  return cursor->leaf ? &cursor->leaf->entries[cursor->place++] : NULL;
}

/* ---- Tables ---- */

enum { MOST_COLUMNS = 8, MOST_TABLES = 4, NAME_SIZE = 16 };

typedef struct {
  char name[NAME_SIZE];
  Type type;
  Node *index; /* NULL: none. A row that changed or is gone leaves its old entries; readers check. */
} Column;

typedef struct {
  char name[NAME_SIZE];
  Column columns[MOST_COLUMNS];
  u32 column_count;
  Value **rows; /* NULL: deleted */
  u32 row_count, row_capacity;
  Arena arena;
} Table;

static Table tables[MOST_TABLES];
static u32 table_count;

static Table *find_table(const char *name) {
  for (u32 i = 0; i < table_count; i++)
    if (strcmp(tables[i].name, name) == 0) return &tables[i];
  fail("database: no such table");
}

static void index_row(Table *table, u32 column, u32 row) {
  Node **index = &table->columns[column].index;
  if (*index) *index = insert_entry(&table->arena, *index, (Entry){table->rows[row][column], row});
}

static void add_row(Table *table, const Value *values) {
  if (table->row_count == table->row_capacity) {
    table->row_capacity = table->row_capacity == 0 ? 16 : 2 * table->row_capacity;
    table->rows = realloc(table->rows, table->row_capacity * sizeof *table->rows);
  }
  u32 row = table->row_count++;
  table->rows[row] = take(&table->arena, table->column_count * (u32)sizeof(Value));
  memcpy(table->rows[row], values, table->column_count * sizeof(Value));
  for (u32 column = 0; column < table->column_count; column++) index_row(table, column, row);
}

static void drop_all_tables(void) {
  for (; table_count > 0; table_count--) {
    free(tables[table_count - 1].rows);
    free_arena(&tables[table_count - 1].arena);
  }
  memset(tables, 0, sizeof tables);
}

/* ---- Tokens ---- */

typedef enum { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_SIGN } TokenType;

static struct {
  const char *next;
  TokenType type;
  const char *start;
  u32 length;
} token;

/* Everything that lives as long as one statement. */
static Arena statement;

static void advance(void) {
  const char *c = token.next;
  while (is_space(*c)) c++;
  token.start = c;
  if (is_letter(*c)) {
    token.type = TOKEN_WORD;
    while (is_letter(*c) || is_digit(*c)) c++;
  } else if (is_digit(*c)) {
    token.type = TOKEN_NUMBER;
    while (is_digit(*c)) c++;
  } else if (*c == '\'') {
    token.type = TOKEN_TEXT;
    token.start = ++c;
    while (*c && *c != '\'') c++;
  } else {
    token.type = *c ? TOKEN_SIGN : TOKEN_END;
    if (*c) c += (*c == '<' || *c == '>' || *c == '!') && c[1] == '=' ? 2 : 1;
  }
  token.length = (u32)(c - token.start);
  token.next = token.type == TOKEN_TEXT && *c ? c + 1 : c;
}

static bool is_next(const char *text) {
  return (token.type == TOKEN_WORD || token.type == TOKEN_SIGN) && strncmp(token.start, text, token.length) == 0 &&
         text[token.length] == 0;
}

static bool accept(const char *text) {
  if (!is_next(text)) return false;
  advance();
  return true;
}

static void expect(const char *text) {
  if (!accept(text)) fail(text);
}

static void read_name(char *name) {
  if (token.type != TOKEN_WORD || token.length >= NAME_SIZE) fail("database: a name expected");
  memcpy(name, token.start, token.length);
  name[token.length] = 0;
  advance();
}

static i32 read_number(void) {
  if (token.type != TOKEN_NUMBER) fail("database: a number expected");
  i32 value = 0;
  for (u32 i = 0; i < token.length; i++) value = value * 10 + (token.start[i] - '0');
  advance();
  return value;
}

/* ---- Expressions ---- */

typedef enum {
  E_CONSTANT, E_COLUMN,
  E_OR, E_AND, E_NOT, E_EQUAL, E_NOT_EQUAL, E_LESS, E_LESS_EQUAL, E_GREATER, E_GREATER_EQUAL,
  E_LIKE, E_ADD, E_SUBTRACT, E_MULTIPLY, E_DIVIDE,
  E_COUNT, E_SUM, E_AVERAGE, E_SMALLEST, E_LARGEST, /* over the rows of a group */
} Operator;

typedef struct Expression {
  Operator operator;
  Value constant;
  u32 column; /* in the row of all tables of the query */
  struct Expression *left, *right;
} Expression;

/* The tables of the query, each with the place in the row where its columns begin. */
enum { MOST_SOURCES = 2 };
static struct {
  Table *tables[MOST_SOURCES];
  u32 starts[MOST_SOURCES], count;
} scope;

static void enter_table(Table *table) {
  u32 n = scope.count++;
  scope.tables[n] = table;
  scope.starts[n] = n == 0 ? 0 : scope.starts[n - 1] + scope.tables[n - 1]->column_count;
}

static u32 find_column(const Table *table, const char *name) {
  u32 column = 0;
  while (column < table->column_count && strcmp(table->columns[column].name, name) != 0) column++;
  return column;
}

/* NAME or TABLE.NAME, as a place in the row. */
static u32 resolve(const char *table, const char *name) {
  for (u32 i = 0; i < scope.count; i++) {
    if (table && strcmp(scope.tables[i]->name, table) != 0) continue;
    u32 column = find_column(scope.tables[i], name);
    if (column < scope.tables[i]->column_count) return scope.starts[i] + column;
  }
  fail("database: no such column");
}

static Expression *new_expression(Operator operator, Expression *left, Expression *right) {
  Expression *expression = take(&statement, sizeof(Expression));
  expression->operator = operator;
  expression->left = left;
  expression->right = right;
  return expression;
}

static Expression *constant(Value value) {
  Expression *expression = new_expression(E_CONSTANT, NULL, NULL);
  expression->constant = value;
  return expression;
}

static Expression *parse_expression(u32 level);

static const struct {
  const char *name;
  Operator operator;
} aggregates[] = {{"count", E_COUNT}, {"sum", E_SUM}, {"average", E_AVERAGE}, {"min", E_SMALLEST}, {"max", E_LARGEST}};

static Expression *parse_call(const char *name) {
  for (u32 i = 0; i < COUNT(aggregates); i++) {
    if (strcmp(aggregates[i].name, name) != 0) continue;
    Expression *inner = accept("*") ? constant(number_value(1)) : parse_expression(0);
    expect(")");
    return new_expression(aggregates[i].operator, inner, NULL);
  }
  fail("database: no such function");
}

static Expression *parse_named(void) {
  char first[NAME_SIZE], second[NAME_SIZE];
  read_name(first);
  if (accept("(")) return parse_call(first);
  Expression *column = new_expression(E_COLUMN, NULL, NULL);
  if (accept(".")) {
    read_name(second);
    column->column = resolve(first, second);
  } else {
    column->column = resolve(NULL, first);
  }
  return column;
}

static Expression *parse_primary(void) {
  if (token.type == TOKEN_NUMBER) return constant(number_value(read_number()));
  if (token.type == TOKEN_TEXT) {
    Expression *text = constant(text_value(take_text(&statement, token.start, token.length)));
    advance();
    return text;
  }
  if (accept("not")) return new_expression(E_NOT, parse_expression(2), NULL);
  if (accept("-")) return new_expression(E_SUBTRACT, constant(number_value(0)), parse_primary());
  if (!accept("(")) return parse_named();
  Expression *inner = parse_expression(0);
  expect(")");
  return inner;
}

/* Binary operators by how tightly they bind. */
static const struct {
  const char *sign;
  u32 level;
  Operator operator;
} operators[] = {
  {"or", 0, E_OR},         {"and", 1, E_AND},           {"=", 2, E_EQUAL},    {"!=", 2, E_NOT_EQUAL}, {"<", 2, E_LESS},
  {"<=", 2, E_LESS_EQUAL}, {">", 2, E_GREATER},         {">=", 2, E_GREATER_EQUAL}, {"like", 2, E_LIKE},
  {"+", 3, E_ADD},         {"-", 3, E_SUBTRACT},        {"*", 4, E_MULTIPLY}, {"/", 4, E_DIVIDE},
};
enum { LEVELS = 5 };

static Expression *parse_expression(u32 level) {
  if (level == LEVELS) return parse_primary();
  Expression *left = parse_expression(level + 1);
  for (u32 i = 0; i < COUNT(operators);) {
    if (operators[i].level == level && accept(operators[i].sign)) {
      left = new_expression(operators[i].operator, left, parse_expression(level + 1));
      i = 0;
    } else {
      i++;
    }
  }
  return left;
}

/* In a pattern, % stands for any characters and _ for one. */
static bool matches(const char *text, const char *pattern) {
  for (; *pattern; pattern++, text++) {
    if (*pattern == '%') {
      do
        if (matches(text, pattern + 1)) return true;
      while (*text++);
      return false;
    }
    if (!*text || (*pattern != '_' && *pattern != *text)) return false;
  }
  return !*text;
}

static i32 as_number(Value value) {
  if (value.type != TYPE_NUMBER) fail("database: a number expected, not a text");
  return value.number;
}

static Value evaluate(const Expression *e, const Value *row);

static i32 number_of(const Expression *e, const Value *row) { return as_number(evaluate(e, row)); }
static bool holds(const Expression *e, const Value *row) { return number_of(e, row) != 0; }

static int compare_sides(const Expression *e, const Value *row) {
  return compare_values(evaluate(e->left, row), evaluate(e->right, row));
}

static i32 divide(i32 a, i32 b) {
  if (b == 0) fail("database: a division by zero");
  return a / b;
}

static Value evaluate(const Expression *e, const Value *row) {
  switch (e->operator) {
    case E_CONSTANT: return e->constant;
    case E_COLUMN: return row[e->column];
    case E_OR: return number_value(holds(e->left, row) || holds(e->right, row));
    case E_AND: return number_value(holds(e->left, row) && holds(e->right, row));
    case E_NOT: return number_value(!holds(e->left, row));
    case E_EQUAL: return number_value(compare_sides(e, row) == 0);
    case E_NOT_EQUAL: return number_value(compare_sides(e, row) != 0);
    case E_LESS: return number_value(compare_sides(e, row) < 0);
    case E_LESS_EQUAL: return number_value(compare_sides(e, row) <= 0);
    case E_GREATER: return number_value(compare_sides(e, row) > 0);
    case E_GREATER_EQUAL: return number_value(compare_sides(e, row) >= 0);
    case E_LIKE: return number_value(matches(evaluate(e->left, row).text, evaluate(e->right, row).text));
    case E_ADD: return number_value(number_of(e->left, row) + number_of(e->right, row));
    case E_SUBTRACT: return number_value(number_of(e->left, row) - number_of(e->right, row));
    case E_MULTIPLY: return number_value(number_of(e->left, row) * number_of(e->right, row));
    case E_DIVIDE: return number_value(divide(number_of(e->left, row), number_of(e->right, row)));
    case E_COUNT: case E_SUM: case E_AVERAGE: case E_SMALLEST: case E_LARGEST: break;
  }
  fail("database: an aggregate inside an expression");
}

static bool is_aggregate(const Expression *e) { return e->operator >= E_COUNT; }

/* ---- Sources of rows ---- */

typedef struct Source Source;
struct Source {
  /* Puts the next row's columns at their places in `row`; false when there is none. */
  bool (*next)(Source *source, Value *row);
  Source *outer;           /* of a join or a filter */
  const Table *table;      /* of a scan or a join */
  u32 start;               /* where its columns go */
  u32 at;                  /* the row that was given last, and 1; of a hash join, the same in its chain */
  u32 column;              /* indexed, or joined */
  u32 outer_column;        /* that must be equal: a place in the row */
  Cursor cursor;
  Value low, high;
  bool bounded;            /* whether `high` ends the scan */
  bool open;               /* whether an outer row is waiting for the rest of its matches */
  u32 *heads, *chains;     /* of a hash join: 1 + row numbers */
  const Expression *condition;
};

static void copy_row(const Source *source, u32 row_number, Value *row) {
  memcpy(row + source->start, source->table->rows[row_number], source->table->column_count * sizeof(Value));
}

static bool next_of_scan(Source *source, Value *row) {
  while (source->at < source->table->row_count) {
    u32 n = source->at++;
    if (!source->table->rows[n]) continue;
    copy_row(source, n, row);
    return true;
  }
  return false;
}

/* Skips entries whose row has been deleted or has another value by now. */
static bool next_in_index(Source *source, Value *row) {
  for (const Entry *entry; (entry = next_entry(&source->cursor));) {
    if (source->bounded && compare_values(entry->key, source->high) > 0) return false;
    const Value *values = source->table->rows[entry->row];
    if (!values || compare_values(values[source->column], entry->key) != 0) continue;
    source->at = entry->row + 1;
    copy_row(source, entry->row, row);
    return true;
  }
  return false;
}

static bool next_of_index_join(Source *source, Value *row) {
  for (;;) {
    if (source->open && next_in_index(source, row)) return true;
    source->open = source->outer->next(source->outer, row);
    if (!source->open) return false;
    source->high = row[source->outer_column];
    source->cursor = find_key(source->table->columns[source->column].index, source->high);
  }
}

enum { HASHES = 64 };

static void build_hash(Source *source) {
  const Table *table = source->table;
  source->heads = take(&statement, HASHES * sizeof(u32));
  source->chains = take(&statement, (table->row_count + 1) * (u32)sizeof(u32));
  for (u32 n = table->row_count; n > 0; n--) {
    if (!table->rows[n - 1]) continue;
    u32 *head = &source->heads[hash_value(table->rows[n - 1][source->column]) % HASHES];
    source->chains[n] = *head;
    *head = n;
  }
}

static bool next_of_hash_join(Source *source, Value *row) {
  for (;;) {
    while (source->at > 0) {
      u32 n = source->at;
      source->at = source->chains[n];
      if (compare_values(source->table->rows[n - 1][source->column], row[source->outer_column]) != 0) continue;
      copy_row(source, n - 1, row);
      return true;
    }
    if (!source->outer->next(source->outer, row)) return false;
    source->at = source->heads[hash_value(row[source->outer_column]) % HASHES];
  }
}

static bool next_of_filter(Source *source, Value *row) {
  while (source->outer->next(source->outer, row))
    if (holds(source->condition, row)) return true;
  return false;
}

/* ---- The planner ---- */

static Source *new_source(bool (*next)(Source *source, Value *row), const Table *table, u32 start) {
  Source *source = take(&statement, sizeof(Source));
  source->next = next;
  source->table = table;
  source->start = start;
  return source;
}

/* A comparison of an indexed column of the first table with a constant, anywhere in a chain of ANDs. */
static const Expression *find_indexable(const Expression *e) {
  if (!e) return NULL;
  if (e->operator == E_AND) {
    const Expression *left = find_indexable(e->left);
    return left ? left : find_indexable(e->right);
  }
  bool usable = e->operator == E_EQUAL || (e->operator >= E_LESS && e->operator <= E_GREATER_EQUAL);
  if (!usable || e->left->operator != E_COLUMN || e->right->operator != E_CONSTANT) return NULL;
  const Table *table = scope.tables[0];
  return e->left->column < table->column_count && table->columns[e->left->column].index ? e : NULL;
}

static Source *plan_first(const Expression *where) {
  const Table *table = scope.tables[0];
  const Expression *by = find_indexable(where);
  if (!by) return new_source(next_of_scan, table, 0);
  Source *source = new_source(next_in_index, table, 0);
  const Node *leftmost = table->columns[by->left->column].index;
  source->column = by->left->column;
  source->high = by->right->constant;
  source->bounded = by->operator == E_EQUAL || by->operator == E_LESS || by->operator == E_LESS_EQUAL;
  if (by->operator == E_LESS || by->operator == E_LESS_EQUAL) {
    while (!leftmost->leaf) leftmost = leftmost->children[0];
    source->cursor = (Cursor){leftmost, 0};
  } else {
    source->cursor = find_key(leftmost, by->right->constant);
  }
  return source;
}

/* Joins the second table to the first, whose columns are `outer`'s. */
static Source *plan_join(Source *outer, u32 outer_column, u32 column) {
  const Table *table = scope.tables[1];
  bool indexed = table->columns[column].index != NULL;
  Source *source = new_source(indexed ? next_of_index_join : next_of_hash_join, table, scope.starts[1]);
  source->outer = outer;
  source->column = column;
  source->outer_column = outer_column;
  source->bounded = true;
  if (!indexed) build_hash(source);
  return source;
}

static Source *plan_filter(Source *outer, const Expression *where) {
  if (!where) return outer;
  Source *source = new_source(next_of_filter, NULL, 0);
  source->outer = outer;
  source->condition = where;
  return source;
}

/* ---- Results: rows, or groups of rows, then sorted ---- */

enum { MOST_ITEMS = 6, MOST_RESULTS = 512 };

typedef struct {
  u32 count;
  i32 total;
  Value smallest, largest;
} Accumulator;

typedef struct Group {
  Value key;
  struct Group *next;
  Value items[MOST_ITEMS];
  Accumulator accumulators[MOST_ITEMS];
} Group;

static struct {
  Expression *items[MOST_ITEMS];
  u32 item_count;
  Expression *group_by;
  u32 order_by; /* 1 + item; 0: not sorted */
  bool descending;
  u32 limit;
} query;

static Group *results[MOST_RESULTS];
static u32 result_count;
static Group *groups[HASHES];

static Group *new_result(Value key) {
  if (result_count == MOST_RESULTS) fail("database: too many results");
  Group *group = take(&statement, sizeof(Group));
  group->key = key;
  return results[result_count++] = group;
}

static Group *find_group(Value key) {
  Group **bucket = &groups[hash_value(key) % HASHES];
  for (Group *group = *bucket; group; group = group->next)
    if (compare_values(group->key, key) == 0) return group;
  Group *group = new_result(key);
  group->next = *bucket;
  return *bucket = group;
}

static void accumulate(Accumulator *accumulator, Value value) {
  if (accumulator->count == 0 || compare_values(value, accumulator->smallest) < 0) accumulator->smallest = value;
  if (accumulator->count == 0 || compare_values(value, accumulator->largest) > 0) accumulator->largest = value;
  accumulator->count++;
  if (value.type == TYPE_NUMBER) accumulator->total += value.number;
}

static Value accumulated(const Accumulator *accumulator, Operator operator) {
  switch (operator) {
    case E_COUNT: return number_value((i32)accumulator->count);
    case E_SUM: return number_value(accumulator->total);
    case E_AVERAGE: return number_value(divide(accumulator->total, (i32)accumulator->count));
    case E_SMALLEST: return accumulator->smallest;
    default: return accumulator->largest;
  }
}

static void take_row(const Value *row, bool grouped) {
  Value key = query.group_by ? evaluate(query.group_by, row) : number_value(0);
  Group *group = grouped ? find_group(key) : new_result(key);
  for (u32 i = 0; i < query.item_count; i++) {
    const Expression *item = query.items[i];
    if (is_aggregate(item)) accumulate(&group->accumulators[i], evaluate(item->left, row));
    else group->items[i] = evaluate(item, row);
  }
}

static int compare_results(const void *a, const void *b) {
  const Group *x = *(Group *const *)a, *y = *(Group *const *)b;
  for (u32 n = 0; n < query.item_count; n++) {
    u32 item = (query.order_by - 1 + n) % query.item_count; /* the others in turn when it is equal */
    int order = compare_values(x->items[item], y->items[item]);
    if (order != 0) return query.descending ? -order : order;
  }
  return 0;
}

static u32 output;

static void write_results(void) {
  Buffer line = {0};
  for (u32 n = 0; n < result_count && n < query.limit; n++) {
    clear_buffer(&line);
    for (u32 i = 0; i < query.item_count; i++) {
      if (i > 0) add_char(&line, '|');
      add_value(&line, results[n]->items[i]);
    }
    output = hash_bytes(output, line.data, line.length);
  }
  free_buffer(&line);
}

/* ---- Statements ---- */

static void create_table(void) {
  if (table_count == MOST_TABLES) fail("database: too many tables");
  Table *table = &tables[table_count++];
  char type[NAME_SIZE];
  read_name(table->name);
  expect("(");
  do {
    if (table->column_count == MOST_COLUMNS) fail("database: too many columns");
    Column *column = &table->columns[table->column_count++];
    read_name(column->name);
    read_name(type);
    column->type = strcmp(type, "text") == 0 ? TYPE_TEXT : TYPE_NUMBER;
  } while (accept(","));
  expect(")");
}

/* create index on TABLE (COLUMN) */
static void create_index(void) {
  char name[NAME_SIZE];
  expect("on");
  read_name(name);
  Table *table = find_table(name);
  expect("(");
  read_name(name);
  expect(")");
  u32 column = find_column(table, name);
  if (column == table->column_count) fail("database: no such column");
  table->columns[column].index = take(&table->arena, sizeof(Node));
  table->columns[column].index->leaf = true;
  for (u32 row = 0; row < table->row_count; row++)
    if (table->rows[row]) index_row(table, column, row);
}

static void create(void) {
  if (accept("index")) {
    create_index();
  } else {
    expect("table");
    create_table();
  }
}

/* A text that is to outlive the statement is copied. */
static Value kept(Table *table, Value value) {
  return value.type == TYPE_NUMBER ? value : text_value(take_text(&table->arena, value.text, (u32)strlen(value.text)));
}

/* insert into TABLE values (...), (...) */
static void insert(void) {
  char name[NAME_SIZE];
  Value values[MOST_COLUMNS];
  expect("into");
  read_name(name);
  Table *table = find_table(name);
  expect("values");
  do {
    expect("(");
    for (u32 i = 0; i < table->column_count; i++) {
      if (i > 0) expect(",");
      Value value = evaluate(parse_expression(0), NULL);
      if (value.type != table->columns[i].type) fail("database: a value of the wrong type");
      values[i] = kept(table, value);
    }
    expect(")");
    add_row(table, values);
  } while (accept(","));
}

static Expression *parse_where(void) { return accept("where") ? parse_expression(0) : NULL; }

/* FROM TABLE [JOIN TABLE ON COLUMN = COLUMN]; returns the equal columns' expression. */
static Expression *parse_from(void) {
  char name[NAME_SIZE];
  read_name(name);
  enter_table(find_table(name));
  if (!accept("join")) return NULL;
  read_name(name);
  enter_table(find_table(name));
  expect("on");
  Expression *on = parse_expression(0);
  if (on->operator != E_EQUAL || on->left->operator != E_COLUMN || on->right->operator != E_COLUMN)
    fail("database: a join needs two columns that are equal");
  return on;
}

static void parse_items(void) {
  do {
    if (query.item_count == MOST_ITEMS) fail("database: too many items");
    query.items[query.item_count++] = parse_expression(0);
  } while (accept(","));
}

static void parse_rest(void) {
  query.limit = MOST_RESULTS;
  if (accept("group")) {
    expect("by");
    query.group_by = parse_expression(0);
  }
  if (accept("order")) {
    expect("by");
    query.order_by = (u32)read_number();
    if (query.order_by == 0 || query.order_by > query.item_count) fail("database: no such item to sort by");
    query.descending = accept("descending");
  }
  if (accept("limit")) query.limit = (u32)read_number();
}

static void run_query(Source *source) {
  Value row[MOST_SOURCES * MOST_COLUMNS];
  bool grouped = query.group_by != NULL;
  for (u32 i = 0; i < query.item_count; i++) grouped = grouped || is_aggregate(query.items[i]);
  while (source->next(source, row)) take_row(row, grouped);
  for (u32 n = 0; n < result_count; n++)
    for (u32 i = 0; i < query.item_count; i++)
      if (is_aggregate(query.items[i]))
        results[n]->items[i] = accumulated(&results[n]->accumulators[i], query.items[i]->operator);
  if (query.order_by > 0) qsort(results, result_count, sizeof *results, compare_results);
}

/* from TABLES select ITEMS [where ...] [group by ...] [order by ITEM [descending]] [limit N] */
static void select_rows(void) {
  memset(&query, 0, sizeof query);
  memset(groups, 0, sizeof groups);
  result_count = 0;
  Expression *on = parse_from();
  expect("select");
  parse_items();
  Expression *where = parse_where();
  parse_rest();
  Source *source = plan_first(where);
  if (on) {
    bool swapped = on->left->column >= scope.starts[1];
    u32 outer = swapped ? on->right->column : on->left->column, inner = swapped ? on->left->column : on->right->column;
    source = plan_join(source, outer, inner - scope.starts[1]);
  }
  run_query(plan_filter(source, where));
  write_results();
}

/* The numbers of the rows for which `where` holds: found before any is changed. */
static u32 find_rows(const Expression *where, u32 *found) {
  Value row[MOST_COLUMNS];
  Source *scan = plan_first(where);
  u32 count = 0;
  while (scan->next(scan, row))
    if ((!where || holds(where, row)) && count < MOST_RESULTS) found[count++] = scan->at - 1;
  return count;
}

/* update TABLE set COLUMN = ... [where ...] */
static void update(void) {
  static u32 found[MOST_RESULTS];
  char name[NAME_SIZE];
  read_name(name);
  Table *table = find_table(name);
  enter_table(table);
  expect("set");
  read_name(name);
  u32 column = resolve(NULL, name);
  expect("=");
  Expression *value = parse_expression(0), *where = parse_where();
  for (u32 i = 0, count = find_rows(where, found); i < count; i++) {
    table->rows[found[i]][column] = kept(table, evaluate(value, table->rows[found[i]]));
    index_row(table, column, found[i]);
  }
}

/* delete from TABLE [where ...] */
static void delete_rows(void) {
  static u32 found[MOST_RESULTS];
  char name[NAME_SIZE];
  expect("from");
  read_name(name);
  Table *table = find_table(name);
  enter_table(table);
  for (u32 i = 0, count = find_rows(parse_where(), found); i < count; i++) table->rows[found[i]] = NULL;
}

static const struct {
  const char *word;
  void (*run)(void);
} statements[] = {{"create", create}, {"insert", insert}, {"from", select_rows}, {"update", update}, {"delete", delete_rows}};

/* Runs statements, each of which ends in a semicolon. */
static void execute(const char *text) {
  token.next = text;
  advance();
  while (token.type != TOKEN_END) {
    u32 i = 0;
    while (i < COUNT(statements) && !is_next(statements[i].word)) i++;
    if (i == COUNT(statements)) fail("database: no such statement");
    advance();
    scope.count = 0;
    statements[i].run();
    expect(";");
    free_arena(&statement);
  }
}

/* ---- A company ---- */

static const char schema[] =
  "create table people (id number, name text, city text, age number);"
  "create table orders (number number, person number, item text, price number, pieces number);"
  "create table items (item text, kind text, weight number);"
  "create index on people (id); create index on people (age); create index on orders (person);"
  "insert into items values ('anvil', 'tool', 90), ('book', 'paper', 2), ('chair', 'wood', 12), ('drill', 'tool', 5),"
  "  ('envelope', 'paper', 0), ('fiddle', 'wood', 1), ('gong', 'brass', 30), ('horn', 'brass', 3);";

static const char questions[] =
  "from people select name, city, age where age >= 30 and age < 50 and not city = 'Oslo' order by 1 limit 10;"
  "from people select city, count(*), average(age), min(name) group by city order by 2 descending;"
  "from people join orders on id = person select name, sum(price * pieces), count(*) group by id order by 2 descending limit 5;"
  "from orders join items on orders.item = items.item select kind, sum(weight * pieces), max(price) where pieces > 1"
  "  group by kind order by 1;"
  "from people select name, age where name like '%a_a%' or city like 'B%n' order by 2 descending;"
  "update people set age = age + 1 where city = 'Bergen' or age < 25;"
  "update orders set price = price - price / 10 where pieces >= 4 and item != 'gong';"
  "delete from orders where price * pieces < 60;"
  "from orders select count(*), sum(price), min(price), max(item);"
  "from people join orders on people.id = orders.person select city, item, price where age > 40 and price > 70 order by 3 limit 12;"
  "delete from people where age > 60;"
  "from people select age / 10 * 10, count(*), max(name) group by age / 10 order by 1;";

static const char *const first_names[] = {"Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "John", "Kristen", "Tony", "Marta"};
static const char *const cities[] = {"Oslo", "Bergen", "Berlin", "Bonn", "Paris", "Turin"};
static const char *const item_names[] = {"anvil", "book", "chair", "drill", "envelope", "fiddle", "gong", "horn"};

static void add_field(Buffer *out, i32 number, const char *text) {
  add_char(out, out->data[out->length - 1] == '(' ? ' ' : ',');
  if (text) {
    add_char(out, '\'');
    add_string(out, text);
    add_char(out, '\'');
  } else {
    add_number(out, number);
  }
}

static void write_people(Buffer *out, u32 count, u32 *seed) {
  Buffer name = {0};
  add_string(out, "insert into people values ");
  for (u32 id = 1; id <= count; id++) {
    clear_buffer(&name);
    add_string(&name, first_names[random_below(seed, COUNT(first_names))]);
    add_char(&name, (char)('A' + random_below(seed, 26)));
    add_string(out, id > 1 ? ", (" : "(");
    add_field(out, (i32)id, NULL);
    add_field(out, 0, name.data);
    add_field(out, 0, cities[random_below(seed, COUNT(cities))]);
    add_field(out, (i32)(18 + random_below(seed, 50)), NULL);
    add_char(out, ')');
  }
  add_char(out, ';');
  free_buffer(&name);
}

static void write_orders(Buffer *out, u32 count, u32 people, u32 *seed) {
  add_string(out, "insert into orders values ");
  for (u32 number = 1; number <= count; number++) {
    add_string(out, number > 1 ? ", (" : "(");
    add_field(out, (i32)(1000 + number), NULL);
    add_field(out, (i32)(1 + random_below(seed, people)), NULL);
    add_field(out, 0, item_names[random_below(seed, COUNT(item_names))]);
    add_field(out, (i32)(5 + random_below(seed, 95)), NULL);
    add_field(out, (i32)(1 + random_below(seed, 6)), NULL);
    add_char(out, ')');
  }
  add_char(out, ';');
}

u32 program(u32 rounds) {
  u32 seed = 1;
  for (u32 round = 0; round < rounds; round++) {
    Buffer data = {0};
    u32 people = 40 + random_below(&seed, 20);
    write_people(&data, people, &seed);
    write_orders(&data, 2 * people, people, &seed);
    execute(schema);
    execute(data.data);
    execute(questions);
    free_buffer(&data);
    drop_all_tables();
    if (blocks_in_use() != 0) fail("database: memory leaks");
  }
  return output;
}
