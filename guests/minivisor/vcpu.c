/*
 * Chapter 3: the virtual CPU: its system registers, traps, addresses, and time. The rules are those of isa/MANUAL.md;
 * only that they are about the guest's registers and memory.
 */
#include "minivisor.h"

u32 is_paging(void)
{
    return vcpu.sr[PTBR] & 1;
}

/* ---- System registers ---- */

/* Writable bits; a register without any is read-only. */
static const u32 mask[SYSTEM_REGISTERS] = {
    [TVEC] = ~3u, [PTBR] = 0xfffff001, [RBASE] = ~0u, [RBOUND] = ~0u, [EPC] = ~3u, [ESTATUS] = UF | IF | RING,
    [ERBASE] = ~0u, [ERBOUND] = ~0u, [ECAUSE] = ~0u, [EVAL] = ~0u, [SCRATCH0] = ~0u, [SCRATCH1] = ~0u,
    [TIMER] = ~0u, [LIMIT] = ~0u,
};

u32 read_system(u32 number)
{
    switch (number) {
    case TIME:
        return (u32)vcpu.steps;
    case TIMEH:
        return (u32)(vcpu.steps >> 32);
    case TIMER:
        return vcpu.timer_at == NEVER ? 0 : (u32)(vcpu.timer_at - vcpu.steps);
    case IPEND:
        return pending();
    case MEMSIZE:
        return allocation.size;
    case CPUID:
        return mfs(CPUID);
    default:
        return vcpu.sr[number];
    }
}

/* `mts`; the number of a register that cannot be written has been refused (is_writable). */
void write_system(u32 number, u32 value)
{
    u32 was_paging = is_paging();
    vcpu.sr[number] = value & mask[number];
    if (number == TIMER) { /* counts from the step after this one */
        vcpu.timer_at = value ? vcpu.steps + 1 + value : NEVER;
        vcpu.timer_pending = 0;
    }
    if (was_paging && !is_paging())
        flush(); /* with paging off the guest writes its tables unseen */
}

u32 is_writable(u32 number)
{
    return number < SYSTEM_REGISTERS && mask[number] != 0;
}

/* ---- Traps ---- */

/* The virtual machine takes a trap: one step. Without a handler it stops. */
void take_trap(u32 cause, u32 value)
{
    if (vcpu.sr[TVEC] == 0)
        stop(cause, value);
    vcpu.sr[EPC] = vcpu.pc;
    vcpu.sr[ESTATUS] = vcpu.status;
    vcpu.sr[ERBASE] = vcpu.sr[RBASE];
    vcpu.sr[ERBOUND] = vcpu.sr[RBOUND];
    vcpu.sr[ECAUSE] = cause;
    vcpu.sr[EVAL] = value;
    vcpu.sr[RBASE] = 0;
    vcpu.sr[RBOUND] = allocation.size;
    vcpu.status &= UF;
    vcpu.pc = vcpu.sr[TVEC];
    vcpu.steps += 1;
}

/* ---- Addresses ---- */

static const u8 access_fault[] = {[FETCH] = FETCH_ACCESS, [LOAD] = LOAD_ACCESS, [STORE] = STORE_ACCESS};
static const u8 page_fault[] = {[FETCH] = FETCH_PAGE, [LOAD] = LOAD_PAGE, [STORE] = STORE_PAGE};
static const u8 needed_right[] = {[FETCH] = X, [LOAD] = R, [STORE] = W};

/* Looks up va in the guest's page tables. Gives the address of its leaf entry, or the cause of a fault. */
static u32 walk(u32 va, enum kind kind, u32 needed, u32 *leaf)
{
    u32 root = (vcpu.sr[PTBR] & -PAGE) + (va >> 22) * 4;
    if (root >= allocation.size)
        return access_fault[kind];
    u32 pointer = *word_at(root);
    if ((pointer & (V | R | W | X)) != V)
        return page_fault[kind];
    *leaf = (pointer & -PAGE) + (va >> 12 & 1023) * 4;
    if (*leaf >= allocation.size)
        return access_fault[kind];
    u32 entry = *word_at(*leaf);
    if ((entry & needed) != needed)
        return page_fault[kind];
    return (entry & -PAGE) >= allocation.size ? access_fault[kind] : 0;
}

/* An access has passed through this entry: the machine sets A, and for a store D. */
static void mark(u32 leaf, enum kind kind)
{
    u32 entry = *word_at(leaf), marked = entry | A | (kind == STORE ? D : 0);
    if (marked == entry)
        return;
    *word_at(leaf) = marked;
    written(leaf, 4);
}

/*
 * Where an access goes, with paging on. Sets A and D and returns 0; or changes nothing, and returns the cause of the
 * fault, with the address that EVAL gets in *value.
 */
u32 locate(struct access *access, u32 *value)
{
    u32 ring = vcpu.status & RING, limit = vcpu.sr[LIMIT];
    u32 va = access->va, last = va + access->width - 1;
    u32 is_limited = access->named && ring != 0 && limit != 0;
    u32 needed = V | needed_right[access->kind] | (ring == 3 ? U : 0);
    u32 leaf, leaf_second = 0, cause;
    *value = va;
    if (last < va || (is_limited && last >= limit))
        return access_fault[access->kind];
    if ((cause = walk(va, access->kind, needed, &leaf)) != 0)
        return cause;
    access->pa = (*word_at(leaf) & -PAGE) + va % PAGE;
    access->first = access->width;
    if (last % PAGE < va % PAGE) {
        *value = last & -PAGE;
        if ((cause = walk(last, access->kind, needed, &leaf_second)) != 0)
            return cause;
        access->first = PAGE - va % PAGE;
        access->pa_second = *word_at(leaf_second) & -PAGE;
        mark(leaf_second, access->kind);
    }
    mark(leaf, access->kind);
    return 0;
}

/* Asks about one byte, for virtual ring 0, and changes nothing: its physical address and its rights; no rights and ~0 if it has none. */
u32 probe(u32 va, u32 *rights)
{
    *rights = 0;
    if (!is_paging()) {
        u32 base = vcpu.sr[RBASE], room = base > allocation.size ? 0 : allocation.size - base;
        if (va >= vcpu.sr[RBOUND] || va >= room)
            return ~0u;
        *rights = R | W | X | U;
        return base + va;
    }
    u32 leaf;
    if (walk(va, LOAD, V, &leaf) != 0)
        return ~0u;
    *rights = *word_at(leaf) & (R | W | X | U);
    return (*word_at(leaf) & -PAGE) + va % PAGE;
}

/* ---- Time and interrupts ---- */

/* Pending interrupt lines, line n in bit n. */
u32 pending(void)
{
    return vcpu.timer_pending << LINE_TIMER | device_lines();
}

/* The step at which something happens by itself. */
u64 next_event(void)
{
    u64 device = device_event();
    return vcpu.timer_at < device ? vcpu.timer_at : device;
}

/* Lets everything happen that is due. */
void pass_events(void)
{
    if (vcpu.steps >= vcpu.timer_at) {
        vcpu.timer_at = NEVER;
        vcpu.timer_pending = 1;
    }
    pass_device_events();
}

/* The guest's hlt: its time skips to the next event. Without one, only input can end the wait, if anything can. */
void wait_for_event(void)
{
    u64 event = next_event();
    if (event == NEVER)
        wait_for_input();
    else
        vcpu.steps = event;
}
