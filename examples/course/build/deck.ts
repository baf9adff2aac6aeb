/** Slides: a deck in Marp's Markdown, and the same slides as a page for any browser, on the screen and on paper. */
import { escapeHtml, toHtml } from './markdown.ts';

/** In our sources a picture is named, `![…](picture:NAME)`; it is drawn when the deck is made. */
const named = /\]\(picture:([\w-]+)\)/g;

/** The names of the pictures in a text, each once. */
export function picturesIn(source: string): readonly string[] {
  return [...new Set([...source.matchAll(named)].map(([, name = '']) => name))];
}

/** The text with files instead of names. */
export function withFiles(source: string): string {
  return source.replaceAll(named, '](pictures/$1.svg)');
}

/** The slides of a deck. */
function slidesOf(source: string): readonly string[] {
  return source.split(/\n---\n/).map((slide) => slide.trim());
}

/** A deck for Marp: what it needs to know first, and the slides. Its slides are light, and so are then their pictures. */
export function marpDeck(title: string, source: string): string {
  const settings = [
    'marp: true',
    `title: ${JSON.stringify(title)}`,
    'paginate: true',
    'style: "section { color-scheme: light; }"',
  ];
  return `---\n${settings.join('\n')}\n---\n\n${withFiles(source)}`;
}

const common = `:root{color-scheme:light dark;--ground:#fff;--ink:#1a1d21;--faint:#57606a;--code:#f3f4f6;--rule:#c2c8cf;--mark:#1f5fa8}
@media screen and (prefers-color-scheme:dark){:root{--ground:#14171a;--ink:#eceff2;--faint:#a9b2bc;--code:#22272d;--rule:#4a525b;--mark:#6fb1f5}}
@media print{:root{color-scheme:light}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font-family:"DejaVu Sans",Verdana,sans-serif}
h1,h2,h3{line-height:1.2;margin:0 0 .6em}h2{color:var(--mark)}a{color:var(--mark)}
code,pre{font-family:"DejaVu Sans Mono",Menlo,Consolas,monospace;background:var(--code)}code{padding:0 .2em;border-radius:3px}
pre{padding:.6em .8em;border-radius:6px;overflow:hidden;line-height:1.35}pre code{padding:0}
table{border-collapse:collapse;margin:0 0 1em}th,td{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid var(--rule);vertical-align:top}
img{max-width:100%}`;

const slideStyle = `@page{size:1280px 720px;margin:0}
section{width:1280px;height:720px;margin:0 auto;padding:48px 80px;font-size:32px;line-height:1.4;overflow:hidden;position:relative;display:flex;flex-direction:column;justify-content:center;break-after:page;border-bottom:1px solid var(--rule)}
section:last-of-type{break-after:auto}@media print{section{border:0}}
section h1{font-size:60px}section h2{font-size:44px}p,ul,ol,pre,table{margin:0 0 .7em}li{margin-bottom:.25em}pre{font-size:26px}img{display:block;margin:0 auto;height:624px}table{font-size:28px}
section::after{content:attr(data-number);position:absolute;right:36px;bottom:20px;font-size:16px;color:var(--faint)}`;

const sheetStyle = `@page{size:A4;margin:18mm}
main{max-width:46em;margin:0 auto;padding:1em;font-size:15px;line-height:1.45}pre{font-size:12.5px;white-space:pre-wrap}
@media print{main{padding:0;font-size:10.5pt}pre{font-size:8pt;break-inside:avoid}h2{break-after:avoid}}`;

function page(title: string, style: string, body: string): string {
  return `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>${escapeHtml(title)}</title>\n<style>${common}\n${style}</style>\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}

const figure = (target: string, alt: string) => `<img src="${escapeHtml(target)}" alt="${escapeHtml(alt)}">`;

/** A deck as a page: a section for each slide. */
export function slidesPage(title: string, source: string): string {
  const sections = slidesOf(withFiles(source)).map(
    (slide, n) => `<section data-number="${n + 1}">\n${toHtml(slide, figure)}\n</section>`,
  );
  return page(title, slideStyle, sections.join('\n'));
}

/** A handout as a page for paper. */
export function handoutPage(title: string, source: string): string {
  return page(title, sheetStyle, `<main>\n${toHtml(withFiles(source), figure)}\n</main>`);
}
