/** Finds the hosts that run here, and the host that has a guest. */
import type { GuestStatus } from '../../vmm/hosting/control.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { note } from '../output.ts';
import { type Asker, ask } from './ask.ts';
import { readCertificate, type SecretOptions } from './certificate.ts';
import { knownHosts, readKey } from './state.ts';

/** The secrets for requests to the host at `address`. Throws Failures. */
export function askerOf(address: string, options: SecretOptions): Asker {
  const certificate = readCertificate(options);
  return { key: readKey(options.key, address), ...(certificate ? { certificate } : {}) };
}

export interface HostedOn extends GuestStatus {
  readonly host: string;
}

/** All guests of the hosts that run here, or of the one given; and how many hosts have answered. */
export async function findGuests(
  asker: Asker,
  from: string | undefined,
  tell: (text: string) => void = note,
): Promise<{ readonly found: readonly HostedOn[]; readonly answers: number }> {
  const hosts = from === undefined ? knownHosts() : [from];
  const found: HostedOn[] = [];
  let answers = 0;
  for (const host of hosts) {
    try {
      const reply = await ask(asker, host, { kind: 'status' });
      answers += 1;
      if (reply.kind === 'status') found.push(...reply.guests.map((guest) => ({ ...guest, host })));
    } catch (error) {
      if (!(error instanceof Failure) || from !== undefined) throw error;
      tell(`ringlab: ${error.message}\n`);
    }
  }
  return { found, answers };
}

/** The host that has a guest. Rejects with a Failure. */
export async function hostOf(
  guest: string,
  asker: Asker,
  tell: (text: string) => void = note,
): Promise<string> {
  const { found } = await findGuests(asker, undefined, tell);
  const hosts = found
    .filter(({ name, state }) => name === guest && state !== 'coming' && state !== 'leaving')
    .map(({ host }) => host);
  const [one, ...others] = hosts;
  if (one === undefined)
    throw new Failure(
      EXIT.UNREACHABLE,
      `no host that runs here has a guest ${guest}; --from HOST:PORT names another`,
    );
  if (others.length > 0)
    throw usage(`${hosts.join(' and ')} each have a guest ${guest}; choose one with --from`);
  return one;
}
