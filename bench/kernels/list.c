/* Linked lists: built, searched, turned round, filtered, merged in order. */
#define REPEAT 600
#include "rt.h"
#define N 16384

typedef struct Node { struct Node *next; u32 key, value; } Node;

static Node nodes[N];

static NOINLINE Node *build(u32 seed) {
  Node *head = 0;
  u32 at = seed;
  for (u32 i = 0; i < N; i++) {
    at = (at + 7919) & (N - 1); /* 7919 is odd: every node once, not in order */
    nodes[at].key = next_random(&seed) >> 8;
    nodes[at].value = i;
    nodes[at].next = head;
    head = &nodes[at];
  }
  return head;
}

static NOINLINE Node *reverse(Node *list) {
  Node *done = 0;
  while (list) { Node *next = list->next; list->next = done; done = list; list = next; }
  return done;
}

static NOINLINE u32 search(const Node *list, u32 value) {
  u32 n = 0;
  while (list && list->value != value) { list = list->next; n++; }
  return n;
}

static NOINLINE Node *merge(Node *a, Node *b) {
  Node first, *last = &first;
  while (a && b) {
    Node **less = a->key <= b->key ? &a : &b;
    last->next = *less;
    last = *less;
    *less = last->next;
  }
  last->next = a ? a : b;
  return first.next;
}

/* Bottom up: bins[i] is empty or a sorted list of 2^i nodes. */
static NOINLINE Node *sort(Node *list) {
  Node *bins[16];
  for (u32 i = 0; i < 16; i++) bins[i] = 0;
  while (list) {
    Node *one = list;
    u32 i = 0;
    list = list->next;
    one->next = 0;
    for (; i < 15 && bins[i]; i++) { one = merge(bins[i], one); bins[i] = 0; }
    bins[i] = one;
  }
  Node *all = 0;
  for (u32 i = 0; i < 16; i++) all = merge(bins[i], all);
  return all;
}

static NOINLINE u32 drop_odd(Node **link) {
  u32 dropped = 0;
  while (*link) if ((*link)->key & 1) { *link = (*link)->next; dropped++; } else link = &(*link)->next;
  return dropped;
}

u32 kernel(u32 repeat) {
  u32 sum = 1;
  for (u32 r = 0; r < repeat; r++) {
    Node *list = build(sum);
    for (u32 i = 0; i < 20; i++) sum = sum * 31 + search(list, sum % N);
    list = reverse(sort(reverse(list)));
    sum = sum * 31 + drop_odd(&list);
    for (Node *n = list; n; n = n->next) sum = (sum ^ n->key) * 16777619u + n->value;
  }
  return sum;
}
