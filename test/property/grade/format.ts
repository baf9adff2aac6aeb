/** A grade as text, as JSON, as JUnit's XML, as Gradescope's results.json. */
import type { PropertyName } from '../properties.ts';
import { stages } from '../stages.ts';
import type { Grade } from './grade.ts';
import { counts, type Found, type Outcome, pointsOf, weights } from './tasks.ts';

const titles: Readonly<Record<PropertyName, string>> = {
  equivalence: 'equivalence',
  resourceControl: 'resource control',
  efficiency: 'efficiency',
};

function stagesOf(outcomes: readonly Outcome[]): number[] {
  return [...new Set(outcomes.map(({ task }) => task.stage))];
}

function stageName(stage: number): string {
  return stages[stage - 1]?.name ?? '';
}

/** The outcome in a few words. */
function verdict(outcome: Outcome, all: readonly Outcome[]): string {
  if (outcome.found !== undefined)
    return `fails at guest ${outcome.cases}${outcome.cases > 1 ? `; ${outcome.cases - 1} passed` : ''}`;
  if (!outcome.passed) return outcome.problem ?? 'fails';
  return counts(outcome, all) ? `passed, ${outcome.cases} guests` : 'holds, but the guest is not equal';
}

/** Points of an outcome, and those there are for it. */
function points(outcome: Outcome, all: readonly Outcome[]): { got: number; of: number } {
  const of = pointsOf(outcome.task, all);
  return { got: counts(outcome, all) ? of : 0, of };
}

/**
 * What to mend first: of the first stage that fails, a loss of control rather than a guest that is not equal, for the one is
 * often the other's reason.
 */
function firstToMend(outcomes: readonly Outcome[]): (Outcome & { readonly found: Found }) | undefined {
  const failed = outcomes.flatMap((outcome) =>
    outcome.found === undefined ? [] : [{ ...outcome, found: outcome.found }],
  );
  const mine = failed.filter(({ task }) => task.stage === failed[0]?.task.stage);
  return mine.find(({ task }) => task.property === 'resourceControl') ?? mine[0];
}

/** Its guest, as assembly. */
export function guestToMend({ outcomes }: Grade): string | undefined {
  return firstToMend(outcomes)?.found.guest;
}

/** For a terminal: the table, then the first counterexample in full. */
export function formatGrade(grade: Grade): string {
  const { outcomes, score } = grade;
  const lines = [grade.monitor, ''];
  if (grade.refused !== undefined) lines.push(grade.refused.text, '');
  for (const stage of stagesOf(outcomes)) {
    lines.push(`stage ${stage}: ${stageName(stage)}`);
    for (const outcome of outcomes.filter(({ task }) => task.stage === stage)) {
      const mark = counts(outcome, outcomes) ? 'ok' : '--';
      lines.push(`  ${mark}  ${titles[outcome.task.property].padEnd(18)}${verdict(outcome, outcomes)}`);
    }
  }
  lines.push('', `score ${score} of 100`);
  if (grade.printed > 0) lines.push(`(what it printed, ${grade.printed} characters, counts for nothing)`);
  if (grade.layers.length > 0) lines.push(`(sandbox: realm, ${grade.layers.join(', ')})`);
  const first = firstToMend(outcomes);
  if (first !== undefined) {
    const { task, found } = first;
    lines.push('', `The first thing to mend: stage ${task.stage}, ${titles[task.property]}.`);
    lines.push('The smallest guest that shows it:', '', found.guest.trimEnd());
  }
  return `${lines.join('\n')}\n`;
}

/** The document that `--json` prints. */
export function gradeDocument(grade: Grade): object {
  const { outcomes, monitor, score, refused, printed, layers } = grade;
  const property = (name: PropertyName) => {
    const mine = outcomes.filter(({ task }) => task.property === name);
    return {
      passed: mine.every((outcome) => counts(outcome, outcomes)),
      cases: mine.reduce((sum, { cases }) => sum + cases, 0),
      counterexample: mine.find(({ found }) => found !== undefined)?.found ?? null,
    };
  };
  const names = Object.keys(weights) as PropertyName[];
  return {
    format: 'ringlab-grade',
    version: 1,
    monitor,
    score,
    refused: refused?.text ?? null,
    reason: refused?.reason ?? null,
    printed,
    layers,
    properties: Object.fromEntries(names.map((name) => [name, property(name)])),
    stages: stagesOf(outcomes).map((number) => ({
      number,
      name: stageName(number),
      properties: outcomes
        .filter(({ task }) => task.stage === number)
        .map((outcome) => ({
          property: outcome.task.property,
          passed: counts(outcome, outcomes),
          cases: outcome.cases,
          problem: outcome.problem ?? null,
          counterexample: outcome.found ?? null,
        })),
    })),
  };
}

/** What is wrong, for a report that shows one test at a time. */
function explanation(outcome: Outcome, all: readonly Outcome[]): string {
  return outcome.found?.guest ?? verdict(outcome, all);
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  // Characters that XML 1.0 does not have are left out.
  return [...text]
    .filter((char) => char >= ' ' || char === '\n' || char === '\t')
    .map((char) => entities[char] ?? char)
    .join('');
}

/** JUnit: a suite a stage, a case a property. */
export function gradeJunit(grade: Grade): string {
  const { outcomes } = grade;
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  const failed = (list: readonly Outcome[]) => list.filter((outcome) => !counts(outcome, outcomes)).length;
  const name = escapeXml(grade.monitor);
  lines.push(`<testsuites name="${name}" tests="${outcomes.length}" failures="${failed(outcomes)}">`);
  for (const stage of stagesOf(outcomes)) {
    const mine = outcomes.filter(({ task }) => task.stage === stage);
    const title = escapeXml(`stage ${stage}: ${stageName(stage)}`);
    lines.push(`  <testsuite name="${title}" tests="${mine.length}" failures="${failed(mine)}">`);
    for (const outcome of mine) {
      const open = `    <testcase classname="${title}" name="${titles[outcome.task.property]}"`;
      if (counts(outcome, outcomes)) lines.push(`${open}/>`);
      else {
        const message = escapeXml(outcome.found?.reason ?? verdict(outcome, outcomes));
        lines.push(
          `${open}>`,
          `      <failure message="${message}">${escapeXml(explanation(outcome, outcomes))}</failure>`,
          '    </testcase>',
        );
      }
    }
    lines.push('  </testsuite>');
  }
  return `${[...lines, '</testsuites>'].join('\n')}\n`;
}

/** Gradescope's results.json: the score, and a test for each property of each stage. */
export function gradeGradescope(grade: Grade): object {
  const { outcomes, score, refused } = grade;
  return {
    score,
    output: refused?.text ?? 'Graded.',
    output_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    tests: outcomes.map((outcome) => {
      const { got, of } = points(outcome, outcomes);
      return {
        name: `stage ${outcome.task.stage}, ${stageName(outcome.task.stage)}: ${titles[outcome.task.property]}`,
        score: Math.round(got * 100) / 100,
        max_score: Math.round(of * 100) / 100,
        status: got > 0 ? 'passed' : 'failed',
        output: explanation(outcome, outcomes),
        output_format: 'text',
      };
    }),
  };
}
