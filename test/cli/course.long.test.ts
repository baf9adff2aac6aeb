/** The course's documents: every command in them works in a folder that has the guests, and prints what they say. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, expectDone } from './blocks.ts';
import { root, scratch } from './kit.ts';

const folder = join(root, 'examples', 'course');
const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.endsWith('README.md'))
  .toSorted();

it('The course has documents', () => {
  expect(documents).toContain('first-guest.md');
});

describe.each(documents)('%s', (name) => {
  const file = scratch();
  // Each document in a folder of its own, whose commands build on each other.
  const place = file(name.replaceAll(/\W/g, '-'));
  mkdirSync(place);
  symlinkSync(join(root, 'guests'), join(place, 'guests'));
  symlinkSync(join(root, 'examples'), join(place, 'examples'));
  const blocks = blocksOf(readFileSync(join(folder, name), 'utf8'));

  it.each(
    blocks.map((block) => [block.kind === 'file' ? block.name : block.commands.trim(), block] as const),
  )('%s', (_, block) => {
    if (block.kind === 'commands') expectDone(place, block.commands, block.output);
    else {
      mkdirSync(dirname(join(place, block.name)), { recursive: true });
      writeFileSync(join(place, block.name), block.text);
    }
  });
});
