/** Random guests as a fast-check arbitrary, for properties of one's own: `fc.assert(fc.property(guests(), …))`. */
import { Arbitrary, type Random, Stream, Value } from 'fast-check';
import { randomProgram } from './generate.ts';
import { everything, type Profile } from './profile.ts';
import type { Program } from './program.ts';
import { smaller } from './shrink.ts';

class GuestArbitrary extends Arbitrary<Program> {
  readonly #profile: Profile;

  constructor(profile: Profile) {
    super();
    this.#profile = profile;
  }

  override generate(random: Random): Value<Program> {
    const seed = random.nextInt(0, 0x7fffffff);
    return new Value(randomProgram(seed, 0, this.#profile), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Program {
    return typeof value === 'object' && value !== null && 'code' in value && 'slices' in value;
  }

  override shrink(value: Program): Stream<Value<Program>> {
    return new Stream(smaller(value)).map((program) => new Value(program, undefined));
  }
}

/** Random guests; `profile` leaves things out. They shrink as `npm run fuzz` does. */
export function guests(profile: Profile = everything): Arbitrary<Program> {
  return new GuestArbitrary(profile);
}
