/** `ringlab switch --listen HOST:PORT`: a switch that connects the guests of other processes. */
import { gmac } from '../../vmm/wire/node-seal.ts';
import { TcpNetwork } from '../../vmm/wire/tcp.ts';
import { Members } from '../../vmm/network/remote.ts';
import { Switch } from '../../vmm/network/switch.ts';
import { Capture } from '../capture.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, Failure, systemReason } from '../failure.ts';
import { formatPassing } from '../frames.ts';
import { readCertificate, type SecretOptions } from '../hosting/certificate.ts';
import { checkAddress, readKey } from '../hosting/state.ts';
import { addSecretOptions } from '../options.ts';
import { note } from '../output.ts';

interface SwitchOptions extends SecretOptions {
  readonly listen: string;
  readonly frames?: boolean;
  readonly pcap?: string;
}

/** Milliseconds between two checks for members that have not proved themselves in time. */
const tick = 500;

export const command = addSecretOptions(
  createCommand('switch', 'Connect the guests of several processes to one network, until Ctrl-C'),
)
  .requiredOption('--listen <host:port>', 'Listen for guests at this address')
  .option('--frames', 'Print every frame on stderr')
  .option('--pcap <file>', 'Write every frame to a file for Wireshark and tcpdump')
  .action(exitWith(runSwitch));

async function runSwitch(options: SwitchOptions): Promise<number> {
  const address = checkAddress('--listen', options.listen);
  const joined = new Switch();
  const began = performance.now();
  const capture = options.pcap === undefined ? undefined : new Capture(options.pcap);
  joined.onFrame = (from, passing, to) => {
    const ms = performance.now() - began;
    capture?.add(1000 * ms, passing);
    if (options.frames) note(`${formatPassing((ms / 1000).toFixed(3), from, passing, to)}\n`);
  };
  const secret = { key: readKey(options.key, address), sealMaker: gmac, clock: () => performance.now() };
  const members = new Members(joined, secret, {
    joined: (peer) => note(`ringlab: ${peer} is plugged in\n`),
    left: (peer, reason) => note(`ringlab: ${peer} is not plugged in any more: ${reason}\n`),
  });
  const network = new TcpNetwork(readCertificate(options));
  await listen(network, address, members);
  const timer = setInterval(() => members.tick(), tick);
  note(`ringlab: a switch on ${address}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearInterval(timer);
  members.close();
  network.close();
  capture?.close();
  return EXIT.DONE;
}

async function listen(network: TcpNetwork, address: string, members: Members): Promise<void> {
  try {
    await network.listen(address, (link) => members.accept(link));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there already' : systemReason(error);
    throw new Failure(EXIT.UNREACHABLE, `${address}: cannot listen: ${reason}`);
  }
}
