/** Move: a guest moves to another host, and the cable is cut. */
import type { Page } from 'playwright-core';
import { it } from 'vitest';
import type { Laboratory } from './kit.ts';

async function begin(laboratory: Laboratory): Promise<Page> {
  const page = await laboratory.open();
  await page.keyboard.press('Alt+6');
  await page.locator('.hosts').waitFor();
  await page.locator('.move-controls select').selectOption('600');
  await page.locator('.view').click({ position: { x: 4, y: 4 } });
  return page;
}

export function moveTests(laboratory: Laboratory): void {
  it('moves a guest by keys alone: six stages, rounds, and nothing is lost', async () => {
    const page = await begin(laboratory);
    await page.keyboard.press('m');
    await page
      .locator('.outcome', { hasText: 'Moved in 145 ms: the guest is B’s, and stood still for 5 ms.' })
      .waitFor();
    await page.locator('.outcome', { hasText: 'Nothing is lost' }).waitFor();
    await page.getByRole('img', { name: /round 1 254 sent, 122 dirty/ }).waitFor();
    await page.getByText('0 ms on both').waitFor();
    await page.keyboard.press('m');
    await page.locator('.outcome', { hasText: 'the guest is A’s' }).waitFor();
  });

  it('keeps a guest whole whose cable is cut, and can send it again when it is mended', async () => {
    const page = await begin(laboratory);
    await page.locator('.move-controls select').selectOption('10');
    await page.getByRole('button', { name: 'Send the guest to B' }).click();
    await page.locator('.stages tr.now', { hasText: 'pre-copy' }).waitFor();
    await page.getByRole('button', { name: 'Cut the cable' }).click();
    await page
      .locator('.outcome', { hasText: 'Not moved: the cable was cut. The guest is A’s, and runs on there.' })
      .waitFor();
    await page.locator('.outcome', { hasText: 'Nothing is lost' }).waitFor();
    await page.getByRole('button', { name: 'Mend the cable' }).click();
    await page.locator('.move-controls select').selectOption('600');
    await page.getByRole('button', { name: 'Send the guest to B' }).click();
    await page.locator('.outcome', { hasText: 'the guest is B’s, and stood still' }).waitFor();
  });
}
