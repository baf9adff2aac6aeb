/*
 * Chapter 2: the monitor. Popek and Goldberg's parts are here: the dispatcher, to which every trap of the real machine
 * comes, and the allocator, which knows what of the real machine is the guest's. The third part, the interpreter, is
 * emulate.c.
 *
 * Virtual ring 0 runs in real ring 1, and virtual rings 1 to 3 in the real ring of the same number (ring compression).
 */
#include "minivisor.h"

#define SUPERVISOR_RING 1u
#define LONGEST_TURN (1u << 20) /* steps after which the console is looked at, at the latest */

struct allocation allocation = {0, 0, 0};
struct vcpu vcpu;
struct world world;

/* By whether the guest's paging is on: steps between the two readings of TIME, and what TIMER has to be set to for 0 steps. */
static u32 overhead[2], lead[2];

/* ---- Allocator ---- */

static u32 next_frame;

/* A page of minivisor's own memory, which ends where the guest's begins: zeros, as after reset. Returns its address, or 0. */
u32 take_frame(void)
{
    u32 frame = next_frame;
    if (frame + PAGE > allocation.at)
        return 0;
    next_frame += PAGE;
    return frame;
}

/* Minivisor cannot go on: it says why, and turns the machine off. */
void die(const char *why)
{
    for (const char *text = "minivisor: "; *text; text++)
        out(PORT_CONSOLE_DATA, *text);
    for (; *why; why++)
        out(PORT_CONSOLE_DATA, *why);
    out(PORT_CONSOLE_DATA, '\n');
    for (;;)
        out(PORT_POWER, 255);
}

static void allocate(void)
{
    if (allocation.size == 0)
        die("no guest; name one with --guest FILE");
    next_frame = (u32)pool;
    vcpu.pc = allocation.entry;
    vcpu.sr[RBOUND] = allocation.size;
    vcpu.timer_at = NEVER;
}

/* ---- Time ---- */

/* Enters a guest that makes no step, for it cannot be fetched; and one that makes one after the other, until the timer. */
static void calibrate(u32 paging)
{
    u32 plenty = 1000;
    world = (struct world){.status = IF | SUPERVISOR_RING, .timer = plenty, .base = (u32)trap_saved};
    world.ptbr = paging ? empty_root : 0;
    enter_guest();
    overhead[paging] = world.trapped - world.entered;
    world.ptbr = paging ? own_root : 0;
    world.pc = paging ? (u32)spin : 0;
    world.base = paging ? (u32)trap_saved : (u32)spin;
    world.bound = 4;
    enter_guest();
    lead[paging] = plenty - (world.trapped - world.entered - overhead[paging]);
}

/* The real machine as minivisor itself needs it, by whether the guest's paging is on. */
static void set_stage(u32 paging)
{
    mts(PTBR, paging ? own_root : 0);
    mts(TVEC, paging ? GATE : (u32)trap_plain);
}

/* ---- The turns of the guest ---- */

/* Brings the virtual machine to a point where it can execute an instruction: what is due happens first. */
static void settle(void)
{
    for (;;) {
        pass_events();
        u32 lines = pending();
        if (vcpu.waiting && lines == 0) {
            wait_for_event();
            continue;
        }
        vcpu.waiting = 0;
        if (lines == 0 || (vcpu.status & IF) == 0)
            return;
        u32 line = 0;
        while ((lines >> line & 1) == 0)
            line++;
        take_trap(INTERRUPT + line, 0);
    }
}

/* Steps until something is due. */
static u32 turn(void)
{
    u64 left = next_event() - vcpu.steps;
    return left < LONGEST_TURN ? (u32)left : LONGEST_TURN;
}

/* Lets the guest run directly, for so many steps or until the real machine traps. R and the ring are composed: the guest's in ours. */
static void enter(u32 steps)
{
    u32 ring = vcpu.status & RING, paging = is_paging();
    u32 base = vcpu.sr[RBASE], bound = vcpu.sr[RBOUND];
    u32 room = base > allocation.size ? 0 : allocation.size - base;
    world.pc = vcpu.pc;
    world.status = (vcpu.status & UF) | IF | (ring == 0 ? SUPERVISOR_RING : ring);
    world.base = paging ? (u32)trap_saved : allocation.at + base; /* see entry.s */
    world.bound = bound < room ? bound : room;
    world.limit = ring == 0 ? 0 : vcpu.sr[LIMIT];
    world.ptbr = paging ? shadow_root() : 0;
    world.timer = steps + lead[paging];
    enter_guest();
    vcpu.steps += world.trapped - world.entered - overhead[paging];
}

/* Reads back what the guest can have changed without us. */
static void leave(void)
{
    u32 status = mfs(ESTATUS), ring = status & RING;
    if (ring == 0)
        die("a trap in its own code");
    if ((vcpu.status & RING) == 0 && ring == SUPERVISOR_RING)
        ring = 0;
    vcpu.pc = mfs(EPC);
    vcpu.status = (vcpu.status & IF) | (status & UF) | ring;
}

/* The guest has taken a trap and has no handler: its machine stops. So does the real one, which has no handler either now. */
void stop(u32 cause, u32 value)
{
    vcpu.cause = cause;
    vcpu.value = value;
    mts(TVEC, 0);
    enter(cause & INTERRUPT ? 0 : LONGEST_TURN);
}

/* ---- Dispatcher ---- */

/* The guest executes code where only minivisor can have any. It can be interpreted if it is privileged, as a gate is. */
static void interpret_in_region(u32 word)
{
    if ((word & 127) != OPCODE_SYSTEM)
        die("the guest has other code than a gate in the last 4 MiB of its addresses");
    if ((vcpu.status & RING) == 0)
        interpret(word);
    else
        take_trap(PRIVILEGED, word);
}

/* A memory fault while the guest's paging is on: a true one is the guest's, a hidden one is of the shadow's making. */
static void memory_fault(u32 is_fetch)
{
    struct access access = {.va = vcpu.pc, .width = 4, .kind = FETCH};
    u32 word = is_fetch ? 0 : decode_access(&access);
    u32 value, cause = locate(&access, &value);
    if (cause != 0) {
        take_trap(cause, value);
        return;
    }
    u32 last = access.va + access.width - 1, store = access.kind == STORE;
    if (enter_shadow(access.va, store) && ((access.va ^ last) < PAGE || enter_shadow(last, store)))
        return; /* the guest tries again */
    if (is_fetch)
        interpret_in_region(*word_at(access.pa));
    else
        execute_access(&access, word);
}

static void dispatch(u32 cause, u32 value)
{
    u32 paging = is_paging();
    u32 is_fetch = cause == FETCH_ACCESS || cause == FETCH_PAGE || vcpu.pc >= REGION;
    u32 is_data = cause == LOAD_ACCESS || cause == LOAD_PAGE || cause == STORE_ACCESS || cause == STORE_PAGE;
    if (cause & INTERRUPT)
        return; /* the turn has ended */
    if (paging && (is_fetch || is_data))
        memory_fault(is_fetch);
    else if (cause == PRIVILEGED && (vcpu.status & RING) == 0)
        interpret(value);
    else
        take_trap(cause, value); /* reflected: the virtual machine takes the same trap */
    if (is_paging() != paging)
        set_stage(!paging);
}

void main(void)
{
    allocate();
    make_own_space();
    for (u32 paging = 0; paging <= 1; paging++) {
        set_stage(paging);
        calibrate(paging);
    }
    set_stage(0);
    for (;;) {
        settle();
        enter(turn());
        leave();
        dispatch(mfs(ECAUSE), mfs(EVAL));
    }
}
