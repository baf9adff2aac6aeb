/** Imports run one way, and the linter's configuration says so: every wrong one is found, every right one passes. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  web: ['isa', 'assembler', 'vmm', 'bench', 'examples'],
  test: ['isa', 'assembler', 'vmm', 'bench', 'examples', 'cli', 'web'],
};
const folders = Object.keys(allowed);

/** The floors of vmm, from the ground up: a folder imports the floors below its own. */
const floors = [
  ['wire', 'guest'],
  ['memory', 'devices', 'network', 'snapshot'],
  ['translator', 'storage'],
  ['monitor', 'process'],
  ['replay', 'migration'],
  ['debug', 'hosting'],
  ['pool'],
];

/** A file two folders deep in `from` that imports `specifier`; its path in the scratch folder. */
function importing(from: string, name: string, specifier: string): string {
  mkdirSync(file(`${from}/part`), { recursive: true });
  const path = `${from}/part/${name}.ts`;
  file(path, `import { thing } from '${specifier}';\nconsole.log(thing);\n`);
  return path;
}

/** What the linter says, a line for each finding, which begins with the file. */
function complaints(): string[] {
  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const options = ['-c', file('.oxlintrc.json'), '--format', 'unix', '.'];
  const { stdout } = spawnSync(process.execPath, [oxlint, ...options], { cwd: file('.'), encoding: 'utf8' });
  return stdout.split('\n').map((line) => line.replace(/^\.\//, ''));
}

/** The files whose imports the linter refuses, sorted. */
function refused(): string[] {
  const lines = complaints().filter((line) => line.includes('no-restricted-imports'));
  return lines.map((line) => line.split(':')[0] as string).toSorted();
}

describe('The linter', () => {
  it('refuses every import from one folder to another that is not allowed, and no other', () => {
    const wrong: string[] = [];
    for (const from of folders) {
      importing(from, 'itself', '../other/thing.ts');
      for (const to of folders.filter((folder) => folder !== from)) {
        const path = importing(from, to, `../../${to}/thing.ts`);
        if (!(allowed[from] as readonly string[]).includes(to)) wrong.push(path);
      }
    }
    expect(wrong).toHaveLength(29);
    expect(refused()).toEqual(wrong.toSorted());
  });

  it('refuses every import in vmm that does not go down to a lower floor', () => {
    const before = refused();
    const wrong: string[] = [];
    for (const [height, floor] of floors.entries())
      for (const from of floor) {
        importing(`vmm/${from}`, 'own', `../other/thing.ts`);
        for (const [other, names] of floors.entries())
          for (const to of names.filter((name) => name !== from)) {
            const path = importing(`vmm/${from}`, to, `../../${to}/thing.ts`);
            if (other >= height) wrong.push(path);
          }
      }
    expect(refused()).toEqual([...before, ...wrong].toSorted());
  });

  it('knows every folder of vmm', () => {
    const found = readdirSync(join(root, 'vmm'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(floors.flat().toSorted());
  });

  it('refuses packages in isa', () => {
    const before = refused();
    const wrong = [importing('isa', 'plain', 'commander'), importing('isa', 'scoped', '@scope/name')];
    expect(refused()).toEqual([...before, ...wrong].toSorted());
  });

  it('refuses what only Node has, eval and timers in the core, which runs in a browser', () => {
    const texts = {
      import: "import { cpus } from 'node:os';\nconsole.log(cpus());\n",
      plain: "import { cpus } from 'os';\nconsole.log(cpus());\n",
      buffer: "console.log(Buffer.from('a'));\n",
      process: 'console.log(process.pid);\n',
      global: 'console.log(globalThis);\n',
      function: "console.log(new Function('return 1')());\n",
      eval: "console.log(eval('1'));\n",
      timer: 'setImmediate(() => console.log());\n',
    };
    const core = ['isa', 'isa/machine', 'isa/engines/fast', 'assembler', 'assembler/read'].concat(
      floors.flat().map((floor) => `vmm/${floor}`),
    );
    for (const folder of core) {
      mkdirSync(file(`${folder}/core`), { recursive: true });
      for (const [name, text] of Object.entries(texts)) file(`${folder}/core/${name}.ts`, text);
    }
    const found = new Set(complaints().map((line) => line.split(':')[0] as string));
    const expected = core.flatMap((folder) => Object.keys(texts).map((name) => `${folder}/core/${name}.ts`));
    expect(expected.filter((path) => !found.has(path))).toEqual([]);
  });

  it('lets Node into the files beside the core that are for files and sockets', () => {
    const text = "import { cpus } from 'node:os';\nconsole.log(cpus(), Buffer.from('a'), process.pid);\n";
    const paths = [
      'vmm/snapshot/node-files.ts',
      'vmm/snapshot/store.ts',
      'vmm/hosting/keep/folder-shelf.ts',
      'vmm/pool/folder-store.ts',
      'vmm/storage/folder-objects.ts',
      'vmm/storage/layer-files.ts',
      'vmm/wire/node-seal.ts',
      'vmm/wire/tcp.ts',
      'vmm/debug/server.ts',
      'isa/machine/devices/file-disk.ts',
    ];
    for (const path of paths) mkdirSync(dirname(file(path)), { recursive: true });
    for (const path of paths) file(path, text);
    expect(complaints().filter((line) => paths.includes(line.split(':')[0] as string))).toEqual([]);
  });
});
