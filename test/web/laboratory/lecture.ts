/** Walks through the lecture of examples/lecture.md in the page: does what it says, and sees what it says. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type Deed, readLecture } from '../lecture-script.ts';
import type { Laboratory } from './kit.ts';

/** What is on the page, with plain spaces. */
const visible = async (page: Page) =>
  (await page.evaluate<string>('document.body.innerText')).replaceAll(/\s+/g, ' ');

async function act(page: Page, deed: Deed): Promise<void> {
  switch (deed.kind) {
    case 'open':
      return;
    case 'press':
      for (const key of deed.keys) await page.keyboard.press(key);
      return;
    case 'click':
      await page.getByText(deed.name, { exact: true }).first().click();
      return;
    case 'choose':
      await page
        .locator(`label:has(> span:text-is("${deed.of}")) select`)
        .first()
        .selectOption({ label: deed.option });
      return;
    case 'tick': {
      const scope =
        deed.group === undefined
          ? page.locator('form.question, section.predict').first()
          : page.getByRole('group', { name: deed.group });
      for (const name of deed.names) await scope.getByLabel(name, { exact: true }).click();
    }
  }
}

export function lectureTests(laboratory: Laboratory): void {
  it('the lecture can be given as its script says', async () => {
    const page = await laboratory.open({ width: 1920, height: 1080 });
    for (const { title, rows } of readLecture())
      for (const { text, deed, sees } of rows) {
        await act(page, deed);
        for (const seen of sees)
          await expect
            .poll(() => visible(page), { timeout: 30_000, message: `${title}: ${text}` })
            .toContain(seen);
      }
  });
}
