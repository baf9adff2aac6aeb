/** What the page is for, from a file, without a network, by keyboard alone. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectStep, expectVerdict, type Laboratory } from './kit.ts';

/** What has the focus, in words: its text, its label and its name. */
const focused = `(() => {
  const { innerText = '', labels, ariaLabel } = document.activeElement;
  return [innerText, ...[...(labels ?? [])].map((label) => label.innerText), ariaLabel].join(' ');
})()`;

/** Presses Tab until something with that text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  const passed: string[] = [];
  for (let n = 0; n < 120; n++) {
    await page.keyboard.press('Tab');
    const now = (await page.evaluate<string>(focused)).replaceAll(/\s+/g, ' ');
    if (now.includes(text)) return;
    passed.push(now);
  }
  throw new Error(`Tab never comes to "${text}"; it comes to ${passed.join(' | ')}`);
}

const sees = (page: Page, text: string) => page.getByText(text).first().waitFor();

export function keyboardTests(laboratory: Laboratory): void {
  it('acts, a tour, a link, a variant of one’s own and a cut cable need a keyboard only', async () => {
    const page = await laboratory.open();
    const { keyboard } = page;
    await keyboard.press('2');
    await expectVerdict(page, 'Diverges after 324 equal steps');
    await keyboard.press('3');
    await expectVerdict(page, 'Equal at all 1\u202f204 steps');

    await keyboard.press('t');
    await sees(page, 'Ring compression');
    await tabTo(page, 'Ring compression');
    await keyboard.press('Enter');
    await sees(page, 'Stop 1 of 4');
    await tabTo(page, 'What does it print');
    await keyboard.type('1');
    await keyboard.press('Enter');
    await sees(page, 'As you said: 1.');
    await keyboard.press('.');
    await sees(page, 'they diverge at sring and nowhere before');
    await keyboard.press('t');

    await keyboard.press('1');
    await expectVerdict(page, 'Equal at all');
    await keyboard.press('2');
    await expectVerdict(page, 'Diverges after 0 equal steps');
    await keyboard.press('ArrowRight');
    await expectStep(page, 1);
    await keyboard.press('y');
    const link = page.getByRole('textbox', { name: 'Link' });
    await expect.poll(() => link.inputValue()).toContain('#1.');
    const address = await link.inputValue();
    await keyboard.press('Escape');
    const shared = await laboratory.open({ at: address });
    await expectVerdict(shared, 'Diverges after 0 equal steps');
    await expectStep(shared, 1);
    await shared.close();

    await keyboard.press('1');
    await expectVerdict(page, 'Equal at all');
    await keyboard.press('Alt+5');
    await sees(page, 'Theorem 1 (virtualizable): yes');
    await tabTo(page, 'sring');
    await keyboard.press('Space');
    await sees(page, 'Theorem 1 (virtualizable): no');
    await sees(page, 'Theorem 3 (hybrid): yes');

    await keyboard.press('Alt+6');
    await sees(page, 'The guest runs on A');
    await keyboard.press('m');
    await sees(page, '▶ 2 pre-copy');
    await keyboard.press('x');
    await sees(page, 'Not moved: the cable was cut');
    await sees(page, 'Nothing is lost');
  });
}
