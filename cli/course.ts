/** The course: exercises, slides and pictures (examples/course). It is a part of the bundle of its own, which these verbs load. */
import type { Image } from '../isa/machine/image.ts';
import { importOutside } from './outside.ts';

/** A kind of exercise. */
export interface ExerciseKind {
  readonly name: string;
  /** The unit of the course that it belongs to. */
  readonly unit: number;
  /** What it asks. */
  readonly asks: string;
}

/** The question of a seed. */
export interface AskedExercise {
  readonly kind: ExerciseKind;
  readonly seed: number;
  /** The guest that it asks about, as assembly. */
  readonly program: string | undefined;
}

/** A unit of the course. */
export interface CourseUnit {
  readonly number: number;
  /** The name of its files. */
  readonly name: string;
  readonly title: string;
  readonly goal: string;
  /** The teacher's sheet, as Markdown. */
  readonly sheet: string;
}

/** A grade of an assignment, 0 to 100. */
export interface AssignmentGrade {
  readonly score: number;
  readonly checks: readonly {
    readonly name: string;
    readonly points: number;
    readonly of: number;
    readonly says: string;
  }[];
}

/** The functions of examples/course/index.ts that are called here. */
export interface Course {
  readonly kinds: readonly ExerciseKind[];
  ask(kind: ExerciseKind, seed: number): AskedExercise;
  isRightAnswer(asked: AskedExercise, given: string): boolean;
  answerLine(asked: AskedExercise): string;
  exerciseData(asked: AskedExercise, withAnswer: boolean): object;
  formatKinds(kinds: readonly ExerciseKind[]): string;
  formatQuestion(asked: AskedExercise): string;
  formatAnswer(asked: AskedExercise): string;
  formatSheet(asked: readonly AskedExercise[]): string;
  readonly pictureNames: readonly string[];
  drawPicture(name: string): string | undefined;
  units(): readonly CourseUnit[];
  formatUnits(units: readonly CourseUnit[]): string;
  /** Slides, handout and pictures of a unit: paths in a folder, and texts. */
  unitFiles(unit: CourseUnit, seed: number): readonly { readonly path: string; readonly text: string }[];
  /** Bytes of a detector's memory. */
  readonly detectorMemory: number;
  gradeDetector(image: Image): AssignmentGrade;
  formatDetectorGrade(grade: AssignmentGrade): string;
}

/** Loads the course. Only the verbs that need it do. */
export async function loadCourse(): Promise<Course> {
  return (await importOutside(new URL('./course.js', import.meta.url))) as Course;
}
