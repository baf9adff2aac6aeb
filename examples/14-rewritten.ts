/** Lesson 14 at the terminal. What it says and checks: tours/14-rewritten.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/14-rewritten.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
