/** Lesson 17 at the terminal. What it says and checks: tours/17-porting-a-guest.ts. */
import { giveIfMain, lessonOf } from './lesson.ts';
import { tour } from './tours/17-porting-a-guest.ts';

export const lesson = lessonOf(tour);

await giveIfMain(import.meta.url, lesson);
