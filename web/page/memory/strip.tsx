/** An address followed: guest virtual, guest physical, host physical, with the page-table entries that are met on the way. */
import type { ComponentChildren, VNode } from 'preact';
import type { Followed, Walk } from '../../../vmm/memory/tables.ts';
import { hex } from '../words.ts';
import { endTexts, rightsText } from './words.ts';

export function Strip({ followed, name }: { readonly followed: Followed; readonly name: string }): VNode {
  const { host, guest, va, paging } = followed;
  return (
    <section class="ways" aria-label="The address followed">
      <h2>As the guest sees it</h2>
      <ol class="strip">
        <Virtual va={va} name={name} paging={paging} />
        <Entries walk={guest} whose="guest’s" />
        {!paging && guest.physical !== undefined && (
          <Step title="R adds its base">
            <code>+ {hex(followed.relocation.base)}</code>
          </Step>
        )}
        <Arrival walk={guest} title="guest physical" />
        {host?.physical !== undefined && (
          <>
            <Step title="its memory lies at">
              <code>+ {hex(host.at)}</code>
            </Step>
            <Step title="host physical" kind="address">
              <code>{hex(host.physical)}</code>
            </Step>
          </>
        )}
      </ol>
      {host !== undefined && <RealWay followed={followed} host={host} />}
    </section>
  );
}

type HostWay = NonNullable<Followed['host']>;

interface RealProps {
  readonly followed: Followed;
  readonly host: HostWay;
}

function RealWay({ followed, host }: RealProps): VNode {
  const { shadow, relocation } = host;
  const { va } = followed;
  return (
    <>
      <h2>As the real machine goes</h2>
      <ol class="strip">
        <Virtual va={va} name="" paging={shadow !== undefined && shadow.entries.length > 0} />
        {shadow === undefined ? (
          <>
            <Step title="the real R, set by the monitor">
              <code>+ {hex(relocation.base)}</code>
              <small>
                bound <code>{hex(relocation.bound)}</code>
              </small>
            </Step>
            <Step title="host physical" kind={va < relocation.bound ? 'address' : 'fault'}>
              {va < relocation.bound ? <code>{hex(relocation.base + va)}</code> : '✖ access fault'}
            </Step>
          </>
        ) : (
          <>
            <Entries walk={shadow} whose="shadow’s" />
            <Arrival walk={shadow} title="host physical" />
          </>
        )}
      </ol>
      <Same followed={followed} host={host} />
    </>
  );
}

/** Whether both ways come to the same place. */
function Same({ followed, host }: RealProps): VNode {
  const { shadow, relocation } = host;
  const arrived = shadow === undefined ? relocation.base + followed.va : shadow.physical;
  if (followed.guest.end !== 'mapped')
    return <p class="same">By the guest’s own tables it is nowhere either: the fault is the guest’s.</p>;
  if (arrived === host.physical)
    return <p class="same good">✔ Both ways lead to the same place: the guest cannot tell.</p>;
  return (
    <p class="same">
      The shadow does not map it yet. At the next access the monitor derives the entry, and the guest does not
      notice.
    </p>
  );
}

interface VirtualProps {
  readonly va: number;
  readonly name: string;
  readonly paging: boolean;
}

function Virtual({ va, name, paging }: VirtualProps): VNode {
  return (
    <Step title={name === '' ? 'guest virtual' : `guest virtual: ${name}`} kind="address">
      <code>{hex(va)}</code>
      {paging && (
        <small>
          {va >>> 22} | {(va >>> 12) & 1023} | {(va & 4095).toString(16).padStart(3, '0')}
        </small>
      )}
    </Step>
  );
}

function Entries({ walk, whose }: { readonly walk: Walk; readonly whose: string }): VNode {
  return (
    <>
      {walk.entries.map(({ level, at, value }) => (
        <Step key={level} title={`${whose} level ${level} entry`}>
          <code>{hex(value)}</code>
          <small>
            at <code>{hex(at)}</code>, <code>{rightsText(value)}</code>
          </small>
        </Step>
      ))}
    </>
  );
}

function Arrival({ walk, title }: { readonly walk: Walk; readonly title: string }): VNode {
  if (walk.end === 'mapped')
    return (
      <Step title={title} kind="address">
        <code>{hex(walk.physical ?? 0)}</code>
      </Step>
    );
  return (
    <Step title={title} kind="fault">
      ✖ {endTexts[walk.end]}
    </Step>
  );
}

interface StepProps {
  readonly title: string;
  readonly kind?: 'address' | 'fault';
  readonly children: ComponentChildren;
}

function Step({ title, kind, children }: StepProps): VNode {
  return (
    <li class={kind ?? ''}>
      <span class="title">{title}</span>
      {children}
    </li>
  );
}
