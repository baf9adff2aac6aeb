/** A thread that grades submissions. */
import { answerJobs } from './answer-jobs.ts';
import { type GradeOptions, grade } from './grade.ts';

answerJobs((options: GradeOptions) => grade(options));
