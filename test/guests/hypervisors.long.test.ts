/** Larger guests under the three kinds of monitor: one that prints its steps, and the teaching kernel in the teaching kernel. */
import { describe } from 'vitest';
import { hypervisorTests } from './hypervisors.ts';

describe.each(['timer.s', 'kernel/kernel.s'])('The guest %s', hypervisorTests);
