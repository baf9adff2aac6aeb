/** How page tables are written on the page. */
import type { ShadowState, WalkEnd } from '../../../vmm/memory/tables.ts';

/** The bits of an entry by their letters, a dash for one that is not set: `VR-X--D`. */
export function rightsText(entry: number): string {
  return [...'VRWXUAD'].map((letter, n) => (((entry >>> n) & 1) === 1 ? letter : '-')).join('');
}

/** The number of an address's page, five digits. */
export function pageText(address: number): string {
  return (address >>> 12).toString(16).padStart(5, '0');
}

/** `00010` or `00010–0001f`. */
export function pagesText(va: number, pages: number): string {
  return pages === 1 ? pageText(va) : `${pageText(va)}–${pageText(va + (pages - 1) * 4096)}`;
}

interface StateWords {
  /** Beside the colour. */
  readonly sign: string;
  readonly word: string;
  readonly says: string;
}

/** What the shadow has of a page. */
export const states: Readonly<Record<ShadowState, StateWords>> = {
  derived: { sign: '✔', word: 'derived', says: 'the shadow has what the guest has' },
  traced: {
    sign: 'T',
    word: 'traced',
    says: 'without W, for the monitor must see each write: it is a page table, or code that was translated',
  },
  clean: {
    sign: 'D',
    word: 'clean',
    says: 'without W, for the first write comes to the monitor, which then sets D for the guest',
  },
  behind: {
    sign: '<',
    word: 'behind',
    says: 'without W, for it was traced or clean when it was derived; the next write brings it',
  },
  missing: {
    sign: '·',
    word: 'missing',
    says: 'nothing is derived yet: the next access is a hidden fault, of which the guest hears nothing',
  },
  own: { sign: 'M', word: 'monitor’s', says: 'the monitor’s own page: translated code, and its save area' },
  compressed: {
    sign: '✖',
    word: 'compressed',
    says: 'never derived, for the address is the monitor’s; it executes each access itself',
  },
  bare: { sign: '', word: '', says: '' },
};

/** Why a walk came to no address. */
export const endTexts: Readonly<Record<Exclude<WalkEnd, 'mapped'>, string>> = {
  'no table': 'page fault: the first-level entry points to no table',
  'not valid': 'page fault: the entry is not valid',
  'outside memory': 'access fault: outside memory',
  'outside R': 'access fault: at or past the bound of R',
  'no shadow': 'nothing is derived yet: the first access is a hidden fault',
};
