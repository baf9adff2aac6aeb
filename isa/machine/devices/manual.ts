/** The ports and devices in the ISA manual: a chapter of isa/table/manual.ts. */
import { CONTEXT_MAX } from './context.ts';
import { DISK_STEPS, SECTOR } from './disk.ts';
import { ARRIVALS_MAX, FRAME, RING_MAX, SEND_STEPS } from './network.ts';
import { portsTable } from './ports.ts';

const descriptor = `\`\`\`text
descriptor    +0    physical address of the frame
16 bytes      +4    length of the frame; for receiving, first the room there is
              +8    state: 0 the program's, 1 READY: the device's, 2 DONE, 3 FAILED
              +12   free for the program

frame         0-5 destination address, 6-11 source address, 12-13 type, then the payload
\`\`\``;

export const portsChapter = {
  title: 'Ports and devices',
  sections: [
    {
      title: 'Ports',
      text: [
        '`in` and `out` use a 32-bit port number. A port that is not in the table, and the `in` side of a port that has none, reads as all ones; a write there is ignored. A port takes effect within the step of its instruction. There is no memory-mapped I/O.',
        portsTable,
      ],
    },
    {
      title: 'The console',
      text: [
        'A byte written to PORT_CONSOLE_DATA is printed at once. Input is a queue of bytes from outside. It may all be there from the start (a file or a pipe), or come while the machine runs; a read takes the first byte, and gives all ones (0xffffffff) if none waits. Line 1 is pending as long as a byte waits and bit 0 of PORT_CONSOLE_CONTROL was last written as 1. Reading PORT_CONSOLE_CONTROL does not show that bit: it shows whether a byte waits.',
      ],
    },
    {
      title: 'The disk',
      text: [
        `The disk has sectors of ${SECTOR} bytes, numbered from 0. A write to PORT_DISK_COMMAND starts a command with the sector and the address that the two ports hold then; later writes to these ports do not change it. The status becomes busy at once. ${DISK_STEPS} steps after the step of the \`out\`, and before the instruction of that step, all ${SECTOR} bytes are moved at once, and the status becomes done. So if the \`out\` is executed when TIME is t, the data is there, and line 2 pending, when TIME is t + 1 + ${DISK_STEPS}.`,
        'A command fails (status 3, at the same time) if it is neither 1 nor 2, if there is no disk, if the sector is not on the disk, or if the 512 bytes do not all lie in memory; nothing is moved then. A command that is given while the status is busy is ignored. One that is given when the status is done or failed is started, and line 2 is not pending any more.',
        'A write of any value to PORT_DISK_STATUS sets the status to idle if it is done or failed; while it is busy, the write is ignored.',
      ],
    },
    {
      title: 'The network',
      text: [
        'The device moves Ethernet frames between a network and two rings in memory: the transmit ring and the receive ring. A ring is an array of descriptors; after the last one comes the first. The device has a position in each ring. It works at the descriptor there if it is READY, and does not go past one that is not.',
        descriptor,
        'A write to PORT_NET_RING sets the number of descriptors of both rings (a larger value counts as the maximum) and both positions to 0. A write to PORT_NET_TRANSMIT or PORT_NET_RECEIVE changes neither position.',
        `*Sending*: a write to PORT_NET_START has the device look at its transmit ring ${SEND_STEPS} steps after the step of the \`out\`, counted as for the disk. If the descriptor at the position is READY, its frame leaves at that step, the descriptor becomes DONE, bit 0 of the status is set, the position moves on, and the device looks again ${SEND_STEPS} steps later. Otherwise the device rests until it is started again. The device writes its own address into bytes 6 to 11 of the frame that leaves, not of the frame in memory: nobody sends under the address of another machine.`,
        'A program makes a descriptor READY first, and then writes to PORT_NET_START. The device sees the descriptor, whether it was sending or not.',
        '*Receiving*: a frame is an input of the run. It arrives at a step that the host chooses (and records). At that step, before the instruction, the frame is in memory, its length is in its descriptor, the descriptor is DONE, bit 1 of the status is set, and the position moves on. If the descriptor at the position is not READY, or there are no rings, the frame is lost, and bit 3 of the status is set. The device ignores frames whose destination is neither its own address nor a group (bit 0 of byte 0 is 1). At one step, it sends before it receives.',
        `A frame has ${FRAME.MIN} to ${FRAME.MAX} bytes, without a checksum. If a READY descriptor has another length (for sending) or too little room (for receiving), or if its frame does not lie in memory, then the descriptor becomes FAILED, its length stays, bit 2 of the status is set, and the position moves on; when sending, the device looks again ${SEND_STEPS} steps later. If the descriptor itself is not in memory, bit 2 is set too, and the device stops there as at one that is not READY. A ring has at most ${RING_MAX} descriptors. At most ${ARRIVALS_MAX} frames are on their way to one machine; more are lost without notice.`,
        'A machine that is plugged into no network has the address 0 and cannot send: its descriptors become FAILED.',
        '*Bridging*: if the network permits it, bit 4 of the control port has the device take every frame, and send frames with the source address that they have in memory. A monitor needs this, because it joins its guests to the network. Without permission the bit stays 0.',
        'Line 3 is pending while a bit is 1 both in the status and in the control port.',
      ],
    },
    {
      title: 'The context',
      text: [
        `A host can give a machine a context: settings like its name or its address on a network, in at most ${CONTEXT_MAX} bytes of text. Each setting is a line \`KEY='value'\`. Its key has letters, digits and \`_\`; its value is UTF-8 without zero bytes, and may have newlines. A quote in a value is written \`'\\''\`. A shell reads the same text.`,
        'A guest reads it from PORT_CONTEXT_DATA byte by byte, from the position that it has written to PORT_CONTEXT_AT. The position is 0 when the context is given. The context takes no steps and makes no interrupts.',
        'The age says whether the machine is still the one that has read the context before. It grows when the machine is cloned, and when it is given another context, which includes a boot in another place. It does not change when the machine moves, or is saved and goes on. A guest that finds another age than it has noted reads its context again, and makes new what must not be there twice: random numbers, keys, names.',
        'A machine that was given no context reads all ones at the three ports, as at any port that is not there, and writes are ignored. So a guest tells by PORT_CONTEXT_AT whether there is a context.',
      ],
    },
  ],
};
