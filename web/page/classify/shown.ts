/** What the Classify view shows: the instructions of the chosen processor, as the build measured them or as measured now. */
import { computed } from '@preact/signals';
import { type InstructionSummary, summariesFor } from '../../../isa/classify/summary.ts';
import { theoremsOf } from '../../../isa/classify/theorems.ts';
import { embedded, isSystem } from '../embedded.ts';
import { choose } from '../laboratory.ts';
import { variant, viewState } from '../state.ts';
import type { Region, Regions } from './layout.ts';
import { live } from './live.ts';

/** The instruction whose evidence is shown. */
export const selected = viewState<string | undefined>(
  'classify-at',
  undefined,
  (value) => typeof value === 'string',
);

/** Names of all instructions that a processor may leave unprivileged. */
export const choosable = (): readonly string[] => embedded().summaries.unprivileged.map(({ name }) => name);

/** Those that the chosen processor leaves unprivileged. */
export const unprivileged = computed<ReadonlySet<string>>(() => {
  const choice = variant.value;
  if (typeof choice !== 'string') return new Set(choice.unprivileged);
  return new Set(embedded().processors.find(({ name }) => name === choice)?.unprivileged);
});

/** What the chosen processor is called. */
export const processorName = computed(() =>
  typeof variant.value === 'string' ? variant.value : variant.value.name,
);

/** What a processor of the reader's own is called. */
const ownName = 'mine';

/** Takes an instruction in or out of those that do not trap: a processor of one's own, or a built-in one if it is the same. */
export function flip(instruction: string): Promise<void> {
  const now = new Set(unprivileged.value);
  if (!now.delete(instruction)) now.add(instruction);
  const set = choosable().filter((one) => now.has(one));
  const builtIn = embedded().processors.find(
    (one) => one.unprivileged.length === set.length && one.unprivileged.every((other) => now.has(other)),
  );
  return choose({ variant: builtIn?.name ?? { name: ownName, unprivileged: set } });
}

const built = computed(() => summariesFor(embedded().summaries, { unprivileged: unprivileged.value }));

/** The instructions of the chosen processor; while they are measured here, those that are. */
export const instructions = computed<readonly InstructionSummary[]>(
  () => live.value?.instructions ?? built.value,
);

/** What the theorems say, from all instructions, however many of them are measured here. */
export const theorems = computed(() => theoremsOf(built.value));

/** The system half; of the user half only what is not innocuous. The others are too many for a diagram, and all alike. */
export function isDrawn({ name, sensitive }: InstructionSummary): boolean {
  return isSystem(name) || sensitive.length > 0;
}

/** The region of the diagram that an instruction is in; undefined outside all sets. */
function regionOf({ privileged, sensitive, userSensitive }: InstructionSummary): Region | undefined {
  if (sensitive.length === 0) return privileged ? 'privileged' : undefined;
  if (privileged) return userSensitive ? 'user' : 'sensitive';
  return userSensitive ? 'criticalUser' : 'critical';
}

/** The instructions by region, in the order of the table. */
export function regionsOf(all: readonly InstructionSummary[]): Regions {
  const of = (region: Region) => all.filter((one) => regionOf(one) === region).map((one) => one.name);
  return {
    privileged: of('privileged'),
    sensitive: of('sensitive'),
    user: of('user'),
    critical: of('critical'),
    criticalUser: of('criticalUser'),
  };
}
