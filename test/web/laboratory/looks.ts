/** How every view looks: nothing is too wide on any screen, and axe finds nothing in any theme. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { views } from './views.ts';
import type { Laboratory } from './kit.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const widths = [320, 390, 1280, 1920];

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds, a line each. */
async function findings(page: Page): Promise<string[]> {
  const found = await page.evaluate<Finding[]>(
    `axe.run({ runOnly: ${JSON.stringify(rules)} }).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

export function lookTests(laboratory: Laboratory): void {
  it.each(['light', 'dark'] as const)(
    'every view is accessible, on a desk, a projector and a phone: %s',
    async (scheme) => {
      for (const [width, address] of [
        [1280, ''],
        [1280, '?present'],
        [390, ''],
      ] as const) {
        const page = await laboratory.open({ scheme, width, address });
        await page.evaluate(axe.source);
        for (const view of views) {
          await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
          expect([view, width, await findings(page)]).toEqual([view, width, []]);
        }
      }
    },
  );

  it('no view is wider than the screen', async () => {
    const page = await laboratory.open();
    for (const width of widths)
      for (const view of views) {
        await page.setViewportSize({ width, height: 720 });
        await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect([view, width, wide]).toEqual([view, width, width]);
      }
  });
}
