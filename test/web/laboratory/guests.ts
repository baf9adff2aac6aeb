/** Every guest runs in the page as in Node. */
import { expect, it } from 'vitest';
import { finish } from '../../../isa/work.ts';
import { Desk } from '../../../web/worker/desk.ts';
import type { Frame, Scenario } from '../../../web/worker/protocol.ts';
import { sessionHandlers } from '../../../web/worker/session-handlers.ts';
import type { Laboratory } from './kit.ts';

/** Steps of each guest: enough for most of them to end. */
const steps = 60_000;

/** What is compared: all of both machines at the last step. */
interface Run {
  readonly frame: Frame;
  readonly sums: readonly string[];
}

/** Counters of exits, and events that come of what a monitor remembers, depend on when it was interrupted. */
function comparable({ frame, sums }: Run) {
  return { sums, ...frame, sides: frame.sides.map((side) => ({ ...side, exits: 0, events: [] })) };
}

function inNode(files: Readonly<Record<string, string>>, scenario: Scenario): Run {
  const desk = new Desk();
  desk.files = files;
  sessionHandlers.open(scenario, desk);
  finish(desk.session.go({ kind: 'step', step: steps }));
  return { frame: desk.session.frame(), sums: sessionHandlers.sums(null, desk) as readonly string[] };
}

/** Runs them all in a worker of the page's own script, and gives what came of each. */
const inPage = (scenarios: readonly Scenario[]) => `(async () => {
  const packed = Uint8Array.from(atob(document.getElementById('worker').textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const worker = new Worker(URL.createObjectURL(await new Response(stream).blob()));
  let id = 0;
  const ask = (kind, ask) => new Promise((resolve, reject) => {
    const own = ++id;
    worker.addEventListener('message', ({ data }) => {
      if (data.id !== own || data.kind === 'progress') return;
      if (data.kind === 'answer') resolve(data.answer); else reject(new Error(data.message ?? data.kind));
    });
    worker.postMessage({ id: own, kind, ask });
  });
  await ask('files', ringlabLaboratory.files);
  const runs = [];
  for (const scenario of ${JSON.stringify(scenarios)}) {
    const made = await ask('open', scenario);
    if (!made.ok) throw new Error(scenario.guest + ': ' + JSON.stringify(made.diagnostics));
    const { frame } = await ask('go', { to: { kind: 'step', step: ${steps} } });
    runs.push({ frame, sums: await ask('sums', null) });
  }
  worker.terminate();
  return runs;
})()`;

export function guestTests(laboratory: Laboratory): void {
  it('ends each with the same console, registers and memory as Node', async () => {
    const page = await laboratory.open();
    const guests = await page.evaluate<string[]>(
      `Array.from(document.querySelectorAll('.guest optgroup:not([label^=Processes]) option'), ({ value }) => value)`,
    );
    expect(guests.length).toBeGreaterThan(20);
    const files = await page.evaluate<Readonly<Record<string, string>>>('ringlabLaboratory.files');
    const scenarios = guests.map((guest, n): Scenario => {
      const translated = n % 2 === 1;
      const monitor = translated ? 'binary-translation' : 'trap-and-emulate';
      return { guest, text: files[guest] as string, variant: 'ring32-v', monitor, translateUser: translated };
    });
    const found = await page.evaluate<readonly Run[]>(inPage(scenarios));
    for (const [n, scenario] of scenarios.entries()) {
      const run = found[n] as Run;
      expect([scenario.guest, comparable(run)]).toEqual([
        scenario.guest,
        comparable(inNode(files, scenario)),
      ]);
    }
  });
}
