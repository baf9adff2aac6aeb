/** The registers of both machines, a row for each: those that the last step changed or that differ come first. */
import type { VNode } from 'preact';
import { registerNames } from '../../../isa/table/registers.ts';
import { systemRegisters } from '../../../isa/table/sysregs.ts';
import type { Frame } from '../../worker/frame.ts';
import { frame, pointed, viewState } from '../state.ts';
import { hex } from '../words.ts';

interface Row {
  readonly name: string;
  readonly says: string;
  readonly left: number;
  readonly right: number;
  readonly changed: boolean;
  /** The tour points at it. */
  readonly pointed: boolean;
}

const showsAll = viewState('machine-all', false);

function generalRows({ sides: [a, b] }: Frame): Row[] {
  return a.x.map((left, n) => ({
    name: registerNames[n] as string,
    says: `x${n}`,
    left,
    right: b.x[n] ?? 0,
    changed: a.changed.x.includes(n) || b.changed.x.includes(n),
    pointed: pointed.value.has(registerNames[n] as string),
  }));
}

function systemRows({ sides: [a, b] }: Frame): Row[] {
  return systemRegisters.map(({ name, number, says }) => ({
    name,
    says,
    left: a.system[number] ?? 0,
    right: b.system[number] ?? 0,
    changed: a.changed.system.includes(number) || b.changed.system.includes(number),
    pointed: pointed.value.has(name),
  }));
}

const isLoud = ({ left, right, changed, pointed: isPointed }: Row) => changed || isPointed || left !== right;

/** Rows that are shown when not all are: loud ones, then those that hold something, up to a number. */
function first(rows: readonly Row[], least: number): Row[] {
  const loud = rows.filter(isLoud);
  const used = rows.filter((row) => !isLoud(row) && row.left !== 0);
  return [...loud, ...used].slice(0, Math.max(least, loud.length));
}

const shown = 8;

export function Registers(): VNode | null {
  const now = frame.value;
  if (now === undefined) return null;
  const all = showsAll.value;
  const general = generalRows(now);
  const system = systemRows(now);
  return (
    <section class="registers" aria-label="Registers">
      <h2>
        Registers
        <label class="switch">
          <input
            type="checkbox"
            checked={all}
            onChange={(event) => {
              showsAll.value = event.currentTarget.checked;
            }}
          />
          all
        </label>
      </h2>
      <div class="tables">
        <Table caption="General registers" rows={all ? general : first(general, shown)} />
        <Table caption="System registers" rows={all ? system : first(system, shown)} />
      </div>
    </section>
  );
}

function Table({ caption, rows }: { readonly caption: string; readonly rows: readonly Row[] }): VNode {
  return (
    <table class="words">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">register</th>
          <th scope="col">bare</th>
          <th scope="col">monitor</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.name}
            class={`${row.left !== row.right ? 'differs' : row.changed ? 'changed' : ''}${row.pointed ? ' pointed' : ''}`}
          >
            <th scope="row" title={row.says}>
              {row.left !== row.right ? '≠ ' : row.changed ? '• ' : ''}
              {row.name}
              {row.pointed && (
                <>
                  <span class="pointer" aria-hidden="true">
                    {' ◂'}
                  </span>
                  <span class="vh">, the tour points at it</span>
                </>
              )}
            </th>
            <td>{hex(row.left)}</td>
            <td>{hex(row.right)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
