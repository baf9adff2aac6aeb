/** The environments there are, and what a call is that one of them does not know. */
import { linuxCalls } from '../calls/linux.ts';
import { creator } from './creator.ts';
import type { Environment } from './environment.ts';
import { rars } from './rars.ts';
import { ripes } from './ripes.ts';
import { venus } from './venus.ts';

export const linux: Environment = {
  name: 'linux',
  title: 'Linux',
  calls: linuxCalls,
  numberIn: 17,
  unknown: 'answers',
  begins: 'first',
  returns: false,
  arguments: 'none',
};

export const environments: readonly Environment[] = [linux, rars, venus, ripes, creator];
