/**
 * The command line: which verbs there are and what they take. One file a verb in verbs/,
 * loaded only when it is called. Exit statuses: failure.ts.
 */
import { Command, CommanderError, Option } from 'commander';
import { withArguments } from './arguments.ts';
import { EXIT, tell } from './failure.ts';
import {
  addGuestOptions,
  addRunOptions,
  collect,
  parseCount,
  parseMemory,
  parseRate,
  parseStep,
} from './options.ts';
import { note, print } from './output.ts';

declare const RINGLAB_VERSION: string;

/** Sets the exit status that a verb answers with. */
function verb<A extends unknown[]>(load: () => Promise<(...args: A) => Promise<number>>) {
  return async (...args: A): Promise<void> => {
    const run = await load();
    process.exitCode = await run(...args);
  };
}

const program = new Command('ringlab')
  .description('A virtualization laboratory: see, run, break and prove how a virtual machine monitor works.')
  .version(RINGLAB_VERSION)
  .enablePositionalOptions()
  .showHelpAfterError('(ringlab --help, or ringlab VERB --help, says what there is)')
  .configureOutput({
    writeOut: print,
    writeErr: note,
    outputError: (text, write) => write(text.replace(/^error: /, 'ringlab: ')),
  })
  .exitOverride();

/** The secrets that hosts share. */
function addSecretOptions(command: Command): Command {
  return command
    .option('--key <file>', "the key that all hosts share (default: this user's own, on this machine only)")
    .option('--tls-cert <file>', 'a certificate that all hosts share, PEM: what they say is then hidden')
    .option('--tls-key <file>', 'its private key, PEM');
}

const processArguments = "the process's arguments: all that is no option of ringlab, and whatever follows --";

program
  .command('asm')
  .description('assemble and link to ELF')
  .argument('<file.s...>', 'assembly text, GNU as syntax')
  .option('-o, --output <file>', 'the ELF file (default: the first name with .elf)')
  .option('--listing', 'print addresses, bytes and source (writes no file unless -o is given)')
  .option('--base <address>', 'address of the first section (default 0x10000)', parseCount)
  .action(verb(async () => (await import('./verbs/asm.ts')).asm));

program
  .command('disasm')
  .description('disassemble to text that assembles back to the same bytes')
  .argument('<file>', 'an ELF file, or assembly text')
  .action(verb(async () => (await import('./verbs/disasm.ts')).disasm));

addSecretOptions(
  addGuestOptions(
    program
      .command('run')
      .description("run a guest; the exit status is the guest's own")
      .argument('<file>', 'an ELF file, or assembly text')
      .argument('[arg...]', processArguments)
      .allowUnknownOption(),
  ),
)
  .option('--network <host:port>', 'plug it into the switch there (ringlab switch)')
  .option('--address <address>', 'its network address (default: one that the switch gives)')
  .option('--stats', 'tell steps, exits by cause and time, on stderr')
  .option('--json', 'tell them as JSON')
  .action(withArguments(verb(async () => (await import('./verbs/run.ts')).run)));

addGuestOptions(
  program
    .command('trace')
    .description("one line per step on stdout; the guest's own output goes to stderr")
    .argument('<file>', 'an ELF file, or assembly text')
    .argument('[arg...]', processArguments)
    .allowUnknownOption(),
)
  .option('--from <step>', 'begin at this step', parseCount)
  .option('--to <step>', 'end before this step', parseCount)
  .option('--at <place>', 'only steps at a symbol or address, or FROM-TO (TO excluded)')
  .addOption(
    new Option('--instruction <name>', 'only this instruction; again for more')
      .argParser(collect)
      .default([], 'all'),
  )
  .addOption(
    new Option('--only <what>', 'only steps that trap, or that a monitor had to do with').choices([
      'traps',
      'exits',
    ]),
  )
  .option('--json', 'a JSON document a line')
  .action(withArguments(verb(async () => (await import('./verbs/trace.ts')).trace)));

addGuestOptions(
  program
    .command('translate')
    .description('run a guest under binary translation; then its code, and what ran instead, side by side')
    .argument('<file>', 'an ELF file, or assembly text'),
)
  .option('--at <place>', 'only units with code at a symbol or address, or FROM-TO (TO excluded)')
  .option('--json', 'tell it as JSON')
  .action(verb(async () => (await import('./verbs/translate.ts')).translate));

addGuestOptions(
  program
    .command('network')
    .description('run guests on one virtual network, the same on every run')
    .argument('<file...>', 'ELF files, or assembly text'),
)
  .option('--frames', 'tell every frame, on stderr')
  .option('--stats', 'tell steps and frames at the end, on stderr')
  .option('--json', 'tell them as JSON')
  .action(verb(async () => (await import('./verbs/network.ts')).network));

addGuestOptions(
  program
    .command('record')
    .description('run a guest and keep its inputs, so that it can be run again')
    .argument('<file>', 'an ELF file, or assembly text')
    .argument('[arg...]', "the process's arguments")
    .requiredOption('-o, --output <recording>', 'the file that they are kept in'),
).action(verb(async () => (await import('./verbs/record.ts')).record));

addGuestOptions(
  program
    .command('replay')
    .description('run a recorded run again, to the same state at every step')
    .argument('<file>', 'the guest that was recorded')
    .argument('<recording>', 'what `record` kept'),
).action(verb(async () => (await import('./verbs/record.ts')).replay));

addGuestOptions(
  program
    .command('debug')
    .description('step through a guest, forwards and backwards: at a prompt, or by GDB (gdb-multiarch)')
    .argument('<file>', 'an ELF file, or assembly text'),
)
  .option('--replay <recording>', 'the run of a recording, instead of a new one')
  .option('--gdb <host:port>', 'listen there for GDB; port 0 is any that is free')
  .option('--allow-remote', 'let --gdb be an address that others can reach')
  .action(verb(async () => (await import('./verbs/debug.ts')).debug));

addSecretOptions(
  addGuestOptions(
    program
      .command('host')
      .description('run guests, send them to other hosts and take them in, until Ctrl-C')
      .argument('[file]', 'a guest to start: an ELF file, or assembly text'),
  ),
)
  .requiredOption('--listen <host:port>', 'where other hosts reach this one')
  .option('--network <host:port>', 'plug it into the switch there (ringlab switch)')
  .option('--address <address>', "the guest's network address (default: one that the switch gives)")
  .option('--name <name>', "the guest's name (default: the file's)")
  .addOption(
    new Option('--capacity <size>', 'memory for all guests together, like 512M')
      .argParser(parseMemory)
      .default(2 ** 30, '1G'),
  )
  .option(
    '--patience <ms>',
    'give the other host up after so many milliseconds of silence',
    parseCount,
    10_000,
  )
  .option('--fresh', 'forget the guests that are kept here from before')
  .action(verb(async () => (await import('./verbs/host.ts')).host));

addSecretOptions(
  program
    .command('migrate')
    .description('move a running guest from its host to another')
    .argument('[guest]', 'its name')
    .option('--to <host:port>', 'the host it goes to')
    .option('--from <host:port>', 'the host it is on (default: the one on this machine that has it)'),
)
  .addOption(
    new Option('--preset <name>', "a policy; xen has Xen's published constants")
      .choices(['ringlab', 'xen'])
      .default('ringlab'),
  )
  .option('--cold', 'standing still all the while, and with its disk')
  .option('--post-copy', 'let it run there first, and fetch its memory as it needs it')
  .option('--with-storage', 'copy its disk too, while it runs (default: both hosts reach the same one)')
  .option('--auto-converge', 'slow it down when rounds do not shrink')
  .option('--downtime <ms>', 'stop it when the rest takes no longer', parseCount)
  .option('--rounds <n>', 'stop it after so many rounds', parseCount)
  .option('--few <n>', 'stop it when so few units are left', parseCount)
  .option('--factor <n>', 'stop it when so many times its size was sent', parseCount)
  .option('--rate <mib>', 'send at most so many MiB a second; 10:50 begins with 10', parseRate)
  .option('--cancel', 'call its migration off')
  .option('--hold', 'have it stand still, here and wherever it is moved to, until --release')
  .option('--release', 'have it go on')
  .option('--remove', 'end it for good')
  .option('--list', 'say which guests are where')
  .option('--report <file>', 'write the report as JSON')
  .option('--svg <file>', 'write a drawing of the rounds')
  .option('--json', 'print the report as JSON')
  .action(verb(async () => (await import('./verbs/migrate.ts')).migrate));

addSecretOptions(
  program
    .command('switch')
    .description('be a switch that guests of other processes are plugged into, until Ctrl-C')
    .requiredOption('--listen <host:port>', 'where it is reached'),
)
  .option('--frames', 'tell every frame, on stderr')
  .action(verb(async () => (await import('./verbs/switch.ts')).switchVerb));

program
  .command('bench')
  .description('measure the engines, beside native code and QEMU where they are installed')
  .option('--runs <n>', 'runs of each, of which the median counts (default 5)', parseCount)
  .option('--only <kernels>', 'only these kernels, separated by commas')
  .option('--quick', 'a tenth of the work')
  .option(
    '--parts',
    'measure the parts one by one instead: assemble, decode, interpret, compile, run, translate',
  )
  .option('--short', 'measure short runs instead: the whole command, by both engines')
  .option('--time-travel', 'measure recorded runs instead: what recording costs, and going back')
  .option('--nano', 'measure single operations of a supervisor instead, by every way to run it')
  .option('--migration', 'measure what moving a guest of 256 MiB costs instead, beside a plain copy over TCP')
  .option('--snapshots', 'measure snapshots instead: taken, restored, cloned, beside writing the memory out')
  .option('--monitors', 'measure what a monitor costs instead: kernels on the bare machine and under one')
  .option('--stats', "tell the fast engine's own counts as well")
  .option('--json', 'tell the results as JSON')
  .action(verb(async () => (await import('./verbs/bench.ts')).bench));

program
  .command('classify')
  .description(
    "Popek and Goldberg's sets, measured, with a witness for each membership and the theorems' verdicts",
  )
  .option('--isa <variant>', 'ring32-v, ring32-x, ring32-h, or a .json file of your own', 'ring32-v')
  .option('--json', 'as JSON')
  .option('--markdown', 'as a handout: with all evidence and the definitions')
  .option('--evidence', 'with all evidence')
  .option('--svg <file>', 'write the Euler diagram of the sets')
  .option('--witness <instruction>', 'a program that shows why the instruction is sensitive')
  .addOption(
    new Option('--of <class>', 'which of its witnesses').choices([
      'control',
      'mode',
      'location',
      'state',
      'user',
      'supervisor',
    ]),
  )
  .option('-o, --output <file>', 'write the text there instead of printing it')
  .action(verb(async () => (await import('./verbs/classify.ts')).classify));

addGuestOptions(
  program
    .command('compare')
    .description('the same guest on the bare machine and under monitors, in lockstep')
    .argument('<file>', 'an ELF file, or assembly text')
    .requiredOption('--with <monitors>', 'monitors by name, with commas between them'),
)
  .option('--json', 'tell it as JSON')
  .action(verb(async () => (await import('./verbs/compare.ts')).compare));

const snapshot = program
  .command('snapshot')
  .description("a guest's states kept in a folder: taken, branched, cloned, gone back to");

/** A verb of `snapshot`. */
function snapshotVerb(name: string, description: string): Command {
  return snapshot
    .command(name)
    .description(description)
    .option('--store <folder>', 'where the snapshots are', 'ringlab.snapshots');
}

const snapshots = () => import('./verbs/snapshot.ts');
const json = ['--json', 'tell it as JSON'] as const;

addGuestOptions(
  snapshotVerb('take', 'run a guest to a step and take a snapshot there, which is then the current one')
    .argument('<name>', 'its name')
    .argument('[file]', 'begin with this program; without one, go on from the current snapshot')
    .requiredOption('--at <step>', 'the step to take it at; +N: N steps further on', parseStep)
    .option('--from <name>', 'go on from this snapshot instead')
    .option('--compress', 'a smaller file, written more slowly'),
).action(verb(async () => (await snapshots()).take));

snapshotVerb('list', 'a line for each')
  .option(...json)
  .action(verb(async () => (await snapshots()).list));

snapshotVerb('tree', 'which was taken from which').action(verb(async () => (await snapshots()).tree));

snapshotVerb('show', 'what is in one')
  .argument('[name]', 'default the current one')
  .option(...json)
  .action(verb(async () => (await snapshots()).show));

snapshotVerb('diff', 'what two differ in: registers, devices, memory, disk')
  .argument('<left>')
  .argument('<right>')
  .option(...json)
  .action(verb(async () => (await snapshots()).diff));

addRunOptions(
  snapshotVerb(
    'restore',
    "run a guest on from a snapshot, which stays as it is; the exit status is the guest's own",
  ).argument('[name...]', 'default the current one; several run in turns and share memory'),
).action(verb(async () => (await snapshots()).restore));

snapshotVerb('revert', 'go back: the next snapshot is taken from this one')
  .argument('<name>')
  .action(verb(async () => (await snapshots()).revert));

snapshotVerb('clone', 'new machines that share everything with a snapshot until they change it')
  .argument('<name>', 'of this one')
  .argument('<new...>', 'names of the clones')
  .action(verb(async () => (await snapshots()).clone));

snapshotVerb('template', 'make a snapshot one that does not run, but is cloned')
  .argument('<name>')
  .option('--off', 'make it one that runs')
  .action(verb(async () => (await snapshots()).template));

snapshotVerb('consolidate', 'make a snapshot hold everything itself, whatever it was taken from')
  .argument('<name>')
  .action(verb(async () => (await snapshots()).consolidate));

snapshotVerb('delete', 'delete snapshots; what was taken from them stays what it is')
  .argument('<name...>')
  .action(verb(async () => (await snapshots()).remove));

snapshotVerb('verify', 'check every file, every block and every parent')
  .option(...json)
  .action(verb(async () => (await snapshots()).verify));

program
  .command('grade')
  .description("Popek and Goldberg's three properties put to a monitor, stage by stage, and the score")
  .argument('<monitor>', "a monitor's module (see examples/your-monitor), or one of ours by name")
  .option('--stage <n>', 'stages 1 to n (default: all nine)', parseCount)
  .option('--only <n>', 'this stage alone', parseCount)
  .option('--cases <n>', 'guests for each property of each stage (default 100)', parseCount)
  .option('--seed <n>', 'another seed, other guests (default 1)', parseCount)
  .option('--from <n>', 'begin at this case', parseCount)
  .option('--guest <file>', 'ask about this guest, in 128K of memory, instead of random ones')
  .option('--timeout <seconds>', 'of processor time for each property of each stage (default 20)', parseCount)
  .option('--memory-limit <megabytes>', "the monitor's (default 256)", parseCount)
  .option('--json', 'tell it as JSON')
  .option('--junit <file>', "write it as JUnit's XML, too")
  .option('--gradescope <file>', "write it as Gradescope's results.json, too")
  .action(verb(async () => (await import('./verbs/grade.ts')).grade));

program
  .command('demo', { hidden: true })
  .description('what `npm start` shows')
  .action(verb(async () => (await import('./verbs/demo.ts')).demo));

process.on('uncaughtException', (error) => process.exit(tell(error)));

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE;
  else process.exitCode = tell(error);
});
