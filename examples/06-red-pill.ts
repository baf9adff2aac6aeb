/** Lesson 6 at the terminal. What it says and checks: tours/06-red-pill.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/06-red-pill.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
