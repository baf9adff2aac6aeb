/** Lesson 2 at the terminal. What it says and checks: tours/02-jrst-1.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/02-jrst-1.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
