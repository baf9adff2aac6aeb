/**
 * The manifest of a migration. Contents are numbered in the order in which they are sent, and the
 * manifest has, for each unit, the number of its contents. Source and target each write a manifest of the same
 * batches, and compare the two before the guest changes hands. That finds a unit that one side
 * left out, put in the wrong place or took for an older one.
 *
 * No checksum of the contents is needed: the tags of the frames prove that they arrived as they
 * were sent (wire/seal.ts).
 */
export class Manifest {
  /** 0 = zeros, or nothing yet. */
  readonly #entries: Uint32Array;
  #sent = 0;
  /** Of all entries that are not 0. It is adjusted with each entry, so that nobody waits for it at the end. */
  #digest = 0;

  constructor(units: number) {
    this.#entries = new Uint32Array(units);
  }

  /** Notes that the next contents belong to this unit. */
  contents(unit: number): void {
    this.#set(unit, ++this.#sent);
  }

  zero(unit: number): void {
    this.#set(unit, 0);
  }

  /** Notes that the unit has the same contents as unit `as`. */
  same(unit: number, as: number): void {
    this.#set(unit, this.#entries[as] as number);
  }

  /** A sum over all entries: 32 bits, unsigned. */
  digest(): number {
    return this.#digest >>> 0;
  }

  #set(unit: number, entry: number): void {
    this.#digest = (this.#digest - mixed(unit, this.#entries[unit] as number) + mixed(unit, entry)) | 0;
    this.#entries[unit] = entry;
  }
}

/** What an entry adds to the digest: it depends on the unit, so that two entries that are exchanged show. */
function mixed(unit: number, entry: number): number {
  if (entry === 0) return 0;
  const sum = Math.imul(Math.imul(unit ^ 0x811c9dc5, 0x01000193) ^ entry, 0x9e3779b1);
  return Math.imul(sum ^ (sum >>> 15), 0x85ebca6b);
}
