/** Time: stepping, searching, breakpoints, and the links of events. */
import { expect, it } from 'vitest';
import { expectStep, expectVerdict, type Laboratory } from './kit.ts';

export function timeTests(laboratory: Laboratory): void {
  it('goes by keys: a step, ten, an event, the beginning, the end, a number', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Home');
    await expectStep(page, 0);
    await page.keyboard.press('ArrowRight');
    await expectStep(page, 1);
    await page.keyboard.press('Control+ArrowRight');
    await expectStep(page, 11);
    await page.keyboard.press('ArrowLeft');
    await expectStep(page, 10);
    await page.keyboard.press('End');
    await expectStep(page, 1142);
    await page.keyboard.press('g');
    await page.keyboard.insertText('500');
    await page.keyboard.press('Enter');
    await expectStep(page, 500);
  });

  it('an event is a link to its step', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Alt+2');
    const events = page.getByRole('region', { name: 'Events' });
    const step = Number(await events.getByRole('link').first().textContent());
    await events.getByRole('link').first().click();
    await expectStep(page, step);
    expect(await events.locator('[aria-current=step]').textContent()).toBe(String(step));
  });

  it('runs to a breakpoint that a key sets on a line', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('2');
    await expectStep(page, 324);
    await page.keyboard.press('b');
    const at = await page.locator('.now-line').textContent();
    expect(at).toContain('sring');
    await page.keyboard.press('Home');
    await page.getByLabel('Pace', { exact: true }).selectOption('fastest');
    await page.getByRole('heading', { name: 'ringlab' }).click();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Run (Space)' }).waitFor();
    await expectStep(page, 324);
    expect(await page.locator('.now-line').textContent()).toBe(at);
  });

  it('opens at the step of a link, in another browser as well', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('2');
    await expectVerdict(page, 'Diverges');
    await page.keyboard.press('ArrowRight');
    await expectStep(page, 325);
    await page.keyboard.press('y');
    const field = page.getByRole('textbox', { name: 'Link' });
    await page.waitForFunction('document.querySelector("textarea.link").value !== ""');
    const link = await field.inputValue();
    const other = await laboratory.open({ address: link.slice(link.indexOf('#')) });
    await expectStep(other, 325);
    await expectVerdict(other, 'Diverges after 324 equal steps');
  });
}
