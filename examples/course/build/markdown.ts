/**
 * Markdown to HTML: as much of it as slides and handouts use. Headings, paragraphs, lists, tables, fenced code, pictures; in a
 * line code, bold, italics, links. Comments are the speaker's notes, and are left out.
 */

/** The HTML of a text. `figure` gives the HTML of a picture by its target and its alternative text. */
export function toHtml(markdown: string, figure: (target: string, alt: string) => string): string {
  const parts: string[] = [];
  const lines = markdown.replaceAll(/<!--[\s\S]*?-->/g, '').split('\n');
  for (let n = 0; n < lines.length; ) {
    const block = blockAt(lines, n, figure);
    parts.push(block.html);
    n = block.next;
  }
  return parts.filter((part) => part !== '').join('\n');
}

interface Rendered {
  readonly html: string;
  /** The number of the line after it. */
  readonly next: number;
}

function blockAt(
  lines: readonly string[],
  n: number,
  figure: (target: string, alt: string) => string,
): Rendered {
  const line = lines[n] ?? '';
  const heading = /^(#{1,4}) (.*)$/.exec(line);
  const picture = /^!\[([^\]]*)\]\(([^)]+)\)$/.exec(line);
  if (line.trim() === '') return { html: '', next: n + 1 };
  if (heading !== null) {
    const level = heading[1]?.length;
    return { html: `<h${level}>${inline(heading[2] ?? '')}</h${level}>`, next: n + 1 };
  }
  if (picture !== null) return { html: figure(picture[2] ?? '', picture[1] ?? ''), next: n + 1 };
  if (line.startsWith('```')) return code(lines, n);
  if (line.startsWith('|')) return table(lines, n);
  if (/^(-|\d+\.) /.test(line)) return list(lines, n);
  const next = endOf(lines, n, (other) => other.trim() !== '' && !/^(#|```|\||- |\d+\. |!\[)/.test(other));
  return { html: `<p>${inline(lines.slice(n, next).join(' '))}</p>`, next };
}

/** The first line after `n` that is not like it. */
function endOf(lines: readonly string[], n: number, isLike: (line: string) => boolean): number {
  let next = n + 1;
  while (next < lines.length && isLike(lines[next] ?? '')) next += 1;
  return next;
}

function code(lines: readonly string[], n: number): Rendered {
  const next = endOf(lines, n, (line) => !line.startsWith('```'));
  return {
    html: `<pre><code>${escapeHtml(lines.slice(n + 1, next).join('\n'))}</code></pre>`,
    next: next + 1,
  };
}

function list(lines: readonly string[], n: number): Rendered {
  const next = endOf(lines, n, (line) => /^(-|\d+\.) |^ +\S/.test(line));
  const items: string[] = [];
  for (const line of lines.slice(n, next)) {
    const [, text] = /^(?:-|\d+\.) (.*)$/.exec(line) ?? [];
    if (text === undefined) items.push(`${items.pop() ?? ''} ${line.trim()}`);
    else items.push(text);
  }
  const name = lines[n]?.startsWith('-') ? 'ul' : 'ol';
  return { html: `<${name}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</${name}>`, next };
}

function table(lines: readonly string[], n: number): Rendered {
  const next = endOf(lines, n, (line) => line.startsWith('|'));
  const rows = lines.slice(n, next).map((line) =>
    line
      .replaceAll(/^\||\|$/g, '')
      .split('|')
      .map((cell) => inline(cell.trim())),
  );
  const [head = [], , ...body] = rows;
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return { html: `<table>${row(head, 'th')}${body.map((cells) => row(cells, 'td')).join('')}</table>`, next };
}

/** A line: code, bold, italics, links. What is in code is left as it is. */
function inline(text: string): string {
  const codes: string[] = [];
  const held = text.replaceAll(/`([^`]+)`/g, (_, code: string) => `\0${codes.push(code) - 1}\0`);
  return escapeHtml(held)
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/(^|[\s(])_([^_]+)_/g, '$1<em>$2</em>')
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/\0(\d+)\0/g, (_, n: string) => `<code>${escapeHtml(codes[Number(n)] ?? '')}</code>`);
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
