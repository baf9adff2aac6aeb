/** Formats a classification as one JSON document. Fields may be added; if a field is renamed, `version` must change. */
import type { Classification, InstructionClass } from './classify.ts';
import { describeForAll, describeWitness } from './evidence.ts';
import type { Witness } from './witness.ts';
import { pentium } from './pentium.ts';
import { operandsOf, textOf } from './program.ts';
import type { Execution, ForAll } from './privilege.ts';
import { describeState } from './states.ts';
import { membershipsOf } from './summary.ts';
import { namesOf } from './theorems.ts';

/** A classification as JSON, as `ringlab classify --json` prints it. */
export function formatJson(classification: Classification): string {
  const { isa, instructions, theorem1, theorem2, theorem3, measured, executions, compared } = classification;
  const names = (holds: (one: InstructionClass) => boolean) => namesOf(instructions.filter(holds));
  const document = {
    format: 'ringlab-classify',
    version: 1,
    isa,
    critical: names(({ critical }) => critical),
    privileged: names(({ privileged }) => privileged),
    sensitive: names(({ sensitive }) => sensitive.length > 0),
    userSensitive: names(({ userSensitive }) => userSensitive),
    supervisorSensitive: names(({ supervisorSensitive }) => supervisorSensitive),
    innocuous: names(({ innocuous }) => innocuous !== undefined),
    theorem1: theorem1.holds,
    theorem2: theorem2.holds,
    theorem3: theorem3.holds,
    decidedBy: {
      theorem1: theorem1.decidedBy,
      theorem2: theorem2.decidedBy,
      theorem3: theorem3.decidedBy,
    },
    ...(measured ? { measured } : {}),
    executions,
    compared,
    instructions: instructions.map(instructionJson),
    pentium: pentium.map(({ ours, ...rest }) => ({ ...rest, ours: ours ?? null })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function instructionJson(one: InstructionClass) {
  const { privilege } = one;
  return {
    ...membershipsOf(one),
    evidence: {
      ...(privilege.privileged
        ? { privileged: { outside: forAllJson(privilege.outside), inRing0: forAllJson(privilege.inRing0) } }
        : { notPrivileged: counterexampleJson(privilege.counterexample) }),
      ...Object.fromEntries([...one.witnesses].map(([key, witness]) => [key, witnessJson(witness)])),
      ...(one.innocuous === undefined ? {} : { innocuous: forAllJson(one.innocuous) }),
    },
  };
}

function counterexampleJson(counterexample: Execution | undefined) {
  return counterexample === undefined
    ? { kind: 'traps in every ring' }
    : { kind: 'counterexample', state: describeState(counterexample.state) };
}

function forAllJson(how: ForAll) {
  return { ...how, says: describeForAll(how) };
}

function witnessJson(witness: Witness) {
  const { first, second, differences, sample } = witness;
  return {
    kind: 'witness',
    says: describeWitness(witness),
    instruction: `${textOf(witness)}${operandsOf(witness)}`,
    word: sample.at.word,
    first: describeState(first),
    second: second === undefined ? null : describeState(second),
    differences,
  };
}
