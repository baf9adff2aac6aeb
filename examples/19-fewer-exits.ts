/** Lesson 19 at the terminal. What it says and checks: tours/19-fewer-exits.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/19-fewer-exits.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
