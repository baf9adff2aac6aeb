/** The page's script: does the work and writes the results, or what went wrong, into the document. */
import { type Task, work } from './work.ts';

declare const document: { getElementById(id: string): { textContent: string } };
declare const task: Task;

/** Whether the page's policy refused an eval (browser.long.test.ts). */
declare const evalIsForbidden: boolean;

const results = document.getElementById('results');
try {
  results.textContent = JSON.stringify({ ...work(task), evalIsForbidden });
} catch (error) {
  results.textContent = String((error as Error).stack ?? error);
}
