/** Grading, as the command line calls it. */
export { formatGrade, gradeDocument, gradeGradescope, gradeJunit, guestToMend } from './format.ts';
export { type Grade, type GradeOptions, grade, isOwn } from './grade.ts';
export { availableLayers, chooseLayers, type Layer, layerNames } from './layers.ts';
export { type ClassOptions, gradeClass } from './classroom.ts';
export { progressText } from './jobs.ts';
export { workOnQueue } from './queue.ts';
export { monitorIn } from './submission.ts';
