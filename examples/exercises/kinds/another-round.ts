/** Does the source of a migration begin another round of pre-copy? */
import { decide, type Policy, presets, type Round } from '../../../vmm/migration/policy.ts';
import { UNIT } from '../../../vmm/migration/image/units.ts';
import type { Kind } from '../exercise.ts';

const choices = {
  again: 'it begins another round',
  few: 'it stops the guest: few enough pages are left',
  rounds: 'it stops the guest: there were enough rounds',
  factor: 'it stops the guest: enough was sent',
  shrink: 'it stops the guest: rounds do not shrink any more',
} as const;

/** Which choice a decision is, by the reason that the source itself gives. */
function choiceOf(stop: string | undefined): string {
  if (stop === undefined) return choices.again;
  if (stop.endsWith('was sent')) return choices.factor;
  if (stop.startsWith('rounds shrink')) return choices.shrink;
  return stop.endsWith('rounds') ? choices.rounds : choices.few;
}

export const anotherRound: Kind = {
  name: 'another-round',
  unit: 10,
  asks: 'Does this migration begin another round, or stop?',
  make(random) {
    const units = 64 * random.between(4, 16);
    const few = random.between(2, 24);
    const most = random.between(3, 8);
    const factor = random.pick([2, 3]);
    const policy: Policy = { ...presets.ringlab, few, rounds: most, factor, downtimeMs: null };
    const rounds: Round[] = [];
    let sent = units;
    const aim = random.between(2, most);
    for (;;) {
      // Most rounds leave a third to two thirds; some leave as much as they sent.
      const share = random.pick([0.3, 0.4, 0.5, 0.6, 0.9, 1]);
      const dirtied =
        rounds.length + 1 === aim && random.flip() ? random.between(0, few) : Math.ceil(sent * share);
      rounds.push({
        sent,
        skipped: 0,
        zero: 0,
        repeated: 0,
        bytes: sent * UNIT,
        dirtied,
        seconds: sent / 1000,
        limit: null,
        throttle: 0,
      });
      const { stop } = decide(policy, rounds, units);
      if (stop !== undefined || rounds.length >= aim) break;
      sent = dirtied;
    }
    const { stop } = decide(policy, rounds, units);
    return {
      question: [
        `A guest of ${units} pages is moved by pre-copy. The source stops the guest when at most ${few} pages are dirty, or after ${most} rounds, or when more than ${factor} times the guest’s pages were sent, or when a round leaves no fewer pages than the one before it, in this order.`,
        '',
        '  round   pages sent   dirty at its end',
        ...rounds.map(
          (round, n) =>
            `  ${String(n + 1).padStart(5)}   ${String(round.sent).padStart(10)}   ${String(round.dirtied).padStart(16)}`,
        ),
        '',
        'What does it do now?',
      ],
      form: { kind: 'choice', choices: Object.values(choices) },
      answer: [choiceOf(stop)],
      why: [stop === undefined ? 'No condition holds yet.' : `The source says: ${stop}.`],
    };
  },
};
