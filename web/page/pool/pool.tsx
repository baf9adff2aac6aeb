/** The Pool view: hosts, their machines, and what becomes of them when a host is lost. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { PictureHost, PictureMachine, PoolPicture } from '../../../vmm/pool/picture.ts';
import type { PoolAct, PoolFrame } from '../../worker/pool.ts';
import type { Key } from '../keys.ts';
import {
  act,
  begin,
  isCareless,
  isRunning,
  pace,
  paces,
  pause,
  poolFrame,
  realPool,
  run,
  second,
} from './pooling.ts';

const isSimulated = () => realPool.value === undefined;

export const poolKeys: readonly Key[] = [
  {
    key: ' ',
    says: 'Let time pass in the simulated pool, or stop it',
    run: () => {
      if (!isSimulated()) return;
      if (isRunning.value) pause();
      else void run();
    },
  },
  {
    key: 'ArrowRight',
    says: 'Let a second pass in the simulated pool',
    run: () => {
      if (isSimulated()) void second();
    },
  },
];

export function Pool(): VNode {
  useEffect(() => {
    if (!isSimulated()) return undefined;
    if (poolFrame.value === undefined) void begin();
    else void run();
    return pause;
  }, []);
  const real = realPool.value;
  const frame = poolFrame.value;
  if (real !== undefined)
    return (
      <div class="pool-view">
        <p class="pool-told">
          The pool {real.name}, as it is now{real.isAway ? ': ✖ the server does not answer any more' : ''}.
        </p>
        <Picture picture={real.picture} />
      </div>
    );
  return (
    <div class="pool-view">
      {frame !== undefined && (
        <>
          <Controls />
          <Told frame={frame} />
          <Picture picture={frame.picture} frame={frame} />
        </>
      )}
    </div>
  );
}

function Controls(): VNode {
  return (
    <div class="move-controls">
      <button type="button" class="primary" onClick={() => void act({ act: 'create' })}>
        New machine
      </button>
      <button type="button" onClick={() => (isRunning.value ? pause() : void run())}>
        {isRunning.value ? 'Stop time' : 'Let time pass'}
      </button>
      <button type="button" onClick={() => void second()}>
        1 s
      </button>
      <button type="button" onClick={() => void begin()}>
        Begin again
      </button>
      <label>
        <span class="dim">Pace</span>
        <select
          value={pace.value}
          onChange={(event) => {
            pace.value = Number(event.currentTarget.value);
          }}
        >
          {paces.map((n) => (
            <option key={n} value={n}>
              {n} s a second
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={isCareless.value}
          onChange={(event) => {
            isCareless.value = event.currentTarget.checked;
            void begin();
          }}
        />
        <span>without leases and fencing</span>
      </label>
    </div>
  );
}

function Told({ frame }: { readonly frame: PoolFrame }): VNode {
  const [twice] = frame.twice.slice(-1);
  const doubled = Object.entries(frame.counters).find(([, { runsOn }]) => runsOn.length > 1);
  return (
    <div class={`outcome ${twice === undefined ? 'none' : 'failed'}`}>
      <p>
        <span class="clock">{(frame.now / 1000).toFixed(0)} s</span>{' '}
        {twice === undefined
          ? 'Each machine counts, on one host. Kill a host, cut its line to the store, or have it stand still.'
          : `✖ ${twice.name} counted ${twice.number} on ${plain(twice.hosts[0])}, and again on ${plain(twice.hosts[1])}.`}
      </p>
      {doubled !== undefined && (
        <p class="problem">
          ✖ {doubled[0]} runs on {doubled[1].runsOn.map(plain).join(' and ')} at once.
        </p>
      )}
    </div>
  );
}

/** All simulated hosts have port 1. */
const plain = (address: string): string => address.replace(/:1$/, '');

interface PictureProps {
  readonly picture: PoolPicture;
  /** Of a simulated pool. */
  readonly frame?: PoolFrame;
}

function Picture({ picture, frame }: PictureProps): VNode {
  const { hosts, elsewhere, events } = picture;
  return (
    <>
      <div class="rack">
        {hosts.map((host) => (
          <HostCard key={host.address} host={host} frame={frame} />
        ))}
      </div>
      {elsewhere.length > 0 && (
        <section class="host elsewhere" aria-label="On no host">
          <h2>On no host</h2>
          <Machines machines={elsewhere} frame={frame} />
        </section>
      )}
      <h2>What happened</h2>
      <ol class="pool-events" aria-label="What happened, the latest first">
        {events
          .slice(-mostShown)
          .toReversed()
          .map(({ at, about, what, host, reason }) => (
            <li key={`${at} ${about} ${what}`}>
              <span class="clock">{timeOf(at, frame !== undefined)}</span> <b>{plain(about)}</b> {what}
              {host !== null && ` on ${plain(host)}`}
              {reason !== '' && <span class="dim"> ({reason.split('\n')[0]})</span>}
            </li>
          ))}
      </ol>
    </>
  );
}

/** Events that are shown: the latest ones. */
const mostShown = 12;

function timeOf(at: number, isSimulated_: boolean): string {
  return isSimulated_ ? `${(at / 1000).toFixed(0)} s` : new Date(at).toLocaleTimeString();
}

/** Words with a sign, so that colour is never alone. */
const hostWords: Readonly<Record<PictureHost['state'], string>> = {
  on: '● there',
  draining: '◐ is emptied',
  off: '○ not used',
  lost: '? nothing heard of it',
  over: '✖ over for certain',
};

function HostCard({
  host,
  frame,
}: {
  readonly host: PictureHost;
  readonly frame: PoolFrame | undefined;
}): VNode {
  const { address, state, isManager, memory, usedMemory, machines } = host;
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  return (
    <section class={`host pool-${state}`} aria-label={`Host ${plain(address)}`}>
      <h2>
        {plain(address)} {isManager && <span class="owns">manager</span>}
      </h2>
      <p class="pool-state">{hostWords[state]}</p>
      {memory > 0 && (
        <p class="dim">
          <meter min={0} max={memory} value={usedMemory} aria-label="Memory that machines have" />{' '}
          {mebibytes(usedMemory)} of {mebibytes(memory)} MiB
        </p>
      )}
      <Machines machines={machines} frame={frame} />
      {frame !== undefined && <Faults host={host} frame={frame} />}
    </section>
  );
}

function Faults({ host, frame }: { readonly host: PictureHost; readonly frame: PoolFrame }): VNode {
  const { address } = host;
  const condition = frame.conditions[address] ?? 'runs';
  const button = (title: string, what: Exclude<PoolAct['act'], 'create'>) => (
    <button type="button" onClick={() => void act({ act: what, host: address })}>
      {title}
    </button>
  );
  return (
    <div class="pool-faults">
      {condition === 'runs' ? (
        <>
          {button('Kill', 'kill')}
          {button('Cut its line', 'cut')}
          {button('Have it stand still', 'stop')}
          {host.state === 'draining' ? button('Use it again', 'use') : button('Empty it', 'drain')}
        </>
      ) : (
        <>
          <span class="problem">It {condition}.</span>
          {condition === 'is dead' && button('Start it again', 'restart')}
          {condition === 'cut off' && button('Mend its line', 'mend')}
          {condition === 'stands still' && button('Let it go on', 'go on')}
          {condition !== 'is dead' && button('Kill', 'kill')}
        </>
      )}
    </div>
  );
}

function Machines({
  machines,
  frame,
}: {
  readonly machines: readonly PictureMachine[];
  readonly frame: PoolFrame | undefined;
}): VNode {
  return (
    <ul class="pool-machines">
      {machines.map(({ name, state, to, reason }) => (
        <li key={name} class={`vm-${state.toLowerCase()}`} title={reason}>
          <b>{name}</b> {state}
          {to !== undefined && ` → ${plain(to)}`}
          {frame !== undefined && <span class="count"> {frame.counters[name]?.count ?? 0}</span>}
        </li>
      ))}
    </ul>
  );
}
