/** Markdown as slides and handouts use it. */
import { describe, expect, it } from 'vitest';
import { toHtml } from '../../examples/course/build/markdown.ts';

const html = (text: string) => toHtml(text, (target, alt) => `<img src="${target}" alt="${alt}">`);

describe('A slide', () => {
  it.each([
    ['# One & two', '<h1>One &amp; two</h1>'],
    [
      'a **b** _c `d_e`?_ [f](g.md)',
      '<p>a <strong>b</strong> <em>c <code>d_e</code>?</em> <a href="g.md">f</a></p>',
    ],
    ['a_b_c stays', '<p>a_b_c stays</p>'],
    ['one\ntwo\n\nthree', '<p>one two</p>\n<p>three</p>'],
    ['- one\n  more\n- two', '<ul><li>one more</li><li>two</li></ul>'],
    ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    ['```\na < b\n```', '<pre><code>a &lt; b</code></pre>'],
    [
      '| a | b |\n|---|---|\n| 1 | `2` |',
      '<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><code>2</code></td></tr></table>',
    ],
    ['![A picture](p.svg)', '<img src="p.svg" alt="A picture">'],
    ['<!-- for the speaker\nalone -->\nseen', '<p>seen</p>'],
    ['<script>', '<p>&lt;script&gt;</p>'],
  ])('has %j as %s', (markdown, expected) => {
    expect(html(markdown)).toBe(expected);
  });
});
