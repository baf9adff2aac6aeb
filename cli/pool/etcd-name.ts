/** The name of a pool in etcd: `etcd://[USER:PASSWORD@]HOST:PORT,…[/FOLDER]`; `etcds://` speaks TLS. */
import { join } from 'node:path';
import { setTimeout as timer } from 'node:timers/promises';
import type { EtcdStoreOptions } from '../../vmm/pool/etcd-store.ts';
import { splitAddress } from '../../vmm/wire/tcp.ts';
import { usage } from '../failure.ts';
import { poolsFolder } from '../hosting/state.ts';

export interface EtcdPool extends EtcdStoreOptions {
  /** As messages have it: without the password. */
  readonly name: string;
  readonly folder: string;
}

/** undefined = a folder. Without a folder of its own, a pool's is among this user's files, and serves one machine. Throws a Failure. */
export function parseEtcd(name: string): EtcdPool | undefined {
  const scheme = /^(\w+):\/\//.exec(name)?.[1];
  if (scheme === undefined) return undefined;
  const parts = /^etcds?:\/\/(?:([^:@/]+):([^@/]*)@)?([^@/]+)(\/.*)?$/.exec(name);
  const members = (parts?.[3] ?? '').split(',');
  try {
    if (parts === null) throw new Error('it is no such name');
    for (const member of members) splitAddress(member);
  } catch (error) {
    throw usage(
      `--pool ${hidden(name)}: ${(error as Error).message}; a pool is a folder, or etcd://[USER:PASSWORD@]HOST:PORT,HOST:PORT/FOLDER, or the same with etcds:// for TLS`,
    );
  }
  const [, user, password = '', , path] = parts;
  const folder =
    path ??
    join(
      poolsFolder(),
      members
        .toSorted()
        .join('_')
        .replaceAll(/[^\w.-]/g, '_'),
    );
  return {
    pause,
    name: hidden(name),
    members: members.map((member) => `${scheme === 'etcds' ? 'https' : 'http'}://${member}`),
    prefix: `/ringlab${path ?? ''}/`,
    folder,
    ...(user === undefined
      ? {}
      : { user: { name: decodeURIComponent(user), password: decodeURIComponent(password) } }),
  };
}

/** A process that has nothing else to do does not stay for it. */
const pause = (ms: number): Promise<void> => timer(ms, undefined, { ref: false });

const hidden = (name: string): string => name.replace(/(:\/\/[^:@/]+):[^@/]*@/, '$1:…@');
