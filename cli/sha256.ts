/** Node's SHA-256, for what is recorded. */
import { createHash } from 'node:crypto';
import type { Sha256 } from '../vmm/wire/sha256.ts';

export const sha256: Sha256 = () => createHash('sha256');
