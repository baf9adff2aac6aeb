/** Lesson 11 at the terminal. What it says and checks: tours/11-step-back.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/11-step-back.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
