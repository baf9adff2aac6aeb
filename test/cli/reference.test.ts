/** REFERENCE.md agrees with the declarations, and everything in it has a comment. Needs the build. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declarationOf } from '../../cli/reference/declarations.ts';
import { chaptersOf, type EntryPoint, formatReference } from '../../cli/reference/reference.ts';
import { root } from './kit.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readDeclarations = (path: string) => read(`dist/${path}`);
const entryPoints: readonly EntryPoint[] = [
  { imported: 'ringlab', source: read('index.ts') },
  { imported: 'ringlab/node', source: read('node.ts') },
];

describe('The reference', () => {
  it('is what `npm run reference` writes', () => {
    const written = formatReference(entryPoints, readDeclarations);
    expect(read('REFERENCE.md') === written, 'REFERENCE.md is stale: npm run reference').toBe(true);
  });

  it('documents every exported name', () => {
    const all = entryPoints.flatMap((entry) => chaptersOf(entry, readDeclarations));
    const declarations = all.flatMap((chapter) => chapter.declarations);
    expect(declarations.length).toBeGreaterThan(100);
    expect(declarations.filter(({ says }) => says === '').map(({ name }) => name)).toEqual([]);
  });

  it('documents every member of an exported class or interface', () => {
    const all = entryPoints.flatMap((entry) => chaptersOf(entry, readDeclarations));
    const declarations = all.flatMap((chapter) => chapter.declarations);
    const bare = declarations.flatMap(({ name, bareMembers }) =>
      bareMembers.map((each) => `${name}.${each}`),
    );
    expect(bare).toEqual([]);
  });

  it('has a chapter for every export of the entry points', async () => {
    const named = entryPoints
      .flatMap((entry) => chaptersOf(entry, readDeclarations))
      .flatMap(({ declarations }) => declarations)
      .filter(({ text }) => !/^(interface|type) /.test(text))
      .map(({ name }) => name);
    const modules = [await import('../../index.ts'), await import('../../node.ts')];
    const exported = modules.flatMap((module) => Object.keys(module));
    // What is exported as a type alone has no value in the module.
    expect(exported.filter((name) => !named.includes(name))).toEqual([]);
  });

  it('finds the comment and the whole text of a declaration, and what has no comment', () => {
    const files: Record<string, string> = {
      'index.d.ts': `export { type Thing, make as makeThing } from './parts/thing.ts';\n`,
      'parts/thing.d.ts': [
        '/** The file. */',
        "import type { Other } from '../other.ts';",
        '/** A thing;',
        ' * of two lines. */',
        'export declare class Thing {',
        '    #private;',
        '    /** Bytes; in { whole } pages. */',
        '    readonly size: number;',
        '    name?: string;',
        '    /** Hidden. */',
        '    private secret;',
        "    find(what: '}' | '{'): Other;",
        '}',
        'export declare function make(options?: {',
        '    size: number;',
        '}): Thing;',
      ].join('\n'),
    };
    const thing = declarationOf((path) => files[path] ?? '', 'index.d.ts', 'Thing');
    expect(thing).toEqual({
      name: 'Thing',
      says: 'A thing;\nof two lines.',
      text: [
        'class Thing {',
        '    /** Bytes; in { whole } pages. */',
        '    readonly size: number;',
        '    name?: string;',
        "    find(what: '}' | '{'): Other;",
        '}',
      ].join('\n'),
      bareMembers: ['name', 'find'],
    });
    const make = declarationOf((path) => files[path] ?? '', 'parts/thing.d.ts', 'make');
    expect(make).toMatchObject({
      says: '',
      text: 'function make(options?: {\n    size: number;\n}): Thing;',
    });
    expect(() => declarationOf((path) => files[path] ?? '', 'index.d.ts', 'Nothing')).toThrow(
      'exports no Nothing',
    );
  });
});
