/** Classify: a processor of one's own, theorems that follow at once, prediction, measuring, and witnesses as programs. */
import { expect, it } from 'vitest';
import { expectVerdict, type Laboratory } from './kit.ts';

export function classifyTests(laboratory: Laboratory): void {
  it('makes a processor of one’s own by check boxes: theorems, diagram and machines follow', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Alt+5');
    const theorems = page.locator('.theorems');
    await theorems.getByText('Theorem 1 (virtualizable): yes').waitFor();
    await page.locator('.choice').getByLabel('sring').check();
    await theorems.getByText('Theorem 1 (virtualizable): no').waitFor();
    await theorems.getByText('Theorem 3 (hybrid): yes').waitFor();
    await page.getByRole('button', { name: 'sring, critical' }).waitFor();
    await expectVerdict(page, 'Diverges after 324 equal steps, at sring a0');
    await page.locator('.choice').getByLabel('getf').check();
    await theorems.getByText('Theorem 3 (hybrid): no').waitFor();
  });

  it('is used by keys alone, and opens a witness that shows it on the machines', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Alt+5');
    await page.locator('.instruction[tabindex="0"]').focus();
    const evidence = page.locator('.evidence');
    for (let n = 0; n < 8 && !(await evidence.textContent())?.startsWith('sring on'); n++)
      await page.keyboard.press('ArrowRight');
    await page.locator('.evidence h2', { hasText: 'sring on ring32-v' }).waitFor();
    const program = page.getByRole('button', {
      name: 'Open the program that shows that sring is mode-sensitive',
    });
    await program.press('Enter');
    await page.locator('.refused', { hasText: 'No program: sring traps in ring 3 of ring32-v.' }).waitFor();
    await page.getByLabel('Processor').selectOption('ring32-x');
    await program.press('Enter');
    await page.locator('.console', { hasText: 'first:  a0 = 0x00000000' }).first().waitFor();
    await page.locator('.editor', { hasText: 'sring is mode-sensitive' }).waitFor();
  });

  it('lets one predict, then reveals; and measures live, row by row, until it is stopped', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Alt+5');
    await page.getByLabel('Processor').selectOption('ring32-h');
    await page.getByRole('radio', { name: 'Predict them first' }).click();
    expect(await page.locator('.euler').count()).toBe(0);
    await page.locator('.ticks').getByLabel('retf').check();
    await page.locator('.ticks').getByLabel('hlt').check();
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('You found 1 of 1, and 1 that is not.').waitFor();
    const whole = await page.locator('.instruction').count();
    await page.getByRole('button', { name: 'Measure live' }).click();
    await page.getByText(/Measured [1-9]\d* of \d+ instructions/).waitFor();
    await page.getByRole('button', { name: 'Stop measuring' }).click();
    await page.getByText(/Stopped after \d+ of \d+ instructions/).waitFor();
    expect(await page.locator('.instruction').count()).toBeLessThan(whole);
    await page.getByRole('button', { name: 'Show the built-in result' }).click();
    expect(await page.locator('.instruction').count()).toBe(whole);
  });
}
