// Lays out the site's pages: every Markdown file of the repository, at its own path, README.md as index.md. A link to a folder
// leads to its README; one to a source file leads to a page that shows the file, so the site needs nothing else.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';

/** Markdown that is for the repository's own use. */
const notPages = /^(\.github|test\/cli\/fixtures)\//;
const images = /\.(svg|png|jpg|gif)$/;
/** Fences, in which nothing is a link; and links, in text or as definitions. */
const parts = /^(?: {0,3})(`{3,})[\s\S]*?^ {0,3}\1|`[^`\n]+`|(\]\()([^)\s]+)(\)| ")|^(\[[^\]]+\]: )(\S+)/gm;

/** The page of a Markdown file. */
export const pageOf = (path) => path.replace(/(^|\/)README\.md$/, '$1index.md');
/** The page of a source file. The generator passes over names with a dot in front. */
const sourcePage = (path) => `source/${path.replaceAll(/(^|\/)\./g, '$1_')}.md`;

/** The files that git knows. */
function committed(root) {
  const { stdout, status } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error('site: git ls-files failed; the site is built in a checkout');
  return stdout.trim().split('\n');
}

/** Writes all pages to `pages`. Throws an Error that lists links to files that are not there. */
export function stage(root, pages) {
  const files = new Set(committed(root));
  const texts = [...files].filter((path) => path.endsWith('.md') && !notPages.test(path));
  const missing = [];
  const shown = new Set();
  rmSync(pages, { recursive: true, force: true });
  for (const path of texts) {
    const text = readFileSync(join(root, path), 'utf8');
    const resolve = (target) => {
      const found = resolveLink(path, target, files);
      if (found === undefined) missing.push(`${path}: ${target}`);
      else if (found.source !== undefined) shown.add(found.source);
      return found?.link ?? target;
    };
    write(pages, pageOf(path), rewrite(text, resolve));
  }
  for (const path of shown) {
    if (images.test(path)) copy(root, pages, path);
    else write(pages, sourcePage(path), sourceText(root, path));
  }
  if (missing.length > 0) throw new Error(`site: links to files that are not there:\n${missing.join('\n')}`);
}

function rewrite(text, resolve) {
  return text.replaceAll(parts, (whole, ...groups) => {
    const [, open, target, close, definition, defined] = groups;
    if (open !== undefined) return `${open}${resolve(target)}${close}`;
    return definition === undefined ? whole : `${definition}${resolve(defined)}`;
  });
}

/** Where a link in `path` leads on the site, and which source it shows; undefined if it leads nowhere. */
function resolveLink(path, target, files) {
  if (/^([a-z]+:|#|\/\/)/.test(target)) return { link: target };
  const [place, anchor = ''] = target.split(/(?=#)/);
  const file = posix.normalize(posix.join(posix.dirname(path), decodeURI(place))).replace(/\/$/, '');
  const from = posix.dirname(pageOf(path));
  const to = (page) => posix.relative(from, page) + anchor;
  const readme = file === '.' ? 'README.md' : `${file}/README.md`;
  if (file.endsWith('.md') && files.has(file) && !notPages.test(file)) return { link: to(pageOf(file)) };
  if (files.has(readme)) return { link: to(pageOf(readme)) };
  if (images.test(file) && files.has(file)) return { link: `./${posix.relative(from, file)}`, source: file };
  if (files.has(file)) return { link: posix.relative(from, sourcePage(file)), source: file };
  const first = [...files].find((one) => one.startsWith(`${file}/`));
  // A folder without a README: its first file stands for it.
  return first === undefined ? undefined : { link: posix.relative(from, sourcePage(first)), source: first };
}

const languages = {
  ts: 'ts',
  tsx: 'tsx',
  js: 'js',
  cjs: 'js',
  s: 'ring32',
  inc: 'ring32',
  c: 'c',
  h: 'c',
  json: 'json',
  yml: 'yaml',
};

function sourceText(root, path) {
  const text = readFileSync(join(root, path), 'utf8');
  const language = languages[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? 'text';
  const fence = '`'.repeat(8);
  return `---\nsearch: false\nprev: false\nnext: false\n---\n\n# ${basename(path)}\n\n\`${path}\`\n\n${fence}${language}:line-numbers\n${text.trimEnd()}\n${fence}\n`;
}

function write(pages, path, text) {
  const whole = join(pages, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
}

function copy(root, pages, path) {
  mkdirSync(dirname(join(pages, path)), { recursive: true });
  copyFileSync(join(root, path), join(pages, path));
}
