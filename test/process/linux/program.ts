/**
 * A list of system calls as a program that any RISC-V Linux runs: it makes them one after the other,
 * then writes what they answered to descriptor 900, which is standard error's duplicate.
 */
import { assemble } from '../../../assembler/index.ts';
import type { ErrorName } from '../../../vmm/process/errno.ts';
import { linuxCalls } from '../../../vmm/process/calls/linux.ts';

/** An argument: a number, a text in memory (escapes as in .asciz), what an earlier call answered, or an address in the buffer. */
export type Argument = number | string | { readonly answer: number } | { readonly buffer: number };

/** A call, its arguments, and what it answers: a number, an error, or a number that differs from run to run. */
export type Step = readonly [
  call: string,
  args: readonly Argument[],
  answers: number | ErrorName | 'something',
];

const bufferSize = 16_384;
const reporter = 900;

function numberOf(name: string): number {
  for (const call of linuxCalls.values()) if (call.name === name) return call.number;
  throw new Error(`no system call ${name}`);
}

/** The program as an ELF file. */
export function programOf(steps: readonly Step[]): Uint8Array {
  const texts: string[] = [];
  const load = (value: Argument, register: string): string => {
    if (typeof value === 'number') return `    li ${register}, ${value}\n`;
    if (typeof value === 'string') return `    la ${register}, text${texts.push(value) - 1}\n`;
    if ('answer' in value) return `    lw ${register}, ${4 * value.answer}(s0)\n`;
    return `    la ${register}, buffer\n    li t0, ${value.buffer}\n    add ${register}, ${register}, t0\n`;
  };
  const call = (number: number, args: readonly Argument[]) =>
    `${[0, 1, 2, 3, 4, 5].map((n) => load(args[n] ?? 0, `a${n}`)).join('')}    li a7, ${number}\n    ecall\n`;
  const made = steps.map(([name, args], n) => `${call(numberOf(name), args)}    sw a0, ${4 * n}(s0)\n`);
  const text = `_start:
    la s0, answers
${call(numberOf('dup3'), [2, reporter, 0])}${made.join('')}
    mv a1, s0
    li a2, ${4 * steps.length}
    li a0, ${reporter}
    li a7, 64
    ecall
${call(numberOf('exit'), [0])}
    .data
${texts.map((quoted, n) => `text${n}: .asciz "${quoted}"\n`).join('')}
    .bss
    .balign 16
answers: .zero ${4 * steps.length}
    .balign 4096
buffer: .zero ${bufferSize}
`;
  return assemble([{ name: 'calls.s', text }]).elf;
}

/** The answers as the program reported them. */
export function answersOf(reported: Uint8Array): number[] {
  const view = new DataView(reported.buffer, reported.byteOffset, reported.byteLength);
  return Array.from({ length: reported.length / 4 }, (_, n) => view.getInt32(4 * n, true));
}
