/** Lesson 1 at the terminal. What it says and checks: tours/01-predict.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/01-predict.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
