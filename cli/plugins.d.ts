import type { Plugin } from 'esbuild';

export const grammarRecipe: Plugin;
export const printedSteps: Plugin;
