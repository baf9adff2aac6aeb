/** Builds a module of the tests over our sources with a known bug in them, all of them the mutant's own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { changedSource, sourceRoot } from './build.ts';
import type { Change } from './mutant.ts';

/** A bug, in a sentence, and what it changes of the sources. */
interface Bug {
  readonly bug: string;
  readonly changes: readonly Change[];
}

/** The exports of the module at `entry`, a path from the root of the repository. Throws when a change is stale. */
export async function rebuilt<Module>(entry: string, { bug, changes }: Bug): Promise<Module> {
  const plugin: Plugin = {
    name: 'mutate',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(sourceRoot, path).split(sep).join('/');
        const own = changes.filter((one) => one.file === file);
        return { contents: changedSource(readFileSync(path, 'utf8'), own, bug), loader: 'ts' };
      });
    },
  };
  const { outputFiles } = await build({
    absWorkingDir: sourceRoot,
    entryPoints: [join(sourceRoot, entry)],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    plugins: [plugin],
  });
  const module = { exports: {} };
  const load = compileFunction(outputFiles[0]?.text ?? '', ['module', 'exports', 'require']);
  load(module, module.exports, createRequire(join(sourceRoot, 'package.json')));
  return module.exports as Module;
}
