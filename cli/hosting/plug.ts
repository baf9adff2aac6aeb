/** This process's own switch, joined to that of `ringlab switch`. */
import { parseAddress } from '../../vmm/network/frame.ts';
import { joinSwitch } from '../../vmm/network/remote.ts';
import { Switch } from '../../vmm/network/switch.ts';
import type { Trunk } from '../../vmm/network/trunk.ts';
import type { Connection } from '../../vmm/wire/connection.ts';
import { gmac } from '../../vmm/wire/node-seal.ts';
import { TcpNetwork } from '../../vmm/wire/tcp.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { readCertificate, type SecretOptions } from './certificate.ts';
import { checkAddress, readKey } from './state.ts';

export interface PlugOptions extends SecretOptions {
  /** Where the switch is: HOST:PORT. */
  readonly network?: string;
  /** The guest's own address. */
  readonly address?: string;
}

export interface Plug {
  readonly switch: Switch;
  /** An address for the only guest of this process: that of `--address`, or one that the switch has chosen. */
  readonly address: Uint8Array;
  /** Called when the switch is gone, and when it is back (`rejoin`). */
  onEnd: ((reason: string) => void) | undefined;
  onBack: (() => void) | undefined;
  /** An address for one of several guests of this process, a new one with each call. Rejects with a Failure when there is no switch. */
  newAddress(): Promise<Uint8Array>;
  close(): void;
}

/** Milliseconds between two checks whether the other side has proved itself in time, and between two attempts to join again. */
const tickMs = 500;
const againMs = 1000;

/**
 * Joins the switch that `--network` names; undefined when it names none. With `rejoin` it is
 * joined again whenever it has gone away. Throws Failures.
 */
export async function plugIn(options: PlugOptions, rejoin = false): Promise<Plug | undefined> {
  const { network, address } = options;
  if (network === undefined) {
    if (address !== undefined) throw usage('--address needs --network');
    return undefined;
  }
  const own = address === undefined ? undefined : parseAddress(address);
  if (address !== undefined && own === undefined)
    throw usage(`--address ${address}: expected the address of one station, like 02:00:00:00:00:07`);
  checkAddress('--network', network);
  const joined = new Switch();
  const enter = () => join(joined, network, options);
  return keep(joined, await enter(), own, rejoin ? enter : undefined);
}

/** The result of joining a switch. */
interface Joined {
  readonly trunk: Trunk;
  readonly given: Uint8Array;
}

/** The plug; `again` joins once more. */
function keep(
  joined: Switch,
  first: Joined,
  own: Uint8Array | undefined,
  again?: () => Promise<Joined>,
): Plug {
  let trunk: Trunk | undefined;
  let isClosed = false;
  const addresses = new Addresses([first.given]);
  const plug: Plug = {
    switch: joined,
    address: own ?? first.given,
    onEnd: undefined,
    onBack: undefined,
    newAddress: () => addresses.next(trunk),
    close: () => {
      isClosed = true;
      trunk?.close();
    },
  };
  const use = (now: Trunk) => {
    trunk = now;
    now.onAddress = (address) => addresses.given(address);
    now.onEnd = (reason) => {
      trunk = undefined;
      addresses.refuse(reason);
      plug.onEnd?.(reason);
      retry();
    };
  };
  const retry = () => {
    if (again === undefined || isClosed) return;
    setTimeout(() => {
      again().then(({ trunk: back }) => {
        if (isClosed) back.close();
        else {
          use(back);
          plug.onBack?.();
        }
      }, retry);
    }, againMs).unref();
  };
  use(first.trunk);
  return plug;
}

/** Addresses that the switch gives, as they are asked for. */
class Addresses {
  readonly #spare: Uint8Array[];
  /** Who waits for one, in order. */
  #waiting: { given(address: Uint8Array): void; refused(reason: string): void }[] = [];

  constructor(spare: Uint8Array[]) {
    this.#spare = spare;
  }

  next(trunk: Trunk | undefined): Promise<Uint8Array> {
    const spare = this.#spare.shift();
    if (spare !== undefined) return Promise.resolve(spare);
    return new Promise((given, reject) => {
      const refused = (reason: string) =>
        reject(new Failure(EXIT.UNREACHABLE, `no address for a guest: the switch is gone: ${reason}`));
      if (trunk === undefined) refused('it has not come back yet');
      else {
        this.#waiting.push({ given, refused });
        trunk.askAddress();
      }
    });
  }

  given(address: Uint8Array): void {
    this.#waiting.shift()?.given(address.slice());
  }

  refuse(reason: string): void {
    for (const { refused } of this.#waiting.splice(0)) refused(reason);
  }
}

/** Joins `joined` to the switch there. Rejects with a Failure. */
async function join(joined: Switch, network: string, options: PlugOptions): Promise<Joined> {
  const unreachable = (reason: string) =>
    new Failure(EXIT.UNREACHABLE, `${network}: no switch there: ${reason}`);
  const secret = { key: readKey(options.key, network), sealMaker: gmac, clock: () => performance.now() };
  const connection = await new Promise<Connection>((resolve, reject) => {
    new TcpNetwork(readCertificate(options)).dial(network, (made, reason) =>
      made === undefined ? reject(unreachable(reason)) : resolve(made),
    );
  });
  return new Promise<Joined>((resolve, reject) => {
    const session = joinSwitch(joined, connection, secret, {
      joined: (trunk) => {
        trunk.onAddress = (given) => {
          clearInterval(timer);
          resolve({ trunk, given });
        };
      },
      ended: (reason) => {
        clearInterval(timer);
        reject(unreachable(reason));
      },
    });
    const timer = setInterval(() => session.tick(), tickMs);
  });
}
