/** A hot place to WebAssembly: forming the region, emitting the module, and the host's own compiler. */
import { compileRegion } from '../../isa/engines/fast/compile.ts';
import { formRegion } from '../../isa/engines/fast/region.ts';
import { wasm } from '../../isa/engines/fast/webassembly.ts';
import { readImage } from '../../isa/machine/image.ts';
import { decode } from '../../isa/table/table.ts';
import { readFileSync } from 'node:fs';
import { kernelFile } from '../catalogue.ts';
import type { Case, Part } from './part.ts';

function compileCases(): readonly Case[] {
  const image = readImage(readFileSync(kernelFile('mixed', 'process')));
  const text = image.sections.find(({ name }) => name === '.text');
  const entry = image.symbols.find(({ name }) => name === 'kernel')?.address ?? image.entry;
  const view = new DataView((text?.bytes ?? new Uint8Array()).slice().buffer);
  const fetch = (pc: number) => {
    const at = pc - (text?.address ?? 0);
    return at >= 0 && at + 4 <= view.byteLength ? decode(view.getUint32(at, true)) : undefined;
  };
  const form = () =>
    formRegion(entry, {
      fetch,
      answered: () => false,
      delegated: () => false,
      refused: () => false,
      begins: () => false,
      executions: () => 0,
      targets: () => [],
    });
  const region = form();
  const target = {
    addressing: 'direct',
    ring: 3,
    memoryPages: 1024,
    memorySize: 2 ** 24,
    alone: new Set<number>(),
    site: () => 0,
    spanOf: () => undefined,
    readable: () => undefined,
  } as const;
  const emit = () => compileRegion(region, target).module;
  const bytes = emit();
  const host = () => Object.keys(new wasm.Module(bytes)).length + bytes.length;
  const count = region.nodes.length;
  const unit = 'instructions';
  return [
    { name: 'form the region', unit, count, call: () => form().nodes.length },
    { name: 'emit the module', unit, count, call: () => emit().length },
    { name: 'compile by the host', unit, count, call: host },
  ];
}

export const compilePart: Part = { name: 'compile', cases: compileCases };
