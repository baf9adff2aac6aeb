/** Modules do not import each other's values in a circle: a reader can begin with one that needs no other. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourcesIn } from './kit.ts';

/** Whether every name between the braces is a type: `{ type A, type B }`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const [, names] = /^\s*\{([\s\S]*)\}\s*$/.exec(clause) ?? [];
  if (names === undefined) return false;
  const given = names.split(',').filter((name) => name.trim() !== '');
  return given.every((name) => /^\s*type\s/.test(name));
}

/** The files whose values the module at `path` imports or passes on when it is loaded. */
function valueImports(path: string, text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'(\.[^']+)'/gm);
  return [...statements].flatMap(([, clause = '', specifier = '']) =>
    isTypeOnly(clause) ? [] : [normalize(join(dirname(path), specifier)).replaceAll('\\', '/')],
  );
}

/** The groups of modules that can all reach each other (Tarjan), each sorted. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (module: string): void => {
    order.set(module, order.size);
    lowest.set(module, order.size - 1);
    open.push(module);
    const reach = (height: number) => lowest.set(module, Math.min(lowest.get(module) as number, height));
    for (const next of imports.get(module) ?? []) {
      if (!order.has(next)) {
        visit(next);
        reach(lowest.get(next) as number);
      } else if (open.includes(next)) reach(order.get(next) as number);
    }
    if (lowest.get(module) !== order.get(module)) return;
    const group = open.splice(open.indexOf(module));
    if (group.length > 1 || imports.get(module)?.includes(module)) found.push(group.toSorted());
  };
  for (const module of imports.keys()) if (!order.has(module)) visit(module);
  return found;
}

describe('Imports of values', () => {
  it('are found where they are, and types are none', () => {
    const text = `import type { A } from './a.ts';\nimport { type B, c } from './b.ts';\nimport { type D } from './d.ts';
export { e } from '../e.ts';\nexport * from './f.ts';\nimport './g.ts';\nimport {\n  type H,\n  type I,\n} from './h.ts';
import { readFileSync } from 'node:fs';\nexport type { J } from './j.ts';\nconst late = () => import('./k.ts');\n`;
    expect(valueImports('one/two.ts', text)).toEqual(['one/b.ts', 'e.ts', 'one/f.ts', 'one/g.ts']);
  });

  it('that come back to where they began are found', () => {
    const imports = { a: ['b'], b: ['c', 'd'], c: ['b'], d: [], e: ['e'], f: ['g'], g: ['h'], h: ['f', 'a'] };
    expect(circles(new Map(Object.entries(imports)))).toEqual([['b', 'c'], ['e'], ['f', 'g', 'h']]);
  });

  it.each(['isa', 'assembler', 'vmm', 'cli', 'bench', 'examples', 'web'])(
    'make no circle in %s',
    (folder) => {
      const paths = sourcesIn(folder);
      const read = (path: string) => valueImports(path, readFileSync(join(root, path), 'utf8'));
      expect(paths.length).toBeGreaterThan(0);
      expect(circles(new Map(paths.map((path) => [path, read(path)])))).toEqual([]);
    },
  );
});
