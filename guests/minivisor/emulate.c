/*
 * Chapter 4: the interpreter. For each privileged instruction i, Popek and Goldberg have an interpreter routine v_i that
 * does to the virtual machine what i does to the real one. Here they are the cases of `interpret`. Loads and stores are
 * interpreted, too, where the guest must not make them itself: to a traced page, and to minivisor's addresses.
 */
#include "minivisor.h"

u32 is_writable(u32 number);

static void set(u32 rd, u32 value)
{
    if (rd != 0)
        vcpu.x[rd] = value;
}

static void iret(void)
{
    vcpu.status = vcpu.sr[ESTATUS];
    vcpu.sr[RBASE] = vcpu.sr[ERBASE];
    vcpu.sr[RBOUND] = vcpu.sr[ERBOUND];
    vcpu.pc = vcpu.sr[EPC];
}

/* Executes a privileged instruction of virtual ring 0 on the virtual CPU: one step. */
void interpret(u32 word)
{
    u32 rd = word >> 7 & 31, a = vcpu.x[word >> 15 & 31], b = vcpu.x[word >> 20 & 31];
    u32 function = word >> 25, number = word >> 20, form = word >> 12 & 7, next = vcpu.pc + 4, rights;

    if (form == MFS ? number >= SYSTEM_REGISTERS : form == MTS && !is_writable(number)) {
        take_trap(ILLEGAL, word);
        return;
    }
    if (form == MFS)
        set(rd, read_system(number));
    else if (form == MTS)
        write_system(number, a);
    else
        switch (function) {
        case IRET:
            iret();
            next = vcpu.pc;
            break;
        case HLT:
            vcpu.waiting = 1;
            break;
        case CLI:
            vcpu.status &= ~IF;
            break;
        case STI:
            vcpu.status |= IF;
            break;
        case LREL:
            vcpu.sr[RBASE] = a;
            vcpu.sr[RBOUND] = b;
            break;
        case IN:
            set(rd, input(a));
            break;
        case OUT:
            if (a == PORT_POWER) { /* it is a step, and the last one */
                vcpu.steps += 1;
                vcpu.pc = next;
            }
            output(a, b);
            break;
        case GETF:
            set(rd, vcpu.status & ~RING);
            break;
        case SETF:
            vcpu.status = a & (UF | IF);
            break;
        case SRING:
            set(rd, 0);
            break;
        case SVEC:
            set(rd, vcpu.sr[TVEC]);
            break;
        case SPTB:
            set(rd, vcpu.sr[PTBR]);
            break;
        case SMSW:
            set(rd, is_paging() | (vcpu.status & IF ? 2 : 0));
            break;
        case LRA:
            set(rd, probe(a, &rights));
            break;
        case LAR:
            probe(a, &rights);
            set(rd, rights);
            break;
        case VERR:
            probe(a, &rights);
            set(rd, (rights & R) != 0);
            break;
        case VERW:
            probe(a, &rights);
            set(rd, (rights & W) != 0);
            break;
        case RETF:
            if (a & 3) {
                take_trap(MISALIGNED, a);
                return;
            }
            next = a;
            vcpu.status |= b & RING;
            break;
        }
    vcpu.pc = next;
    vcpu.steps += 1;
}

/* ---- Loads and stores ---- */

/* The load or store at the guest's pc, which has been fetched. Returns its word. */
u32 decode_access(struct access *access)
{
    u32 rights, word = *word_at(probe(vcpu.pc, &rights)), rs1 = word >> 15 & 31;
    u32 is_store = (word & 127) == OPCODE_STORE;
    int offset = is_store ? ((int)word >> 25 << 5 | (int)(word >> 7 & 31)) : (int)word >> 20;
    access->va = vcpu.x[rs1] + (u32)offset;
    access->width = 1u << (word >> 12 & 3);
    access->kind = is_store ? STORE : LOAD;
    access->named = rs1 != 0;
    return word;
}

/* The physical address of byte n of a located access. */
static u32 place(const struct access *access, u32 n)
{
    return n < access->first ? access->pa + n : access->pa_second + n - access->first;
}

/* Executes a load or store that `locate` has let pass: one step. */
void execute_access(const struct access *access, u32 word)
{
    u32 value = vcpu.x[word >> 20 & 31];
    if (access->kind == STORE)
        for (u32 n = 0; n < access->width; n++, value >>= 8) {
            *byte_at(place(access, n)) = (u8)value;
            written(place(access, n), 1);
        }
    else {
        u32 is_unsigned = word >> 14 & 1, shift = 32 - 8 * access->width;
        value = 0;
        for (u32 n = 0; n < access->width; n++)
            value |= (u32)*byte_at(place(access, n)) << 8 * n;
        set(word >> 7 & 31, is_unsigned ? value : (u32)((int)(value << shift) >> shift));
    }
    vcpu.pc += 4;
    vcpu.steps += 1;
}
