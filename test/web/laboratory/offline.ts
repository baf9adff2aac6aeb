/** The page where it is not looked at as usual: from a host that is gone, inside another page, on paper. */
import { expect, it } from 'vitest';
import { expectVerdict, type Laboratory } from './kit.ts';

export function offlineTests(laboratory: Laboratory): void {
  it('opens again when its host does not answer any more', async () => {
    const page = await laboratory.open({ http: true });
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    laboratory.serve(false);
    try {
      await page.reload();
      await page.locator('html[data-ready]').waitFor();
      await page.keyboard.press('2');
      await expectVerdict(page, 'Diverges after 324');
    } finally {
      laboratory.serve(true);
    }
  });

  it('inside another page is the view and the time bar alone', async () => {
    const page = await laboratory.open({ address: '?embed' });
    expect(await page.getByRole('navigation', { name: 'Views' }).isVisible()).toBe(false);
    expect(await page.getByRole('textbox', { name: 'Program' }).isVisible()).toBe(false);
    await page.getByRole('radio', { name: 'Now break it' }).click();
    await expectVerdict(page, 'Diverges');
  });

  it('on paper is the program with line numbers, both machines’ registers, and the link as text and QR code', async () => {
    const page = await laboratory.open();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    const paper = await page.locator('.paper').textContent();
    expect(paper).toContain('guests/flags.s on ring32-v, trap-and-emulate, step 1142');
    expect(paper).toContain('  23   ');
    expect(paper).toMatch(/ringlab-lab\.html#1\.acts\.[\w-]+/);
    expect(await page.getByRole('main').isVisible()).toBe(false);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    expect(await page.locator('.paper').count()).toBe(0);
  });
}
