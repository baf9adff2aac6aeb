/** A thread that does parts of a fuzz campaign. */
import { runPart } from './fuzz-part.ts';
import { answerJobs } from './grade/answer-jobs.ts';

answerJobs(runPart);
