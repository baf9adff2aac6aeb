/** The menu of guests: the library's files that are programs, in groups. */
import { embedded } from '../embedded.ts';

export interface Group {
  readonly title: string;
  readonly paths: readonly string[];
}

/** Whether a file is a program by itself, not a part of one. */
function isProgram(path: string, text: string): boolean {
  return path.endsWith('.s') && /^\s*(_start|main):/m.test(text) && !path.includes('/user/');
}

const isProcess = (text: string) => /^# with process/m.test(text);

/** The groups, each in the order of names. */
export function groups(): readonly Group[] {
  const { files } = embedded();
  const programs = Object.entries(files).filter(([path, text]) => isProgram(path, text));
  const of = (select: (path: string, text: string) => boolean) =>
    programs.filter(([path, text]) => select(path, text)).map(([path]) => path);
  return [
    { title: 'Guests', paths: of((path, text) => path.startsWith('guests/') && !isProcess(text)) },
    { title: 'Lessons', paths: of((path, text) => path.startsWith('examples/') && !isProcess(text)) },
    { title: 'Processes (run them in a terminal)', paths: of((_, text) => isProcess(text)) },
  ].filter(({ paths }) => paths.length > 0);
}

/** `guests/kernel/mini.s` as the menu shows it. */
export function titleOf(path: string): string {
  return path.replace(/^(guests|examples)\//, '');
}
