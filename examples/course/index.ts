/** What the command line gives of the course (cli/course.ts): a bundle of its own. */
export {
  answerLine,
  ask,
  exerciseData,
  formatAnswer,
  formatKinds,
  formatQuestion,
  formatSheet,
  isRightAnswer,
} from '../exercises/format.ts';
export { kinds } from '../exercises/index.ts';
export { drawPicture, formatUnits, pictureNames, unitFiles, units } from './build/units.ts';
export { detectorMemory, formatDetectorGrade, gradeDetector } from './assignments/detector.ts';
