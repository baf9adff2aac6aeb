/** Lesson 20 at the terminal. What it says and checks: tours/20-a-rack.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/20-a-rack.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
