/** Lesson 7 at the terminal. What it says and checks: tours/07-a-switch.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/07-a-switch.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
