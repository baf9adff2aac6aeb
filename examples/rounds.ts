/** The rounds of a migration as a table. */
import type { HostedGuest } from '../vmm/hosting/hosted-guest.ts';
import type { MigrationSource } from '../vmm/migration/source.ts';

/** A line for each round of pre-copy, below a line that names the columns. */
export function formatRounds({ rounds }: MigrationSource<HostedGuest>): readonly string[] {
  return [
    '  round   pages sent   dirty at its end   milliseconds',
    ...rounds.map(({ sent, dirtied, seconds }, n) =>
      [
        String(n + 1).padStart(7),
        String(sent).padStart(12),
        String(dirtied).padStart(18),
        String(Math.round(seconds * 1000)).padStart(14),
      ].join(' '),
    ),
  ];
}
