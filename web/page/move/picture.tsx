/** The two hosts and the cable between them. The cable is a button: a click cuts it, another one mends it. */
import type { VNode } from 'preact';
import type { HostFrame, HostName, MoveFrame } from '../../worker/move.ts';
import { grouped } from '../words.ts';
import { act } from './moving.ts';
import { PageMap } from './page-map.tsx';

export function Picture({ now }: { readonly now: MoveFrame }): VNode {
  return (
    <div class="hosts">
      <HostCard name="A" now={now} />
      <Cable now={now} />
      <HostCard name="B" now={now} />
    </div>
  );
}

/** What a host has written down about the guest. */
const phaseTexts: Readonly<Record<string, string>> = {
  owned: 'Written down: the guest is mine',
  leaving: 'Written down: the guest is the other’s, who may not know yet',
  prepared: 'Written down: the whole image is here; the other decides',
};

function HostCard({ name, now }: { readonly name: HostName; readonly now: MoveFrame }): VNode {
  const host = now.hosts[name];
  const isOwner = now.owner === name;
  return (
    <section class={isOwner ? 'host owner' : 'host'} aria-label={`Host ${name}`}>
      <h2>
        Host {name} {isOwner && <span class="owns">★ owns the guest</span>}
      </h2>
      <p>{runText(host)}</p>
      <p class="phase">
        {host.phase === undefined ? 'Nothing written down' : (phaseTexts[host.phase] ?? host.phase)}
      </p>
      <PageMap pages={host.pages} count={now.pages} label={mapText(name, host, now.pages)} />
    </section>
  );
}

function runText({ runs, steps }: HostFrame): string {
  if (runs) return `▶ It runs here, step ${grouped(steps ?? 0)}`;
  if (steps === undefined) return 'No guest here';
  return steps === 0 ? 'Memory is set aside' : `❙❙ It stands still here, step ${grouped(steps)}`;
}

function mapText(name: HostName, { pages }: HostFrame, count: number): string {
  if (pages === '') return `Host ${name} has no memory of the guest`;
  const differing = [...pages].filter((page) => page === 'x').length;
  const written = [...pages].filter((page) => page === 'w').length;
  return `Pages on host ${name}: ${count - differing} of ${count} as where the guest is${written > 0 ? `, ${written} written just now` : ''}`;
}

function Cable({ now }: { readonly now: MoveFrame }): VNode {
  const { isCut, going, carried } = now;
  const state = isCut ? 'cut' : going > 0 ? 'busy' : 'idle';
  return (
    <div class={`cable ${state}`}>
      <button type="button" onClick={() => void act(isCut ? 'mend' : 'cut')}>
        <svg viewBox="0 0 100 24" aria-hidden="true" focusable="false" preserveAspectRatio="none">
          {isCut ? <path d="M0 12H36M64 12H100M40 4l6 16M54 4l6 16" /> : <path class="line" d="M0 12H100" />}
        </svg>
        <span>{isCut ? 'Mend the cable' : '✂ Cut the cable'}</span>
      </button>
      <p>{isCut ? '✖ cut' : going > 0 ? `${kib(going)} on its way` : 'idle'}</p>
      <p class="dim">{kib(carried)} carried</p>
    </div>
  );
}

function kib(bytes: number): string {
  return `${grouped(Math.round(bytes / 1024))} KiB`;
}
