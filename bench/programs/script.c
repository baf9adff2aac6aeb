/*
 * A small scripting language: scanner, compiler and virtual machine.
 *
 *   source text -> scan() -> tokens -> the compiler -> bytecode of each function -> run() -> a value
 *
 * The compiler makes one pass without a syntax tree: a parser by precedence (Vaughan Pratt, "Top
 * Down Operator Precedence", 1973) emits the code of a stack machine while it reads. The language
 * has numbers, strings, lists, maps and functions; functions are values, and are not nested.
 * A round compiles the scripts at the end of this file anew and runs them with another seed.
 *
 * Rounds: 18 70 250 1280
 */
#include "lib.h"

/* ---- Values and objects ---- */

typedef enum { KIND_NIL, KIND_BOOLEAN, KIND_NUMBER, KIND_OBJECT } Kind;
typedef enum { OBJECT_STRING, OBJECT_LIST, OBJECT_MAP, OBJECT_FUNCTION, OBJECT_NATIVE } ObjectType;

typedef struct Object {
  ObjectType type;
  struct Object *next; /* every object, so that all can be freed when the round is over */
} Object;

typedef struct {
  Kind kind;
  union {
    i32 number; /* of a boolean: 0 or 1 */
    Object *object;
  };
} Value;

/* Strings that are equal are the same object: `interned` finds the one that exists. */
typedef struct String {
  Object object;
  struct String *next_in_bucket;
  u32 hash, length;
  char text[];
} String;

typedef struct {
  Object object;
  Value *items;
  u32 count, capacity;
} List;

typedef struct {
  Value key, value; /* an empty place has a nil key */
} Entry;

typedef struct {
  Object object;
  Entry *entries; /* open addressing; the capacity is a power of two */
  u32 count, capacity;
} Map;

typedef struct {
  Object object;
  u8 *code;
  u32 code_size, code_capacity;
  Value *constants;
  u32 constant_count;
  u32 parameters;
  String *name;
} Function;

typedef Value (*NativeCode)(Value *arguments);

typedef struct {
  Object object;
  NativeCode code;
  u32 parameters;
} Native;

static Object *all_objects;

static void *new_object(ObjectType type, size_t size) {
  Object *object = malloc(size);
  memset(object, 0, size);
  object->type = type;
  object->next = all_objects;
  all_objects = object;
  return object;
}

static Value nil(void) { return (Value){.kind = KIND_NIL, .number = 0}; }
static Value boolean(bool value) { return (Value){.kind = KIND_BOOLEAN, .number = value}; }
static Value number(i32 value) { return (Value){.kind = KIND_NUMBER, .number = value}; }
static Value object_value(void *object) { return (Value){.kind = KIND_OBJECT, .object = object}; }

static bool is_object(Value value, ObjectType type) { return value.kind == KIND_OBJECT && value.object->type == type; }
static bool is_true(Value value) { return value.kind == KIND_OBJECT || value.number != 0 || value.kind == KIND_NUMBER; }

static bool equal(Value a, Value b) {
  if (a.kind != b.kind) return false;
  return a.kind == KIND_OBJECT ? a.object == b.object : a.number == b.number;
}

static i32 as_number(Value value) {
  if (value.kind != KIND_NUMBER) fail("script: a number was expected");
  return value.number;
}

static void *as_object(Value value, ObjectType type) {
  if (!is_object(value, type)) fail("script: an object of another type was expected");
  return value.object;
}

/* ---- Strings ---- */

enum { BUCKETS = 1024 };
static String *interned[BUCKETS];

static String *new_string(const char *text, u32 length) {
  u32 hash = hash_bytes(0, text, length);
  String **bucket = &interned[hash % BUCKETS];
  for (String *string = *bucket; string; string = string->next_in_bucket)
    if (string->hash == hash && string->length == length && memcmp(string->text, text, length) == 0) return string;
  String *string = new_object(OBJECT_STRING, sizeof(String) + length + 1);
  memcpy(string->text, text, length);
  string->hash = hash;
  string->length = length;
  string->next_in_bucket = *bucket;
  *bucket = string;
  return string;
}

static void add_value(Buffer *buffer, Value value) {
  switch (value.kind) {
    case KIND_NIL: add_string(buffer, "nil"); return;
    case KIND_BOOLEAN: add_string(buffer, value.number ? "true" : "false"); return;
    case KIND_NUMBER: add_number(buffer, value.number); return;
    case KIND_OBJECT: break;
  }
  if (value.object->type == OBJECT_STRING) {
    String *string = (String *)value.object;
    add_bytes(buffer, string->text, string->length);
  } else if (value.object->type == OBJECT_LIST) {
    List *list = (List *)value.object;
    add_char(buffer, '[');
    for (u32 i = 0; i < list->count; i++) {
      if (i > 0) add_string(buffer, ", ");
      add_value(buffer, list->items[i]);
    }
    add_char(buffer, ']');
  } else {
    add_string(buffer, value.object->type == OBJECT_MAP ? "a map" : "a function");
  }
}

static Value concatenate(Value a, Value b) {
  Buffer buffer = {0};
  add_value(&buffer, a);
  add_value(&buffer, b);
  String *string = new_string(buffer.data, buffer.length);
  free_buffer(&buffer);
  return object_value(string);
}

/* ---- Lists and maps ---- */

static void push_item(List *list, Value item) {
  if (list->count == list->capacity) {
    list->capacity = list->capacity == 0 ? 8 : list->capacity * 2;
    list->items = realloc(list->items, list->capacity * sizeof(Value));
  }
  list->items[list->count++] = item;
}

static Value *item_at(List *list, Value index) {
  u32 n = (u32)as_number(index);
  if (n >= list->count) fail("script: an index is out of range");
  return &list->items[n];
}

static u32 hash_value(Value value) {
  if (value.kind != KIND_OBJECT) return hash_word(value.kind, (u32)value.number);
  if (value.object->type != OBJECT_STRING) fail("script: a key must be a number or a string");
  return ((String *)value.object)->hash;
}

/* The place of `key`, or the empty place where it belongs. */
static Entry *find_entry(Entry *entries, u32 capacity, Value key) {
  for (u32 place = hash_value(key);; place++) {
    Entry *entry = &entries[place & (capacity - 1)];
    if (entry->key.kind == KIND_NIL || equal(entry->key, key)) return entry;
  }
}

static void grow_map(Map *map) {
  u32 capacity = map->capacity == 0 ? 8 : map->capacity * 2;
  Entry *entries = malloc(capacity * sizeof(Entry));
  for (u32 i = 0; i < capacity; i++) entries[i] = (Entry){nil(), nil()};
  for (u32 i = 0; i < map->capacity; i++)
    if (map->entries[i].key.kind != KIND_NIL) *find_entry(entries, capacity, map->entries[i].key) = map->entries[i];
  free(map->entries);
  map->entries = entries;
  map->capacity = capacity;
}

static void set_entry(Map *map, Value key, Value value) {
  if ((map->count + 1) * 4 > map->capacity * 3) grow_map(map);
  Entry *entry = find_entry(map->entries, map->capacity, key);
  if (entry->key.kind == KIND_NIL) map->count++;
  *entry = (Entry){key, value};
}

static Value get_entry(Map *map, Value key) {
  return map->capacity == 0 ? nil() : find_entry(map->entries, map->capacity, key)->value;
}

static Value get_index(Value container, Value index) {
  if (is_object(container, OBJECT_LIST)) return *item_at((List *)container.object, index);
  if (is_object(container, OBJECT_MAP)) return get_entry((Map *)container.object, index);
  String *string = as_object(container, OBJECT_STRING);
  u32 n = (u32)as_number(index);
  if (n >= string->length) fail("script: an index is out of range");
  return number((u8)string->text[n]);
}

static void set_index(Value container, Value index, Value value) {
  if (is_object(container, OBJECT_LIST)) *item_at((List *)container.object, index) = value;
  else set_entry(as_object(container, OBJECT_MAP), index, value);
}

static void free_all_objects(void) {
  while (all_objects) {
    Object *object = all_objects;
    all_objects = object->next;
    switch (object->type) {
      case OBJECT_LIST: free(((List *)object)->items); break;
      case OBJECT_MAP: free(((Map *)object)->entries); break;
      case OBJECT_FUNCTION:
        free(((Function *)object)->code);
        free(((Function *)object)->constants);
        break;
      case OBJECT_STRING:
      case OBJECT_NATIVE: break;
    }
    free(object);
  }
  memset(interned, 0, sizeof interned);
}

/* ---- The scanner ---- */

typedef enum {
  /* Signs. The scanner tries them in this order, so longer ones come first. */
  T_EQUAL_EQUAL, T_NOT_EQUAL, T_LESS_EQUAL, T_GREATER_EQUAL, T_LESS, T_GREATER, T_ASSIGN,
  T_PLUS, T_MINUS, T_STAR, T_SLASH, T_PERCENT, T_AMPERSAND, T_CARET,
  T_LEFT_PAREN, T_RIGHT_PAREN, T_LEFT_BRACE, T_RIGHT_BRACE, T_LEFT_BRACKET, T_RIGHT_BRACKET,
  T_COMMA, T_SEMICOLON,
  /* Words */
  T_FUN, T_VAR, T_IF, T_ELSE, T_WHILE, T_FOR, T_IN, T_TO, T_RETURN, T_AND, T_OR, T_NOT, T_NIL, T_TRUE, T_FALSE,
  T_NAME, T_NUMBER, T_STRING, T_END,
} TokenType;

static const char *const spellings[] = {
  "==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "%", "&", "^", "(", ")", "{", "}", "[", "]", ",", ";",
  "fun", "var", "if", "else", "while", "for", "in", "to", "return", "and", "or", "not", "nil", "true", "false",
};

typedef struct {
  TokenType type;
  const char *start;
  u32 length;
} Token;

static const char *cursor;

static const char *skip_blanks(const char *c) {
  for (;;) {
    while (is_space(*c)) c++;
    if (*c != '#') return c;
    while (*c && *c != '\n') c++;
  }
}

static TokenType word_type(const char *start, u32 length) {
  for (TokenType type = T_FUN; type <= T_FALSE; type++)
    if (strncmp(spellings[type], start, length) == 0 && spellings[type][length] == 0) return type;
  return T_NAME;
}

static Token scan(void) {
  const char *start = skip_blanks(cursor), *end = start;
  TokenType type = T_END;
  if (is_letter(*start)) {
    while (is_letter(*end) || is_digit(*end)) end++;
    type = word_type(start, (u32)(end - start));
  } else if (is_digit(*start)) {
    while (is_digit(*end)) end++;
    type = T_NUMBER;
  } else if (*start == '\'') {
    do end++;
    while (*end != '\'' && *end);
    if (!*end++) fail("script: a string does not end");
    type = T_STRING;
  } else if (*start) {
    for (type = T_EQUAL_EQUAL; strncmp(start, spellings[type], strlen(spellings[type])) != 0;)
      if (++type == T_FUN) fail("script: a character that means nothing");
    end += strlen(spellings[type]);
  }
  cursor = end;
  return (Token){type, start, (u32)(end - start)};
}

/* ---- Bytecode: an opcode of one byte; operands of one byte, but of two where it says so ---- */

typedef enum {
  OP_CONSTANT,      /* which constant, 2 bytes */
  OP_NIL, OP_TRUE, OP_FALSE,
  OP_POP,
  OP_GET_LOCAL, OP_SET_LOCAL,   /* which place of the frame */
  OP_GET_GLOBAL, OP_SET_GLOBAL, /* which global, 2 bytes */
  OP_GET_INDEX, OP_SET_INDEX,
  OP_EQUAL, OP_LESS, OP_LESS_EQUAL, OP_NOT, OP_NEGATE,
  OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_REMAINDER, OP_AND_BITS, OP_XOR_BITS,
  OP_JUMP, OP_JUMP_BACK,                     /* how far, 2 bytes */
  OP_JUMP_IF_FALSE, OP_JUMP_IF_FALSE_OR_POP, /* the second leaves the value when it jumps */
  OP_JUMP_IF_TRUE_OR_POP,
  OP_CALL,   /* number of arguments */
  OP_LIST,   /* number of items */
  OP_RETURN,
} Opcode;

/* ---- The compiler ---- */

enum { MOST_LOCALS = 64, MOST_GLOBALS = 256, MOST_CONSTANTS = 256 };

typedef struct {
  Token name;
  u32 depth;
} Local;

static struct {
  Token now, last;
  Function *function;
  Local locals[MOST_LOCALS];
  u32 local_count, depth;
} compiler;

static String *global_names[MOST_GLOBALS];
static Value globals[MOST_GLOBALS];
static u32 global_count;

static void advance(void) {
  compiler.last = compiler.now;
  compiler.now = scan();
}

static bool accept(TokenType type) {
  if (compiler.now.type != type) return false;
  advance();
  return true;
}

static void expect(TokenType type, const char *why) {
  if (!accept(type)) fail(why);
}

static void emit(u32 byte) {
  Function *function = compiler.function;
  if (function->code_size == function->code_capacity) {
    function->code_capacity = function->code_capacity == 0 ? 64 : function->code_capacity * 2;
    function->code = realloc(function->code, function->code_capacity);
  }
  function->code[function->code_size++] = (u8)byte;
}

static void emit_pair(u32 opcode, u32 operand) {
  emit(opcode);
  emit(operand);
}

static void emit_wide(u32 opcode, u32 operand) {
  emit(opcode);
  emit(operand >> 8);
  emit(operand);
}

static void emit_constant(Value value) {
  Function *function = compiler.function;
  u32 n = 0;
  while (n < function->constant_count && !equal(function->constants[n], value)) n++;
  if (n == MOST_CONSTANTS) fail("script: too many constants");
  if (n == function->constant_count) {
    if (!function->constants) function->constants = malloc(MOST_CONSTANTS * sizeof(Value));
    function->constants[function->constant_count++] = value;
  }
  emit_wide(OP_CONSTANT, n);
}

/* Emits a jump whose distance is not known yet; land() fills it in. */
static u32 emit_jump(u32 opcode) {
  emit_wide(opcode, 0);
  return compiler.function->code_size;
}

static void land(u32 jump) {
  u32 distance = compiler.function->code_size - jump;
  compiler.function->code[jump - 2] = (u8)(distance >> 8);
  compiler.function->code[jump - 1] = (u8)distance;
}

static void emit_jump_back(u32 target) { emit_wide(OP_JUMP_BACK, compiler.function->code_size + 3 - target); }

static u32 global_slot(String *name) {
  u32 n = 0;
  while (n < global_count && global_names[n] != name) n++;
  if (n == MOST_GLOBALS) fail("script: too many globals");
  if (n == global_count) {
    global_names[n] = name;
    globals[n] = nil();
    global_count++;
  }
  return n;
}

static i32 find_local(Token name) {
  for (i32 n = (i32)compiler.local_count - 1; n >= 0; n--) {
    Token local = compiler.locals[n].name;
    if (local.length == name.length && memcmp(local.start, name.start, name.length) == 0) return n;
  }
  return -1;
}

static u32 add_local(Token name) {
  if (compiler.local_count == MOST_LOCALS) fail("script: too many variables");
  compiler.locals[compiler.local_count] = (Local){name, compiler.depth};
  return compiler.local_count++;
}

/* Expressions. How tightly a token binds what stands left of it; 0: it does not. */
enum { BIND_NONE, BIND_ASSIGN, BIND_OR, BIND_AND, BIND_EQUAL, BIND_ORDER, BIND_BITS, BIND_SUM, BIND_PRODUCT, BIND_UNARY, BIND_CALL };

static void expression(void);
static void parse(u32 binding);

static void constant_number(void) {
  i32 value = 0;
  for (u32 i = 0; i < compiler.last.length; i++) value = value * 10 + (compiler.last.start[i] - '0');
  emit_constant(number(value));
}

static void constant_string(void) {
  emit_constant(object_value(new_string(compiler.last.start + 1, compiler.last.length - 2)));
}

static void literal(void) {
  emit(compiler.last.type == T_NIL ? OP_NIL : compiler.last.type == T_TRUE ? OP_TRUE : OP_FALSE);
}

static void variable(void) {
  Token name = compiler.last;
  i32 local = find_local(name);
  u32 slot = local >= 0 ? (u32)local : global_slot(new_string(name.start, name.length));
  bool set = accept(T_ASSIGN);
  if (set) parse(BIND_ASSIGN);
  if (local >= 0) emit_pair(set ? OP_SET_LOCAL : OP_GET_LOCAL, slot);
  else emit_wide(set ? OP_SET_GLOBAL : OP_GET_GLOBAL, slot);
}

static void grouping(void) {
  expression();
  expect(T_RIGHT_PAREN, "script: ) expected");
}

/* Comma-separated expressions up to `end`; returns their number. */
static u32 expressions(TokenType end) {
  u32 count = 0;
  if (accept(end)) return 0;
  do {
    expression();
    count++;
  } while (accept(T_COMMA));
  expect(end, "script: the end of a list of expressions expected");
  return count;
}

static void list(void) { emit_pair(OP_LIST, expressions(T_RIGHT_BRACKET)); }

static void unary(void) {
  u32 opcode = compiler.last.type == T_MINUS ? OP_NEGATE : OP_NOT;
  parse(BIND_UNARY);
  emit(opcode);
}

static void call(void) { emit_pair(OP_CALL, expressions(T_RIGHT_PAREN)); }

static void subscript(void) {
  expression();
  expect(T_RIGHT_BRACKET, "script: ] expected");
  if (accept(T_ASSIGN)) {
    parse(BIND_ASSIGN);
    emit(OP_SET_INDEX);
  } else {
    emit(OP_GET_INDEX);
  }
}

static void logical(void) {
  bool both = compiler.last.type == T_AND;
  u32 end = emit_jump(both ? OP_JUMP_IF_FALSE_OR_POP : OP_JUMP_IF_TRUE_OR_POP);
  parse(both ? BIND_AND + 1 : BIND_OR + 1);
  land(end);
}

static void binary(void);

/* What a token means at the start of an expression, and after one. */
typedef struct {
  void (*prefix)(void);
  void (*infix)(void);
  u32 binding; /* of the infix meaning */
  Opcode opcode, then; /* of `binary`; `then` is OP_NOT where two operations are needed */
} Rule;

static const Rule rules[T_END + 1] = {
  [T_LEFT_PAREN] = {grouping, call, BIND_CALL, 0, 0},
  [T_LEFT_BRACKET] = {list, subscript, BIND_CALL, 0, 0},
  [T_MINUS] = {unary, binary, BIND_SUM, OP_SUBTRACT, 0},
  [T_PLUS] = {NULL, binary, BIND_SUM, OP_ADD, 0},
  [T_STAR] = {NULL, binary, BIND_PRODUCT, OP_MULTIPLY, 0},
  [T_SLASH] = {NULL, binary, BIND_PRODUCT, OP_DIVIDE, 0},
  [T_PERCENT] = {NULL, binary, BIND_PRODUCT, OP_REMAINDER, 0},
  [T_AMPERSAND] = {NULL, binary, BIND_BITS, OP_AND_BITS, 0},
  [T_CARET] = {NULL, binary, BIND_BITS, OP_XOR_BITS, 0},
  [T_EQUAL_EQUAL] = {NULL, binary, BIND_EQUAL, OP_EQUAL, 0},
  [T_NOT_EQUAL] = {NULL, binary, BIND_EQUAL, OP_EQUAL, OP_NOT},
  [T_LESS] = {NULL, binary, BIND_ORDER, OP_LESS, 0},
  [T_LESS_EQUAL] = {NULL, binary, BIND_ORDER, OP_LESS_EQUAL, 0},
  [T_GREATER] = {NULL, binary, BIND_ORDER, OP_LESS_EQUAL, OP_NOT},
  [T_GREATER_EQUAL] = {NULL, binary, BIND_ORDER, OP_LESS, OP_NOT},
  [T_AND] = {NULL, logical, BIND_AND, 0, 0},
  [T_OR] = {NULL, logical, BIND_OR, 0, 0},
  [T_NOT] = {unary, NULL, BIND_NONE, 0, 0},
  [T_NAME] = {variable, NULL, BIND_NONE, 0, 0},
  [T_NUMBER] = {constant_number, NULL, BIND_NONE, 0, 0},
  [T_STRING] = {constant_string, NULL, BIND_NONE, 0, 0},
  [T_NIL] = {literal, NULL, BIND_NONE, 0, 0},
  [T_TRUE] = {literal, NULL, BIND_NONE, 0, 0},
  [T_FALSE] = {literal, NULL, BIND_NONE, 0, 0},
};

static void binary(void) {
  const Rule *rule = &rules[compiler.last.type];
  parse(rule->binding + 1);
  emit(rule->opcode);
  if (rule->then) emit(rule->then);
}

/* Compiles an expression whose operators all bind at least as tightly as `binding`. */
static void parse(u32 binding) {
  advance();
  void (*prefix)(void) = rules[compiler.last.type].prefix;
  if (!prefix) fail("script: an expression expected");
  prefix();
  while (rules[compiler.now.type].infix && rules[compiler.now.type].binding >= binding) {
    advance();
    rules[compiler.last.type].infix();
  }
}

static void expression(void) { parse(BIND_ASSIGN); }

/* Statements. */
static void statement(void);

static void begin_scope(void) { compiler.depth++; }

static void end_scope(void) {
  compiler.depth--;
  while (compiler.local_count > 0 && compiler.locals[compiler.local_count - 1].depth > compiler.depth) {
    compiler.local_count--;
    emit(OP_POP);
  }
}

static void block(void) {
  begin_scope();
  while (!accept(T_RIGHT_BRACE)) statement();
  end_scope();
}

static void body(void) {
  expect(T_LEFT_BRACE, "script: { expected");
  block();
}

static void if_statement(void) {
  expression();
  u32 otherwise = emit_jump(OP_JUMP_IF_FALSE);
  body();
  if (!accept(T_ELSE)) {
    land(otherwise);
    return;
  }
  u32 end = emit_jump(OP_JUMP);
  land(otherwise);
  if (accept(T_IF)) if_statement();
  else body();
  land(end);
}

static void while_statement(void) {
  u32 top = compiler.function->code_size;
  expression();
  u32 end = emit_jump(OP_JUMP_IF_FALSE);
  body();
  emit_jump_back(top);
  land(end);
}

/* for NAME in FIRST to LIMIT { ... }: the limit is not reached, and is computed once. */
static void for_statement(void) {
  begin_scope();
  expect(T_NAME, "script: a name expected after for");
  Token name = compiler.last;
  expect(T_IN, "script: in expected");
  expression();
  u32 counter = add_local(name);
  expect(T_TO, "script: to expected");
  expression();
  u32 limit = add_local((Token){T_NAME, "", 0});
  u32 top = compiler.function->code_size;
  emit_pair(OP_GET_LOCAL, counter);
  emit_pair(OP_GET_LOCAL, limit);
  emit(OP_LESS);
  u32 end = emit_jump(OP_JUMP_IF_FALSE);
  body();
  emit_pair(OP_GET_LOCAL, counter);
  emit_constant(number(1));
  emit(OP_ADD);
  emit_pair(OP_SET_LOCAL, counter);
  emit(OP_POP);
  emit_jump_back(top);
  land(end);
  end_scope();
}

static void variable_statement(void) {
  expect(T_NAME, "script: a name expected after var");
  Token name = compiler.last;
  expect(T_ASSIGN, "script: = expected");
  expression();
  add_local(name);
}

static void statement(void) {
  if (accept(T_IF)) if_statement();
  else if (accept(T_WHILE)) while_statement();
  else if (accept(T_FOR)) for_statement();
  else if (accept(T_LEFT_BRACE)) block();
  else {
    if (accept(T_VAR)) {
      variable_statement();
    } else if (accept(T_RETURN)) {
      expression();
      emit(OP_RETURN);
    } else {
      expression();
      emit(OP_POP);
    }
    expect(T_SEMICOLON, "script: ; expected");
  }
}

static void function_declaration(void) {
  expect(T_FUN, "script: fun expected");
  expect(T_NAME, "script: a name expected after fun");
  Function *function = new_object(OBJECT_FUNCTION, sizeof(Function));
  function->name = new_string(compiler.last.start, compiler.last.length);
  compiler.function = function;
  compiler.local_count = compiler.depth = 0;
  globals[global_slot(function->name)] = object_value(function);
  expect(T_LEFT_PAREN, "script: ( expected");
  while (!accept(T_RIGHT_PAREN)) {
    expect(T_NAME, "script: the name of a parameter expected");
    add_local(compiler.last);
    function->parameters++;
    accept(T_COMMA);
  }
  body();
  emit(OP_NIL);
  emit(OP_RETURN);
}

static void compile(const char *source) {
  cursor = source;
  advance();
  while (compiler.now.type != T_END) function_declaration();
}

/* ---- The virtual machine ---- */

enum { STACK_SIZE = 4096, MOST_FRAMES = 256 };

typedef struct {
  Function *function;
  const u8 *code; /* the next instruction */
  Value *locals;  /* the first is the first argument; the callee is below it */
} Frame;

static Value stack[STACK_SIZE];
static Frame frames[MOST_FRAMES];

static u32 wide(const u8 *operand) { return (u32)operand[0] << 8 | operand[1]; }

static i32 divide(i32 a, i32 b, bool remainder) {
  if (b == 0 || b == -1) fail("script: a division by zero or by minus one");
  return remainder ? a % b : a / b;
}

/* The result of a binary operation on numbers. */
static i32 arithmetic(Opcode opcode, i32 a, i32 b) {
  switch (opcode) {
    case OP_ADD: return (i32)((u32)a + (u32)b);
    case OP_SUBTRACT: return (i32)((u32)a - (u32)b);
    case OP_MULTIPLY: return (i32)((u32)a * (u32)b);
    case OP_DIVIDE: return divide(a, b, false);
    case OP_REMAINDER: return divide(a, b, true);
    case OP_AND_BITS: return a & b;
    default: return a ^ b;
  }
}

/* Calls a function with arguments and runs until it returns. `top` is the first free place of the stack. */
static Value run(Value callee, const Value *arguments, u32 argument_count, Value *top) {
  Frame *base = frames, *frame = base - 1;
  *top++ = callee;
  for (u32 i = 0; i < argument_count; i++) *top++ = arguments[i];
  u32 count = argument_count;
  const u8 *pc = NULL;
  goto call;
  for (;;) {
    Opcode opcode = *pc++;
    switch (opcode) {
      case OP_CONSTANT: *top++ = frame->function->constants[wide(pc)]; pc += 2; break;
      case OP_NIL: *top++ = nil(); break;
      case OP_TRUE: *top++ = boolean(true); break;
      case OP_FALSE: *top++ = boolean(false); break;
      case OP_POP: top--; break;
      case OP_GET_LOCAL: *top++ = frame->locals[*pc++]; break;
      case OP_SET_LOCAL: frame->locals[*pc++] = top[-1]; break;
      case OP_GET_GLOBAL: *top++ = globals[wide(pc)]; pc += 2; break;
      case OP_SET_GLOBAL: globals[wide(pc)] = top[-1]; pc += 2; break;
      case OP_GET_INDEX: top--; top[-1] = get_index(top[-1], top[0]); break;
      case OP_SET_INDEX: top -= 2; set_index(top[-1], top[0], top[1]); top[-1] = top[1]; break;
      case OP_EQUAL: top--; top[-1] = boolean(equal(top[-1], top[0])); break;
      case OP_LESS: top--; top[-1] = boolean(as_number(top[-1]) < as_number(top[0])); break;
      case OP_LESS_EQUAL: top--; top[-1] = boolean(as_number(top[-1]) <= as_number(top[0])); break;
      case OP_NOT: top[-1] = boolean(!is_true(top[-1])); break;
      case OP_NEGATE: top[-1] = number(-as_number(top[-1])); break;
      case OP_ADD:
        if (is_object(top[-2], OBJECT_STRING)) {
          top--;
          top[-1] = concatenate(top[-1], top[0]);
          break;
        }
        /* fall through */
      case OP_SUBTRACT: case OP_MULTIPLY: case OP_DIVIDE: case OP_REMAINDER: case OP_AND_BITS: case OP_XOR_BITS:
        top--;
        top[-1] = number(arithmetic(opcode, as_number(top[-1]), as_number(top[0])));
        break;
      case OP_JUMP: pc += wide(pc) + 2; break;
      case OP_JUMP_BACK: pc += 2 - (i32)wide(pc); break;
      case OP_JUMP_IF_FALSE: pc += is_true(*--top) ? 2 : wide(pc) + 2; break;
      case OP_JUMP_IF_FALSE_OR_POP:
        if (is_true(top[-1])) top--, pc += 2;
        else pc += wide(pc) + 2;
        break;
      case OP_JUMP_IF_TRUE_OR_POP:
        if (is_true(top[-1])) pc += wide(pc) + 2;
        else top--, pc += 2;
        break;
      case OP_LIST: {
        u32 items = *pc++;
        List *list = new_object(OBJECT_LIST, sizeof(List));
        for (u32 i = 0; i < items; i++) push_item(list, top[(i32)i - (i32)items]);
        top -= items;
        *top++ = object_value(list);
        break;
      }
      case OP_CALL:
        count = *pc++;
        frame->code = pc;
      call:
        if (is_object(top[-(i32)count - 1], OBJECT_NATIVE)) {
          Native *native = (Native *)top[-(i32)count - 1].object;
          if (native->parameters != count) fail("script: a wrong number of arguments");
          top -= count;
          top[-1] = native->code(top);
          break;
        }
        Function *function = as_object(top[-(i32)count - 1], OBJECT_FUNCTION);
        if (function->parameters != count) fail("script: a wrong number of arguments");
        if (++frame == frames + MOST_FRAMES || top > stack + STACK_SIZE - 2 * MOST_LOCALS) fail("script: too many calls");
        *frame = (Frame){function, function->code, top - count};
        pc = function->code;
        break;
      case OP_RETURN: {
        Value result = top[-1];
        top = frame->locals - 1;
        if (frame-- == base) return result;
        *top++ = result;
        pc = frame->code;
        break;
      }
    }
  }
}

/* ---- Functions that scripts can call ---- */

static u32 output_checksum;

static Value native_print(Value *arguments) {
  Buffer buffer = {0};
  add_value(&buffer, arguments[0]);
  output_checksum = hash_bytes(output_checksum, buffer.data, buffer.length);
  free_buffer(&buffer);
  return arguments[0];
}

static Value native_length(Value *arguments) {
  if (is_object(arguments[0], OBJECT_LIST)) return number((i32)((List *)arguments[0].object)->count);
  if (is_object(arguments[0], OBJECT_MAP)) return number((i32)((Map *)arguments[0].object)->count);
  return number((i32)((String *)as_object(arguments[0], OBJECT_STRING))->length);
}

static Value native_push(Value *arguments) {
  push_item(as_object(arguments[0], OBJECT_LIST), arguments[1]);
  return arguments[1];
}

static Value native_pop(Value *arguments) {
  List *list = as_object(arguments[0], OBJECT_LIST);
  if (list->count == 0) fail("script: pop of an empty list");
  return list->items[--list->count];
}

static Value native_map(Value *arguments) {
  (void)arguments;
  return object_value(new_object(OBJECT_MAP, sizeof(Map)));
}

static Value native_keys(Value *arguments) {
  Map *map = as_object(arguments[0], OBJECT_MAP);
  List *keys = new_object(OBJECT_LIST, sizeof(List));
  for (u32 i = 0; i < map->capacity; i++)
    if (map->entries[i].key.kind != KIND_NIL) push_item(keys, map->entries[i].key);
  return object_value(keys);
}

static Value native_slice(Value *arguments) {
  String *string = as_object(arguments[0], OBJECT_STRING);
  u32 from = (u32)as_number(arguments[1]), to = (u32)as_number(arguments[2]);
  if (from > to || to > string->length) fail("script: a slice is out of range");
  return object_value(new_string(string->text + from, to - from));
}

static Value native_text(Value *arguments) { return concatenate(object_value(new_string("", 0)), arguments[0]); }

static const struct {
  const char *name;
  NativeCode code;
  u32 parameters;
} natives[] = {
  {"print", native_print, 1}, {"length", native_length, 1}, {"push", native_push, 2}, {"pop", native_pop, 1},
  {"map", native_map, 0},     {"keys", native_keys, 1},     {"slice", native_slice, 3}, {"text", native_text, 1},
};

static void define_natives(void) {
  for (u32 i = 0; i < COUNT(natives); i++) {
    Native *native = new_object(OBJECT_NATIVE, sizeof(Native));
    native->code = natives[i].code;
    native->parameters = natives[i].parameters;
    globals[global_slot(new_string(natives[i].name, (u32)strlen(natives[i].name)))] = object_value(native);
  }
}

/* ---- The scripts ---- */

static const char scripts[] =
  "fun fibonacci(n) { if n < 2 { return n; } return fibonacci(n - 1) + fibonacci(n - 2); }\n"
  "\n"
  "fun primes(limit) {\n"
  "  var composite = []; var found = [];\n"
  "  for i in 0 to limit { push(composite, false); }\n"
  "  for i in 2 to limit {\n"
  "    if not composite[i] {\n"
  "      push(found, i);\n"
  "      var multiple = i * i;\n"
  "      while multiple < limit { composite[multiple] = true; multiple = multiple + i; }\n"
  "    }\n"
  "  }\n"
  "  return found;\n"
  "}\n"
  "\n"
  "# Quicksort by a function that says whether a comes before b.\n"
  "fun sort(list, first, last, before) {\n"
  "  if first >= last { return nil; }\n"
  "  var pivot = list[(first + last) / 2]; var low = first; var high = last;\n"
  "  while low <= high {\n"
  "    while before(list[low], pivot) { low = low + 1; }\n"
  "    while before(pivot, list[high]) { high = high - 1; }\n"
  "    if low <= high {\n"
  "      var old = list[low]; list[low] = list[high]; list[high] = old;\n"
  "      low = low + 1; high = high - 1;\n"
  "    }\n"
  "  }\n"
  "  sort(list, first, high, before);\n"
  "  sort(list, low, last, before);\n"
  "}\n"
  "fun ascending(a, b) { return a < b; }\n"
  "fun by_digits(a, b) { if a % 10 == b % 10 { return a > b; } return a % 10 < b % 10; }\n"
  "\n"
  "fun queens(size, row, columns, up, down) {\n"
  "  if row == size { return 1; }\n"
  "  var ways = 0;\n"
  "  for column in 0 to size {\n"
  "    if not (columns[column] or up[row + column] or down[row - column + size]) {\n"
  "      columns[column] = true; up[row + column] = true; down[row - column + size] = true;\n"
  "      ways = ways + queens(size, row + 1, columns, up, down);\n"
  "      columns[column] = false; up[row + column] = false; down[row - column + size] = false;\n"
  "    }\n"
  "  }\n"
  "  return ways;\n"
  "}\n"
  "fun filled(count, value) { var list = []; for i in 0 to count { push(list, value); } return list; }\n"
  "\n"
  "# How often each word occurs.\n"
  "fun words(line) {\n"
  "  var counts = map(); var start = 0;\n"
  "  for i in 0 to length(line) + 1 {\n"
  "    if i == length(line) or line[i] == 32 {\n"
  "      if i > start {\n"
  "        var word = slice(line, start, i);\n"
  "        if counts[word] == nil { counts[word] = 1; } else { counts[word] = counts[word] + 1; }\n"
  "      }\n"
  "      start = i + 1;\n"
  "    }\n"
  "  }\n"
  "  return counts;\n"
  "}\n"
  "\n"
  "# Brackets and numbers in reverse Polish notation.\n"
  "fun evaluate(line) {\n"
  "  var stack = []; var i = 0;\n"
  "  while i < length(line) {\n"
  "    var c = line[i];\n"
  "    if c >= 48 and c <= 57 { push(stack, c - 48); }\n"
  "    else if c != 32 {\n"
  "      var b = pop(stack); var a = pop(stack);\n"
  "      if c == 43 { push(stack, a + b); }\n"
  "      else if c == 45 { push(stack, a - b); }\n"
  "      else { push(stack, a * b % 9973); }\n"
  "    }\n"
  "    i = i + 1;\n"
  "  }\n"
  "  return pop(stack);\n"
  "}\n"
  "\n"
  "fun collatz(n, known) {\n"
  "  if n == 1 { return 0; }\n"
  "  var steps = known[n];\n"
  "  if steps != nil { return steps; }\n"
  "  if n & 1 == 1 { steps = collatz(3 * n + 1, known) + 1; } else { steps = collatz(n / 2, known) + 1; }\n"
  "  known[n] = steps;\n"
  "  return steps;\n"
  "}\n"
  "\n"
  "fun main(seed) {\n"
  "  print(fibonacci(11 + seed % 2));\n"
  "  print(primes(150 + seed % 50));\n"
  "  var list = []; var random = seed;\n"
  "  for i in 0 to 120 { random = (random * 1103 + 12345) & 65535; push(list, random); }\n"
  "  sort(list, 0, length(list) - 1, ascending); print(list);\n"
  "  sort(list, 0, length(list) - 1, by_digits); print(list);\n"
  "  print(queens(5, 0, filled(5, false), filled(10, false), filled(11, false)));\n"
  "  var line = '';\n"
  "  for i in 0 to 40 { line = line + text(list[i] % 7) + ' '; }\n"
  "  var counts = words(line); var names = keys(counts);\n"
  "  for i in 0 to length(names) { print(names[i] + ': ' + text(counts[names[i]])); }\n"
  "  for i in 0 to 8 { print(evaluate('12+3*4-' + text(i) + '*77*+ 9 8*-')); }\n"
  "  var known = map(); var longest = 0;\n"
  "  for n in 1 to 60 { var steps = collatz(n + seed % 64, known); if steps > longest { longest = steps; } }\n"
  "  return longest * 31 + random;\n"
  "}\n";

u32 program(u32 rounds) {
  for (u32 round = 0; round < rounds; round++) {
    global_count = 0;
    define_natives();
    compile(scripts);
    Value seed = number((i32)(round * 7919 & 0xffff));
    Value result = run(globals[global_slot(new_string("main", 4))], &seed, 1, stack);
    output_checksum = hash_word(output_checksum, (u32)as_number(result));
    free_all_objects();
    if (blocks_in_use() != 0) fail("script: memory leaks");
  }
  return output_checksum;
}
