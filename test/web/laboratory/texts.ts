/** Texts in the editor: errors, the reader's own texts, files, and links that bring another's. */
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { encode } from '../../../web/page/link.ts';
import { expectStep, expectVerdict, type Laboratory } from './kit.ts';

const program = (page: Page) => page.getByRole('textbox', { name: 'Program' });

/** Replaces the whole text. */
async function write(page: Page, text: string): Promise<void> {
  await program(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

const small = (status: number) => `_start: li t0, 1\n li t1, ${status}\n out t0, t1\n`;

export function textTests(laboratory: Laboratory): void {
  it('show errors below their line as the assembler says them, and run as soon as there are none', async () => {
    const page = await laboratory.open();
    await write(page, '_start: adddi t0, t0, 1\n');
    await expectVerdict(page, 'The program has an error');
    await page.locator('.finding', { hasText: 'adddi' }).waitFor();
    await write(page, small(3));
    await expectVerdict(page, 'Equal at all 3 steps');
    expect(await page.locator('.finding').count()).toBe(0);
  });

  it('of the reader survive a link that brings another text, and the link’s is told', async () => {
    const page = await laboratory.open();
    await write(page, small(4));
    await expectVerdict(page, 'Equal at all 3 steps');
    const link = {
      view: 'acts',
      guest: 'guests/flags.s',
      text: small(0).replace('_start:', '_start: nop\n'),
      variant: 'ring32-v',
      monitor: 'hybrid',
      translateUser: false,
      step: 2,
    };
    await page.evaluate(`location.hash = ${JSON.stringify(await encode(link))}`);
    await expectVerdict(page, 'Equal at all 4 steps');
    await expectStep(page, 2);
    await page.getByText('Shared with you by a link.').waitFor();
    await page.getByLabel('Own version').selectOption({ index: 1 });
    await expectVerdict(page, 'Equal at all 3 steps');
    expect(await program(page).textContent()).toContain('li t1, 4');
  });

  it('of two tabs are both stored', async () => {
    const one = await laboratory.open();
    const two = await laboratory.open({ context: one.context() });
    await write(one, small(5));
    await write(two, small(6));
    for (const page of [one, two]) await expectVerdict(page, 'Equal at all 3 steps');
    const three = await laboratory.open({ context: one.context() });
    await three.getByText('There is a text of your own.').waitFor();
    expect(await three.getByLabel('Own version').locator('option').count()).toBe(3);
  });

  it('are opened from a file by drop', async () => {
    const page = await laboratory.open();
    await page.evaluate(`{
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(small(7))}], 'mine.s'));
      document.querySelector('.editor-box').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }`);
    await expectVerdict(page, 'Equal at all 3 steps');
    expect(await page.getByLabel('Guest').inputValue()).toBe('mine.s');
  });

  it('stay as they are when a link is damaged, and a line says so', async () => {
    const page = await laboratory.open({ address: '#1.acts.AAAA' });
    await page.getByRole('alert').getByText('The link is damaged').waitFor();
    await expectVerdict(page, 'Equal at all 1\u202f142 steps');
  });
}
