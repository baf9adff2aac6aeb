/** Requests about binary translation: what is in the translation cache when the guest is at a step. */
import { ProgramMap } from '../../isa/machine/program-map.ts';
import type { Travel } from '../../vmm/replay/timeline.ts';
import { type Listing, listTranslation } from '../../vmm/translator/listing.ts';
import type { Translator, TranslatorStatistics } from '../../vmm/translator/translator.ts';
import type { Handlers } from './protocol.ts';
import type { Session } from './session.ts';
import { straight } from './straight.ts';

/** The translation cache at a step. */
export interface TranslationView extends Listing {
  /** The step, and where the guest is. */
  readonly step: number;
  readonly pc: number;
  readonly ring: number;
  readonly statistics: TranslatorStatistics;
  /** Names of the guest addresses where units begin; '' where there is none. */
  readonly names: Readonly<Record<number, string>>;
}

export interface TranslationRequests {
  /**
   * The cache before a step; where the next instruction is translated in that step, after it. Null: the monitor
   * translates nothing.
   */
  translation: { ask: { step: number }; answer: TranslationView | null };
}

export const translationHandlers: Handlers<TranslationRequests> = {
  *translation({ step }, { session }) {
    if (session.sides[1].subject.translator === undefined) return null;
    return yield* view(session, step);
  },
};

function* view(session: Session, step: number): Travel<TranslationView> {
  const { subject } = yield* straight(session, step);
  const { steps, pc, ring } = subject.machine;
  const here = { pc: pc >>> 0, ring };
  const translator = subject.translator as Translator;
  const { symbols } = new ProgramMap(session.image);
  const list = () => listTranslation(translator, (to) => symbols.exact(to) ?? `0x${to.toString(16)}`);
  let listing = list();
  if (!covers(listing, here)) {
    yield* straight(session, steps + 1);
    listing = list();
  }
  const names = listing.units.map(({ pc: start }) => [start, symbols.describe(start)]);
  return {
    ...listing,
    ...here,
    step: steps,
    statistics: { ...translator.statistics },
    names: Object.fromEntries(names),
  };
}

/** Whether a unit for this ring has the instruction at `pc`. */
function covers({ units }: Listing, { pc, ring }: { readonly pc: number; readonly ring: number }): boolean {
  return units.some((unit) => unit.ring === ring && unit.instructions.some((one) => one.pc === pc));
}
