/** Lesson 13 at the terminal. What it says and checks: tours/13-worth-reading.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/13-worth-reading.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
