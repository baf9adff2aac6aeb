/*
 * A Lisp with a garbage collector (McCarthy, "Recursive Functions of Symbolic Expressions and Their Computation by
 * Machine", 1960): a reader, an evaluator with proper tail calls, and a collector that marks and sweeps.
 *
 * A value is a word: two bits say what it is, the others are a number, or an index into the cells, the symbols or
 * the builtin functions. Everything that is computed lives in cells, of which there are few: a round collects
 * several times. A round reads the prelude and the programs at the end of this file anew and calls (main seed).
 *
 * Rounds: 20 72 260 1340
 */
#include "lib.h"

/* ---- Values ---- */

typedef u32 Value;
typedef enum { TAG_CELL, TAG_NUMBER, TAG_SYMBOL, TAG_BUILTIN } Tag;

enum { CELLS = 4000, MOST_SYMBOLS = 400, PLACES = 1024, NAME_SIZE = 24 };

/* What a cell is used for; the values in it differ. */
typedef enum {
  CELL_FREE,
  CELL_PAIR,    /* car, cdr */
  CELL_CLOSURE, /* (parameters . body), environment */
  CELL_VECTOR,  /* number of items, index into `storage` */
} CellType;

typedef struct {
  Value first, second;
} Cell;

static Cell cells[CELLS];
static u8 cell_types[CELLS], marks[CELLS];
static Value free_cells; /* linked by `first` */
static u32 free_count, collections;

/* Items of vectors; the cell of a vector owns its items, and the sweep frees them. */
enum { MOST_VECTORS = 64 };
static Value *storage[MOST_VECTORS];

/* A special form computes a result, or says what is to be evaluated in its place, and where: a tail call. */
typedef struct {
  Value expression, environment;
  bool finished; /* `expression` is the result */
} Step;
typedef Step (*SpecialForm)(Value arguments, Value environment);

typedef struct {
  char name[NAME_SIZE];
  Value global;
  SpecialForm form;
} Symbol;

static Symbol symbols[MOST_SYMBOLS];
static u32 symbol_count;
static u16 symbol_places[PLACES]; /* a hash table of 1 + a symbol's index; 0: empty */

#define NIL ((Value)TAG_SYMBOL)             /* symbol 0 */
#define TRUE ((Value)(1 << 2 | TAG_SYMBOL)) /* symbol 1 */
#define UNBOUND ((Value)(2 << 2 | TAG_SYMBOL))

static Tag tag_of(Value value) { return (Tag)(value & 3); }
static u32 index_of(Value value) { return value >> 2; }
static Value tagged(u32 index, Tag tag) { return index << 2 | tag; }
static Value number(i32 value) { return tagged((u32)value, TAG_NUMBER); }
static Value truth(bool value) { return value ? TRUE : NIL; }

static bool is_cell(Value value, CellType type) { return tag_of(value) == TAG_CELL && cell_types[index_of(value)] == type; }
static bool is_pair(Value value) { return is_cell(value, CELL_PAIR); }

static i32 as_number(Value value) {
  if (tag_of(value) != TAG_NUMBER) fail("lisp: a number was expected");
  return (i32)value >> 2;
}

static Cell *as_cell(Value value, CellType type) {
  if (!is_cell(value, type)) fail("lisp: a value of another type was expected");
  return &cells[index_of(value)];
}

static Value car(Value pair) { return as_cell(pair, CELL_PAIR)->first; }
static Value cdr(Value pair) { return as_cell(pair, CELL_PAIR)->second; }

/* ---- The collector ---- */

/*
 * What C code needs and no reachable cell refers to is on this stack: protect() pushes it, and whoever pushed
 * sets `root_count` back. A collection can happen whenever a cell is made.
 */
enum { MOST_ROOTS = 20000 };
static Value roots[MOST_ROOTS];
static u32 root_count;

static Value protect(Value value) {
  if (root_count == MOST_ROOTS) fail("lisp: too deep a recursion");
  return roots[root_count++] = value;
}

static Value mark_stack[CELLS];
static u32 mark_count;

static void mark(Value value) {
  if (tag_of(value) != TAG_CELL || marks[index_of(value)]) return;
  marks[index_of(value)] = true;
  mark_stack[mark_count++] = value; /* each cell comes here at most once in a collection */
}

static void mark_reachable(void) {
  for (u32 i = 0; i < root_count; i++) mark(roots[i]);
  for (u32 i = 0; i < symbol_count; i++) mark(symbols[i].global);
  while (mark_count > 0) {
    u32 index = index_of(mark_stack[--mark_count]);
    const Cell *cell = &cells[index];
    if (cell_types[index] == CELL_VECTOR) {
      for (u32 i = 0; i < cell->first; i++) mark(storage[cell->second][i]);
    } else {
      mark(cell->first);
      mark(cell->second);
    }
  }
}

static void free_cell(u32 index) {
  if (cell_types[index] == CELL_VECTOR) {
    free(storage[cells[index].second]);
    storage[cells[index].second] = NULL;
  }
  cell_types[index] = CELL_FREE;
  cells[index].first = free_cells;
  free_cells = index;
  free_count++;
}

static void sweep(void) {
  free_cells = CELLS;
  free_count = 0;
  for (u32 index = CELLS; index-- > 0;) {
    if (marks[index]) marks[index] = false;
    else free_cell(index);
  }
}

static void collect(void) {
  mark_reachable();
  sweep();
  collections++;
  if (free_count == 0) fail("lisp: out of memory");
}

static Value new_cell(CellType type, Value first, Value second) {
  if (free_count == 0) {
    u32 saved = root_count;
    if (type != CELL_VECTOR) {
      protect(first);
      protect(second);
    }
    collect();
    root_count = saved;
  }
  u32 index = free_cells;
  free_cells = cells[index].first;
  free_count--;
  cell_types[index] = (u8)type;
  cells[index] = (Cell){first, second};
  return tagged(index, TAG_CELL);
}

static Value cons(Value first, Value second) { return new_cell(CELL_PAIR, first, second); }

static u32 free_storage(void) {
  for (u32 i = 0; i < MOST_VECTORS; i++)
    if (!storage[i]) return i;
  return MOST_VECTORS;
}

static Value new_vector(u32 count, Value item) {
  protect(item);
  if (free_storage() == MOST_VECTORS) collect();
  u32 place = free_storage();
  if (place == MOST_VECTORS) fail("lisp: too many vectors");
  Value vector = new_cell(CELL_VECTOR, 0, place);
  root_count--;
  storage[place] = malloc(count * sizeof(Value));
  for (u32 i = 0; i < count; i++) storage[place][i] = item;
  cells[index_of(vector)].first = count;
  return vector;
}

/* ---- Symbols ---- */

static Value intern(const char *name, u32 length) {
  u32 place = hash_bytes(0, name, length) % PLACES;
  for (; symbol_places[place] != 0; place = (place + 1) % PLACES) {
    u32 i = symbol_places[place] - 1u;
    if (strncmp(symbols[i].name, name, length) == 0 && symbols[i].name[length] == 0) return tagged(i, TAG_SYMBOL);
  }
  if (symbol_count == MOST_SYMBOLS || length >= NAME_SIZE) fail("lisp: too many symbols, or too long a name");
  symbol_places[place] = (u16)(symbol_count + 1);
  Symbol *symbol = &symbols[symbol_count];
  memset(symbol, 0, sizeof *symbol);
  memcpy(symbol->name, name, length);
  symbol->global = UNBOUND;
  return tagged(symbol_count++, TAG_SYMBOL);
}

static Value intern_word(const char *word) { return intern(word, (u32)strlen(word)); }

/* ---- The reader ---- */

static const char *cursor;
static Value quote_symbol;

static void skip_blanks(void) {
  for (;;) {
    while (is_space(*cursor)) cursor++;
    if (*cursor != ';') return;
    while (*cursor && *cursor != '\n') cursor++;
  }
}

static bool ends_atom(char c) { return c == 0 || c == '(' || c == ')' || is_space(c); }

static Value read_atom(void) {
  const char *start = cursor;
  while (!ends_atom(*cursor)) cursor++;
  const char *digit = *start == '-' ? start + 1 : start;
  if (!is_digit(*digit)) return intern(start, (u32)(cursor - start));
  i32 value = 0;
  for (; digit < cursor; digit++) value = value * 10 + (*digit - '0');
  return number(*start == '-' ? -value : value);
}

static Value read(void);

/* The rest of a list, after its parenthesis. Items are put at the end; the first pair is protected. */
static Value read_list(void) {
  u32 saved = root_count;
  Value head = protect(cons(NIL, NIL)), last = head;
  for (skip_blanks(); *cursor != ')'; skip_blanks()) {
    if (!*cursor) fail("lisp: ) expected");
    Value pair = cons(read(), NIL);
    as_cell(last, CELL_PAIR)->second = pair;
    last = pair;
  }
  cursor++;
  root_count = saved;
  return cdr(head);
}

static Value read(void) {
  skip_blanks();
  if (*cursor == '(') {
    cursor++;
    return read_list();
  }
  if (*cursor == '\'') {
    cursor++;
    return cons(quote_symbol, cons(read(), NIL));
  }
  return read_atom();
}

/* ---- The printer ---- */

static void print(Buffer *out, Value value) {
  switch (tag_of(value)) {
    case TAG_NUMBER: add_number(out, as_number(value)); return;
    case TAG_SYMBOL: add_string(out, symbols[index_of(value)].name); return;
    case TAG_BUILTIN: add_string(out, "#builtin"); return;
    case TAG_CELL: break;
  }
  if (is_cell(value, CELL_CLOSURE)) {
    add_string(out, "#closure");
  } else if (is_cell(value, CELL_VECTOR)) {
    const Cell *vector = &cells[index_of(value)];
    add_char(out, '#');
    for (u32 i = 0; i < vector->first; i++) {
      add_char(out, i == 0 ? '(' : ' ');
      print(out, storage[vector->second][i]);
    }
    add_char(out, ')');
  } else {
    add_char(out, '(');
    for (print(out, car(value)), value = cdr(value); is_pair(value); value = cdr(value)) {
      add_char(out, ' ');
      print(out, car(value));
    }
    if (value != NIL) {
      add_string(out, " . ");
      print(out, value);
    }
    add_char(out, ')');
  }
}

/* ---- The evaluator. An environment is a list of pairs (symbol . value), the innermost first. ---- */

static Value find_binding(Value symbol, Value environment) {
  for (; environment != NIL; environment = cdr(environment))
    if (car(car(environment)) == symbol) return car(environment);
  return NIL;
}

static Value look_up(Value symbol, Value environment) {
  Value binding = find_binding(symbol, environment);
  if (binding != NIL) return cdr(binding);
  Value global = symbols[index_of(symbol)].global;
  if (global == UNBOUND) fail(symbols[index_of(symbol)].name);
  return global;
}

static Value eval(Value expression, Value environment);

/* The values of a list of expressions, as a list. */
static Value eval_list(Value expressions, Value environment) {
  u32 saved = root_count;
  Value head = protect(cons(NIL, NIL)), last = head;
  for (; expressions != NIL; expressions = cdr(expressions)) {
    Value pair = cons(eval(car(expressions), environment), NIL);
    as_cell(last, CELL_PAIR)->second = pair;
    last = pair;
  }
  root_count = saved;
  return cdr(head);
}

/* The environment in which the body of a closure is evaluated. The arguments must be protected. */
static Value bind_arguments(const Cell *closure, Value arguments) {
  Value parameters = car(closure->first), environment = closure->second;
  u32 saved = root_count;
  for (; is_pair(parameters); parameters = cdr(parameters), arguments = cdr(arguments)) {
    environment = cons(cons(car(parameters), car(arguments)), environment);
    root_count = saved;
    protect(environment);
  }
  if (parameters != NIL) environment = cons(cons(parameters, arguments), environment); /* one for all the rest */
  else if (arguments != NIL) fail("lisp: too many arguments");
  root_count = saved;
  return environment;
}

static Step finished(Value result) { return (Step){result, NIL, true}; }
static Step proceed(Value expression, Value environment) { return (Step){expression, environment, false}; }

/* All but the last are evaluated here. */
static Step eval_body(Value body, Value environment) {
  if (body == NIL) return finished(NIL);
  for (; cdr(body) != NIL; body = cdr(body)) eval(car(body), environment);
  return proceed(car(body), environment);
}

typedef Value (*BuiltinCode)(Value arguments);
static Value call_builtin(Value builtin, Value arguments);

static Step apply(Value function, Value arguments) {
  if (tag_of(function) == TAG_BUILTIN) return finished(call_builtin(function, arguments));
  const Cell *closure = as_cell(function, CELL_CLOSURE);
  Value environment = protect(bind_arguments(closure, arguments));
  return eval_body(cdr(closure->first), environment);
}

/* What is evaluated is protected; each turn of the loop is a tail call, and gives up what the last one protected. */
static Value eval(Value expression, Value environment) {
  u32 saved = root_count;
  for (;;) {
    root_count = saved;
    if (tag_of(expression) == TAG_SYMBOL) return expression <= TRUE ? expression : look_up(expression, environment);
    if (!is_pair(expression)) return expression;
    protect(expression);
    protect(environment);
    Value head = car(expression);
    Step step;
    if (tag_of(head) == TAG_SYMBOL && symbols[index_of(head)].form) {
      step = symbols[index_of(head)].form(cdr(expression), environment);
    } else {
      Value function = protect(eval(head, environment));
      step = apply(function, protect(eval_list(cdr(expression), environment)));
    }
    if (step.finished) {
      root_count = saved;
      return step.expression;
    }
    expression = step.expression;
    environment = step.environment;
  }
}

static Value call(Value function, Value arguments) {
  u32 saved = root_count;
  protect(function);
  Step step = apply(function, protect(arguments));
  Value result = step.finished ? step.expression : eval(step.expression, step.environment);
  root_count = saved;
  return result;
}

/* ---- Special forms ---- */

static Step form_quote(Value arguments, Value environment) {
  (void)environment;
  return finished(car(arguments));
}

static Step form_if(Value arguments, Value environment) {
  if (eval(car(arguments), environment) != NIL) return proceed(car(cdr(arguments)), environment);
  Value otherwise = cdr(cdr(arguments));
  return otherwise == NIL ? finished(NIL) : proceed(car(otherwise), environment);
}

static Step form_cond(Value clauses, Value environment) {
  for (; clauses != NIL; clauses = cdr(clauses))
    if (eval(car(car(clauses)), environment) != NIL) return eval_body(cdr(car(clauses)), environment);
  return finished(NIL);
}

static Step form_and(Value arguments, Value environment) {
  if (arguments == NIL) return finished(TRUE);
  for (; cdr(arguments) != NIL; arguments = cdr(arguments))
    if (eval(car(arguments), environment) == NIL) return finished(NIL);
  return proceed(car(arguments), environment);
}

static Step form_or(Value arguments, Value environment) {
  if (arguments == NIL) return finished(NIL);
  for (; cdr(arguments) != NIL; arguments = cdr(arguments)) {
    Value value = eval(car(arguments), environment);
    if (value != NIL) return finished(value);
  }
  return proceed(car(arguments), environment);
}

static Value new_closure(Value parameters_and_body, Value environment) {
  return new_cell(CELL_CLOSURE, parameters_and_body, environment);
}

static Step form_lambda(Value arguments, Value environment) { return finished(new_closure(arguments, environment)); }

/* (define name value) or (define (name parameters...) body...), of globals. */
static Step form_define(Value arguments, Value environment) {
  Value target = car(arguments), value;
  if (is_pair(target)) {
    value = new_closure(protect(cons(cdr(target), cdr(arguments))), environment);
    target = car(target);
  } else {
    value = eval(car(cdr(arguments)), environment);
  }
  symbols[index_of(target)].global = value;
  return finished(target);
}

static Step form_set(Value arguments, Value environment) {
  Value value = eval(car(cdr(arguments)), environment), binding = find_binding(car(arguments), environment);
  if (binding == NIL) symbols[index_of(car(arguments))].global = value;
  else as_cell(binding, CELL_PAIR)->second = value;
  return finished(value);
}

/* (let ((name value) ...) body...): a value sees the names before it, as in Scheme's let*. */
static Step form_let(Value arguments, Value environment) {
  for (Value bindings = car(arguments); bindings != NIL; bindings = cdr(bindings)) {
    Value value = eval(car(cdr(car(bindings))), environment);
    environment = protect(cons(cons(car(car(bindings)), value), environment));
  }
  return eval_body(cdr(arguments), environment);
}

static Step form_begin(Value arguments, Value environment) { return eval_body(arguments, environment); }

static Step form_while(Value arguments, Value environment) {
  while (eval(car(arguments), environment) != NIL)
    for (Value body = cdr(arguments); body != NIL; body = cdr(body)) eval(car(body), environment);
  return finished(NIL);
}

static const struct {
  const char *name;
  SpecialForm form;
} forms[] = {
  {"quote", form_quote}, {"if", form_if},         {"cond", form_cond}, {"and", form_and}, {"or", form_or},       {"lambda", form_lambda},
  {"set!", form_set},    {"define", form_define}, {"let", form_let},   {"begin", form_begin}, {"while", form_while},
};

/* ---- Builtin functions ---- */

static Value second(Value arguments) { return car(cdr(arguments)); }
static Value third(Value arguments) { return car(cdr(cdr(arguments))); }

static Value builtin_add(Value arguments) {
  i32 total = 0;
  for (; arguments != NIL; arguments = cdr(arguments)) total += as_number(car(arguments));
  return number(total);
}

static Value builtin_subtract(Value arguments) {
  if (cdr(arguments) == NIL) return number(-as_number(car(arguments)));
  return number(as_number(car(arguments)) - as_number(second(arguments)));
}

static Value builtin_multiply(Value arguments) {
  u32 product = 1;
  for (; arguments != NIL; arguments = cdr(arguments)) product *= (u32)as_number(car(arguments));
  return number((i32)product);
}

static i32 divisor(Value arguments) {
  i32 value = as_number(second(arguments));
  if (value == 0) fail("lisp: a division by zero");
  return value;
}

static Value builtin_quotient(Value arguments) { return number(as_number(car(arguments)) / divisor(arguments)); }
static Value builtin_remainder(Value arguments) { return number(as_number(car(arguments)) % divisor(arguments)); }
static Value builtin_less(Value arguments) { return truth(as_number(car(arguments)) < as_number(second(arguments))); }
static Value builtin_equal(Value arguments) { return truth(as_number(car(arguments)) == as_number(second(arguments))); }
static Value builtin_same(Value arguments) { return truth(car(arguments) == second(arguments)); }
static Value builtin_not(Value arguments) { return truth(car(arguments) == NIL); }
static Value builtin_is_pair(Value arguments) { return truth(is_pair(car(arguments))); }
static Value builtin_is_number(Value arguments) { return truth(tag_of(car(arguments)) == TAG_NUMBER); }
static Value builtin_is_symbol(Value arguments) { return truth(tag_of(car(arguments)) == TAG_SYMBOL); }
static Value builtin_cons(Value arguments) { return cons(car(arguments), second(arguments)); }
static Value builtin_car(Value arguments) { return car(car(arguments)); }
static Value builtin_cdr(Value arguments) { return cdr(car(arguments)); }
static Value builtin_list(Value arguments) { return arguments; }
static Value builtin_apply(Value arguments) { return call(car(arguments), second(arguments)); }

static Value builtin_set_cdr(Value arguments) { return as_cell(car(arguments), CELL_PAIR)->second = second(arguments); }

static Value builtin_make_vector(Value arguments) {
  return new_vector((u32)as_number(car(arguments)), second(arguments));
}

static Value *vector_item(Value arguments) {
  const Cell *vector = as_cell(car(arguments), CELL_VECTOR);
  u32 index = (u32)as_number(second(arguments));
  if (index >= vector->first) fail("lisp: an index is out of range");
  return &storage[vector->second][index];
}

static Value builtin_vector_ref(Value arguments) { return *vector_item(arguments); }
static Value builtin_vector_set(Value arguments) { return *vector_item(arguments) = third(arguments); }

static u32 printed;

static Value builtin_print(Value arguments) {
  Buffer out = {0};
  print(&out, car(arguments));
  printed = hash_bytes(printed, out.data, out.length);
  free_buffer(&out);
  return car(arguments);
}

static const struct {
  const char *name;
  BuiltinCode code;
} builtins[] = {
  {"+", builtin_add}, {"-", builtin_subtract}, {"*", builtin_multiply}, {"quotient", builtin_quotient},
  {"remainder", builtin_remainder}, {"<", builtin_less}, {"=", builtin_equal}, {"eq?", builtin_same},
  {"not", builtin_not}, {"null?", builtin_not}, {"pair?", builtin_is_pair}, {"number?", builtin_is_number},
  {"symbol?", builtin_is_symbol}, {"cons", builtin_cons}, {"car", builtin_car}, {"cdr", builtin_cdr},
  {"list", builtin_list}, {"apply", builtin_apply}, {"set-cdr!", builtin_set_cdr},
  {"make-vector", builtin_make_vector}, {"vector-ref", builtin_vector_ref}, {"vector-set!", builtin_vector_set},
  {"print", builtin_print},
};

static Value call_builtin(Value builtin, Value arguments) { return builtins[index_of(builtin)].code(arguments); }

/* ---- The programs ---- */

static const char prelude[] =
  "(define (cadr l) (car (cdr l))) (define (caddr l) (car (cdr (cdr l))))\n"
  "(define (> a b) (< b a))\n"
  "(define (map f l) (if (null? l) nil (cons (f (car l)) (map f (cdr l)))))\n"
  "(define (filter f l) (cond ((null? l) nil) ((f (car l)) (cons (car l) (filter f (cdr l)))) (t (filter f (cdr l)))))\n"
  "(define (fold f start l) (if (null? l) start (fold f (f start (car l)) (cdr l))))\n"
  "(define (append a b) (if (null? a) b (cons (car a) (append (cdr a) b))))\n"
  "(define (reverse l) (fold (lambda (done x) (cons x done)) nil l))\n"
  "(define (range from to) (if (< from to) (cons from (range (+ from 1) to)) nil))\n"
  "(define (length l) (fold (lambda (n x) (+ n 1)) 0 l))\n"
  "(define (assq key l) (cond ((null? l) nil) ((eq? key (car (car l))) (car l)) (t (assq key (cdr l)))))\n"
  "(define (equal? a b)\n"
  "  (if (and (pair? a) (pair? b)) (and (equal? (car a) (car b)) (equal? (cdr a) (cdr b))) (eq? a b)))\n";

static const char programs[] =
  "; Merge sort, by any order\n"
  "(define (merge a b before)\n"
  "  (cond ((null? a) b) ((null? b) a)\n"
  "        ((before (car b) (car a)) (cons (car b) (merge a (cdr b) before)))\n"
  "        (t (cons (car a) (merge (cdr a) b before)))))\n"
  "(define (split l) (if (or (null? l) (null? (cdr l))) (list l nil)\n"
  "  (let ((rest (split (cdr (cdr l))))) (list (cons (car l) (car rest)) (cons (cadr l) (cadr rest))))))\n"
  "(define (sort l before) (if (or (null? l) (null? (cdr l))) l\n"
  "  (let ((halves (split l))) (merge (sort (car halves) before) (sort (cadr halves) before) before))))\n"
  "\n"
  "; Random numbers: a closure that has the last one\n"
  "(define (make-random seed) (lambda (bound) (set! seed (remainder (+ (* seed 1103) 12345) 32768)) (remainder seed bound)))\n"
  "(define (times n f) (if (< 0 n) (cons (f n) (times (- n 1) f)) nil))\n"
  "\n"
  "; Symbolic differentiation\n"
  "(define (sum a b) (cond ((eq? a 0) b) ((eq? b 0) a) ((and (number? a) (number? b)) (+ a b)) (t (list '+ a b))))\n"
  "(define (product a b) (cond ((or (eq? a 0) (eq? b 0)) 0) ((eq? a 1) b) ((eq? b 1) a)\n"
  "  ((and (number? a) (number? b)) (* a b)) (t (list '* a b))))\n"
  "(define (derive e x) (cond ((number? e) 0) ((symbol? e) (if (eq? e x) 1 0))\n"
  "  ((eq? (car e) '+) (sum (derive (cadr e) x) (derive (caddr e) x)))\n"
  "  (t (sum (product (cadr e) (derive (caddr e) x)) (product (derive (cadr e) x) (caddr e))))))\n"
  "\n"
  "; Binary trees: (left key right)\n"
  "(define (insert tree key) (cond ((null? tree) (list nil key nil))\n"
  "  ((< key (cadr tree)) (list (insert (car tree) key) (cadr tree) (caddr tree)))\n"
  "  (t (list (car tree) (cadr tree) (insert (caddr tree) key)))))\n"
  "(define (flatten tree) (if (null? tree) nil\n"
  "  (append (flatten (car tree)) (cons (cadr tree) (flatten (caddr tree))))))\n"
  "(define (depth tree) (if (null? tree) 0\n"
  "  (let ((a (depth (car tree))) (b (depth (caddr tree)))) (+ 1 (if (< a b) b a)))))\n"
  "\n"
  "; Streams: a list whose rest is computed when it is asked for\n"
  "(define (from n) (cons n (lambda () (from (+ n 1)))))\n"
  "(define (sift n s) (if (eq? (remainder (car s) n) 0) (sift n ((cdr s))) (cons (car s) (lambda () (sift n ((cdr s)))))))\n"
  "(define (primes s) (cons (car s) (lambda () (primes (sift (car s) ((cdr s)))))))\n"
  "(define (take n s) (if (eq? n 0) nil (cons (car s) (take (- n 1) ((cdr s))))))\n"
  "\n"
  "; Queens: the rows of those placed, the last one first\n"
  "(define (safe? row distance placed) (or (null? placed)\n"
  "  (and (not (= row (car placed))) (not (= row (+ (car placed) distance))) (not (= row (- (car placed) distance)))\n"
  "       (safe? row (+ distance 1) (cdr placed)))))\n"
  "(define (queens size placed n) (if (= n size) 1\n"
  "  (fold (lambda (ways row) (if (safe? row 1 placed) (+ ways (queens size (cons row placed) (+ n 1))) ways)) 0 (range 0 size))))\n"
  "\n"
  "; An evaluator in Lisp for Lisp\n"
  "(define (evaluate e env) (cond ((number? e) e) ((symbol? e) (cdr (assq e env)))\n"
  "  ((eq? (car e) 'quote) (cadr e))\n"
  "  ((eq? (car e) 'if) (evaluate (if (evaluate (cadr e) env) (caddr e) (car (cdr (cdr (cdr e))))) env))\n"
  "  ((eq? (car e) 'lambda) (list 'closure (cadr e) (caddr e) env))\n"
  "  (t (invoke (evaluate (car e) env) (map (lambda (a) (evaluate a env)) (cdr e))))))\n"
  "(define (invoke f args) (if (and (pair? f) (eq? (car f) 'closure))\n"
  "  (evaluate (caddr f) (bind (cadr f) args (car (cdr (cdr (cdr f)))))) (apply f args)))\n"
  "(define (bind names values env) (if (null? names) env\n"
  "  (cons (cons (car names) (car values)) (bind (cdr names) (cdr values) env))))\n"
  "(define base (list (cons '+ +) (cons '- -) (cons '* *) (cons '< <)))\n"
  "(define recursive '((lambda (f n) (f f n)) (lambda (self n) (if (< n 2) n (+ (self self (- n 1)) (self self (- n 2)))))))\n"
  "\n"
  "; The sieve of Eratosthenes in a vector\n"
  "(define (sieve size) (let ((v (make-vector size t)) (i 2) (found 0))\n"
  "  (while (< i size)\n"
  "    (if (vector-ref v i) (let ((j (* i i))) (set! found (+ found 1))\n"
  "      (while (< j size) (vector-set! v j nil) (set! j (+ j i)))))\n"
  "    (set! i (+ i 1)))\n"
  "  found))\n"
  "\n"
  "(define (main seed)\n"
  "  (let ((random (make-random seed)) (numbers (times 10 (lambda (n) (random 1000)))))\n"
  "    (print (sort numbers <))\n"
  "    (print (sort numbers (lambda (a b) (> (remainder a 10) (remainder b 10)))))\n"
  "    (print (derive (derive '(* (+ x (* 3 y)) (* x (+ (* x x) z))) 'x) 'x))\n"
  "    (let ((tree (fold insert nil numbers))) (print (depth tree)) (print (equal? (flatten tree) (sort numbers <))))\n"
  "    (print (take 5 (primes (from 2))))\n"
  "    (print (queens 4 nil 0))\n"
  "    (print (evaluate (append recursive (list (+ 2 (remainder seed 2)))) base))\n"
  "    (print (sieve (+ 30 (random 30))))\n"
  "    (print (map (lambda (p) (* (car p) (cdr p))) (filter pair? (list (cons 2 3) 4 (cons seed 6)))))\n"
  "    (random 1000)))\n";

static void start_lisp(void) {
  memset(marks, 0, sizeof marks);
  memset(symbol_places, 0, sizeof symbol_places);
  symbol_count = root_count = 0;
  sweep();
  intern_word("nil");
  intern_word("t");
  intern_word("#unbound");
  quote_symbol = intern_word("quote");
  for (u32 i = 0; i < COUNT(forms); i++) symbols[index_of(intern_word(forms[i].name))].form = forms[i].form;
  for (u32 i = 0; i < COUNT(builtins); i++) symbols[index_of(intern_word(builtins[i].name))].global = tagged(i, TAG_BUILTIN);
}

static void load(const char *text) {
  cursor = text;
  for (skip_blanks(); *cursor; skip_blanks()) eval(read(), NIL);
}

u32 program(u32 rounds) {
  u32 checksum = 0;
  for (u32 round = 0; round < rounds; round++) {
    start_lisp();
    load(prelude);
    load(programs);
    Value result = call(look_up(intern_word("main"), NIL), cons(number((i32)(round * 31 + 1)), NIL));
    checksum = hash_word(checksum ^ printed, (u32)as_number(result) + collections);
  }
  start_lisp(); /* frees the last vectors */
  if (blocks_in_use() != 0) fail("lisp: memory leaks");
  return checksum;
}
