/** Lesson 5 at the terminal. What it says and checks: tours/05-four-challenges.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/05-four-challenges.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
