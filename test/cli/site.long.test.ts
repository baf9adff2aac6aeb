/** The documentation site: what is staged for its generator, and the check that follows its links. `npm run site` builds it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSite } from '../../site/check.js';
import { stage } from '../../site/stage.js';
import { root, scratch } from './kit.ts';

const file = scratch();

describe('The pages of the site', () => {
  it('are the Markdown of the repository, whose links all lead to pages', () => {
    const pages = file('pages');
    stage(root, pages);
    const all = readdirSync(pages, { recursive: true, encoding: 'utf8' });
    for (const page of [
      'index.md',
      'isa/MANUAL.md',
      'REFERENCE.md',
      'vmm/monitor/index.md',
      'source/guests/hello.s.md',
    ])
      expect(all).toContain(page);
    const guide = readFileSync(join(pages, 'READING.md'), 'utf8');
    expect(guide).toContain('](source/isa/machine/machine.ts.md)');
    expect(guide).toContain('](vmm/monitor/index.md)');
    expect(all.filter((page) => /(^|\/)\./.test(page))).toEqual([]);
    const shown = readFileSync(join(pages, 'source/guests/hello.s.md'), 'utf8');
    expect(shown).toContain(readFileSync(join(root, 'guests/hello.s'), 'utf8').trimEnd());
  });
});

/** A site of these pages, in a folder of its own. */
function site(name: string, pages: Readonly<Record<string, string>>): string {
  for (const [path, html] of Object.entries(pages)) {
    mkdirSync(dirname(file(`${name}/${path}`)), { recursive: true });
    writeFileSync(file(`${name}/${path}`), html);
  }
  return file(name);
}

describe('The check of the site', () => {
  it('finds pages and places that are not there', () => {
    const folder = site('dead', {
      'index.html':
        '<a href="/a/">a</a> <a href="a/index.html#here">b</a> <a href="https://example.org/">c</a>',
      'a/index.html':
        '<h2 id="here">x</h2> <a href="../b.html">d</a> <a href="#there">e</a> <img src="/no.svg">',
    });
    expect(checkSite(folder)).toEqual([
      'a/index.html: ../b.html: there is no such page',
      'a/index.html: #there: there is no such place in the page',
      'a/index.html: /no.svg: there is no such page',
    ]);
  });

  it('knows the path at which the site is served', () => {
    const folder = site('based', {
      'index.html': '<a href="/lab/index.html">a</a> <a href="/lab/no.html">b</a>',
    });
    expect(checkSite(folder, '/lab/')).toEqual(['index.html: /lab/no.html: there is no such page']);
  });
});
