/** `ringlab network FILE…`: runs guests on one virtual network, the same on every run. */
import { describeAddress } from '../../isa/machine/report.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { LATENCY } from '../../vmm/network/guest-port.ts';
import { Capture } from '../capture.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatPassing } from '../frames.ts';
import { type LanMember, type LanParty, type PlugChoice, prepareLan } from '../lan.ts';
import { addGuestOptions, type GuestVerbOptions, PROCESS_OPTIONS, refuseOptions } from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { note, Output } from '../output.ts';

interface NetworkOptions extends GuestVerbOptions, PlugChoice {
  readonly frames?: boolean;
  /** A file for all frames. */
  readonly pcap?: string;
  readonly stats?: boolean;
  readonly json?: boolean;
}

/** Output is written once in this number of rounds. */
const roundsAtOnce = 4096;

export const command = addGuestOptions(
  createCommand('network', 'Run guests on one virtual network, the same on every run'),
)
  .argument('<file...>', 'ELF files, or assembly text')
  .option('--groups <list>', 'Name the VLANs of the switch, like red=5,blue=6')
  .option('--plug <list>', 'Put guests into these VLANs, like client=red,server=red; the others are in none')
  .option('--frames', 'Print every frame on stderr')
  .option('--pcap <file>', 'Write every frame to a file for Wireshark and tcpdump; a step is a microsecond')
  .option('--stats', 'Print steps and frames on stderr at the end')
  .option('--json', 'Print them as JSON')
  .action(exitWith(network));

refuseOptions(command, PROCESS_OPTIONS, 'a process has no machine, and so no network');
refuseOptions(command, ['--disk', '--guest'], 'a guest by itself can have it: see ringlab run');

async function network(files: readonly string[], options: NetworkOptions): Promise<number> {
  const output = new Output(1);
  const party = await prepareLan(files, options, output);
  const { lan, members } = party;
  const capture = options.pcap === undefined ? undefined : new Capture(options.pcap);
  lan.switch.onFrame = (from, passing, to) => {
    const sentAt = (passing.at ?? 0) - LATENCY;
    capture?.add(sentAt, passing);
    if (!options.frames) return;
    output.flush();
    note(`${formatPassing(String(sentAt), from, passing, to)}\n`);
  };
  const stops = runParty(party, options.maxSteps ?? Number.POSITIVE_INFINITY, output);
  capture?.close();
  if (lan.stuckFor !== undefined) note(stuck(lan.stuckFor, lan.now));
  const statuses = members.map((member, n) => tellMember(party, member, stops[n] as Stop));
  const status = statuses.find((one) => one !== 0) ?? 0;
  if (options.stats || options.json) {
    const statistics = statisticsOf(party, statuses, status);
    note(options.json ? `${JSON.stringify(statistics)}\n` : formatStatistics(statistics));
  }
  return status;
}

function runParty({ lan, flush }: LanParty, limit: number, output: Output): readonly Stop[] {
  for (let rounds = 1; ; rounds++) {
    const stops = lan.round(limit);
    const over = lan.isOver(stops);
    const ends = over || lan.now >= limit || lan.stuckFor !== undefined;
    if (ends) flush();
    if (ends || rounds % roundsAtOnce === 0) output.flush();
    if (over || (ends && lan.stuckFor !== undefined)) return stops;
    // A guest that sleeps at the limit could have been woken after it.
    if (ends) return stops.map((stop) => (stop.kind === 'input' ? { kind: 'limit' } : stop));
  }
}

function stuck(steps: number, now: number): string {
  return (
    `ringlab: stopped at step ${now}: no guest makes progress. For ${steps} steps no guest has printed a line, ` +
    'or received a frame that was sent to its address, and all of them slept almost all the time\n'
  );
}

/** Reports how a guest ended, or where it sleeps when no guest makes progress; returns its status. */
function tellMember({ lan }: LanParty, member: LanMember, stop: Stop): number {
  if (lan.stuckFor === undefined || stop.kind !== 'limit') return tellOutcome(member, stop);
  const { name, machine, program } = member;
  const place = describeAddress(machine.pc, program.symbols);
  note(`ringlab: ${name} sleeps until step ${machine.nextEvent}, at ${place}\n`);
  return EXIT.STOPPED;
}

function statisticsOf({ lan, members }: LanParty, statuses: readonly number[], status: number) {
  return {
    format: 'ringlab-network',
    version: 1,
    status,
    guests: members.map(({ name, machine, port }: LanMember, n) => ({
      name,
      status: statuses[n] as number,
      steps: machine.steps,
      lost: port.lost,
    })),
    switch: lan.switch.counts,
  } as const;
}

function formatStatistics({ guests, switch: counts }: ReturnType<typeof statisticsOf>): string {
  const rows = guests.map(
    ({ name, status, steps, lost }) =>
      `${name.padEnd(20)} status ${String(status).padEnd(4)} ${steps} steps${lost > 0 ? `, ${lost} frames lost` : ''}\n`,
  );
  const { forwarded, flooded, filtered, tagged } = counts;
  const dropped = tagged > 0 ? `, ${tagged} dropped because a guest had tagged them` : '';
  return `${rows.join('')}frames: ${forwarded} to the port of their receiver, ${flooded} to all, ${filtered} to nobody${dropped}\n`;
}
