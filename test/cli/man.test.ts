/** The man pages are the help, as troff: every verb has one, and what parses man pages finds nothing wrong. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandNamed } from '../../cli/command.ts';
import { manPages } from '../../cli/help/man-pages.ts';
import { optionsOf } from '../../cli/help/page.ts';
import { addAllVerbs, createProgram } from '../../cli/program.ts';
import { root, scratch } from './kit.ts';

const program = await addAllVerbs(createProgram());
const pages = manPages(program, '1.2.3');
const file = scratch();

describe('The man pages', () => {
  it('are one for ringlab, for each verb and for each verb of snapshot', () => {
    for (const { name } of program.commands.map((verb) => ({ name: verb.name() })))
      expect([...pages.keys()]).toContain(`ringlab-${name}.1`);
    expect([...pages.keys()]).toEqual(expect.arrayContaining(['ringlab.1', 'ringlab-snapshot-take.1']));
  });

  it('are in package.json, so that npm installs them', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly man: string[];
    };
    expect(manifest.man).toEqual([...pages.keys()].map((name) => `dist/man/${name}`).toSorted());
  });

  it('have every option of the help, its examples and its exit statuses', () => {
    const page = (pages.get('ringlab-compare.1') ?? '').replaceAll('\\-', '-');
    for (const { flags } of optionsOf(commandNamed(program, ['compare'])))
      expect(page).toContain(`.B ${flags}\n`);
    expect(page).toContain('\nringlab compare hello.s --with trap-and-emulate\n');
    expect(page).toMatch(/\.SH EXIT STATUS\n\.TP\n\.B 0\nevery run is equal/);
    expect(page).toMatch(/^\.TH RINGLAB-COMPARE 1 "" "ringlab 1\.2\.3" "ringlab"\n/);
  });

  it('have no line that troff could take for a request of its own', () => {
    const requests = /^\.(TH|SH|B|PP|RS|RE|nf|fi|TP)\b/;
    for (const [name, text] of pages)
      for (const line of text.split('\n').filter((one) => /^[.']/.test(one)))
        expect(line, name).toMatch(requests);
  });

  it.runIf(spawnSync('mandoc', ['-V']).error === undefined)('are read by mandoc without a warning', () => {
    const paths = [...pages].map(([name, text]) => file(name, text));
    const { stdout, stderr } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...paths], {
      encoding: 'utf8',
    });
    // The date is left out, so that the same sources give the same pages.
    const told = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line !== '' && !line.includes('missing date'));
    expect(told).toEqual([]);
  });

  it.runIf(spawnSync('man', ['--version']).status === 0)('are shown by man, at 80 columns', () => {
    const path = file('ringlab-run.1', pages.get('ringlab-run.1'));
    const env = { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
    const { status, stdout } = spawnSync('man', ['-l', path], { encoding: 'utf8', env });
    expect(status).toBe(0);
    expect(stdout).toContain('ringlab run hello.s --monitor trap-and-emulate --stats');
    expect(stdout).toMatch(/EXIT STATUS/);
  });
});
