/** The 32 general registers: their ABI names, and every name that the assembler accepts. */

/** ABI names by register number. */
export const registerNames: readonly string[] =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(
    ' ',
  );

/** Register number of every accepted name: `x0` to `x31`, the ABI names, and `fp` for `s0`. */
export const registerNumbers: ReadonlyMap<string, number> = new Map([
  ...registerNames.map((_, n) => [`x${n}`, n] as const),
  ...registerNames.map((name, n) => [name, n] as const),
  ['fp', 8] as const,
]);

/** The ABI name of register `n` (0 to 31). */
export function registerName(n: number): string {
  return registerNames[n] ?? `x${n}`;
}
