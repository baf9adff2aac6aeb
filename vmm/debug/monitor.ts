/** `monitor …` in GDB: what only we can tell or do. One entry a command. */
import { hex } from '../../isa/table/disassemble.ts';
import type { Found } from '../replay/search.ts';
import { seekExit, seekTrap, seekWrite } from '../replay/search.ts';
import type { Travel } from '../replay/timeline.ts';
import { partsOf } from './addresses.ts';
import type { Session } from './session.ts';

interface MonitorCommand {
  readonly takes: string;
  readonly says: string;
  /** Returns what to print; words are those after the command. */
  readonly run: (session: Session, words: readonly string[]) => Promise<string> | string;
}

/** GDB keeps registers until it is told that they changed. */
const refresh = 'Now type: maintenance flush register-cache\n';

const commands: ReadonlyMap<string, MonitorCommand> = new Map([
  ['help', { takes: '', says: 'this list', run: help }],
  ['where', { takes: '', says: 'the step, the ring, and how far the recording goes', run: where }],
  ['goto', { takes: 'STEP', says: 'go to a step, forward or back', run: goTo }],
  [
    'trap',
    { takes: '', says: 'go back to the last trap taken', run: (s) => goBack(s, seekTrap(s.timeline)) },
  ],
  [
    'exit',
    {
      takes: '',
      says: 'go back to the last exit to the monitor',
      run: (s) => goBack(s, seekExit(s.timeline)),
    },
  ],
  ['writer', { takes: 'ADDRESS', says: 'go back to who wrote the word there last', run: writer }],
  ['physical', { takes: 'ADDRESS', says: 'the word at a physical address', run: physical }],
]);

/** Does a command; returns what GDB prints. */
export async function monitorCommand(session: Session, text: string): Promise<string> {
  const [name = '', ...words] = text.split(/\s+/);
  const command = commands.get(name === '' ? 'help' : name);
  if (command === undefined) return `no command "${name}"; monitor help lists them\n`;
  return await command.run(session, words);
}

function help(): string {
  return [...commands]
    .map(([name, { takes, says }]) => `monitor ${`${name} ${takes}`.padEnd(18)} ${says}\n`)
    .join('');
}

function where({ timeline, machine }: Session): string {
  const { start, edge, checkpointSteps, checkpointBytes } = timeline;
  const mebibytes = (checkpointBytes / 2 ** 20).toFixed(1);
  return [
    `step ${timeline.step}, ring ${machine.ring}, pc ${hex(machine.pc)}${machine.waiting ? ', waiting in hlt' : ''}`,
    `recorded from step ${start} to ${edge}, ${timeline.inputs.all.length} inputs`,
    `${checkpointSteps.length} checkpoints, ${mebibytes} MiB`,
    '',
  ].join('\n');
}

async function goTo(session: Session, [text = '']: readonly string[]): Promise<string> {
  const step = parseNumber(text);
  if (step === undefined) return 'monitor goto STEP: a step is a whole number\n';
  await session.travel(session.timeline.seek(step));
  return `${where(session)}${refresh}`;
}

async function goBack(session: Session, travel: Travel<Found | undefined>): Promise<string> {
  const result = await session.find(travel);
  if (result === undefined) return 'interrupted\n';
  if (result.value === undefined) return 'there is none before this\n';
  return `${result.value.name ?? ''}\n${where(session)}${refresh}`;
}

async function writer(session: Session, [text = '']: readonly string[]): Promise<string> {
  const address = parseNumber(text);
  const [part] = address === undefined ? [] : partsOf(session.machine, address, 4);
  if (part === undefined)
    return 'monitor writer ADDRESS: a virtual address that is mapped now, like 0x1000\n';
  return await goBack(session, seekWrite(session.timeline, part));
}

function physical({ machine }: Session, [text = '']: readonly string[]): string {
  const address = parseNumber(text);
  if (address === undefined || address + 4 > machine.memory.size)
    return `monitor physical ADDRESS: below ${hex(machine.memory.size)}, like 0x1000\n`;
  return `${hex(address)}: ${hex(machine.memory.read(address, 4))}\n`;
}

function parseNumber(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  return /^(\d+|0x[\da-f]+)$/i.test(plain) ? Number(plain) : undefined;
}
