/*
 * Chapter 6: the devices. The console is passed through, byte by byte. The disk is a virtual one: it takes 1000 steps of
 * the guest, and then the real disk is used. The allocator's rule holds for DMA, too: its addresses are the guest's, so
 * they are checked and moved. There is no network; its ports are like ports that do not exist.
 */
#include "minivisor.h"

static u32 console_interrupts;
static struct {
    u32 sector, address; /* as the ports have them */
    u32 status;
    u32 command, of_sector, at_address; /* of the command under way */
    u64 done_at;
} disk = {.done_at = NEVER};

/* ---- Console ---- */

static u32 input_waits(void)
{
    return in(PORT_CONSOLE_CONTROL) & 1;
}

/* Until input comes, if it can; if not, the real machine stops here for ever, as the guest's would. */
void wait_for_input(void)
{
    mts(TIMER, 0);
    out(PORT_CONSOLE_CONTROL, console_interrupts);
    hlt();
    out(PORT_CONSOLE_CONTROL, 0);
}

/* ---- Disk ---- */

static void start_disk(u32 command)
{
    if (disk.status == DISK_BUSY)
        return;
    disk.command = command;
    disk.of_sector = disk.sector;
    disk.at_address = disk.address;
    disk.status = DISK_BUSY;
    disk.done_at = vcpu.steps + 1 + DISK_STEPS;
}

/* Moves the sector of the command under way, by the real disk. */
static u32 move_sector(void)
{
    if (disk.of_sector >= in(PORT_DISK_SIZE) || disk.at_address > allocation.size - SECTOR)
        return DISK_FAILED;
    mts(TIMER, 0);
    out(PORT_DISK_SECTOR, disk.of_sector);
    out(PORT_DISK_ADDRESS, allocation.at + disk.at_address);
    out(PORT_DISK_COMMAND, disk.command);
    hlt();
    u32 status = in(PORT_DISK_STATUS);
    out(PORT_DISK_STATUS, 0);
    if (disk.command == DISK_READ)
        written(disk.at_address, SECTOR);
    return status;
}

/* ---- All devices ---- */

u32 device_lines(void)
{
    u32 console = console_interrupts && input_waits();
    return console << LINE_CONSOLE | (u32)(disk.status >= DISK_DONE) << LINE_DISK;
}

u64 device_event(void)
{
    return disk.done_at;
}

void pass_device_events(void)
{
    if (vcpu.steps < disk.done_at)
        return;
    disk.done_at = NEVER;
    disk.status = move_sector();
}

u32 input(u32 port)
{
    switch (port) {
    case PORT_POWER:
        return 0;
    case PORT_CONSOLE_DATA:
        return in(PORT_CONSOLE_DATA);
    case PORT_CONSOLE_CONTROL:
        return input_waits();
    case PORT_DISK_SECTOR:
        return disk.sector;
    case PORT_DISK_ADDRESS:
        return disk.address;
    case PORT_DISK_STATUS:
        return disk.status;
    case PORT_DISK_SIZE:
        return in(PORT_DISK_SIZE);
    default:
        return ~0u;
    }
}

void output(u32 port, u32 value)
{
    switch (port) {
    case PORT_POWER:
    case PORT_CONSOLE_DATA:
        out(port, value);
        break;
    case PORT_CONSOLE_CONTROL:
        console_interrupts = value & 1;
        break;
    case PORT_DISK_SECTOR:
        disk.sector = value;
        break;
    case PORT_DISK_ADDRESS:
        disk.address = value;
        break;
    case PORT_DISK_COMMAND:
        start_disk(value);
        break;
    case PORT_DISK_STATUS:
        if (disk.status != DISK_BUSY)
            disk.status = DISK_IDLE;
        break;
    }
}
