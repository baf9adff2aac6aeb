/** Lesson 3 at the terminal. What it says and checks: tours/03-one-line.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/03-one-line.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
