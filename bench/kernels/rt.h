/*
 * Start-up and output for freestanding kernels. Three places to run:
 *
 *   a RISC-V or an x86-64 Linux process    repeat count: argv[1]
 *   ring 3 of system/kernel.inc or pc.S    repeat count: the word at PARAMETER (-DPARAMETER=address)
 *
 * Include it with REPEAT defined (the count when none or 0 is given) and define
 * `unsigned kernel(unsigned repeat)`: its result is printed as one line of eight digits.
 * Every repetition must use what the one before gave, or a compiler may do it once.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define NOINLINE __attribute__((noinline))

#if defined(__riscv)
static inline long sys(long n, long a, long b, long c) {
  register long a7 asm("a7") = n, a0 asm("a0") = a, a1 asm("a1") = b, a2 asm("a2") = c;
  asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return a0;
}
#define WRITE 64
#define EXIT 93
#define YIELD 124
#define GETPID 172
asm(".section .text.first, \"ax\"\n.globl _start\n_start:\n mv a0, sp\n andi sp, sp, -16\n call start\n.text\n");
#elif defined(__i386__)
static inline long sys(long n, long a, long b, long c) {
  long r;
  asm volatile("int $0x80" : "=a"(r) : "a"(n), "b"(a), "c"(b), "d"(c) : "memory");
  return r;
}
#define WRITE 4
#define EXIT 1
#define YIELD 158
#define GETPID 20
asm(".section .text.first, \"ax\"\n.globl _start\n_start:\n mov %esp, %eax\n and $-16, %esp\n push %eax\n call start\n.text\n");
#else
static inline long sys(long n, long a, long b, long c) {
  long r;
  asm volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return r;
}
#define WRITE 1
#define EXIT 60
#define YIELD 24
#define GETPID 39
asm(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n.text\n");
#endif

static void print_hex(u32 v) {
  char b[9];
  for (int i = 7; i >= 0; i--) { b[i] = "0123456789abcdef"[v & 15]; v >>= 4; }
  b[8] = '\n';
  sys(WRITE, 1, (long)b, 9);
}

/* Numerical Recipes' linear congruential generator: the same numbers everywhere. */
static inline u32 next_random(u32 *seed) { return *seed = *seed * 1664525u + 1013904223u; }

u32 kernel(u32 repeat);

static u32 repeat_count(const long *stack) {
#ifdef PARAMETER
  (void)stack;
  u32 n = *(volatile u32 *)PARAMETER;
#else
  u32 n = 0;
  if (stack[0] > 1) for (const char *s = (const char *)stack[2]; *s; s++) n = n * 10 + (u32)(*s - '0');
#endif
  return n ? n : REPEAT;
}

__attribute__((noreturn, used)) void start(const long *stack) {
  print_hex(kernel(repeat_count(stack)));
  sys(EXIT, 0, 0, 0);
  for (;;);
}
