/** Lesson 8 at the terminal. What it says and checks: tours/08-ten-clones.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/08-ten-clones.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
