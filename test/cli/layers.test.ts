/** Imports run one way, and the linter's configuration says so: every wrong one is found, every right one passes. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, scratch } from './kit.ts';

const file = scratch();
copyFileSync(join(root, '.oxlintrc.json'), file('.oxlintrc.json'));

/** What each folder may import, beside itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  isa: [],
  assembler: ['isa'],
  vmm: ['isa'],
  bench: ['isa', 'assembler', 'vmm', 'examples'],
  examples: ['isa', 'assembler', 'vmm', 'bench'],
  cli: ['isa', 'assembler', 'vmm', 'bench', 'examples'],
  test: ['isa', 'assembler', 'vmm', 'bench', 'examples', 'cli'],
};
const folders = Object.keys(allowed);

/** Whether the linter takes a file two folders deep in `from` that imports `specifier`. */
function takes(from: string, specifier: string): boolean {
  mkdirSync(file(`${from}/part`), { recursive: true });
  const path = file(`${from}/part/file.ts`, `import { thing } from '${specifier}';\nconsole.log(thing);\n`);
  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const options = ['--deny-warnings', '-c', file('.oxlintrc.json'), path];
  return spawnSync(process.execPath, [oxlint, ...options], { cwd: file('.') }).status === 0;
}

describe.each(folders)('%s', (from) => {
  const others = folders.filter((to) => to !== from);

  it.each(others)(`imports %s only if it may`, (to) => {
    expect(takes(from, `../../${to}/thing.ts`)).toBe((allowed[from] as readonly string[]).includes(to));
  });

  it('imports its own parts', () => {
    expect(takes(from, '../other/thing.ts')).toBe(true);
  });
});

it('isa needs no package but Node', () => {
  expect(takes('isa', 'commander')).toBe(false);
  expect(takes('isa', '@scope/name')).toBe(false);
  expect(takes('isa', 'node:fs')).toBe(true);
});
