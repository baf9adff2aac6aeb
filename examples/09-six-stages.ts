/** Lesson 9 at the terminal. What it says and checks: tours/09-six-stages.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/09-six-stages.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
