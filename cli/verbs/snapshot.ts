/** `ringlab snapshot …`: a guest's states kept in a folder, as a tree; see vmm/snapshot. */
import { last } from '../../vmm/snapshot/chain.ts';
import { diffSnapshots, fieldsOf } from '../../vmm/snapshot/diff.ts';
import {
  cloneSnapshot,
  consolidate as consolidateSnapshot,
  deleteSnapshot,
  OrphanError,
  setTemplate,
} from '../../vmm/snapshot/tree.ts';
import { verifyStore } from '../../vmm/snapshot/verify.ts';
import { SnapshotError } from '../../vmm/snapshot/failure.ts';
import type { Store } from '../../vmm/snapshot/store.ts';
import { badInput, EXIT, usage } from '../failure.ts';
import { note, print } from '../output.ts';
import {
  formatBytes,
  formatDifference,
  formatList,
  formatSnapshot,
  formatTree,
  type Summary,
  summaryOf,
  toHex,
} from '../snapshot/format.ts';
import {
  mustBeNew,
  mustRun,
  nameOrCurrent,
  openStore,
  type ReportOptions,
  type StoreOptions,
} from '../snapshot/store.ts';

import { exclusively } from '../snapshot/lock.ts';

export { restore, take } from '../snapshot/take.ts';

/** One JSON document, as every report that programs read. */
function printJson(fields: object): void {
  print(`${JSON.stringify({ format: 'ringlab-snapshot', version: 1, ...fields })}\n`);
}

/** Reports on all snapshots by `tell`; what is damaged is told, and makes the exit status. */
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

/** Makes a snapshot the one that `take` goes on from. */
export async function revert(name: string, options: StoreOptions): Promise<number> {
  const store = openStore(options);
  const opened = last(store.chain(name));
  mustRun(opened, store.folder);
  exclusively(store, () => store.setCurrent(name));
  note(`ringlab: at ${name} again, step ${opened.description.state.steps}\n`);
  return EXIT.DONE;
}

export async function clone(of: string, names: readonly string[], options: StoreOptions): Promise<number> {
  const store = openStore(options);
  for (const [n, name] of names.entries()) {
    mustBeNew(store, name);
    if (names.indexOf(name) !== n) throw usage(`${name} is named twice; each clone has a name of its own`);
  }
  for (const name of names) {
    const made = exclusively(store, () => cloneSnapshot(store, store.open(of), name));
    const { identity } = made.description.configuration;
    note(`ringlab: ${name}: a clone of ${of}, identity ${toHex(identity)}, ${formatBytes(made.size)}\n`);
  }
  return EXIT.DONE;
}

export async function template(
  name: string,
  options: StoreOptions & { readonly off?: boolean },
): Promise<number> {
  const store = openStore(options);
  exclusively(store, () => setTemplate(store, store.open(name), !options.off));
  note(
    `ringlab: ${name}: ${options.off ? 'no template any more' : 'a template now: it does not run, clones of it do'}\n`,
  );
  return EXIT.DONE;
}

export async function consolidate(name: string, options: StoreOptions): Promise<number> {
  const store = openStore(options);
  const made = exclusively(store, () => consolidateSnapshot(store, name));
  note(`ringlab: ${name}: holds everything itself now, ${formatBytes(made.size)}\n`);
  return EXIT.DONE;
}

export async function remove(names: readonly string[], options: StoreOptions): Promise<number> {
  const store = openStore(options);
  for (const name of names) {
    const merged = exclusively(store, () => deleteOne(store, name));
    const into = merged.length === 0 ? '' : `; what it had is in ${merged.join(', ')} now`;
    note(`ringlab: ${name}: deleted${into}\n`);
  }
  return EXIT.DONE;
}

/** Deletes a snapshot; returns the names of those that have what it had. */
function deleteOne(store: Store, name: string): readonly string[] {
  try {
    return deleteSnapshot(store, name).map(({ description }) => description.name);
  } catch (error) {
    if (!(error instanceof SnapshotError) || !store.has(name) || error.reason.startsWith('cannot'))
      throw error;
    if (error instanceof OrphanError)
      throw badInput(
        `${error.message}. Nothing was deleted; put the missing file back, or delete ${error.orphan} first`,
      );
    const path = error.message.slice(0, -error.reason.length - 2);
    throw badInput(`${error.message}. Nothing was deleted; to give up a damaged file: rm ${path}`);
  }
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
