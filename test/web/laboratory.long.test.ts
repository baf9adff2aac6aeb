/**
 * The web laboratory in headless Chromium, from a file and from a server, without a network. One browser for all of it: each
 * part is a file in laboratory/ that this file calls. Skipped where there is no Chromium.
 */
import { describe } from 'vitest';
import { actTests } from './laboratory/acts.ts';
import { memoryTests, translationTests } from './laboratory/below.ts';
import { findChromium, startLaboratory } from './laboratory/kit.ts';
import { labTests } from './laboratory/lab.ts';
import { guestTests } from './laboratory/guests.ts';
import { keyboardTests } from './laboratory/keyboard.ts';
import { lectureTests } from './laboratory/lecture.ts';
import { offlineTests } from './laboratory/offline.ts';
import { lookTests } from './laboratory/looks.ts';
import { moveTests } from './laboratory/move.ts';
import { poolTests } from './laboratory/pool.ts';
import { classifyTests } from './laboratory/sets.ts';
import { tourTests } from './laboratory/tours.ts';
import { stopTests } from './laboratory/stopping.ts';
import { textTests } from './laboratory/texts.ts';
import { timeTests } from './laboratory/time.ts';

const chromium = findChromium();
if (chromium === undefined) console.warn('skipped: the web laboratory, for there is no Chromium here');

describe.skipIf(chromium === undefined)('The web laboratory', () => {
  const laboratory = startLaboratory(chromium as string);
  describe('Acts', () => actTests(laboratory));
  describe('ringlab lab', () => labTests(laboratory));
  describe('Time', () => timeTests(laboratory));
  describe('Texts', () => textTests(laboratory));
  describe('Guests', () => guestTests(laboratory));
  describe('Stop answers', () => stopTests(laboratory));
  describe('Memory', () => memoryTests(laboratory));
  describe('Translation', () => translationTests(laboratory));
  describe('Classify', () => classifyTests(laboratory));
  describe('Move', () => moveTests(laboratory));
  describe('Pool', () => poolTests(laboratory));
  describe('By keyboard', () => keyboardTests(laboratory));
  describe('The lecture', () => lectureTests(laboratory));
  describe('Elsewhere', () => offlineTests(laboratory));
  describe('Looks', () => lookTests(laboratory));
  describe('Tours', () => tourTests(laboratory));
});
