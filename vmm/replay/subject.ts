/**
 * What is run, recorded and run again: a guest on the bare machine or under a monitor, by
 * any engine. Its devices' other ends are `devices.ts`.
 */
import { createGuest, type CreateGuestOptions, type Guest } from '../monitor/create-guest.ts';
import type { RecordedDevices } from './devices.ts';

/** A guest whose devices let it be run again. */
export interface Subject extends Guest {
  /** Its console and disk. */
  readonly devices: RecordedDevices;
}

/** What `createSubject` makes a guest of: as `createGuest`, but for the devices. */
export interface SubjectOptions extends Omit<CreateGuestOptions, 'console' | 'disk' | 'network'> {
  /** Console and disk. */
  readonly devices: RecordedDevices;
}

/** Sets up a guest at its first step. Throws what `createGuest` throws. */
export function createSubject({ devices, ...options }: SubjectOptions): Subject {
  const { console, disk } = devices;
  return { ...createGuest({ ...options, console, disk }), devices };
}
