/** The page tables of the guest and, beside them, their shadow: runs of pages that are mapped alike. */
import type { ComponentChildren, VNode } from 'preact';
import type { PageRun, ShadowState, TablesView, TableView } from '../../../vmm/memory/tables.ts';
import { hex } from '../words.ts';
import { pagesText, pageText, rightsText, states } from './words.ts';

/** Runs of a table that are shown. */
const most = 200;

interface TablesProps {
  readonly tables: TablesView;
  /** The address that is followed. */
  readonly va: number | undefined;
}

export function Tables({ tables, va }: TablesProps): VNode {
  const { root, shadowRoot, traced } = tables;
  const seen = new Set(tables.tables.flatMap(({ runs }) => runs.map(({ state }) => state)));
  return (
    <section class="page-tables" aria-label="Page tables">
      <h2>Page tables</h2>
      <p class="roots">
        {root === undefined ? (
          'The guest’s paging is off.'
        ) : (
          <At what="The guest’s root table is at" address={root} />
        )}{' '}
        {shadowRoot === undefined ? (
          'Nothing is derived from it yet.'
        ) : (
          <At what="The real machine walks the shadow’s, in its own memory at" address={shadowRoot} />
        )}
      </p>
      {tables.tables.map((table) => (
        <Table key={table.index} table={table} va={va} />
      ))}
      <Legend seen={seen} />
      {traced.length > 0 && <Traced traced={traced} />}
    </section>
  );
}

function At({ what, address }: { readonly what: string; readonly address: number }): VNode {
  return (
    <>
      {what} <code>{hex(address)}</code>.
    </>
  );
}

function Table({ table, va }: { readonly table: TableView; readonly va: number | undefined }): VNode {
  const { index, guest, shadow, runs } = table;
  const first = index * 2 ** 22;
  const left = runs.length - most;
  const isHere = ({ va: from, pages }: PageRun) => va !== undefined && va >= from && va < from + pages * 4096;
  return (
    <details class="page-table" open>
      <summary>
        <b>
          {hex(first)}–{hex(first + 2 ** 22 - 1)}
        </b>
        <span>
          entry {index}: guest’s table {guest === undefined ? 'none' : <code>{hex(guest)}</code>}, shadow’s{' '}
          {shadow === undefined ? 'none' : <code>{hex(shadow)}</code>}
        </span>
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">virtual pages</th>
            <th scope="col">guest: page, rights</th>
            <th scope="col">in the shadow</th>
            <th scope="col">shadow: page, rights</th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, most).map((run) => (
            <Run key={run.va} run={run} isHere={isHere(run)} />
          ))}
        </tbody>
      </table>
      {left > 0 && <p class="dim">and {left} more</p>}
    </details>
  );
}

function Run({ run, isHere }: { readonly run: PageRun; readonly isHere: boolean }): VNode {
  const { va, pages, guest, shadow, state } = run;
  return (
    <tr class={isHere ? 'now' : ''}>
      <th scope="row">
        {isHere && <span title="the address that is followed">▶ </span>}
        {pagesText(va, pages)}
      </th>
      <td>
        <span class="narrow">guest </span>
        {entryText(guest)}
      </td>
      <td class={`state state-${state}`}>
        <State state={state} />
      </td>
      <td>
        <span class="narrow">shadow </span>
        {entryText(shadow)}
      </td>
    </tr>
  );
}

function State({ state }: { readonly state: ShadowState }): VNode {
  const { sign, word } = states[state];
  return (
    <>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>{' '}
      {word}
    </>
  );
}

function entryText(entry: number | undefined): string {
  return entry === undefined ? '–' : `${pageText(entry)} ${rightsText(entry)}`;
}

function Legend({ seen }: { readonly seen: ReadonlySet<ShadowState> }): VNode {
  const shown = (Object.keys(states) as ShadowState[]).filter((state) => seen.has(state) && state !== 'bare');
  return (
    <dl class="legend">
      {shown.map((state) => (
        <LegendRow key={state} class={`state-${state}`} term={<State state={state} />}>
          {states[state].says}
        </LegendRow>
      ))}
      <LegendRow term={<code>VRWXUAD</code>}>valid, read, write, execute, user, accessed, dirty</LegendRow>
    </dl>
  );
}

interface LegendProps {
  readonly class?: string;
  readonly term: ComponentChildren;
  readonly children: ComponentChildren;
}

function LegendRow({ class: name = '', term, children }: LegendProps): VNode {
  return (
    <div>
      <dt class={name}>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const uses = { root: 'root table', table: 'page table', code: 'translated code' } as const;

function Traced({ traced }: { readonly traced: TablesView['traced'] }): VNode {
  return (
    <details>
      <summary>
        {traced.length} {traced.length === 1 ? 'page' : 'pages'} of the guest’s memory whose writes are traced
      </summary>
      <ul>
        {traced.map(({ page, as }) => (
          <li key={page}>
            <code>{page.toString(16).padStart(5, '0')}</code>:{' '}
            {as.length === 0 ? 'was a page table' : as.map((use) => uses[use]).join(', ')}
          </li>
        ))}
      </ul>
    </details>
  );
}
