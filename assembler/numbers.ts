/** Numbers in messages. */

const LONGEST = 24;

/** A number in decimal; a very long one is replaced by its number of digits. */
export function showNumber(value: bigint): string {
  const text = value.toString();
  return text.length <= LONGEST ? text : `this number of ${text.length} digits`;
}
