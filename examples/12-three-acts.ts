/** Lesson 12 at the terminal. What it says and checks: tours/12-three-acts.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/12-three-acts.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
