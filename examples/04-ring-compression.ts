/** Lesson 4 at the terminal. What it says and checks: tours/04-ring-compression.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/04-ring-compression.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
