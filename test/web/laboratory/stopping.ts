/** Stop always answers, whatever the guests do. */
import { expect, it } from 'vitest';
import { encode } from '../../../web/page/link.ts';
import { expectVerdict, type Laboratory } from './kit.ts';

const head = '_start: la t0, trap\n mts TVEC, t0\n';
const endless: Readonly<Record<string, string>> = {
  'a tight loop': '_start: j _start\n',
  'a flood of output': '_start: li t0, 16\n li t1, 65\n1: out t0, t1\n j 1b\n',
  'a storm of traps': `${head}1: ecall\n j 1b\ntrap: mfs t1, EPC\n addi t1, t1, 4\n mts EPC, t1\n iret\n`,
  'code that changes itself': '_start: la t0, 2f\n lw t1, 0(t0)\n1: sw t1, 0(t0)\n2: addi a0, a0, 1\n j 1b\n',
};

export function stopTests(laboratory: Laboratory): void {
  it.each(Object.entries(endless))('while comparing and while running: %s', async (_, text) => {
    const monitor = 'binary-translation';
    const link = {
      view: 'machine',
      guest: 'own.s',
      text,
      variant: 'ring32-x',
      monitor,
      translateUser: true,
      step: 0,
    };
    const page = await laboratory.open();
    const [worker] = page.workers();
    let ended = false;
    worker?.on('close', () => {
      ended = true;
    });
    await page.evaluate(`location.hash = ${JSON.stringify(await encode(link))}`);
    await expectVerdict(page, 'so far');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expectVerdict(page, 'The guest goes on');
    await page.getByLabel('Pace', { exact: true }).selectOption('fastest');
    await page.getByRole('button', { name: 'Run (Space)' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Run (Space)' }).waitFor();
    // It was asked, and not ended.
    expect([page.workers().length, ended]).toEqual([1, false]);
  });

  it('a worker that hears nothing is replaced, and brought to the same step', async () => {
    const page = await laboratory.open();
    await page.keyboard.press('2');
    await expectVerdict(page, 'Diverges after 324');
    const [worker] = page.workers();
    const closed = new Promise((resolve) => worker?.once('close', resolve));
    await worker?.evaluate('setTimeout(() => { for (;;); })');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('1');
    await closed;
    await expectVerdict(page, 'Equal at all');
    expect(page.workers()).toHaveLength(1);
  });
}
