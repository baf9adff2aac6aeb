/**
 * The stages of a migration, as Clark et al. number them (NSDI 2005, section 3.2). Each is
 * visible on both sides.
 */
export const stageNames = [
  /** 0: the source looks whether the guest can go at all, and for the target. */
  'pre-migration',
  /** 1: the target looks whether it can have it, and sets its memory aside. */
  'reservation',
  /** 2: memory is copied while the guest runs, in rounds. */
  'pre-copy',
  /** 3: the guest stands still; the rest and the virtual CPU are copied. */
  'stop-and-copy',
  /** 4: the target has acknowledged a whole image; the source decides. */
  'commitment',
  /** 5: the guest is the target's, and runs there. */
  'activation',
] as const;

export type Stage = (typeof stageNames)[number];

/** The number of a stage, 0 to 5. */
export function stageNumber(stage: Stage): number {
  return stageNames.indexOf(stage);
}
