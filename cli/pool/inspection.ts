/** The verbs that look at a pool and change nothing: `pool hosts`, `events`, `check` and `discover`. */
import type { Command } from 'commander';
import { checkPool } from '../../vmm/pool/check.ts';
import { discover } from '../../vmm/pool/discover.ts';
import { eventsBetween, eventsOf, type PoolEvent } from '../../vmm/pool/events.ts';
import type { PoolView } from '../../vmm/pool/records.ts';
import { exitWith } from '../command.ts';
import { EXIT } from '../failure.ts';
import { JSON_OPTION, parseDuration } from '../options.ts';
import { print } from '../output.ts';
import { formatColumns, sinceText } from './columns.ts';
import { type HostLine, hostLines } from './host-lines.ts';
import { PoolFolder } from './pool-folder.ts';
import { changes } from './watching.ts';

interface InspectionOptions {
  readonly pool?: string;
  readonly json?: boolean;
}

/** `add` begins a verb of the group. */
export function addInspection(add: (name: string, summary: string) => Command): void {
  add('hosts', 'List the hosts, what they are, and what their machines make them do')
    .option(...JSON_OPTION)
    .action(exitWith(hosts));
  add('events', 'Print what has happened to machines and hosts, the earliest first')
    .option('--since <time>', 'Begin that long ago, like 10m or 2h', parseDuration)
    .option('-f, --follow', 'Go on with what happens, until Ctrl-C')
    .option('--json', 'Print one JSON document a line')
    .action(exitWith(events));
  add('check', 'Look for what is wrong, or waits for somebody')
    .option(...JSON_OPTION)
    .action(exitWith(check));
  add('discover', 'Inventory hosts and machines with load and history, and name candidates for consolidation')
    .option(...JSON_OPTION)
    .action(exitWith(discoverAll));
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)}M`;

async function hosts({ pool, json }: InspectionOptions): Promise<number> {
  const view = await new PoolFolder(pool).view();
  const lines = hostLines(view).map((line) => ({ ...line, ...kindOf(view, line) }));
  if (json) print(`${JSON.stringify({ format: 'ringlab-pool-hosts', version: 1, hosts: lines })}\n`);
  else
    print(
      formatColumns(
        ['HOST', 'STATE', 'ISA', 'MONITOR', 'MEMORY', 'CPU', 'MEASURED', 'PROCESS', 'LABELS'],
        lines.map((line) => [
          line.address,
          line.isManager ? `${line.state}, manager` : line.state,
          line.isa,
          line.monitor,
          mebibytes(line.memory),
          `${line.cpu} %`,
          line.measured === null ? '-' : `${line.measured} %`,
          line.process,
          line.labels,
        ]),
      ),
    );
  return EXIT.DONE;
}

function kindOf(view: PoolView, { address }: HostLine) {
  const [host, node] = [view.host.get(address)?.data, view.node.get(address)?.data];
  const measured = view.load.get(address)?.data.samples.at(-1)?.cpu;
  return {
    isa: host?.variant.name ?? '-',
    monitor: host?.monitor ?? '-',
    cpu: host?.cpu ?? 0,
    measured: measured === undefined ? null : Math.round(measured),
    process: node?.process ? `${node.process.pid} on ${node.process.machine.slice(0, 8)}` : '-',
    labels: Object.entries(node?.labels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
}

async function events({
  pool,
  since,
  follow,
  json,
}: InspectionOptions & { readonly since?: number; readonly follow?: boolean }): Promise<number> {
  const folder = new PoolFolder(pool);
  let before = await folder.view();
  const show = (found: readonly PoolEvent[]) => {
    for (const event of found) print(json ? `${JSON.stringify(event)}\n` : eventLine(event));
  };
  show(eventsOf(before, since === undefined ? 0 : Date.now() - since));
  if (!follow) return EXIT.DONE;
  for await (const after of changes(folder)) {
    show(eventsBetween(before, after, Date.now()));
    before = after;
  }
  return EXIT.DONE;
}

function eventLine({ at, about, what, host, reason }: PoolEvent): string {
  const on = host === null ? '' : ` on ${host}`;
  const why = reason === '' ? '' : `: ${reason.split('\n')[0]}`;
  return `${new Date(at).toISOString()}  ${about} ${what}${on}${why}\n`;
}

async function check({ pool, json }: InspectionOptions): Promise<number> {
  const folder = new PoolFolder(pool);
  const view = await folder.view();
  const found = [...checkPool(view, Date.now()), ...imagesOf(view, folder)];
  const isWrong = found.some(({ kind }) => kind === 'wrong');
  if (json) print(`${JSON.stringify({ format: 'ringlab-pool-check', version: 1, found })}\n`);
  else {
    for (const { kind, about, what } of found) print(`${kind}: ${about}: ${what}\n`);
    const counts = `machines: ${view.vm.size}, hosts: ${view.host.size}, records of usage: ${view.usage.size}`;
    print(`${counts}; ${isWrong ? 'something is wrong' : 'nothing is wrong'}\n`);
  }
  return isWrong ? EXIT.CHECK_FAILED : EXIT.DONE;
}

/** Images that are missing or damaged. */
function imagesOf(view: PoolView, folder: PoolFolder) {
  const users = new Map([...view.want].map(([name, { data }]) => [data.image, name]));
  return [...users].flatMap(([image, about]) => {
    try {
      folder.image(image);
      return [];
    } catch (error) {
      return [{ kind: 'wrong', about, what: (error as Error).message } as const];
    }
  });
}

async function discoverAll({ pool, json }: InspectionOptions): Promise<number> {
  const now = Date.now();
  const found = discover(await new PoolFolder(pool).view(), now);
  if (json) {
    print(`${JSON.stringify({ format: 'ringlab-pool-discovery', version: 1, ...found })}\n`);
    return EXIT.DONE;
  }
  const percent = (value: number | null) => (value === null ? '-' : `${value} %`);
  print(
    formatColumns(
      ['HOST', 'MACHINES', 'MEMORY', 'EXPECTED', 'MEASURED', 'MEAN', 'MOST', 'OVER'],
      found.hosts.map((host) => [
        host.address,
        String(host.machines),
        `${mebibytes(host.usedMemory)} of ${mebibytes(host.memory)}`,
        percent(host.expected),
        percent(host.measured?.now ?? null),
        percent(host.measured?.mean ?? null),
        percent(host.measured?.most ?? null),
        host.measured === null ? '-' : sinceText(now - host.measured.ms, now),
      ]),
    ),
  );
  print(
    `\n${formatColumns(
      ['MACHINE', 'CATEGORY', 'HOST', 'MEMORY', 'EXPECTED', 'MEASURED', 'ON HOSTS', 'PLACED'],
      found.machines.map((machine) => [
        machine.name,
        machine.category,
        machine.host ?? '-',
        mebibytes(machine.memory),
        percent(machine.expected),
        percent(machine.measured),
        sinceText(now - machine.ms, now),
        String(machine.placements),
      ]),
    )}`,
  );
  const lines = found.candidates.length > 0 ? found.candidates : ['no candidates for consolidation'];
  print(`\n${lines.join('\n')}\n`);
  return EXIT.DONE;
}
