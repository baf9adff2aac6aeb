/** The home of the page: three acts, three verdicts. */
import { expect, it } from 'vitest';
import { expectStep, expectVerdict, type Laboratory } from './kit.ts';

export function actTests(laboratory: Laboratory): void {
  it.each([false, true])('plays the three acts by keys alone, from a server: %s', async (http) => {
    const page = await laboratory.open({ http });
    await expectVerdict(page, 'Equal at all 1\u202f142 steps');
    await expectStep(page, 1142);
    await page.keyboard.press('2');
    await expectVerdict(page, 'Diverges after 324 equal steps, at sring a0');
    await expectStep(page, 324);
    await page.keyboard.press('ArrowRight');
    await expectStep(page, 325);
    await page.getByRole('row', { name: '≠ a0' }).waitFor();
    await page.keyboard.press('3');
    await expectVerdict(page, 'Equal at all 1\u202f204 steps');
    await expectStep(page, 325);
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('region', { name: 'Translation' }).getByText('addi a0, zero, 0').waitFor();
  });

  it('stays at the step that the second act is on its way to when the third one follows at once', async () => {
    const page = await laboratory.open();
    await expectStep(page, 1142);
    await page.keyboard.press('2');
    await page.keyboard.press('3');
    await expectVerdict(page, 'Equal at all 1\u202f204 steps');
    await expectStep(page, 324);
  });

  it('shows the first verdict before any script has run', () => {
    const html = laboratory.outputs()['ringlab-lab.html'] as string;
    const drawn = html.slice(0, html.indexOf('<script>globalThis'));
    expect(drawn).toContain('Equal at all 1\u202f142 steps.');
    expect(drawn).toContain('ring 3: getf traps, smsw traps, sring traps, setf traps');
  });
}
