/** Translation and Memory: what is below a guest, at a step; and links that remember nonsense for every view. */
import { expect, it } from 'vitest';
import { encode } from '../../../web/page/link.ts';
import { expectVerdict, type Laboratory } from './kit.ts';

export function translationTests(laboratory: Laboratory): void {
  it('links instruction and words both ways, by pointer and by keys', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('3');
    await expectVerdict(page, 'Equal at all 1\u202f204 steps');
    await page.locator('#step').fill('324');
    await page.locator('#step').press('Enter');
    await page.keyboard.press('Alt+4');
    const row = page.locator('.code-rows > li.now');
    await row.getByText('sring a0').waitFor();
    await row.locator('.word').first().hover();
    await page.locator('.code-rows > li.marked', { hasText: 'sring a0' }).waitFor();
    await row.locator('.guest-code').focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate<string>('document.activeElement.className');
    expect(await focused()).toContain('word');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toContain('guest-code');
    expect(await page.locator('.code-rows > li.marked').count()).toBe(1);
  });

  it('says that other monitors translate nothing, and offers one that does', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Alt+4');
    await page.getByRole('button', { name: 'Run the guest by binary translation' }).click();
    await page.locator('.code-rows').waitFor();
    const node = page.locator('.flow .can-choose').first();
    const title = (await node.locator('title').textContent()) ?? '';
    await node.press('Enter');
    await page.locator('.unit-head', { hasText: title }).waitFor();
  });
}

export function memoryTests(laboratory: Laboratory): void {
  it('is shown, as every view is, whatever a link says that views remember', async () => {
    for (const nonsense of ['nonsense', { ticked: 7, of: 'critical', cargo: {}, way: 'up' }]) {
      const ids = [
        'memory-address',
        'translation-unit',
        'classify-at',
        'classify-predict',
        'move',
        'pool',
        'machine-all',
      ];
      const address = await encode({
        view: 'memory',
        guest: 'guests/flags.s',
        variant: 'ring32-x',
        monitor: 'binary-translation',
        translateUser: true,
        step: 324,
        views: Object.fromEntries(ids.map((id) => [id, nonsense])),
      });
      const page = await laboratory.open({ address });
      await page.locator('.address-form').waitFor();
      await page.keyboard.press('Alt+4');
      await page.locator('.unit-picker').waitFor();
      await page.keyboard.press('Alt+5');
      await page.locator('.choice').waitFor();
      await page.keyboard.press('Alt+6');
      await page.locator('.hosts').waitFor();
      await page.keyboard.press('Alt+7');
      await page.locator('.rack').waitFor();
    }
  });

  it('follows an address through the page tables of the guest and through their shadow', async () => {
    const page = await laboratory.open();
    await page.locator('.editor select').first().selectOption('guests/kernel/mini.s');
    await expectVerdict(page, 'Equal at all 12\u202f718 steps');
    await page.locator('#step').fill('9000');
    await page.locator('#step').press('Enter');
    await page.keyboard.press('Alt+3');
    await page.getByText('Both ways lead to the same place').waitFor();
    expect(await page.locator('.strip').first().locator('li').count()).toBe(6);
    await page.locator('.page-table tr.now').waitFor();
    const field = page.getByRole('combobox', { name: 'Follow' });
    await field.fill('nowhere');
    await field.press('Enter');
    await page.getByText('That is no address').waitFor();
    await field.fill('0x40000000');
    await field.press('Enter');
    await page.locator('.page-table tr.now', { hasText: '40000' }).waitFor();
  });

  it('shows R and LIMIT while paging is off', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('Alt+3');
    await page.getByText('Paging is off: R places the guest’s addresses').waitFor();
    expect(await page.getByRole('img', { name: /the real machine’s memory/ }).count()).toBe(1);
  });
}
