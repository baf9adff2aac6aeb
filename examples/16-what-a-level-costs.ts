/** Lesson 16 at the terminal. What it says and checks: tours/16-what-a-level-costs.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/16-what-a-level-costs.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
