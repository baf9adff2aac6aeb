/**
 * examples/your-monitor/ringlab-testing.d.ts: the types of what a submission imports, in one file, so that a copy of the folder has
 * them wherever it is. `npm run types` writes it.
 */
import { readFileSync } from 'node:fs';
import { dirname, posix, relative } from 'node:path';
import { repositoryPath } from '../property/grade/bundled.ts';

const dist = repositoryPath('dist');
const main = 'test/property/for-monitors';

/** A module's name in the file. */
const nameOf = (path: string) => (path === main ? 'ringlab/testing' : `ringlab/${path}`);

const head = `// The types of what a monitor imports from 'ringlab/testing'. Made by ringlab: do not change this file.
// The grader does not show what a monitor prints.
declare var console: Record<'log' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'table' | 'dir', (...parts: unknown[]) => void>;
`;

/** The declarations of a module and of all that it imports, each as a module with a name. */
export function declarations(): string {
  const modules = new Map<string, string>();
  const add = (path: string) => {
    if (modules.has(path)) return;
    modules.set(path, '');
    const text = readFileSync(`${dist}/${path}.d.ts`, 'utf8');
    const named = text.replaceAll(
      /(from |import\()(['"])(\.[^'"]+)\.ts\2/g,
      (_, before: string, __, to: string) => {
        const found = posix.join(dirname(path), to);
        add(found);
        return `${before}'${nameOf(found)}'`;
      },
    );
    modules.set(path, named.replaceAll(/^(export )?declare /gm, '$1'));
  };
  add(main);
  const all = [...modules].map(
    ([path, text]) => `declare module '${nameOf(path)}' {\n${text.trimEnd()}\n}\n`,
  );
  return [head, ...all].join('\n');
}

/** Where the file is. */
export const declarationsPath = relative('.', repositoryPath('examples/your-monitor/ringlab-testing.d.ts'));
