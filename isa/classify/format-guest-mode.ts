/** What was measured in guest mode, as text and as JSON. */
import { type GuestModeClassification, type GuestModeFinding, kinds } from './guest-mode.ts';

const [exits, own] = ['exits', 'own copy'];

/** A table of what must exit, the reasons, and the instructions that need no exit. */
export function formatGuestMode({
  isa,
  findings,
  holds,
  leaks,
  executions,
}: GuestModeClassification): string {
  const some = findings.filter(({ whys }) => whys.some((why) => why !== undefined));
  const none = findings.filter((finding) => !some.includes(finding));
  const names = kinds.map(({ name }) => name);
  const first = Math.max(...some.map(({ name }) => name.length));
  const line = (head: string, cells: readonly string[]) =>
    `${head.padEnd(first)}  ${cells.map((cell, n) => cell.padEnd(names[n]?.length ?? 0)).join('  ')}`.trimEnd();
  const verdict = holds
    ? `On ${isa} in guest mode, every sensitive instruction exits or acts on the guest's own copy.`
    : `On ${isa} in guest mode, a sensitive instruction neither exits nor acts on the guest's own copy.`;
  return [
    verdict,
    ...leaks.map((leak) => `  ${leak}`),
    '',
    'What must exit, by what the machine has for guests:',
    '',
    line('', names),
    ...some.map(({ name, whys }) =>
      line(
        name,
        whys.map((why) => (why === undefined ? own : exits)),
      ),
    ),
    '',
    'Why, if it did not:',
    '',
    ...some.map((finding) => `${finding.name}: ${firstWhy(finding)}`),
    '',
    `Act on the guest's own copy, with no exit: ${grouped(none)}.`,
    `Measured in ${executions} executions in guest mode; "own copy" is what they did not refute.`,
    '',
  ].join('\n');
}

function firstWhy({ whys }: GuestModeFinding): string {
  return whys.find((why) => why !== undefined) ?? '';
}

/** Names, those of `mfs` and of `mts` together. */
function grouped(findings: readonly GuestModeFinding[]): string {
  const groups = new Map<string, string[]>();
  for (const { name } of findings) {
    const [row = '', register] = name.split(' ');
    groups.set(row, [...(groups.get(row) ?? []), ...(register === undefined ? [] : [register])]);
  }
  return [...groups]
    .map(([row, names]) => (names.length === 0 ? row : `${row} of ${names.join(' ')}`))
    .join(', ');
}

/** The same as JSON: for each instruction, what it does in each kind of guest mode, and why. */
export function guestModeJson({ isa, findings, holds, leaks, executions }: GuestModeClassification): string {
  const instructions = findings.map(({ name, whys }) => ({
    name,
    inGuestMode: kinds.map((kind, n) => ({
      kind: kind.name,
      exits: whys[n] !== undefined,
      why: whys[n] ?? null,
    })),
  }));
  return `${JSON.stringify({ isa, holds, leaks, executions, instructions }, undefined, 2)}\n`;
}
