/** examples/grading: each setup does what its platform asks for, as far as that goes without the platform. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, scratch } from '../cli/kit.ts';
import { submission } from './kit.ts';

const file = scratch();
const grading = join(root, 'examples', 'grading');

/** Runs a shell script with `ringlab` on its path. */
function runWith(script: string, env: Readonly<Record<string, string>>, cwd = root) {
  mkdirSync(file('bin'), { recursive: true });
  file('bin/ringlab', `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'cli', 'bin.js')}' "$@"\n`);
  chmodSync(file('bin/ringlab'), 0o755);
  const path = `${file('bin')}:${process.env.PATH ?? ''}`;
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return spawnSync('bash', ['-c', script], {
    cwd,
    encoding: 'utf8',
    stdio: [...stdio],
    env: { PATH: path, ...env },
  });
}

describe("Gradescope's autograder", () => {
  it("writes results.json as Gradescope's schema has it, in the container's layout", () => {
    for (const folder of ['source', 'submission', 'results'])
      mkdirSync(file(`autograder/${folder}`), { recursive: true });
    file('autograder/source/secrets.env', 'SEED=987654\nRINGLAB_SALT=spring\nSTAGE=1\nCASES=1\n');
    copyFileSync(submission('claims.js'), file('autograder/submission/monitor.js'));
    const { status, stderr } = runWith(join(grading, 'gradescope', 'run_autograder'), {
      AUTOGRADER_ROOT: file('autograder'),
    });
    expect([status, stderr]).toEqual([0, '']);
    const text = readFileSync(file('autograder/results/results.json'), 'utf8');
    expect(text).not.toMatch(/987654|spring/);
    const results = JSON.parse(text) as Record<string, unknown> & { tests: Record<string, unknown>[] };
    expect(results).toMatchObject({ score: 0, visibility: 'visible', output_format: 'text' });
    expect(results.tests).toHaveLength(3);
    for (const test of results.tests) {
      expect(test).toMatchObject({ score: 0, status: 'failed', output_format: 'text' });
      expect([typeof test.name, typeof test.max_score, typeof test.output]).toEqual([
        'string',
        'number',
        'string',
      ]);
    }
  });
});

describe("GitHub Classroom's workflow", () => {
  it('grades the repository, and puts the feedback into the summary', () => {
    const workflow = readFileSync(join(grading, 'github-classroom', 'classroom.yml'), 'utf8');
    const [, step = ''] = /- name: grade\n {8}run: \|\n((?: {10}.*\n)+)/.exec(workflow) ?? [];
    expect(step).toContain('ringlab grade .');
    mkdirSync(file('repository'));
    copyFileSync(submission('no-export.js'), file('repository/monitor.js'));
    const env = { SEED: '5', RINGLAB_SALT: 'x', GITHUB_STEP_SUMMARY: file('summary.md') };
    const { status } = runWith(step.replaceAll(/^ {10}/gm, ''), env, file('repository'));
    expect(status).toBe(1);
    expect(readFileSync(file('summary.md'), 'utf8')).toMatch(/^```\n[\s\S]*score 0 of 100\n[\s\S]*```\n$/);
    expect(readFileSync(file('repository/junit.xml'), 'utf8')).toContain('<testsuites name="."');
  });
});

describe("Moodle's offline grading worksheet", () => {
  const fill = (worksheet: string, grades: string) =>
    spawnSync(process.execPath, [join(grading, 'moodle', 'fill.js'), worksheet, grades], {
      encoding: 'utf8',
    });
  const grades = () =>
    file(
      'grades.json',
      JSON.stringify({
        submissions: [
          { name: 'Ada, Countess_101_assignsubmission_file', score: 87.5 },
          { name: 'Bob_102_assignsubmission_file', score: 0 },
        ],
      }),
    );

  it('is filled by identifier, and otherwise stays as it is', () => {
    const head = '\uFEFFIdentifier,"Full name",Grade,"Maximum Grade","Feedback comments"\r\n';
    const sheet = file(
      'sheet.csv',
      `${head}"Participant 101","Ada, Countess",,20.00,"said ""hi""\nand left"\r\nParticipant 102,Bob,3,100.00,\r\nParticipant 103,Cy,,100.00,\r\n`,
    );
    expect(fill(sheet, grades())).toMatchObject({
      status: 0,
      stdout:
        'Identifier,Full name,Grade,Maximum Grade,Feedback comments\r\n' +
        'Participant 101,"Ada, Countess",17.5,20.00,"said ""hi""\nand left"\r\n' +
        'Participant 102,Bob,0,100.00,\r\n' +
        'Participant 103,Cy,,100.00,\r\n',
    });
  });

  it('is refused when it is another table', () => {
    expect(fill(file('other.csv', 'a,b\r\n1,2\r\n'), grades())).toMatchObject({ status: 65, stdout: '' });
  });
});
