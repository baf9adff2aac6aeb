// Plugins of esbuild that make at build time what a run from the sources makes when it is needed.
// They use the output of tsc (dist/isa, dist/assembler).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A recipe without the text of the grammar and the places in it, which only Ohm's messages about grammars would show. */
function withoutSource(recipe) {
  const left = (key, value) => (key === 'source' || key === 'sourceInterval' ? undefined : value);
  return JSON.stringify(JSON.parse(recipe), left);
}

/**
 * Puts the assembler's grammar into the bundle as a recipe: the parsed grammar, as data. To parse the grammar at
 * every start would take longer than everything else together. Ohm itself is loaded when it is needed, which
 * is not for every program (assembler/syntax/plain.ts).
 */
export const grammarRecipe = {
  name: 'grammar recipe',
  setup({ onLoad }) {
    onLoad({ filter: /assembler[\\/]syntax[\\/]grammar\.ts$/ }, async () => {
      const { assemblyGrammar } = await import('../dist/assembler/syntax/grammar.js');
      return {
        contents: `let made;
          export const assemblyGrammar = () =>
            (made ??= require('ohm-js').makeRecipe(${withoutSource(assemblyGrammar().toRecipe())}));`,
        resolveDir: join(root, 'assembler'),
      };
    });
  },
};

/**
 * Puts the interpreter's steps into the bundle as code, printed from the rows of the table, so that a page that
 * forbids `new Function` runs them, too.
 */
export const printedSteps = {
  name: 'printed steps',
  setup({ onLoad }) {
    onLoad({ filter: /isa[\\/]engines[\\/]interpreter[\\/]compile\.ts$/ }, async () => {
      const { printRow } = await import('../dist/isa/engines/interpreter/print.js');
      const { allRows } = await import('../dist/isa/table/table.js');
      const rows = allRows.filter(({ effect }) => effect.kind !== 'system');
      const printed = rows.map(
        ({ name, effect }) => `[${JSON.stringify(name)}, (machine, at, functions) => {${printRow(effect)}}],`,
      );
      return {
        contents: `import { rowNamed } from '../../table/table.ts';
          const printed = new Map([${printed.join('\n')}]);
          export function compileRow(row) {
            const factory = rowNamed(row.name) === row ? printed.get(row.name) : undefined;
            if (factory === undefined)
              throw new Error(\`\${row.name}: only the rows of the table can be run here; run ringlab from its sources to try another\`);
            return factory;
          }`,
        resolveDir: join(root, 'isa', 'engines', 'interpreter'),
      };
    });
  },
};
