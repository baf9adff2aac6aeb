/** The page's script: does the work and writes the results, or what went wrong, into the document. */
import { type Task, work } from './work.ts';

declare const document: { getElementById(id: string): { textContent: string } };
declare const task: Task;

function isEvalForbidden(): boolean {
  try {
    new Function('');
    return false;
  } catch {
    return true;
  }
}

const results = document.getElementById('results');
try {
  results.textContent = JSON.stringify({ ...work(task), evalIsForbidden: isEvalForbidden() });
} catch (error) {
  results.textContent = String((error as Error).stack ?? error);
}
