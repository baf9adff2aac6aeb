// Plugins of esbuild that leave out of the page what it does not use: it is to be small enough for a mail.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What Ohm asks of every expression when it makes a grammar: the build has asked it of this one. */
const checksOfGrammars = [
  'AllApplicationsAreValid',
  'ChoicesHaveUniformArity',
  'IteratedExprsAreNotNullable',
];

/**
 * Of Ohm, what a recipe needs. The rest of the package parses and checks grammars, which the build has done (cli/plugins.js),
 * or prints them, or traces a parse. These are the modules that the package itself is made of, not its public entry:
 * the tests of the page assemble with them.
 */
export const recipesOnly = {
  name: 'recipes only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^ohm-js$/ }, () => ({ path: 'ohm-js', namespace: 'recipes' }));
    onLoad({ filter: /.*/, namespace: 'recipes' }, () => ({
      contents: `import './node_modules/ohm-js/src/semanticsDeferredInit.js';
        export { makeRecipe } from './node_modules/ohm-js/src/main-kernel.js';`,
      resolveDir: root,
    }));
    onLoad({ filter: /ohm-js[\\/]src[\\/]Trace\.js$/ }, () => ({ contents: 'export class Trace {}' }));
    onLoad(
      { filter: /ohm-js[\\/]src[\\/]pexprs-(toArgumentNameList|outputRecipe|toDisplayString)\.js$/ },
      () => ({
        contents: '',
      }),
    );
    onLoad({ filter: /ohm-js[\\/]src[\\/]pexprs-assert\w+\.js$/ }, ({ path }) => {
      const check = checksOfGrammars.find((one) => path.includes(one));
      return {
        contents: `import { PExpr } from './pexprs-main.js'; PExpr.prototype.assert${check} = () => {};`,
        resolveDir: join(root, 'node_modules/ohm-js/src'),
      };
    });
  },
};

/**
 * The interpreter in place of the fast engine: two machines that are looked at step by step are interpreted, and a compiler
 * to WebAssembly would be an eighth of the worker. What asks for `auto` is interpreted, too, with the same results.
 */
export const interpreterOnly = {
  name: 'interpreter only',
  setup({ onLoad }) {
    onLoad({ filter: /isa[\\/]engines[\\/]fast[\\/]fast\.ts$/ }, () => ({
      contents: `export { Interpreter as FastEngine } from '../interpreter/interpreter.ts';`,
      resolveDir: `${root}/isa/engines/fast`,
    }));
  },
};

/** A parser's library that CodeMirror's commands import for programming languages, whose commands are not used here. */
export const noParser = {
  name: 'no parser',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@lezer\/common$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'resolving') return undefined;
      const found = await resolve(path, { ...from, pluginData: 'resolving' });
      return { ...found, sideEffects: false };
    });
  },
};
