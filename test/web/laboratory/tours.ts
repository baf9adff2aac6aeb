/** Tours in the page: predict, see, and every claim checked by the page itself. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { tours } from '../../../examples/tours/index.ts';
import { decode } from '../../../web/page/link.ts';
import { expectStep, expectVerdict, type Laboratory } from './kit.ts';

/** Waits until the tour is at that stop, and each of its claims was found to hold; returns how many there are. */
async function expectHolds(page: Page, stop: number): Promise<number> {
  const panel = page.getByRole('complementary', { name: 'Tour' });
  await panel.getByRole('heading', { name: `Stop ${stop} of` }).waitFor();
  await panel.locator('[aria-busy=false] .claims').waitFor({ state: 'attached' });
  const states = await panel.locator('.claim .state').allTextContents();
  expect(states.map((text) => text.trim())).toEqual(states.map(() => '✓ holds'));
  return states.length;
}

export function tourTests(laboratory: Laboratory): void {
  it('a link opens a tour, and keys alone lead through it', async () => {
    const page = await laboratory.open({ address: '?tour=12' });
    await expectVerdict(page, 'Equal at all 329 steps');
    expect(await expectHolds(page, 1)).toBe(0);
    await page.keyboard.press('.');
    expect(await expectHolds(page, 2)).toBe(1);
    await expectStep(page, 329);
    await page.keyboard.press('.');
    // Nothing shows the answer before it is predicted, or asked for.
    await page.getByRole('heading', { name: 'Stop 3 of' }).waitFor();
    await expectStep(page, 0);
    await expectVerdict(page, 'Equal at all 329 steps');
    await page.keyboard.press('.');
    await expectVerdict(page, 'Diverges after 90 equal steps, at getf t0');
    expect(await expectHolds(page, 3)).toBe(2);
    await page.getByText('None came: the setf did not trap').waitFor();
    await expectStep(page, 90);
    // The machines are the reader's meanwhile; one key puts back what the tour shows.
    await page.keyboard.press('Home');
    await expectStep(page, 0);
    await page.keyboard.press('r');
    await expectStep(page, 90);
    await page.keyboard.press(',');
    expect(await expectHolds(page, 2)).toBe(1);
    await page.keyboard.press('t');
    await expect.poll(() => page.getByRole('complementary', { name: 'Tour' }).count()).toBe(0);
  });

  it('a prediction is answered, and the link brings back tour and stop', async () => {
    const page = await laboratory.open({ address: '?tour=4' });
    await page.getByPlaceholder('a number').fill('1');
    await page.keyboard.press('Enter');
    await page.getByText('As you said: 1.').waitFor();
    expect(await expectHolds(page, 1)).toBe(2);
    await page.getByRole('row', { name: 's0' }).getByText('the tour points at it').waitFor();
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    expect(await expectHolds(page, 2)).toBe(1);
    const fragment = () => new URL(page.url()).hash;
    await expect.poll(async () => (await decode(fragment()))?.tour).toBe('4.2');
    const again = await laboratory.open({ address: fragment() });
    expect(await expectHolds(again, 2)).toBe(1);
  });

  it('a stop that is not about the two machines leaves them usable', async () => {
    const page = await laboratory.open({ address: '?tour=9' });
    await page.getByText('The guest runs on A').waitFor();
    await page.keyboard.press('Alt+2');
    await page.keyboard.press('Home');
    await expectStep(page, 0);
    await page.keyboard.press('ArrowRight');
    await expectStep(page, 1);
  });

  it('the list has every lesson, and says which need the command line', async () => {
    const page = await laboratory.open({ address: '?tour=99' });
    const items = page.getByRole('complementary', { name: 'Tour' }).getByRole('listitem');
    await expect.poll(() => items.count()).toBe(tours.length);
    const elsewhere = items.filter({ hasText: 'at the command line' });
    expect(await elsewhere.count()).toBe(3);
    await elsewhere.first().getByRole('button').click();
    await page.getByText('ringlab lesson 8').waitFor();
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('the panel is accessible: %s, %i pixels', async (scheme, width) => {
    const page = await laboratory.open({ scheme, width, address: '?tour=4' });
    await page.keyboard.press('.');
    await page.locator('.claim').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.evaluate(axe.source);
    const found = await page.evaluate<unknown[]>(
      "axe.run('.tour', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(({ violations }) => violations)",
    );
    expect(found).toEqual([]);
  });
}
