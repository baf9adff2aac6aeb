/**
 * What the monitor takes for itself of what a guest could name: a ring and a part of the address space (ring
 * compression and address-space compression; Robin and Irvine 2000, Adams and Agesen 2006, section 3.2).
 */

/** Real ring of virtual ring 0, in translation too. Virtual rings 1 to 3 are their own. */
export const supervisorRing = 1;

/** First address of the monitor's region: the top 4 MiB of every address space of the guest. */
export const REGION = 0xffc00000;
