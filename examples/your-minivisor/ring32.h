/* The machine as ring-0 software sees it: names for its numbers, and its instructions (isa/MANUAL.md). */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define PAGE 4096u

/* STATUS */
enum { RING = 3, IF = 4, UF = 0xff00 };

/* System registers, by number */
enum {
    TVEC, PTBR, RBASE, RBOUND, EPC, ESTATUS, ERBASE, ERBOUND, ECAUSE, EVAL,
    SCRATCH0, SCRATCH1, TIME, TIMEH, TIMER, IPEND, MEMSIZE, CPUID, LIMIT,
    SYSTEM_REGISTERS
};

/* Causes of traps */
enum {
    MISALIGNED = 0, FETCH_ACCESS = 1, ILLEGAL = 2, LOAD_ACCESS = 5, STORE_ACCESS = 7,
    FETCH_PAGE = 12, LOAD_PAGE = 13, STORE_PAGE = 15, PRIVILEGED = 24
};
#define INTERRUPT 0x80000000u
enum { LINE_TIMER, LINE_CONSOLE, LINE_DISK };

/* Bits of a page-table entry */
enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 32, D = 64 };

/* Privileged instructions: bits 31-25 of those whose bits 14-12 are 0 */
enum {
    IRET = 0, HLT = 1, CLI = 2, STI = 3, LREL = 4, IN = 5, OUT = 6,
    GETF = 16, SETF = 17, SRING = 18, SVEC = 19, SPTB = 20, SMSW = 21,
    LRA = 22, LAR = 23, VERR = 24, VERW = 25, RETF = 26
};
/* Bits 14-12 of the others, and the opcodes in bits 6-0 */
enum { MFS = 1, MTS = 2 };
enum { OPCODE_LOAD = 0x03, OPCODE_SYSTEM = 0x0b, OPCODE_STORE = 0x23 };

/* Ports */
enum {
    PORT_POWER = 0x01, PORT_CONSOLE_DATA = 0x10, PORT_CONSOLE_CONTROL = 0x11,
    PORT_DISK_SECTOR = 0x20, PORT_DISK_ADDRESS = 0x21, PORT_DISK_COMMAND = 0x22,
    PORT_DISK_STATUS = 0x23, PORT_DISK_SIZE = 0x24
};
#define SECTOR 512u
#define DISK_STEPS 1000u
enum { DISK_IDLE, DISK_BUSY, DISK_DONE, DISK_FAILED };
enum { DISK_READ = 1, DISK_WRITE = 2 };

/* mfs(TIME), mts(TIMER, 0): the name itself goes into the assembly. */
#define mfs(name) ({ u32 value_; __asm__ volatile("mfs %0, " #name : "=r"(value_)); value_; })
#define mts(name, value) __asm__ volatile("mts " #name ", %0" : : "r"(value) : "memory")

static inline u32 in(u32 port)
{
    u32 value;
    __asm__ volatile("in %0, %1" : "=r"(value) : "r"(port) : "memory");
    return value;
}

static inline void out(u32 port, u32 value)
{
    __asm__ volatile("out %0, %1" : : "r"(port), "r"(value) : "memory");
}

static inline void hlt(void)
{
    __asm__ volatile("hlt" : : : "memory");
}
