/** Numbers in messages. */

const LONGEST = 24;

/** A number in decimal; of one that would fill the screen, its size. */
export function showNumber(value: bigint): string {
  const text = value.toString();
  return text.length <= LONGEST ? text : `this number of ${text.length} digits`;
}
