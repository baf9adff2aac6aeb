// How VitePress shows the pages. The order of the first groups is that of reading; below them, the house folder by folder.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { grammar } from '../../dist/cli/extension/contents.js';

const pages = fileURLToPath(new URL('../pages', import.meta.url));

/** A page's first heading. */
function titleOf(page) {
  const text = readFileSync(join(pages, page), 'utf8');
  return (/^# (.+)$/m.exec(text)?.[1] ?? page).replaceAll(/[`*_]/g, '');
}

/** Pages whose heading is a folder's name, by what they are about. */
const titles = {
  'index.md': 'What ringlab is',
  'cli/index.md': 'The command line',
  'cli/dap/index.md': 'In an editor',
};

const item = (page) => ({
  text: titles[page] ?? titleOf(page),
  link: `/${page.replace(/(^|\/)index\.md$/, '$1')}`,
});
const items = (...list) => list.filter((page) => existsSync(join(pages, page))).map(item);

/** The pages at or below a folder, its own first. */
function below(folder) {
  const entries = readdirSync(join(pages, folder), { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map(({ name }) => name);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const first = (a, b) => Number(b === 'index.md') - Number(a === 'index.md') || (a < b ? -1 : 1);
  return [
    ...files.sort(first).map((name) => `${folder}/${name}`),
    ...folders.sort().flatMap((name) => below(`${folder}/${name}`)),
  ];
}

const group = (text, folders, left = []) => ({
  text,
  collapsed: true,
  items: items(
    ...folders
      .filter((folder) => existsSync(join(pages, folder)))
      .flatMap(below)
      .filter((page) => !left.includes(page)),
  ),
});

export default {
  title: 'ringlab',
  description: 'A virtualization laboratory: see, run, break and prove how a virtual machine monitor works',
  base: process.env.RINGLAB_SITE_BASE ?? '/',
  srcDir: 'pages',
  outDir: '../dist/site',
  cacheDir: '../dist/site-cache',
  // check.js follows all links, anchors included; the page of the laboratory comes after the build.
  ignoreDeadLinks: [/^\/lab\//],
  markdown: {
    // What looks like HTML in our Markdown is a placeholder, such as <file>.
    html: false,
    languages: [{ ...grammar(), name: 'ring32', aliases: ['asm', 's'] }],
    config: (markdown) => markdown.core.ruler.push('no-braces', leaveBraces),
  },
  themeConfig: {
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/READING' },
      { text: 'Manual', link: '/isa/MANUAL' },
      { text: 'Course', link: '/examples/' },
      { text: 'Reference', link: '/REFERENCE' },
      { text: 'Laboratory', link: '/lab/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: items('index.md', 'READING.md', 'cli/index.md', 'cli/dap/index.md', 'editors/vscode/index.md'),
      },
      { text: 'Manual and reference', items: items('isa/MANUAL.md', 'REFERENCE.md') },
      group('Course', ['examples']),
      group('Guests', ['guests']),
      group('The machine', ['isa'], ['isa/MANUAL.md']),
      group('The assembler', ['assembler']),
      group('The monitor and above', ['vmm']),
      group('Around it', ['cli', 'web', 'test', 'bench', 'site'], ['cli/index.md', 'cli/dap/index.md']),
      {
        text: 'The project',
        collapsed: true,
        items: items('CHANGELOG.md', 'DECISIONS.md', 'CONTRIBUTING.md', 'SECURITY.md'),
      },
    ],
  },
};

/** Two braces are text, not a template of Vue. */
function leaveBraces(state) {
  for (const token of state.tokens) {
    for (const child of token.children ?? []) {
      if (child.type === 'text') child.content = child.content.replaceAll('{{', '{\u200b{');
    }
  }
}
