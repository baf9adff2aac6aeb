/**
 * Writes a witness as a small assembly program that shows it on the machine.
 *
 * The program brings the machine into each of the two states and executes the instruction. (If the witness has only
 * one state, it does this twice, the first time with a `nop` in place of the instruction.) Then `ecall` traps
 * into its handler, which reads what differed: the *symptom*. The program prints both values and
 * ends with status 0 if they differ, 1 if they do not, 2 if the instruction trapped.
 */
import { disassemble } from '../table/disassemble.ts';
import { trapsIn, type Variant } from '../table/variants.ts';
import type { Witness } from './witness.ts';
import { parts } from './parts.ts';
import { frame } from './program-frame.ts';
import { describeState, ringOf, type State } from './states.ts';
import { type Symptom, symptomOf } from './symptoms.ts';

/** A witness that no program can show; the message is one line. */
export class NoProgramError extends Error {}

/**
 * The program's text, to be run on `variant`, which the command line calls `isa`. Throws NoProgramError if the instruction
 * traps there in the states of the witness, or if no program can set up these states.
 */
export function formatProgram(witness: Witness, variant: Variant, isa: string = variant.name): string {
  const { first, second = first, sample } = witness;
  const { row } = sample.at;
  const refused = [first, second].find((state) => trapsIn(row, ringOf(state), variant));
  if (refused !== undefined) {
    throw new NoProgramError(`${row.name} traps in ring ${ringOf(refused)} of ${variant.name}`);
  }
  const symptom = symptomOf(witness);
  if (symptom === undefined) throw new NoProgramError(`no program can see what ${row.name} does here`);
  const change = witness.second === undefined;
  return frame({
    head: headOf(witness, isa, symptom),
    symptom: symptom.read,
    says: symptom.says,
    runs: [
      {
        label: change ? 'before' : 'first',
        setup: setupOf(witness, first),
        text: change ? 'nop' : textOf(witness),
      },
      { label: change ? 'after' : 'second', setup: setupOf(witness, second), text: textOf(witness) },
    ],
  });
}

/** The instruction as assembly. */
export function textOf({ sample }: Witness): string {
  return disassemble(sample.at.word, 0);
}

/** The instruction's operands in words, after ` with `; empty if it has none. */
export function operandsOf({ sample: { rs1, rs2 } }: Witness): string {
  const said = [rs1 && `t0 = ${rs1.text}`, rs2 && `t1 = ${rs2.text}`].filter((text) => text !== undefined);
  return said.length === 0 ? '' : ` with ${said.join(', ')}`;
}

/** The console input that the witness needs, if any. */
export function inputOf({ first, second = first }: Witness): string | undefined {
  return parts.flatMap(({ values }, n) =>
    [first, second].flatMap((state) => values[state[n] as number]?.input ?? []),
  )[0];
}

/** The lines that lead from the common start to `state`: its parts, the operands, the ring. */
function setupOf(witness: Witness, state: State): readonly string[] {
  const { rs1, rs2 } = witness.sample;
  return [
    ...waitingLines(witness),
    ...parts.flatMap((_, n) => partLines(state, n)),
    ...(rs1 === undefined ? [] : [loadLine('t0', rs1.text)]),
    ...(rs2 === undefined ? [] : [loadLine('t1', rs2.text)]),
    ...enterRing(ringOf(state)),
  ];
}

function partLines(state: State, n: number): readonly string[] {
  const part = parts[n];
  const value = part?.values[state[n] as number];
  if (part === undefined || value === undefined) return [];
  if (state[n] === 0 && part.kind !== 'location') return [];
  if (value.program === undefined) throw new NoProgramError(`no program can set up ${value.says}`);
  return value.program;
}

function loadLine(register: string, text: string): string {
  return `${/^[a-z]/.test(text) ? 'la' : 'li'}   ${register}, ${text}`;
}

/** Sets the timer if the instruction is `hlt`. Without an event to wait for, the machine would stop for good. */
function waitingLines({ differences }: Witness): readonly string[] {
  return differences.some(({ name }) => name === 'waiting') ? ['li   t2, 1000', 'mts  TIMER, t2'] : [];
}

function enterRing(ring: number): readonly string[] {
  return ring === 0 ? [] : ['la   t2, 1f', `li   t3, ${ring}`, 'retf t2, t3', '1:'];
}

const because: Readonly<Record<Witness['class'], string>> = {
  control: 'control-sensitive: it changes privileged state without a trap.',
  mode: 'mode-sensitive: what it does depends on the ring.',
  location: 'location-sensitive: what it does depends on where memory is.',
  state: 'sensitive to privileged state: what it does depends on it.',
  user: 'user-sensitive: executed directly in virtual user mode, it does the wrong thing.',
  supervisor: 'supervisor-sensitive: executed directly in virtual ring 0, it does the wrong thing.',
};

function headOf(witness: Witness, isa: string, symptom: Symptom): readonly string[] {
  const { first, second } = witness;
  const input = inputOf(witness);
  const pipe = input === undefined ? '' : `printf ${input} | `;
  return [
    `${witness.sample.at.row.name} is ${because[witness.class]}`,
    '',
    `  ${textOf(witness)}${operandsOf(witness)}`,
    ...(second === undefined
      ? [`  in      ${describeState(first)}`, `  changes ${symptom.says}`]
      : [
          `  in   ${describeState(first)}`,
          `  and  ${describeState(second)}`,
          `  does not give the same ${symptom.says}`,
        ]),
    '',
    `Run it: ${pipe}ringlab run FILE --isa ${isa}`,
    'Status 0: shown. 1: it gave the same. 2: it trapped.',
  ];
}
