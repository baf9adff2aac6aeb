/** Lesson 10 at the terminal. What it says and checks: tours/10-the-dirtier.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/10-the-dirtier.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
