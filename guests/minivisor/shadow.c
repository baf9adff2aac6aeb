/*
 * Chapter 5: shadow page tables: what the real machine walks while the guest believes that it walks the guest's own.
 *
 *     a shadow entry = V R X U of the guest's, its frame moved to where the guest's memory is,
 *                      W only if the guest's D is set already and the page is not traced
 *
 * Each page that the guest uses as a table has one shadow, however many address spaces the table is in. An entry whose A
 * is not set, or a root's entry, is derived when a hidden fault shows that it is needed; a table's others at once. A page
 * that has a shadow is *traced*: no shadow entry lets the guest write it, so each write comes to minivisor, which clears
 * the entry that was derived from the word.
 */
#include "minivisor.h"

#define WORN 8 /* stores to a table that nothing was derived from meanwhile: it is none any more */

/* The shadows of a page of the guest, as addresses of frames; 0 = none. */
struct shadow {
    u32 root, table;
    u32 stores; /* since something was derived last */
};

static struct shadow *shadows; /* by guest page */
static u32 *frames, frame_count, frames_used;
static u32 gate_table;
u32 own_root, empty_root; /* as PTBR has them */

static u32 must_take(void)
{
    u32 frame = take_frame();
    if (frame == 0)
        die("too little memory");
    return frame;
}

static u32 *words(u32 frame)
{
    return (u32 *)frame;
}

/* ---- Address spaces of minivisor ---- */

/* A table with the gate at its end: for all roots, as their last entry. */
static u32 make_gate(void)
{
    u32 table = must_take(), page = must_take();
    for (u32 n = 0; gate_code + n < gate_end; n++)
        words(page + GATE % PAGE)[n] = gate_code[n];
    words(table)[1023] = page | V | X | A;
    return table;
}

static u32 make_root(void)
{
    u32 root = must_take();
    words(root)[1023] = gate_table | V;
    return root;
}

/* Our own space, in which all memory is at its real address. Then the frames that are left are put aside for shadows. */
void make_own_space(void)
{
    gate_table = make_gate();
    own_root = make_root() | 1;
    empty_root = make_root() | 1;
    u32 memory = mfs(MEMSIZE);
    for (u32 pa = 0; pa < memory; pa += PAGE) {
        u32 *pointer = &words(own_root & -PAGE)[pa >> 22];
        if (*pointer == 0)
            *pointer = must_take() | V;
        words(*pointer & -PAGE)[pa >> 12 & 1023] = pa | V | R | W | X | A | D;
    }
    mts(SCRATCH1, own_root);

    u32 pages = allocation.size / PAGE, first = must_take();
    shadows = (struct shadow *)first;
    while (first + PAGE < (u32)(shadows + pages))
        first += PAGE, must_take();
    frames = (u32 *)must_take();
    while (frame_count < PAGE / 4 && (frames[frame_count] = take_frame()) != 0)
        frame_count++;
    if (frame_count < 8)
        die("too little memory");
}

/* ---- Shadows and traces ---- */

static u32 is_traced(u32 page)
{
    return shadows[page].root != 0 || shadows[page].table != 0;
}

/* Forgets all shadows and traces. */
void flush(void)
{
    for (u32 page = 0; page < allocation.size / PAGE; page++)
        shadows[page] = (struct shadow){0, 0, 0};
    frames_used = 0;
}

/* A zeroed frame. Its caller has made sure that one is left. */
static u32 make_frame(void)
{
    u32 frame = frames[frames_used++];
    for (u32 n = 0; n < PAGE / 4; n++)
        words(frame)[n] = 0;
    return frame;
}

/* The shadow's entry for one of the guest's; 0 if the guest's first access through it has yet to set A. */
static u32 derive(u32 entry)
{
    u32 page = entry >> 12, rights = entry & (V | R | X | U);
    if ((entry & (V | A)) != (V | A) || page >= allocation.size / PAGE)
        return 0;
    if ((entry & (W | D)) == (W | D) && !is_traced(page))
        rights |= W;
    return (allocation.at + page * PAGE) | rights | A | D;
}

/* From here on the guest cannot write this page itself. */
static void trace(u32 page)
{
    u32 frame = allocation.at + page * PAGE;
    for (u32 other = 0; other < allocation.size / PAGE; other++) {
        if (shadows[other].table == 0)
            continue;
        u32 *table = words(shadows[other].table);
        for (u32 n = 0; n < PAGE / 4; n++)
            if ((table[n] & -PAGE) == frame)
                table[n] &= ~(u32)W;
    }
}

static u32 root_of(u32 page)
{
    struct shadow *shadow = &shadows[page];
    if (shadow->root == 0) {
        if (!is_traced(page))
            trace(page);
        shadow->root = make_frame();
        words(shadow->root)[1023] = gate_table | V;
    }
    return shadow->root;
}

static u32 table_of(u32 page)
{
    struct shadow *shadow = &shadows[page];
    if (shadow->table == 0) {
        if (!is_traced(page))
            trace(page);
        shadow->table = make_frame();
        for (u32 n = 0; n < PAGE / 4; n++)
            words(shadow->table)[n] = derive(*word_at(page * PAGE + 4 * n));
    }
    return shadow->table;
}

/* PTBR for the real machine while the guest runs with paging on. */
u32 shadow_root(void)
{
    u32 page = vcpu.sr[PTBR] >> 12;
    if (page >= allocation.size / PAGE)
        return empty_root;
    if (frames_used == frame_count)
        flush();
    return root_of(page) | 1;
}

/*
 * After `locate` has let an access pass: derives the entry for its page. Returns 0 if minivisor has to make the access
 * itself, because the addresses are its own or the page is traced.
 */
u32 enter_shadow(u32 va, u32 store)
{
    if (va >= REGION)
        return 0;
    if (frames_used + 2 > frame_count)
        flush();
    u32 root_page = vcpu.sr[PTBR] >> 12, root = root_of(root_page);
    u32 pointer = *word_at(root_page * PAGE + (va >> 22) * 4), page = pointer >> 12;
    u32 table = table_of(page), n = va >> 12 & 1023, entry = *word_at(page * PAGE + 4 * n);
    words(root)[va >> 22] = table | V;
    words(table)[n] = derive(entry);
    shadows[page].stores = 0;
    if (!store || !is_traced(entry >> 12))
        return 1;
    if (++shadows[entry >> 12].stores > WORN)
        flush();
    return 0;
}

/* The guest's memory has been written by minivisor: entries that were derived from it are cleared. */
void written(u32 pa, u32 length)
{
    for (u32 word = pa / 4; word <= (pa + length - 1) / 4; word++) {
        struct shadow *shadow = &shadows[word / 1024];
        if (shadow->root != 0 && word % 1024 != 1023)
            words(shadow->root)[word % 1024] = 0;
        if (shadow->table != 0)
            words(shadow->table)[word % 1024] = 0;
    }
}
