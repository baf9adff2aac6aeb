/** `ringlab pool …`: a pool as a whole, its hosts and what its machines have used. */
import type { Command } from 'commander';
import { confirmation } from '../../vmm/pool/fence.ts';
import { judge, needOf, rackOf } from '../../vmm/pool/place.ts';
import { createGroup, exitWith } from '../command.ts';
import { usage } from '../failure.ts';
import { EXIT } from '../failure.ts';
import { JSON_OPTION } from '../options.ts';
import { print } from '../output.ts';
import { addUsage } from '../pool/billing.ts';
import { formatColumns } from '../pool/columns.ts';
import { hostLines } from '../pool/host-lines.ts';
import { addInspection } from '../pool/inspection.ts';
import { watchStatus } from '../pool/status-screen.ts';
import { addMoving } from '../pool/moving.ts';
import { POOL_OPTION, PoolFolder } from '../pool/pool-folder.ts';

interface PoolVerbOptions {
  readonly pool?: string;
  readonly json?: boolean;
}

export const command = createGroup('pool', 'Look at a pool, its hosts, and what its machines have used');

function add(name: string, summary: string): Command {
  return command
    .command(name)
    .description(summary)
    .option(...POOL_OPTION);
}

add('status', 'Print the hosts, and how many machines are in which state')
  .option(...JSON_OPTION)
  .option('-w, --watch', 'Show them on the whole terminal, with what happens, until q or Ctrl-C')
  .action(exitWith(status));

add('rank', 'Print what each host says to a machine: its rank, or why it is out')
  .argument('<name>', 'the machine')
  .action(exitWith(rank));

add('fence', 'Say that a host is over for certain, so that its machines are free')
  .argument('<host>', 'its address, as pool status shows it')
  .option('--confirm', 'Promise that it will never run these machines again')
  .action(exitWith(fence));

addInspection(add);

addUsage(add);

addMoving(add);

async function status({
  pool,
  json,
  watch,
}: PoolVerbOptions & { readonly watch?: boolean }): Promise<number> {
  if (watch) return watchStatus(new PoolFolder(pool));
  const view = await new PoolFolder(pool).view();
  const hosts = hostLines(view);
  const states = new Map<string, number>();
  for (const { data } of view.vm.values()) states.set(data.state, (states.get(data.state) ?? 0) + 1);
  if (json) {
    const document = { format: 'ringlab-pool', version: 1, hosts, states: Object.fromEntries(states) };
    print(`${JSON.stringify(document)}\n`);
    return EXIT.DONE;
  }
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const rows = hosts.map((host) => [
    host.address,
    host.state,
    String(host.machines),
    `${mebibytes(host.usedMemory)}M of ${mebibytes(host.memory)}M`,
    `${host.load} %`,
    host.isManager ? 'manager' : '',
  ]);
  print(formatColumns(['HOST', 'STATE', 'MACHINES', 'MEMORY', 'LOAD', ''], rows));
  const counts = [...states].toSorted().map(([state, count]) => `${count} ${state}`);
  print(`${counts.length > 0 ? counts.join(', ') : 'no machines'}\n`);
  return EXIT.DONE;
}

async function rank(name: string, { pool }: PoolVerbOptions): Promise<number> {
  const view = await new PoolFolder(pool).view();
  const [want, vm] = [view.want.get(name)?.data, view.vm.get(name)?.data];
  if (want === undefined)
    throw usage(`${name}: there is no such machine; ringlab vm list shows those that there are`);
  const rows = judge(rackOf(view), needOf(name, want, vm)).map((verdict) => [
    verdict.address,
    verdict.reason === undefined ? String(verdict.rank) : 'out',
    verdict.reason ?? '',
  ]);
  print(formatColumns(['HOST', 'RANK', ''], rows));
  return EXIT.DONE;
}

async function fence(
  address: string,
  { pool, confirm }: PoolVerbOptions & { readonly confirm?: boolean },
): Promise<number> {
  if (confirm !== true)
    throw usage(
      `pool fence ${address}: if that host can run again, its machines run twice; --confirm promises that it cannot`,
    );
  await new PoolFolder(pool).change((view) => {
    if (view.host.has(address)) throw usage(`${address}: that host is there; end its process first`);
    const commit = confirmation(view, address);
    if (commit === undefined)
      throw usage(`${address}: there is no such host; ringlab pool status shows those that there are`);
    return commit;
  });
  print(`${address} is fenced; its machines are free\n`);
  return EXIT.DONE;
}
