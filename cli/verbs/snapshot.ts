/** `ringlab snapshot …`: a guest's states kept in a folder, as a tree; see vmm/snapshot. */
import { diffSnapshots, fieldsOf } from '../../vmm/snapshot/diff.ts';
import {
  cloneSnapshot,
  consolidate as consolidateSnapshot,
  deleteSnapshot,
  setTemplate,
} from '../../vmm/snapshot/tree.ts';
import { verifyStore } from '../../vmm/snapshot/verify.ts';
import { EXIT } from '../failure.ts';
import { note, print } from '../output.ts';
import {
  formatBytes,
  formatDifference,
  formatList,
  formatSnapshot,
  formatTree,
  summaryOf,
  toHex,
} from '../snapshot/format.ts';
import {
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

function summaries(options: StoreOptions) {
  const store = openStore(options);
  const { current } = store;
  return store.all().map((opened) => summaryOf(opened, current));
}

export async function list(options: ReportOptions): Promise<number> {
  const all = summaries(options);
  if (options.json) printJson({ snapshots: all });
  else if (all.length === 0) note(`ringlab: ${options.store}: no snapshots yet\n`);
  else print(formatList(all));
  return EXIT.DONE;
}

export async function tree(options: StoreOptions): Promise<number> {
  const all = summaries(options);
  if (all.length === 0) note(`ringlab: ${options.store}: no snapshots yet\n`);
  print(formatTree(all));
  return EXIT.DONE;
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
  const opened = store.open(name);
  mustRun(opened, store.folder);
  exclusively(store.folder, () => store.setCurrent(name));
  note(`ringlab: at ${name} again, step ${opened.description.state.steps}\n`);
  return EXIT.DONE;
}

export async function clone(of: string, names: readonly string[], options: StoreOptions): Promise<number> {
  const store = openStore(options);
  for (const name of names) {
    const made = exclusively(store.folder, () => cloneSnapshot(store, store.open(of), name));
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
  exclusively(store.folder, () => setTemplate(store, store.open(name), !options.off));
  note(
    `ringlab: ${name}: ${options.off ? 'no template any more' : 'a template now: it does not run, clones of it do'}\n`,
  );
  return EXIT.DONE;
}

export async function consolidate(name: string, options: StoreOptions): Promise<number> {
  const store = openStore(options);
  const made = exclusively(store.folder, () => consolidateSnapshot(store, name));
  note(`ringlab: ${name}: holds everything itself now, ${formatBytes(made.size)}\n`);
  return EXIT.DONE;
}

export async function remove(names: readonly string[], options: StoreOptions): Promise<number> {
  const store = openStore(options);
  for (const name of names) {
    const merged = exclusively(store.folder, () => deleteSnapshot(store, name)).map(
      ({ description }) => description.name,
    );
    const into = merged.length === 0 ? '' : `; what it had is in ${merged.join(', ')} now`;
    note(`ringlab: ${name}: deleted${into}\n`);
  }
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
    note(`ringlab: ${left}: left by a program that was stopped; it can be deleted\n`);
  return findings.every(({ problem }) => problem === undefined) ? EXIT.DONE : EXIT.BAD_INPUT;
}
