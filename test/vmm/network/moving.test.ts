/** A guest keeps its place on the network when it moves: what is under way finds it, once. */
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../vmm/hosting/host.ts';
import type { Policy } from '../../../vmm/migration/policy.ts';
import { addressNumber, formatAddress } from '../../../vmm/network/frame.ts';
import { HostNetwork } from '../../../vmm/hosting/host-network.ts';
import { Switch } from '../../../vmm/network/switch.ts';
import { Trunk, type TrunkChannel } from '../../../vmm/network/trunk.ts';
import { eager, expectCompiled } from '../../engines/compiled.ts';
import { imageOf } from '../../guests/run.ts';
import { policies, World } from '../migration/world.ts';

const [serverAddress, clientAddress] = [addressNumber(1), addressNumber(2)];
const addresses = ['a:1', 'b:1', 'c:1'];

/** Two ends of a trunk; messages arrive when the world makes its next step. */
class MemoryLine implements TrunkChannel {
  readonly peer: string;
  readonly backlog = 0;
  readonly #world: World;
  other: Trunk | undefined;

  constructor(world: World, peer: string) {
    this.#world = world;
    this.peer = peer;
  }

  send(type: number, payload = new Uint8Array()): void {
    this.#world.later(() => this.other?.message(type, payload));
  }

  close(): void {}
}

/** Hosts, each with a switch, joined to one in the middle. */
function network(engine: 'interpreter' | 'fast' = 'interpreter', monitor = 'none') {
  const networks = new Map<string, HostNetwork>();
  const world = new World({
    steps: 1000,
    machinery: { engine, monitor, fast: eager },
    events: (address) => (networks.get(address) as HostNetwork).events,
  });
  const middle = new Switch();
  for (const address of addresses) {
    const own = new HostNetwork();
    networks.set(address, own);
    world.host(address);
    const [near, far] = [new MemoryLine(world, 'middle'), new MemoryLine(world, address)];
    far.other = new Trunk(own.switch, near);
    near.other = new Trunk(middle, far);
  }
  const at = (address: string) => world.hosts.get(address) as Host;
  const said = (name: string) => Buffer.from(world.printed.get(name) ?? []).toString();
  return { world, networks, middle, at, said };
}

/** Starts the server on the first host, and a client that makes `requests` on another. */
function start({ world }: ReturnType<typeof network>, clientAt: string, requests: number): void {
  world.start('a:1', 'server', imageOf('web-server.s'), { network: serverAddress });
  const input = `${requests}\n`;
  world.start(clientAt, 'client', imageOf('web-client.s'), { network: clientAddress, input });
}

const nothingLost = (requests: number) => `${requests} answers, 0 requests sent again, 0 answers too many\n`;

describe.each(addresses)('A server that moves while a client on %s asks it', (clientAt) => {
  it.each(['pre-copy', 'xen', 'auto-converge', 'post-copy', 'cold'])(
    'loses no request and answers none twice: %s',
    (policy) => {
      const net = network();
      const { world, at, said, middle, networks } = net;
      start(net, clientAt, 300);
      for (const [n, from] of ['a:1', 'b:1', 'c:1', 'a:1'].entries()) {
        const to = ['b:1', 'c:1', 'a:1', 'b:1'][n] as string;
        for (let step = 0; step < 7 + 5 * n; step++) world.step();
        const source = at(from).send('server', to, policies[policy] as Policy);
        expect(world.until(() => source.state !== 'under way')).toBe(true);
        expect(source.state).toBe('moved');
        world.step();
        world.step();
        expect(middle.stationOf(serverAddress)?.name).toBe(to);
      }
      expect(said('client')).toBe('');
      expect(world.until(() => said('client') !== '')).toBe(true);
      expect(said('client')).toBe(nothingLost(300));
      expect(world.until(() => said('server').includes('answered'))).toBe(true);
      expect(said('server')).toBe(`serving at ${formatAddress(serverAddress)}\n300 requests answered\n`);
      for (const { switch: own } of networks.values())
        expect(own.stations.filter(({ name }) => name === 'server').length).toBeLessThanOrEqual(1);
    },
  );
});

describe('A client that moves', () => {
  it.each([
    ['pre-copy', 'fast', 'none'],
    ['pre-copy', 'interpreter', 'trap-and-emulate'],
    ['post-copy', 'interpreter', 'none'],
  ] as const)('gets every answer, once: %s, by the engine %s, monitor %s', (policy, engine, monitor) => {
    const net = network(engine, monitor);
    const { world, at, said } = net;
    start(net, 'b:1', 200);
    for (let step = 0; step < 20; step++) world.step();
    const source = at('b:1').send('client', 'a:1', policies[policy] as Policy);
    expect(world.until(() => source.state !== 'under way')).toBe(true);
    expect(source.state).toBe('moved');
    expect(world.until(() => said('client') !== '')).toBe(true);
    expect(said('client')).toBe(nothingLost(200));
    expectCompiled(world.guest('client').engine);
  });
});

describe('A migration that fails', () => {
  it('leaves the guest at its place on the network, with all that came meanwhile', () => {
    const net = network();
    const { world, at, said, networks } = net;
    start(net, 'c:1', 300);
    for (let step = 0; step < 20; step++) world.step();
    const source = at('a:1').send('server', 'b:1', policies['pre-copy'] as Policy);
    expect(world.until(() => source.stage === 'stop-and-copy')).toBe(true);
    const port = networks.get('a:1')?.portOf(source.guest);
    for (let step = 0; step < 3 && source.stage === 'stop-and-copy'; step++) world.step();
    expect(source.isDecided).toBe(false);
    world.cut();
    expect(world.until(() => source.state === 'failed')).toBe(true);
    expect(port?.state).toBe('running');
    expect(world.until(() => said('client') !== '')).toBe(true);
    expect(said('client')).toBe(nothingLost(300));
  });
});
