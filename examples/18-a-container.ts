/** Lesson 18 at the terminal. What it says and checks: tours/18-a-container.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/18-a-container.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
