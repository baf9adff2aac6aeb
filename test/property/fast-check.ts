/** fast-check for the suite's tests: its runs take the suite's seed, which it prints with what fails. */
import fc from 'fast-check';
import { seed } from './seed.ts';

fc.configureGlobal({ seed });

export default fc;
