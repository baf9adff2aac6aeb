/** One word, one thing: a reader who meets a type's name knows which type it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, sourcesIn } from './kit.ts';

const declaration = /^export (?:abstract )?(?:interface|type|class|enum) (\w+)/gm;

/** The files that declare and export a type, by its name. */
function exportedTypes(folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const declared = new Map<string, string[]>();
  for (const path of folders.flatMap(sourcesIn))
    for (const [, name = ''] of readFileSync(join(root, path), 'utf8').matchAll(declaration))
      declared.set(name, [...(declared.get(name) ?? []), path]);
  return declared;
}

it('No two types that isa, assembler, vmm and cli export have the same name', () => {
  const declared = exportedTypes(['isa', 'assembler', 'vmm', 'cli']);
  expect(declared.get('Machine')).toEqual(['isa/machine/machine.ts']);
  expect([...declared].filter(([, paths]) => paths.length > 1)).toEqual([]);
});
