/** The page that `ringlab lab FILE` serves: it follows the file, saves to it, and loses nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LabFile } from '../../../cli/lab/lab-file.ts';
import { serveLab } from '../../../cli/lab/lab-server.ts';
import { scratch } from '../../cli/kit.ts';
import { expectVerdict, type Laboratory } from './kit.ts';

const program = (status: number) => `_start:\n    li t0, 1\n    li t1, ${status}\n    out t0, t1\n`;

export function labTests(laboratory: Laboratory): void {
  const file = scratch();

  it('the page of ringlab lab follows the file, saves to it, and lets the reader choose when both have changed', async () => {
    const path = file('mine.s', program(1));
    const pages = new Map(
      Object.entries(laboratory.outputs()).map(([name, text]) => [name, new TextEncoder().encode(text)]),
    );
    const server = await serveLab({ pages, file: new LabFile(path), port: 0, token: 'secret' });
    const page = await laboratory.open({ at: server.address, http: true });
    try {
      expect(page.url()).not.toContain('secret');
      const line = page.locator('.lab-line');
      await line.getByText('saved').waitFor();
      await page.getByText('powered off, status 1').first().waitFor();

      writeFileSync(path, program(2));
      await page.getByText('powered off, status 2').first().waitFor();

      const editor = page.getByRole('textbox', { name: 'Program' });
      await editor.click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('# here\n');
      await expect.poll(() => readFileSync(path, 'utf8')).toBe(`# here\n${program(2)}`);

      // Both change before either hears of the other.
      await page.evaluate(
        'globalThis.holdSaves = globalThis.fetch; globalThis.fetch = () => Promise.reject()',
      );
      await page.keyboard.type('# again\n');
      writeFileSync(path, program(3));
      await line.getByText('was changed here and elsewhere').waitFor();
      await page.evaluate('globalThis.fetch = globalThis.holdSaves');
      expect(readFileSync(path, 'utf8')).toBe(program(3));
      await line.getByRole('button', { name: 'Save mine over it' }).click();
      await expect.poll(() => readFileSync(path, 'utf8')).toBe(`# here\n# again\n${program(2)}`);
      await line.getByText('saved').waitFor();

      await page.reload();
      await expectVerdict(page, 'Equal at all');
      await page.locator('.lab-line').getByText('saved').waitFor();
    } finally {
      await page.close();
      await server.close();
    }
  });
}
