/** `ringlab migrate GUEST --to HOST:PORT`: asks the host that has the guest to send it to another. */
import { isatty } from 'node:tty';
import { Option } from 'commander';
import type { ControlReply, ControlRequest } from '../../vmm/hosting/control.ts';
import { type Policy, presets } from '../../vmm/migration/policy.ts';
import type { MigrationReport } from '../../vmm/hosting/report.ts';
import { formatRoundsSvg } from '../../vmm/hosting/rounds-svg.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { mustBeWritable, writeOutput } from '../files.ts';
import { type Asker, ask, refusalOf } from '../hosting/ask.ts';
import type { SecretOptions } from '../hosting/certificate.ts';
import { askerOf, findGuests, hostOf } from '../hosting/find.ts';
import { formatEnd, Progress } from '../hosting/progress.ts';
import { checkAddress } from '../hosting/state.ts';
import { addSecretOptions, defaulting, parseCount, parseRate } from '../options.ts';
import { note, print } from '../output.ts';

interface MigrateOptions extends SecretOptions {
  readonly to?: string;
  readonly from?: string;
  readonly preset: keyof typeof presets;
  readonly cold?: boolean;
  readonly postCopy?: boolean;
  readonly withStorage?: boolean;
  readonly autoConverge?: boolean;
  readonly downtime?: number;
  readonly rounds?: number;
  readonly few?: number;
  readonly factor?: number;
  readonly rate?: RateOption;
  readonly cancel?: boolean;
  readonly hold?: boolean;
  readonly release?: boolean;
  readonly stop?: boolean;
  readonly remove?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly report?: string;
  readonly svg?: string;
}

/** `--rate` in MiB a second. */
interface RateOption {
  readonly least: number;
  readonly most: number;
}

export const command = addSecretOptions(
  createCommand('migrate', 'Move a running guest from its host to another'),
)
  .argument('[guest]', 'its name')
  .option('--to <host:port>', 'Move it to this host')
  .addOption(defaulting('--from <host:port>', 'Find it on this host', 'look on this machine'))
  .addOption(
    new Option('--preset <name>', "Choose a policy; xen uses Xen's published constants")
      .choices(Object.keys(presets))
      .default('ringlab'),
  )
  .option('--cold', 'Stop it for the whole move, and copy its disk')
  .option('--post-copy', 'Run it there first, and fetch its memory as it needs it')
  .addOption(defaulting('--with-storage', 'Copy its disk while it runs', 'both hosts reach the same disk'))
  .option('--auto-converge', 'Slow it down when rounds do not shrink')
  .option('--downtime <ms>', 'Stop it when the rest takes no longer than this', parseCount)
  .option('--rounds <n>', 'Stop it after this many rounds', parseCount)
  .option('--few <n>', 'Stop it when only this many units are left', parseCount)
  .option('--factor <n>', 'Stop it when this many times its size was sent', parseCount)
  .option('--rate <mib>', 'Send at most this many MiB a second; 10:50 begins with 10', parseRate)
  .option('--cancel', 'Call its migration off')
  .option('--hold', 'Hold it still, here and wherever it is moved to, until --release')
  .option('--release', 'Let it go on')
  .option('--stop', 'End it; its console is there until --remove')
  .option('--remove', 'End it for good')
  .option('--list', 'List the guests and their hosts')
  .option('--report <file>', 'Write the report as JSON')
  .option('--svg <file>', 'Write a drawing of the rounds')
  .option('--json', 'Print the report as JSON')
  .action(exitWith(migrate));

async function migrate(guest: string | undefined, options: MigrateOptions): Promise<number> {
  const from = options.from === undefined ? undefined : checkAddress('--from', options.from);
  const asker = askerOf(from ?? '127.0.0.1:0', options);
  if (options.list) return list(asker, from, options);
  if (guest === undefined)
    throw usage('which guest? `ringlab migrate --list` lists the guests and their hosts');
  const asked = requestOf(guest, options);
  if (asked !== undefined) return request(asker, asked, from);
  if (options.to === undefined) throw usage('name the host to move it to: --to HOST:PORT');
  const to = checkAddress('--to', options.to);
  const source = from ?? (await hostOf(guest, asker));
  return move(asker, guest, source, to, options);
}

async function move(
  asker: Asker,
  guest: string,
  from: string,
  to: string,
  options: MigrateOptions,
): Promise<number> {
  const policy = policyOf(options);
  for (const path of [options.report, options.svg]) if (path !== undefined) mustBeWritable(path);
  const progress = new Progress((line) => note(`${line}\n`));
  const isShown = isatty(2) && !options.json;
  let [isTold, isWaiting] = [false, false];
  const show = (reply: ControlReply) => {
    if (reply.kind !== 'report') return;
    if (!isTold && reply.report.repeated !== null)
      note(
        `ringlab: ${guest} is repeating what it did before its host's process ended; it moves after that; Ctrl-C cancels the migration\n`,
      );
    isTold ||= reply.report.repeated !== null;
    if (reply.report.waiting && !isWaiting)
      note(
        `ringlab: ${guest} is handed over, waiting for ${to}; it runs there as soon as that host answers\n`,
      );
    isWaiting = reply.report.waiting;
    if (isShown) progress.show(reply.report);
  };
  const reply = await ask(asker, from, { kind: 'migrate', guest, to, policy }, show);
  show(reply);
  if (reply.kind !== 'report') throw refusalOf(reply);
  return tell(reply.report, options);
}

/** Reports the end of a migration and returns the exit status. */
function tell(report: MigrationReport, options: MigrateOptions): number {
  const json = `${JSON.stringify(report)}\n`;
  if (options.report !== undefined) writeOutput(options.report, new TextEncoder().encode(json));
  if (options.svg !== undefined) writeOutput(options.svg, new TextEncoder().encode(formatRoundsSvg(report)));
  if (options.json) print(json);
  else if (report.state === 'moved') print(`${formatEnd(report)}\n`);
  if (report.state === 'moved') return EXIT.DONE;
  if (!options.json) note(`ringlab: ${formatEnd(report)}\n`);
  return report.reason.includes('cannot be reached') ? EXIT.UNREACHABLE : EXIT.CHECK_FAILED;
}

function policyOf(options: MigrateOptions): Policy {
  const { cold, postCopy, rate, downtime, rounds, few, factor } = options;
  if (cold && postCopy) throw usage('--cold and --post-copy are different ways; choose one');
  if (postCopy && options.withStorage) throw usage('--post-copy fetches memory; it cannot move a disk');
  const preset: Policy = presets[options.preset];
  const mebi = 2 ** 20;
  return {
    ...preset,
    mode: cold ? 'cold' : postCopy ? 'post-copy' : 'pre-copy',
    // A cold migration moves the disk, too.
    withStorage: options.withStorage ?? cold ?? preset.withStorage,
    autoConverge: options.autoConverge ?? preset.autoConverge,
    downtimeMs: downtime ?? preset.downtimeMs,
    rounds: rounds ?? preset.rounds,
    few: few ?? preset.few,
    factor: factor ?? preset.factor,
    rate: rate
      ? { least: rate.least * mebi, most: rate.most * mebi, step: Math.ceil((rate.most * mebi) / 10) }
      : preset.rate,
  };
}

/** A request to the guest's host other than to move it. */
type Asked = Extract<ControlRequest, { readonly kind: 'cancel' | 'hold' | 'stop' | 'remove' }>;

function requestOf(guest: string, options: MigrateOptions): Asked | undefined {
  const { cancel, hold, release, stop, remove } = options;
  if ([cancel, hold, release, stop, remove].filter(Boolean).length > 1)
    throw usage('--cancel, --hold, --release, --stop and --remove are different things; choose one');
  if (cancel) return { kind: 'cancel', guest };
  if (hold || release) return { kind: 'hold', guest, held: hold ?? false };
  if (stop) return { kind: 'stop', guest };
  return remove ? { kind: 'remove', guest } : undefined;
}

async function request(asker: Asker, request: Asked, from: string | undefined): Promise<number> {
  const reply = await ask(asker, from ?? (await hostOf(request.guest, asker)), request);
  if (reply.kind !== 'done') throw refusalOf(reply);
  print(`${reply.what}\n`);
  return EXIT.DONE;
}

async function list(asker: Asker, from: string | undefined, { json }: MigrateOptions): Promise<number> {
  const { found, answers } = await findGuests(asker, from);
  if (answers === 0)
    throw new Failure(EXIT.UNREACHABLE, 'no host runs here, or none that answers; ringlab host starts one');
  if (json) print(`${JSON.stringify({ format: 'ringlab-guests', version: 1, guests: found })}\n`);
  else if (found.length === 0) note('ringlab: no guests on the hosts that run here\n');
  else {
    print('guest          host                  isa        memory      steps state\n');
    for (const { name, host, isa, memory, steps, state, reason, repeated } of found) {
      const size = `${memory / 2 ** 20} MiB`.padStart(8);
      const where = `${name.padEnd(15)}${host.padEnd(22)}${isa.padEnd(9)}`;
      const more = state === 'ended' || state === 'leaving' ? reason : `${state}${reason && ': '}${reason}`;
      const stands = repeated === null ? more : `${state} ${repeated} %`;
      print(`${where}${size}${String(steps).padStart(11)} ${stands}\n`);
    }
  }
  return EXIT.DONE;
}
