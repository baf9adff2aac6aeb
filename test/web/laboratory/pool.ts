/** Pool: hosts that are killed, cut off and emptied by a click. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Laboratory } from './kit.ts';

async function begin(laboratory: Laboratory): Promise<Page> {
  const page = await laboratory.open();
  await page.keyboard.press('Alt+7');
  await page.locator('.rack .host').nth(2).waitFor();
  await page.locator('.move-controls select').selectOption('10');
  return page;
}

const hostOf = (page: Page, name: string) => page.locator('section.host', { hasText: name });

export function poolTests(laboratory: Laboratory): void {
  it('starts the machine of a host that is killed by a click on another one', async () => {
    const page = await begin(laboratory);
    await hostOf(page, 'host-2').locator('.vm-running', { hasText: 'vm-b' }).waitFor();
    await hostOf(page, 'host-2').getByRole('button', { name: 'Kill' }).click();
    await hostOf(page, 'host-2').getByText('over for certain').waitFor();
    await hostOf(page, 'host-3').locator('.vm-running', { hasText: 'vm-b' }).waitFor();
    await page.locator('.pool-events li', { hasText: 'vm-b RUNNING on host-3' }).first().waitFor();
    expect(await page.locator('.problem', { hasText: 'at once' }).count()).toBe(0);
    await hostOf(page, 'host-2').getByRole('button', { name: 'Start it again' }).click();
    await hostOf(page, 'host-2').getByText('there').waitFor();
    await hostOf(page, 'host-3').getByRole('button', { name: 'Empty it' }).click();
    await hostOf(page, 'host-2').locator('.vm-running').first().waitFor();
  });

  it('shows a machine that runs twice where there are no leases and no fencing', async () => {
    const page = await begin(laboratory);
    await page.getByLabel('without leases and fencing').check();
    await hostOf(page, 'host-2').locator('.vm-running').waitFor();
    await hostOf(page, 'host-2').getByRole('button', { name: 'Cut its line' }).click();
    await page.locator('.problem', { hasText: 'vm-b runs on host-2 and host-3 at once' }).waitFor();
    await page.locator('.outcome.failed', { hasText: 'counted' }).waitFor();
  });
}
