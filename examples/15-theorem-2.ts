/** Lesson 15 at the terminal. What it says and checks: tours/15-theorem-2.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/15-theorem-2.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
