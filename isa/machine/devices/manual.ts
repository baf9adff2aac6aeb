/** The ports and the network device in the ISA manual: a chapter of isa/table/manual.ts. */
import { ARRIVALS_MAX, FRAME, RING_MAX, SEND_STEPS } from './network.ts';
import { portsTable } from './ports.ts';

const descriptor = `\`\`\`text
descriptor    +0    where the frame is: physical address
16 bytes      +4    its length; before one is received, the room there
              +8    state: 0 the program's, 1 READY: the device's, 2 DONE, 3 FAILED
              +12   the program's own

frame         0-5 to whom, 6-11 from whom, 12-13 kind, then what it carries
\`\`\``;

export const portsChapter = {
  title: 'Ports and devices',
  sections: [
    { title: 'Ports', text: ['A port that is not here reads as all ones and ignores writes.', portsTable] },
    {
      title: 'The network',
      text: [
        'Two rings of descriptors in memory, each a table that the device goes round. It stops at a descriptor that is not READY.',
        descriptor,
        `*Sending*: once started, the device looks at the next descriptor of the transmit ring every ${SEND_STEPS} steps. If it is READY, that frame leaves at that step and the descriptor is DONE; if not, the device rests until it is started again. The device writes its own address into bytes 6 to 11 of what leaves, not of what is in memory: nobody sends in another's name.`,
        'Make a descriptor READY first, then write to PORT_NET_START: whether the device was at work or not, it will see it.',
        `*Receiving*: a frame is an input of the run and arrives at a step that the host chooses (and records). At that very step it is in memory, its length in its descriptor, the descriptor DONE. If the next descriptor is not READY then, the frame is lost, as on any Ethernet, and the status says so. Frames to another's address are not taken; those to many (bit 0 of byte 0) are.`,
        `A frame is ${FRAME.MIN} to ${FRAME.MAX} bytes, without a check sum. A descriptor with another length, with memory that is not there, or with too little room becomes FAILED, sets bit 2 of the status, and the device goes on behind it. A ring that is not in memory sets bit 2 too. Rings have at most ${RING_MAX} descriptors, and at most ${ARRIVALS_MAX} frames are on their way to a machine.`,
        'A machine that is plugged into no network has the address 0 and cannot send: its descriptors become FAILED.',
        '*Bridging*: where the link permits it, bit 4 of the control port has the device take every frame, and send with the address that is in the frame. Software that joins others to the network needs it, as a monitor does; for anybody else the bit stays 0.',
        'Line 3 is pending while a bit is set both in the status and in the control port.',
      ],
    },
  ],
};
