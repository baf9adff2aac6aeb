/** Sources as people have them, that GNU `as` accepts: each with the bytes of its .text, then those of its .data, in hexadecimal. */
export const accepted: Readonly<Record<string, readonly [source: string, text: string, data?: string]>> = {
  'an operand may be left out between two commas of an alignment': [
    'nop\n.p2align 4,,15\nnop\n.align 3,,4\nnop\n.balign 16,,8\nnop\n.balign 4,\n.p2align 2, , 15',
    '1300000013000000130000001300000013000000130000001300000013000000'.concat('13000000'),
  ],
  'a number left out is 0': ['.data\n.byte 1,,2,\n.half ,5', '', '01000200' + '00000500'],
};
