/** The ways to run a guest that the nanobenchmarks compare, all on the fast engine. */

/** A way to run a guest. */
export interface Way {
  readonly name: string;
  readonly isa: string;
  /** The monitor's strategy; undefined on the bare machine. */
  readonly strategy: string | undefined;
  /** The head of its column. */
  readonly head: string;
}

const bare = { name: 'native', isa: 'ring32-v', strategy: undefined, head: 'native' } as const;

function under(strategy: string, isa: string, head: string): Way {
  return { name: `${strategy} on ${isa}`, isa, strategy, head };
}

const trapping = under('trap-and-emulate', 'ring32-v', 'trap');
const translatedX = under('binary-translation', 'ring32-x', 'BT x');
const translatedV = under('binary-translation', 'ring32-v', 'BT v');

/** The ways, by their names in the tables. */
export const ways = {
  bare,
  trapping,
  translatedX,
  translatedV,
  hybrid: under('hybrid', 'ring32-v', 'hybrid'),
  interpreted: under('interpret', 'ring32-v', 'interpret'),
  shadowed: under('hardware', 'ring32-x', 'HW'),
  nested: under('hardware-nested', 'ring32-x', 'HW+n'),
} as const satisfies Record<string, Way>;
