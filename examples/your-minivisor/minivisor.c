/*
 * Your minivisor: a virtual machine monitor that is ring-0 software of Ring32. README.md has the eight stages.
 *
 * What is here runs: it boots, enters the guest, and gets control when the real machine traps. Each place where you have to
 * write something calls not_yet(stage, what).
 */
#include "ring32.h"

#define NEVER (~0ull)
#define GATE 0xfffff800u /* where the gate is in every shadow: see entry.s */
#define SUPERVISOR_RING 1u /* the real ring of virtual ring 0 */

/* What the guest has of the real machine. Whoever loads your monitor fills this in, and puts the guest there. */
struct allocation {
    u32 at, size; /* real address, bytes */
    u32 entry;    /* the guest's first pc */
} allocation = {0, 0, 0};

/*
 * The virtual CPU. The grader looks at it each time that you enter the guest, and when the machine has stopped: all of it
 * must be right then. x is in the real registers while the guest runs. Do not change the order up to `value`.
 */
struct vcpu {
    u32 x[32];
    u32 pc, status;
    u32 sr[SYSTEM_REGISTERS]; /* but TIME, TIMEH, TIMER, IPEND, MEMSIZE and CPUID, which you compute */
    u32 waiting;              /* hlt waits */
    u64 steps;                /* the guest's TIME: its own steps */
    u32 cause, value;         /* of the trap without a handler at which it has stopped */
    u64 timer_at;             /* stage 7: the step at which its timer goes off; NEVER = it is off */
    u32 timer_pending;
} vcpu;

/* What enter_guest loads into the real machine, and brings back: see entry.s, which knows the order. */
struct world {
    u32 monitor_sp;
    u32 pc, status, base, bound, limit;
    u32 ptbr; /* a shadow; 0 = paging off */
    u32 timer;
    u32 entered, trapped;
} world;

void enter_guest(void);
void spin(void);
extern u32 gate_code[], gate_end[], trap_plain[], trap_saved[], pool[];

/* ---- Given: the end, memory, time ---- */

/* Prints why, and turns the machine off. */
static void die(const char *why)
{
    for (const char *text = "your minivisor: "; *text; text++)
        out(PORT_CONSOLE_DATA, *text);
    for (; *why; why++)
        out(PORT_CONSOLE_DATA, *why);
    out(PORT_CONSOLE_DATA, '\n');
    for (;;)
        out(PORT_POWER, 255);
}

static void not_yet(int stage, const char *what)
{
    static char text[] = "stage 0: ";
    text[6] = '0' + stage;
    for (const char *t = text; *t; t++)
        out(PORT_CONSOLE_DATA, *t);
    die(what);
}

static u32 next_frame;

/* A zeroed page of your own memory, which ends where the guest's begins. */
static u32 take_frame(void)
{
    if (next_frame + PAGE > allocation.at)
        die("too little memory");
    next_frame += PAGE;
    return next_frame - PAGE;
}

/* Your own address space: all memory at its real address; and a table with the gate, which the last entry of each root must be. */
static u32 own_root, gate_table;

static void make_own_space(void)
{
    u32 gate = take_frame();
    for (u32 n = 0; gate_code + n < gate_end; n++)
        ((u32 *)(gate + GATE % PAGE))[n] = gate_code[n];
    gate_table = take_frame();
    ((u32 *)gate_table)[1023] = gate | V | X | A;
    u32 *root = (u32 *)take_frame(), memory = mfs(MEMSIZE);
    for (u32 pa = 0; pa < memory; pa += PAGE) {
        if (root[pa >> 22] == 0)
            root[pa >> 22] = take_frame() | V;
        ((u32 *)(root[pa >> 22] & -PAGE))[pa >> 12 & 1023] = pa | V | R | W | X | A | D;
    }
    root[1023] = gate_table | V;
    own_root = (u32)root | 1;
    mts(SCRATCH1, own_root);
}

/* By whether the guest's paging is on: steps between the two readings of TIME in entry.s, and what TIMER has to be set to for 0 steps. */
static u32 overhead[2], lead[2];

/* The real machine as your monitor needs it, by whether the guest's paging is on. Call it when that changes. */
static void set_stage(u32 paging)
{
    mts(PTBR, paging ? own_root : 0);
    mts(TVEC, paging ? GATE : (u32)trap_plain);
}

/* Enters a guest that makes no step, for it cannot be fetched; and one that makes one after the other, until the timer. */
static void calibrate(u32 paging)
{
    u32 plenty = 1000;
    set_stage(paging);
    world = (struct world){.status = IF | SUPERVISOR_RING, .timer = plenty, .base = (u32)trap_saved};
    world.ptbr = paging ? own_root : 0;
    enter_guest();
    overhead[paging] = world.trapped - world.entered;
    world.pc = paging ? (u32)spin : 0;
    world.base = paging ? (u32)trap_saved : (u32)spin;
    world.bound = 4;
    enter_guest();
    lead[paging] = plenty - (world.trapped - world.entered - overhead[paging]);
}

/* ---- The virtual CPU ---- */

static u32 is_paging(void)
{
    return vcpu.sr[PTBR] & 1;
}

/* `mfs`. Stage 2: TIME, TIMEH, MEMSIZE, CPUID. Stage 7: TIMER, IPEND. */
static u32 read_system(u32 number)
{
    return vcpu.sr[number];
}

/* `mts`. Stage 2: only the writable bits of the register. Stages 6 and 7: what else the write does. */
static void write_system(u32 number, u32 value)
{
    not_yet(2, "write_system");
}

static void enter(u32 steps);

/* The guest has taken a trap and has no handler: its machine stops, and the real one with it. Given. */
static void stop(u32 cause, u32 value)
{
    vcpu.cause = cause;
    vcpu.value = value;
    mts(TVEC, 0);
    enter(cause & INTERRUPT ? 0 : 1u << 20);
}

/* The virtual machine takes a trap: one step. Without a handler, it stops. Stage 3: what a trap saves and sets. */
static void take_trap(u32 cause, u32 value)
{
    if (vcpu.sr[TVEC] == 0)
        stop(cause, value);
    not_yet(3, "take_trap");
}

/* ---- The interpreter ---- */

/* Executes a privileged instruction of virtual ring 0 on the virtual CPU: one step. Stage 1: cli, sti. Later: all others. */
static void interpret(u32 word)
{
    u32 function = word >> 25, form = word >> 12 & 7;
    if (form == 0 && function == CLI)
        vcpu.status &= ~IF;
    else
        not_yet(1, "interpret: sti, and then each instruction of the stages");
    vcpu.pc += 4;
    vcpu.steps += 1;
}

/* ---- The turns of the guest ---- */

/* Stages 7 and 8: what is due happens first; hlt waits; an interrupt is taken, if IF is 1. */
static void settle(void)
{
}

/* Lets the guest run directly, for so many steps or until the real machine traps. Stages 4, 5, 6. */
static void enter(u32 steps)
{
    u32 ring = vcpu.status & RING, paging = is_paging();
    if (ring != 0)
        not_yet(4, "enter: the real ring of this virtual ring");
    if (vcpu.sr[RBASE] != 0 || vcpu.sr[RBOUND] != allocation.size || vcpu.sr[LIMIT] != 0)
        not_yet(5, "enter: R and LIMIT");
    if (paging)
        not_yet(6, "enter: a shadow; with paging on, world.base is trap_saved");
    world.pc = vcpu.pc;
    world.status = (vcpu.status & UF) | IF | SUPERVISOR_RING;
    world.base = allocation.at;
    world.bound = allocation.size;
    world.limit = 0;
    world.ptbr = 0;
    world.timer = steps + lead[paging];
    enter_guest();
    vcpu.steps += world.trapped - world.entered - overhead[paging];
}

/* Reads back what the guest can have changed without you. Stage 4: the ring. */
static void leave(void)
{
    u32 status = mfs(ESTATUS);
    if ((status & RING) == 0)
        die("a trap in its own code");
    vcpu.pc = mfs(EPC);
    vcpu.status = (vcpu.status & (IF | RING)) | (status & UF);
}

/* ---- The dispatcher ---- */

/* The real machine has trapped while the guest ran. Whose trap is it? */
static void dispatch(u32 cause, u32 value)
{
    if (cause & INTERRUPT)
        return; /* the turn has ended */
    if (cause == PRIVILEGED && (vcpu.status & RING) == 0)
        interpret(value);
    else
        take_trap(cause, value);
}

void main(void)
{
    next_frame = (u32)pool;
    vcpu.pc = allocation.entry;
    vcpu.sr[RBOUND] = allocation.size;
    vcpu.timer_at = NEVER;
    make_own_space();
    calibrate(1);
    calibrate(0);
    for (;;) {
        settle();
        enter(1u << 20);
        leave();
        dispatch(mfs(ECAUSE), mfs(EVAL));
    }
}

__asm__(".include \"entry.s\""); /* last, for frames begin where it ends */
