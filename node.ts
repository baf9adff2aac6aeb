/**
 * `ringlab/node`: what needs files, and so Node. Everything else is in `ringlab`.
 *
 * The headings below are the chapters of REFERENCE.md, which `npm run reference` writes from the declarations.
 */

// ---- Disks in files ----

export { FileDisk } from './isa/machine/devices/file-disk.ts';
