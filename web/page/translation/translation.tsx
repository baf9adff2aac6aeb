/** The Translation view: a unit of guest code beside the words that run instead, how units lead to one another, and counts. */
import type { VNode } from 'preact';
import type { ListedUnit, WordKind } from '../../../vmm/translator/listing.ts';
import type { TranslatorStatistics } from '../../../vmm/translator/translator.ts';
import type { TranslationView } from '../../worker/translation.ts';
import { useAnswer } from '../answer.ts';
import { choose } from '../laboratory.ts';
import { monitor, step, viewState } from '../state.ts';
import { grouped, hex, monitorTitle } from '../words.ts';
import { Code } from './code.tsx';
import { countKinds, flowOf, kinds, unitAt, type Way } from './flow.ts';
import { FlowDiagram } from './flow-diagram.tsx';

/** The unit that is shown, by its guest address and ring; undefined: the one that the guest is in. */
const chosen = viewState<{ readonly pc: number; readonly ring: number } | undefined>(
  'translation-unit',
  undefined,
  (value) => {
    const { pc, ring } = (value ?? {}) as { pc?: unknown; ring?: unknown };
    return typeof pc === 'number' && typeof ring === 'number';
  },
);

export function Translation(): VNode {
  const view = useAnswer('translation', { step: step.value });
  if (monitor.value !== 'binary-translation') return <NoTranslator />;
  if (view === undefined || view === null) return <p class="empty">Translating…</p>;
  return (
    <div class="translation-view">
      <Units view={view} />
      <Counts view={view} />
    </div>
  );
}

function NoTranslator(): VNode {
  return (
    <div class="empty-state">
      <p>
        {monitorTitle(monitor.value)} translates nothing: the guest's own instructions run, or are interpreted
        one by one.
      </p>
      <button
        type="button"
        class="primary"
        onClick={() => void choose({ monitor: 'binary-translation', translateUser: true })}
      >
        Run the guest by binary translation
      </button>
    </div>
  );
}

function Units({ view }: { readonly view: TranslationView }): VNode {
  const { units, pc, ring, names } = view;
  const wanted = chosen.value;
  const here = unitAt(units, pc, ring);
  const index =
    wanted === undefined
      ? here
      : indexOf(units, (unit) => unit.pc === wanted.pc && unit.ring === wanted.ring);
  const unit = index === undefined ? undefined : units[index];
  const nameOf = (address: number) => names[address] || `0x${address.toString(16)}`;
  const show = (one: ListedUnit | undefined) => {
    chosen.value = one === undefined ? undefined : { pc: one.pc, ring: one.ring };
  };
  return (
    <>
      <UnitPicker view={view} here={here} index={index} nameOf={nameOf} onShow={show} />
      {unit === undefined || index === undefined ? (
        <p class="empty">
          {wanted === undefined
            ? `The guest is in ring ${ring} at ${hex(pc)}, and that code is not translated: it runs directly, or the monitor interprets it.`
            : 'This unit is not in the cache at this step: the guest has not been there yet, or it was given up.'}
        </p>
      ) : (
        <>
          <UnitHead unit={unit} nameOf={nameOf} />
          <Code unit={unit} pc={index === here ? pc : undefined} nameOf={nameOf} />
          <h2>Flow</h2>
          <FlowDiagram
            flow={flowOf(units, index)}
            title={nameOf(unit.pc)}
            titleOf={(way: Way) =>
              way.unit === undefined
                ? `${nameOf(way.target)} (not translated)`
                : nameOf((units[way.unit] as ListedUnit).pc)
            }
            onChoose={(n) => show(units[n])}
          />
        </>
      )}
    </>
  );
}

function indexOf(units: readonly ListedUnit[], is: (unit: ListedUnit) => boolean): number | undefined {
  const found = units.findIndex(is);
  return found < 0 ? undefined : found;
}

interface PickerProps {
  readonly view: TranslationView;
  /** Indexes of the unit where the guest is, and of the one that is shown. */
  readonly here: number | undefined;
  readonly index: number | undefined;
  readonly nameOf: (address: number) => string;
  readonly onShow: (unit: ListedUnit | undefined) => void;
}

function UnitPicker({ view: { units }, here, index, nameOf, onShow }: PickerProps): VNode {
  const wanted = chosen.value;
  const at = here === undefined ? undefined : units[here];
  return (
    <label class="unit-picker">
      <span class="dim">Unit</span>{' '}
      <select
        value={wanted === undefined ? 'here' : String(index ?? 'gone')}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onShow(value === 'here' ? undefined : units[Number(value)]);
        }}
      >
        <option value="here">where the guest is{at === undefined ? '' : `: ${nameOf(at.pc)}`}</option>
        {wanted !== undefined && index === undefined && (
          <option value="gone">{nameOf(wanted.pc)} (not in the cache)</option>
        )}
        {units.map(({ cache, pc, ring, instructions }, n) => (
          <option key={cache} value={n}>
            {nameOf(pc)}, ring {ring}, {instructions.length}{' '}
            {instructions.length === 1 ? 'instruction' : 'instructions'}
          </option>
        ))}
      </select>
    </label>
  );
}

function UnitHead({
  unit,
  nameOf,
}: {
  readonly unit: ListedUnit;
  readonly nameOf: (at: number) => string;
}): VNode {
  const { pc, cache, ring, paging, space, pending } = unit;
  return (
    <p class="unit-head">
      <b>{nameOf(pc)}</b> <code>{hex(pc)}</code> → <code>{hex(cache)}</code>, virtual ring {ring}
      {paging && ', paging on'}
      {space > 1 && `, address space ${space}`}
      {pending && ', an interrupt pending'}
    </p>
  );
}

const statisticTexts: Readonly<Record<keyof TranslatorStatistics, string>> = {
  units: 'units translated',
  copied: 'instructions copied',
  sequences: 'instructions that became sequences',
  callouts: 'instructions that became callouts',
  chains: 'links chained',
  invalidated: 'units given up: their code or its mapping changed',
  flushes: 'times that the whole cache was given up',
  adapted: 'instructions that trapped too often, and became callouts',
};

function Counts({ view: { statistics, units } }: { readonly view: TranslationView }): VNode {
  const words = countKinds(units);
  return (
    <section class="counts columns" aria-label="Counts">
      <table>
        <caption>Words in the cache now</caption>
        <tbody>
          {(Object.keys(kinds) as WordKind[]).map((kind) => (
            <tr key={kind}>
              <th scope="row" class={`kind-${kind}`}>
                <span class="letter" aria-hidden="true">
                  {kinds[kind].letter}
                </span>
                <span class="vh">{kind}</span>
              </th>
              <td class="number">{grouped(words[kind])}</td>
              <td class="says">{kinds[kind].says}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>Since the guest began</caption>
        <tbody>
          {(Object.keys(statisticTexts) as (keyof TranslatorStatistics)[]).map((name) => (
            <tr key={name}>
              <td class="number">{grouped(statistics[name])}</td>
              <td class="says">{statisticTexts[name]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
