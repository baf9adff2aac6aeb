/* What the chapters of minivisor share. Read it after entry.s; then main.c. */
#include "ring32.h"

#define NEVER (~0ull)

/*
 * The allocation: the guest's part of the real machine's memory, and where the guest starts in it. Whoever loads
 * minivisor fills this in and puts the guest into its memory, as a boot loader does (`ringlab run ... --guest FILE`).
 */
struct allocation {
    u32 at, size; /* real address, bytes */
    u32 entry;    /* the guest's first pc */
};

/*
 * The virtual CPU: what the guest believes its processor to be. It is right whenever the guest is entered, and when
 * the machine has stopped. Tests look at it through the symbol `vcpu`, so the order is fixed up to `value`.
 */
struct vcpu {
    u32 x[32];
    u32 pc, status;
    u32 sr[SYSTEM_REGISTERS]; /* but TIME, TIMER, IPEND, MEMSIZE, CPUID: see read_system */
    u32 waiting;              /* hlt waits */
    u64 steps;                /* the guest's TIME */
    u32 cause, value;         /* of the trap without a handler at which it has stopped */
    u64 timer_at;             /* the step at which its timer goes off; NEVER = it is off */
    u32 timer_pending;
};

/* What enter_guest (entry.s, which knows the order) loads into the real machine, and what it brings back. */
struct world {
    u32 monitor_sp;
    u32 pc, status, base, bound, limit;
    u32 ptbr;    /* a shadow; 0 = paging off */
    u32 timer;
    u32 entered; /* the real TIME shortly before the guest's first step ... */
    u32 trapped; /* ... and shortly after its trap */
};

/* A load, store or fetch of the guest, and the physical addresses that it comes to. */
enum kind { FETCH, LOAD, STORE };
struct access {
    u32 va, width;
    enum kind kind;
    u32 named;      /* its base register is not x0, so LIMIT applies */
    u32 pa;         /* of the first byte */
    u32 first;      /* bytes on the first page ... */
    u32 pa_second;  /* ... and where the others are */
};

extern struct allocation allocation;
extern struct vcpu vcpu;
extern struct world world;

/* entry.s */
void enter_guest(void);
void spin(void);
extern u32 gate_code[], gate_end[], trap_plain[], trap_saved[], pool[];

/* main.c */
u32 take_frame(void);
void die(const char *why);
void stop(u32 cause, u32 value);

/* vcpu.c */
u32 is_paging(void);
u32 read_system(u32 number);
void write_system(u32 number, u32 value);
void take_trap(u32 cause, u32 value);
u32 locate(struct access *access, u32 *value);
u32 probe(u32 va, u32 *rights);
u32 pending(void);
u64 next_event(void);
void pass_events(void);
void wait_for_event(void);

/* emulate.c */
void interpret(u32 word);
u32 decode_access(struct access *access);
void execute_access(const struct access *access, u32 word);

/* shadow.c */
#define GATE 0xfffff800u        /* where the gate is in every shadow: see entry.s */
#define REGION 0xffc00000u      /* from here on addresses are minivisor's */
extern u32 own_root, empty_root;
void make_own_space(void);
u32 shadow_root(void);
u32 enter_shadow(u32 va, u32 store);
void written(u32 pa, u32 length);
void flush(void);

/* devices.c */
u32 input(u32 port);
void output(u32 port, u32 value);
u32 device_lines(void);
u64 device_event(void);
void pass_device_events(void);
void wait_for_input(void);

/* Physical memory of the guest. */
static inline u8 *byte_at(u32 pa)
{
    return (u8 *)(allocation.at + pa);
}

static inline u32 *word_at(u32 pa)
{
    return (u32 *)(allocation.at + pa);
}
