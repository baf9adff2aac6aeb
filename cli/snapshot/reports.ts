/** `ringlab snapshot list`, `tree`, `show`, `diff` and `verify`: reports on snapshots, which change nothing. */
import { diffSnapshots, fieldsOf } from '../../vmm/snapshot/diff.ts';
import { verifyStore } from '../../vmm/snapshot/verify.ts';
import { EXIT } from '../failure.ts';
import { note, print } from '../output.ts';
import {
  formatDifference,
  formatList,
  formatSnapshot,
  formatTree,
  type Summary,
  summaryOf,
  toHex,
} from './format.ts';
import { nameOrCurrent, openStore, type ReportOptions, type StoreOptions } from './store.ts';

/** Prints a report for programs: one JSON document. */
function printJson(fields: object): void {
  print(`${JSON.stringify({ format: 'ringlab-snapshot', version: 1, ...fields })}\n`);
}

/** Reports on all snapshots by `tell`. Damaged ones are named on stderr, and give the exit status. */
function report(options: StoreOptions, tell: (summaries: readonly Summary[]) => void): number {
  const store = openStore(options);
  const { current } = store;
  const { good, bad } = store.survey();
  tell(good.map((opened) => summaryOf(opened, current)));
  if (good.length + bad.length === 0) note(`ringlab: ${options.store}: no snapshots yet\n`);
  for (const { message } of bad) note(`ringlab: ${message}\n`);
  return bad.length === 0 ? EXIT.DONE : EXIT.BAD_INPUT;
}

export async function list(options: ReportOptions): Promise<number> {
  return report(options, (snapshots) => {
    if (options.json) printJson({ snapshots });
    else if (snapshots.length > 0) print(formatList(snapshots));
  });
}

export async function tree(options: StoreOptions): Promise<number> {
  return report(options, (snapshots) => print(formatTree(snapshots)));
}

export async function show(name: string | undefined, options: ReportOptions): Promise<number> {
  const store = openStore(options);
  const opened = store.open(nameOrCurrent(store, name));
  const { description } = opened;
  if (options.json) {
    const { configuration, program, state } = description;
    printJson({
      ...summaryOf(opened, store.current),
      program,
      configuration: { ...configuration, identity: toHex(configuration.identity) },
      state: Object.fromEntries(fieldsOf(state)),
    });
  } else {
    const chain = store.chain(description.name).map((one) => one.description.name);
    print(formatSnapshot(opened, chain.reverse(), store.current));
  }
  return EXIT.DONE;
}

export async function diff(left: string, right: string, options: ReportOptions): Promise<number> {
  const store = openStore(options);
  const found = diffSnapshots(store.files, store.chain(left), store.chain(right));
  if (options.json) printJson({ left, right, ...found });
  else print(formatDifference(left, right, found));
  return EXIT.DONE;
}

export async function verify(options: ReportOptions): Promise<number> {
  const store = openStore(options);
  const findings = verifyStore(store);
  if (options.json)
    printJson({ snapshots: findings.map(({ name, problem }) => ({ name, problem: problem ?? null })) });
  else
    for (const { name, problem } of findings)
      print(problem === undefined ? `${name}: good\n` : `${name}: ${problem}\n`);
  for (const left of store.leftovers())
    note(`ringlab: ${left}: left by a program that was stopped; the next change removes it\n`);
  return findings.every(({ problem }) => problem === undefined) ? EXIT.DONE : EXIT.BAD_INPUT;
}
