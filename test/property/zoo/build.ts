/**
 * Builds a mutant: our monitor with its changes applied while esbuild bundles it. Everything
 * of vmm/ is the mutant's own; isa/, the hardware, is shared with who asks, as it is sound,
 * and one class must not exist twice.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import type { Change, Mutant } from './mutant.ts';

export type MonitorModule = typeof import('../../../vmm/monitor/stack.ts');

const here = fileURLToPath(import.meta.url);
/** This file is run as it is, and compiled to dist/. */
const compiled = here.endsWith('.js');
export const sourceRoot = resolve(dirname(here), compiled ? '../../../..' : '../../..');

/** The source of `file` with the changes in it. Throws when a change is stale: its `from` is not there once. */
export function changedSource(source: string, changes: readonly Change[], name: string): string {
  return changes.reduce((text, { file, from, to }) => {
    const count = text.split(from).length - 1;
    if (count !== 1) {
      throw new Error(
        `zoo: "${name}" is stale: its text occurs ${count} times in ${file}, not once:\n    ${from}\n` +
          'Say in the zoo what the bug would change there now.',
      );
    }
    return text.replace(from, () => to);
  }, source);
}

type Built = Pick<Mutant, 'name' | 'changes'>;

function path(from: string, to: string): string {
  return relative(sourceRoot, resolve(from, to)).split(sep).join('/');
}

function mutate({ name, changes }: Built): Plugin {
  return {
    name: 'mutate',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, (args) => {
        const found = path(args.resolveDir, args.path);
        return found.startsWith('isa/') ? { path: found, external: true } : undefined;
      });
      onLoad({ filter: /\.ts$/ }, (args) => {
        const found = path(args.path, '');
        const source = readFileSync(args.path, 'utf8');
        const own = changes.filter(({ file }) => file === found);
        return { contents: changedSource(source, own, name), loader: 'ts' };
      });
    },
  };
}

/** Our monitor's module with the mutant's changes in it. Throws when they are stale or no TypeScript. */
export async function buildMutant(mutant: Built, entry = 'vmm/monitor/stack.ts'): Promise<MonitorModule> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: sourceRoot,
    entryPoints: [join(sourceRoot, entry)],
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    plugins: [mutate(mutant)],
  });
  for (const { file } of mutant.changes) {
    if (!(file in metafile.inputs))
      throw new Error(`zoo: "${mutant.name}" changes ${file}, which is no part of the monitor`);
  }
  const shared = new Map<string, unknown>();
  for (const { path: name, external } of Object.values(metafile.outputs).flatMap(({ imports }) => imports)) {
    if (external && name.startsWith('isa/')) shared.set(name, await hardware(name));
  }
  const module = { exports: {} };
  compileFunction(outputFiles[0]?.text ?? '', ['module', 'require'], { filename: `zoo/${mutant.name}.cjs` })(
    module,
    (name: string) => shared.get(name),
  );
  return module.exports as MonitorModule;
}

/** The module of isa/ that everybody here uses. */
async function hardware(name: string): Promise<unknown> {
  const file = compiled ? name.replace(/\.ts$/, '.js') : name;
  return import(new URL(`../../../${file}`, import.meta.url).href);
}
