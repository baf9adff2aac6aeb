/** This process's own switch, joined to that of `ringlab switch`. */
import { parseAddress } from '../../vmm/network/frame.ts';
import { joinSwitch } from '../../vmm/network/remote.ts';
import { Switch } from '../../vmm/network/switch.ts';
import type { Trunk } from '../../vmm/network/trunk.ts';
import type { Link } from '../../vmm/migration/wire/link.ts';
import { TcpNetwork } from '../../vmm/migration/wire/tcp.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { readCertificate, type SecretOptions } from './certificate.ts';
import { checkAddress, readKey } from './state.ts';

export interface NetworkOptions extends SecretOptions {
  /** Where the switch is: HOST:PORT. */
  readonly network?: string;
  /** The guest's own address. */
  readonly address?: string;
}

export interface Plug {
  readonly switch: Switch;
  /** An address for a guest of ours: `--address`, or what the switch gave. */
  readonly address: Uint8Array;
  /** Told when the switch is gone. */
  onEnd: ((reason: string) => void) | undefined;
  close(): void;
}

/** Milliseconds between two looks whether the other side has proved itself in time. */
const tick = 500;

/** Joins the switch that `--network` names; undefined when it names none. Throws Failures. */
export async function plugIn(options: NetworkOptions): Promise<Plug | undefined> {
  const { network, address } = options;
  if (network === undefined) {
    if (address !== undefined) throw usage('--address needs --network');
    return undefined;
  }
  const own = address === undefined ? undefined : parseAddress(address);
  if (address !== undefined && own === undefined)
    throw usage(`--address ${address}: expected a station's own address, like 02:00:00:00:00:07`);
  checkAddress('--network', network);
  return join(network, options, own);
}

async function join(network: string, options: NetworkOptions, own: Uint8Array | undefined): Promise<Plug> {
  const unreachable = (reason: string) =>
    new Failure(EXIT.UNREACHABLE, `${network}: no switch there: ${reason}`);
  const secret = { key: readKey(options.key, network), clock: () => performance.now() };
  const link = await new Promise<Link>((resolve, reject) => {
    new TcpNetwork(readCertificate(options)).dial(network, (made, reason) =>
      made === undefined ? reject(unreachable(reason)) : resolve(made),
    );
  });
  const joined = new Switch();
  return new Promise<Plug>((resolve, reject) => {
    let plug: Plug | undefined;
    const session = joinSwitch(joined, link, secret, {
      joined: (trunk: Trunk) => {
        trunk.onAddress = (given) => {
          clearInterval(timer);
          plug ??= { switch: joined, address: own ?? given, onEnd: undefined, close: () => trunk.close() };
          resolve(plug);
        };
      },
      ended: (reason) => {
        clearInterval(timer);
        plug?.onEnd?.(reason);
        reject(unreachable(reason));
      },
    });
    const timer = setInterval(() => session.tick(), tick);
  });
}
