/**
 * What a verb's help has beside its arguments and options, which commander knows: examples, exit statuses and a note.
 * test/cli/help.test.ts holds that there is a sheet for each verb; the examples are run by test/cli/help.long.test.ts.
 */
import { STATUS_MEANING, type Status } from '../statuses.ts';

/** A command line, and what it does: a sentence that opens with a verb, without a full stop. */
export interface Example {
  readonly does: string;
  readonly line: string;
}

export interface Sheet {
  /** Paragraphs below the summary. */
  readonly note?: string;
  readonly examples: readonly Example[];
  /** The statuses that matter here, and what they mean here. */
  readonly statuses: readonly (readonly [status: string, meaning: string])[];
}

/** The statuses of a verb: those with a meaning of their own, and those with the usual one. */
function statuses(own: Readonly<Record<string, string>>, ...usual: readonly Status[]): Sheet['statuses'] {
  return [...Object.entries(own), ...usual.map((status) => [status, STATUS_MEANING[status]] as const)];
}

/** `DOES: LINE`, several times. */
function examples(lines: Readonly<Record<string, string>>): readonly Example[] {
  return Object.entries(lines).map(([does, line]) => ({ does, line }));
}

/** A verb that ends with the guest. */
const guestStatuses = statuses({ '0 to 255': "the guest's own status" }, '2', '65', '124', '125', '128 + n');

const hostStatuses = statuses(
  { '0': 'done', '1': 'the host refuses, and the message says why', '69': 'no host answers' },
  '2',
);

const poolStatuses = statuses({ '0': 'done' }, '2', '65', '69');

const snapshotStatuses = statuses({ '0': 'done' }, '2', '65');

const sheets: Readonly<Record<string, Sheet>> = {
  '': {
    note: 'Begin with `ringlab lesson`, or in a page with `ringlab lab --open`. `ringlab VERB --help` shows the options of a verb, with examples; `ringlab help exit-statuses`, `variants`, `strategies` and `images` tell what all verbs share.',
    examples: examples({
      'Run a program on the bare machine': 'ringlab run hello.s',
      'Show where a monitor fails on a machine that cannot be virtualized':
        'ringlab compare flags.s --with trap-and-emulate --isa ring32-x',
    }),
    statuses: [],
  },
  demo: {
    note: 'A small operating system runs on the bare machine, under a monitor, and under a monitor that translates.',
    examples: examples({ 'Show the three acts': 'ringlab demo' }),
    statuses: statuses({ '0': 'the acts show what they promise', '1': 'they do not: please report it' }),
  },
  lesson: {
    note: 'A lesson asks for a prediction, shows what happens, and checks whatever it claims. At a terminal it waits for a key before the screen is full, and ends by q.',
    examples: examples({
      'List the lessons': 'ringlab lesson',
      'Give the one to begin with': 'ringlab lesson three-acts',
      'Give one with a file of your own': 'ringlab lesson one-line mine.json',
    }),
    statuses: statuses(
      { '0': 'every claim holds, whatever you predicted', '1': 'a claim does not hold' },
      '2',
      '65',
    ),
  },
  example: {
    note: 'A guest is copied with the files that it includes, the disk and the input that it needs. Files that are there already are never replaced by others.',
    examples: examples({
      'List the guests': 'ringlab example',
      'Copy one into this folder': 'ringlab example hello',
      'Copy a whole operating system into another': 'ringlab example kernel os',
    }),
    statuses: statuses(
      { '0': 'copied', '65': 'a file is in the way, or cannot be written; nothing was copied' },
      '2',
    ),
  },
  new: {
    note: 'A project has a package.json, whose scripts run ringlab, a README.md, and the settings of an editor: tasks that find errors, types, completion.',
    examples: examples({
      'Start a guest': 'ringlab new guest my-guest',
      'Start a monitor, in nine stages': 'ringlab new monitor my-monitor',
      'Start a variant of the machine': 'ringlab new variant my-variant',
      'Start a course, for a class': 'ringlab new course my-course',
    }),
    statuses: statuses(
      { '0': 'written', '65': 'a file is in the way, or cannot be written; nothing was written' },
      '2',
    ),
  },
  lab: {
    note: 'The page runs in this computer only, and needs no network. Given a FILE, it follows what your editor saves.',
    examples: examples({
      'Show the page in the browser': 'ringlab lab --open',
      'Show what a program of yours does, while you edit it': 'ringlab lab hello.s',
      'Show a pool, as it changes': 'ringlab lab --pool rack',
    }),
    statuses: statuses({ '0': 'ended by Ctrl-C' }, '2', '65', '69'),
  },
  run: {
    examples: examples({
      'Run a program on the bare machine': 'ringlab run hello.s',
      'Run it under a monitor, and count the exits': 'ringlab run hello.s --monitor trap-and-emulate --stats',
      'Run a process, which makes system calls of Linux, with an argument':
        'ringlab run --process primes.s 100',
    }),
    statuses: guestStatuses,
  },
  network: {
    examples: examples({
      'Let a client ask a server': 'ringlab network web-server.s web-client.s',
      'Print every frame, too': 'ringlab network --frames web-server.s web-client.s',
      'Store the frames for Wireshark': 'ringlab network --pcap frames.pcap web-server.s web-client.s',
    }),
    statuses: statuses(
      { '0 to 255': 'the first status of a guest that is not 0, in the order of the files' },
      '2',
      '65',
      '124',
      '125',
    ),
  },
  asm: {
    examples: examples({
      'Write hello.elf': 'ringlab asm hello.s',
      'Print addresses and bytes beside the source': 'ringlab asm hello.s --listing',
    }),
    statuses: statuses({ '0': 'assembled', '65': 'the text has errors: each is listed with its line' }, '2'),
  },
  disasm: {
    examples: examples({
      'Print the instructions of a program': 'ringlab disasm hello.s',
    }),
    statuses: statuses({ '0': 'done' }, '2', '65'),
  },
  trace: {
    examples: examples({
      'Print the first six steps': 'ringlab trace --to 6 hello.s',
      'Print only the steps that trap': 'ringlab trace --only traps user-kernel.s',
      'Print only the exits to a monitor': 'ringlab trace --only exits --monitor trap-and-emulate hello.s',
    }),
    statuses: guestStatuses,
  },
  translate: {
    examples: examples({
      'Show what the translator makes of a program': 'ringlab translate flags.s --isa ring32-x',
      'Show only the code at a symbol': 'ringlab translate flags.s --at _start',
    }),
    statuses: guestStatuses,
  },
  debug: {
    note: 'At the prompt, `help` lists the commands. Every command works on the run so far, in both directions.',
    examples: examples({
      'Step through a program': 'ringlab debug hello.s',
      'Go from its end back to its last trap': "printf 'continue\\ntrap\\n' | ringlab debug user-kernel.s",
      'Let GDB step through it': 'ringlab debug hello.s --gdb 127.0.0.1:1234',
      'Serve an editor, which starts this itself': 'ringlab debug --dap',
    }),
    statuses: statuses(
      { '0': 'the session has ended', '69': 'nothing can listen at that address' },
      '2',
      '65',
    ),
  },
  record: {
    examples: examples({
      'Record a run with its input': 'ringlab record echo.s --input hello.s -o echo.run',
    }),
    statuses: guestStatuses,
  },
  replay: {
    examples: examples({
      'Repeat a recorded run': 'ringlab replay echo.s echo.run',
      'Repeat it under a monitor': 'ringlab replay echo.s echo.run --monitor hybrid',
    }),
    statuses: guestStatuses,
  },
  classify: {
    examples: examples({
      'Say why a machine can be virtualized': 'ringlab classify',
      'Say why another one cannot': 'ringlab classify --isa ring32-x',
      'Print a program that shows that an instruction is sensitive':
        'ringlab classify --isa ring32-x --witness sring',
    }),
    statuses: statuses({ '0': 'classified, whatever the verdict is' }, '2', '65'),
  },
  compare: {
    examples: examples({
      'Show that a monitor is right': 'ringlab compare hello.s --with trap-and-emulate',
      'Show the first step at which it is wrong':
        'ringlab compare flags.s --with trap-and-emulate --isa ring32-x',
      'Compare several': 'ringlab compare hello.s --with hybrid,interpret',
    }),
    statuses: statuses(
      { '0': 'every run is equal to that on the bare machine', '1': 'one is not' },
      '2',
      '65',
      '124',
    ),
  },
  exercise: {
    note: 'The same seed asks the same question everywhere. No answer is stored: it is found when it is asked for.',
    examples: examples({
      'List the kinds of exercises': 'ringlab exercise',
      'Ask one': 'ringlab exercise timer --seed 3',
      'Tell its answer, too': 'ringlab exercise timer --seed 3 --answer',
      "Print an instructor's answers for thirty students": 'ringlab exercise frames --sheet 1..30',
    }),
    statuses: statuses(
      { '0': 'done; with --check: the answer is right', '1': 'with --check: it is not' },
      '2',
    ),
  },
  course: {
    note: 'Thirteen units of 50 minutes: a sheet for the teacher, slides, a handout with exercises of a seed.',
    examples: examples({
      'List the units': 'ringlab course list',
      'Make slides and handouts of all units': 'ringlab course build slides',
    }),
    statuses: statuses({ '0': 'done', '69': '--pdf: there is no Chromium here' }, '2', '65'),
  },
  'course list': {
    examples: examples({ 'List the units with their goals': 'ringlab course list' }),
    statuses: statuses({ '0': 'done' }, '2'),
  },
  'course sheet': {
    examples: examples({ 'Print the sheet of unit 5': 'ringlab course sheet 5' }),
    statuses: statuses({ '0': 'done' }, '2'),
  },
  'course picture': {
    examples: examples({
      'List the pictures': 'ringlab course picture',
      'Draw one': 'ringlab course picture ring-compression -o rings.svg',
    }),
    statuses: statuses({ '0': 'done' }, '2', '65'),
  },
  'course build': {
    note: 'Slides are Markdown for Marp, and pages that any browser shows and prints. Pictures follow a light or dark scheme.',
    examples: examples({
      'Make slides, handouts and pictures of all units': 'ringlab course build slides',
      'Make one unit, with the exercises of another seed': 'ringlab course build slides --unit 5 --seed 7',
    }),
    statuses: statuses({ '0': 'done', '69': '--pdf: there is no Chromium here' }, '2', '65'),
  },
  grade: {
    note: 'A submission is a module that exports a monitor (examples/your-monitor). It runs in a sandbox.',
    examples: examples({
      'Grade one of our monitors': 'ringlab grade trap-and-emulate --stage 2 --cases 20',
      'Grade your own, up to the second stage': 'ringlab grade monitor.ts --stage 2',
      'Grade a guest that detects monitors': 'ringlab grade --detector detector.s',
      'Grade a class, two at once': 'ringlab grade submissions --jobs 2 --out grades',
    }),
    statuses: statuses(
      {
        '0': 'the score is 100; for a class: each has its grade',
        '1': 'the score is less, or the submission cannot be loaded',
        '69': 'the sandbox or the queue cannot be had here',
      },
      '2',
      '65',
      '70',
    ),
  },
  bench: {
    examples: examples({
      'Measure the engines, quickly': 'ringlab bench --quick --runs 1',
      'Measure what a monitor costs': 'ringlab bench --monitors --quick',
    }),
    statuses: statuses({ '0': 'measured' }, '2'),
  },
  snapshot: {
    note: 'Snapshots are files in a folder, ringlab.snapshots. Each says from which other it was taken.',
    examples: examples({
      'Take a snapshot at step 50': 'ringlab snapshot take early hello.s --at 50',
      'Continue from it, as often as you like': 'ringlab snapshot restore early',
    }),
    statuses: snapshotStatuses,
  },
  'snapshot take': {
    examples: examples({
      'Run a program to step 50, and take a snapshot': 'ringlab snapshot take early hello.s --at 50',
      'Go on for 20 steps, and take another': 'ringlab snapshot take later --at +20',
    }),
    statuses: snapshotStatuses,
  },
  'snapshot list': {
    examples: examples({ 'List them': 'ringlab snapshot list' }),
    statuses: snapshotStatuses,
  },
  'snapshot tree': {
    examples: examples({ 'Draw the tree': 'ringlab snapshot tree' }),
    statuses: snapshotStatuses,
  },
  'snapshot show': {
    examples: examples({ 'Print what is in a snapshot': 'ringlab snapshot show early' }),
    statuses: snapshotStatuses,
  },
  'snapshot diff': {
    examples: examples({ 'Print what changed between two': 'ringlab snapshot diff early later' }),
    statuses: snapshotStatuses,
  },
  'snapshot restore': {
    examples: examples({
      'Continue from a snapshot': 'ringlab snapshot restore early',
      'Continue under a monitor': 'ringlab snapshot restore early --monitor hybrid',
    }),
    statuses: guestStatuses,
  },
  'snapshot revert': {
    examples: examples({
      'Go back, so that the next one is taken from there': 'ringlab snapshot revert early',
    }),
    statuses: snapshotStatuses,
  },
  'snapshot clone': {
    examples: examples({ 'Make two machines from one': 'ringlab snapshot clone early one two' }),
    statuses: snapshotStatuses,
  },
  'snapshot template': {
    examples: examples({ 'Make it a template': 'ringlab snapshot template early' }),
    statuses: snapshotStatuses,
  },
  'snapshot consolidate': {
    examples: examples({ 'Make it independent of the others': 'ringlab snapshot consolidate later' }),
    statuses: snapshotStatuses,
  },
  'snapshot delete': {
    examples: examples({ 'Delete two of them': 'ringlab snapshot delete one two' }),
    statuses: snapshotStatuses,
  },
  'snapshot verify': {
    examples: examples({ 'Check every file': 'ringlab snapshot verify' }),
    statuses: statuses({ '0': 'everything is sound', '65': 'a file is damaged; the list says which' }, '2'),
  },
  host: {
    note: 'A host stores its guests, and continues them when it is started again at the same address.',
    examples: examples({
      'Begin a host with a guest': 'ringlab host --listen 127.0.0.1:7001 counter.s',
      'Start another guest on it': 'ringlab host --on 127.0.0.1:7001 hello.s',
    }),
    statuses: statuses(
      { '0': 'ended by Ctrl-C, its guests stored', '1': 'the host refuses a guest' },
      '2',
      '65',
      '69',
    ),
  },
  console: {
    examples: examples({
      'Print what a guest has printed': 'ringlab console counter',
      'Follow it, and type into it': 'ringlab console counter --follow',
    }),
    statuses: hostStatuses,
  },
  migrate: {
    examples: examples({
      'List the guests and their hosts': 'ringlab migrate --list',
      'Move a guest while it runs': 'ringlab migrate counter --to 127.0.0.1:7002',
      'Draw the rounds, too': 'ringlab migrate counter --to 127.0.0.1:7001 --svg rounds.svg',
    }),
    statuses: statuses({ '0': 'moved', '1': 'not moved, and the guest runs where it was' }, '2', '69'),
  },
  switch: {
    examples: examples({
      'Begin a switch': 'ringlab switch --listen 127.0.0.1:7100',
      'Plug a guest into it': 'ringlab run web-server.s --network 127.0.0.1:7100',
    }),
    statuses: statuses({ '0': 'ended by Ctrl-C' }, '2', '69'),
  },
  vm: {
    note: 'A machine of a pool is wanted, and the pool does the rest: `ringlab vm show NAME --why` says where it stands. The verbs find the pool by --pool or by $RINGLAB_POOL.',
    examples: examples({
      'Create a machine': 'ringlab vm create counter.s --pool rack',
      'List the machines, their states and hosts': 'ringlab vm list --pool rack',
    }),
    statuses: poolStatuses,
  },
  appliance: {
    note: 'An appliance is a program with what its machines need: memory, settings, patches, a disk. Its versions are never changed.',
    examples: examples({
      'Store a program as an appliance': 'ringlab appliance add whoami.s --property NAME --pool rack',
      'Make a machine from it': 'ringlab vm create --from whoami --set NAME=w1 --name w1 --pool rack',
    }),
    statuses: poolStatuses,
  },
  'appliance add': {
    note: 'A setting is KEY, KEY=DEFAULT, KEY:TYPE or KEY:TYPE=DEFAULT; types are string, boolean, uint32 and sint32. One without a default must be given to each machine. A patch is a program whose segments replace what is at their addresses.',
    examples: examples({
      'Store a program with two settings':
        'ringlab appliance add whoami.s --property NAME --property N:uint32=1',
      'Store its next version, with a patch':
        'ringlab appliance add --parent whoami --patch fix.s --pool rack',
    }),
    statuses: poolStatuses,
  },
  'appliance list': {
    examples: examples({ 'List the appliances': 'ringlab appliance list --pool rack' }),
    statuses: poolStatuses,
  },
  'appliance show': {
    examples: examples({ 'Print the newest version of one': 'ringlab appliance show whoami --pool rack' }),
    statuses: poolStatuses,
  },
  'appliance verify': {
    examples: examples({ 'Check all': 'ringlab appliance verify --pool rack' }),
    statuses: statuses({ '0': 'all is undamaged', '1': 'something is missing or damaged' }, '2', '65', '69'),
  },
  'appliance export': {
    note: 'The package is OVF 1.1, with a manifest; its disk is a streamOptimized VMDK.',
    examples: examples({
      'Write one file': 'ringlab appliance export whoami whoami.ova --pool rack',
      'Write a descriptor with its files beside it': 'ringlab appliance export whoami whoami.ovf --pool rack',
    }),
    statuses: poolStatuses,
  },
  'appliance import': {
    note: 'OVF 1.x and 2.x are read. The package is checked as a whole first; if anything is wrong with it, nothing is stored.',
    examples: examples({
      'Store the machine of a package': 'ringlab appliance import whoami.ova --pool rack',
      "Take the disk of another tool's machine":
        'ringlab appliance import other.ova --disk-only --image a.elf --pool rack',
    }),
    statuses: statuses({ '0': 'stored', '65': 'the package cannot be taken; nothing was stored' }, '2', '69'),
  },
  'appliance outdated': {
    examples: examples({ 'List machines that are to be renewed': 'ringlab appliance outdated --pool rack' }),
    statuses: poolStatuses,
  },
  'appliance remove': {
    examples: examples({ 'Remove a version': 'ringlab appliance remove whoami@1 --pool rack' }),
    statuses: poolStatuses,
  },
  'vm create': {
    note: 'A rank is an expression like FREE_CPU - 2 * RUNNING_VMS, or packing, striping, load or fixed. `ringlab pool rank` shows what hosts answer.',
    examples: examples({
      'Create a machine that outlives its host': 'ringlab vm create counter.s --pool rack',
      'Create one from an appliance': 'ringlab vm create --from whoami --set NAME=w1 --pool rack',
      'Create one on a host that has no other':
        'ringlab vm create counter.s --pool rack --requirements RUNNING_VMS=0',
    }),
    statuses: statuses(
      { '0': 'created', '1': 'not created: the pool could not lose its largest host then' },
      '2',
      '65',
      '69',
    ),
  },
  'vm list': {
    examples: examples({ 'List them': 'ringlab vm list --pool rack' }),
    statuses: poolStatuses,
  },
  'vm show': {
    examples: examples({ 'Say what it waits for': 'ringlab vm show counter --why --pool rack' }),
    statuses: poolStatuses,
  },
  'vm save-as': {
    note: 'The settings of the new appliance are those of the machine; a machine that is made from it may have other values.',
    examples: examples({
      'Store a machine that is stopped': 'ringlab vm save-as counter warm --pool rack',
    }),
    statuses: poolStatuses,
  },
  'vm history': {
    examples: examples({ 'Print its states': 'ringlab vm history counter --pool rack' }),
    statuses: poolStatuses,
  },
  'vm start': {
    examples: examples({ 'Have it run': 'ringlab vm start counter --pool rack' }),
    statuses: poolStatuses,
  },
  'vm retry': {
    examples: examples({ 'Try it again': 'ringlab vm retry counter --pool rack' }),
    statuses: poolStatuses,
  },
  'vm hold': {
    examples: examples({ 'Have it stand still': 'ringlab vm hold counter --pool rack' }),
    statuses: poolStatuses,
  },
  'vm stop': {
    examples: examples({ 'Save it, and free its place': 'ringlab vm stop counter --pool rack' }),
    statuses: poolStatuses,
  },
  'vm release': {
    examples: examples({ 'End it for good': 'ringlab vm release counter --pool rack' }),
    statuses: poolStatuses,
  },
  'vm resize': {
    note: 'What runs, or is saved as it is, has the memory that it has. What a machine needs of the processor can change at any time.',
    examples: examples({
      'Give a machine that is stopped more memory':
        'ringlab vm resize counter --memory 32M --anew --pool rack',
    }),
    statuses: statuses(
      { '0': 'done', '1': 'left as it is: the pool could not lose its largest host then' },
      '2',
      '65',
      '69',
    ),
  },
  'vm scale': {
    note: 'More machines are copies of the first, which start from its image. When there are to be fewer, the last ones are released.',
    examples: examples({ 'Have three of them': 'ringlab vm scale counter 3 --pool rack' }),
    statuses: statuses(
      { '0': 'done', '1': 'left as it is: the pool could not lose its largest host then' },
      '2',
      '65',
      '69',
    ),
  },
  'vm lease': {
    examples: examples({
      'Have it run for two hours more': 'ringlab vm lease counter --until 2h --pool rack',
    }),
    statuses: poolStatuses,
  },
  'vm delete': {
    note: 'As `ringlab vm release`, which leaves the record of a machine for a day. What it used stays on record.',
    examples: examples({ 'End it, and forget it': 'ringlab vm delete counter --pool rack' }),
    statuses: statuses(
      { '0': 'done', '1': 'not forgotten yet: its host is lost, and not fenced' },
      '2',
      '65',
      '69',
    ),
  },
  'vm migrate': {
    note: 'The pool decides the move: whichever host is killed meanwhile, the machine runs on one of the two, and nowhere twice.',
    examples: examples({
      'Move it to the host that suits it best': 'ringlab vm migrate counter --pool rack',
    }),
    statuses: statuses(
      { '0': 'it has moved', '1': 'it has not moved, and runs where it was' },
      '2',
      '65',
      '69',
    ),
  },
  pool: {
    note: 'A pool on one machine is a folder, which hosts share: ringlab host --listen HOST:PORT --pool FOLDER. One on several machines is in etcd, with a folder that all of them reach: --pool etcd://HOST:PORT,HOST:PORT/FOLDER. The verbs find it by --pool or by $RINGLAB_POOL.',
    examples: examples({
      'Begin a host of a pool': 'ringlab host --listen 127.0.0.1:7001 --pool rack',
      'Print its hosts and machines': 'ringlab pool status --pool rack',
    }),
    statuses: poolStatuses,
  },
  'pool status': {
    examples: examples({
      'Print the hosts and machines': 'ringlab pool status --pool rack',
      'Watch them': 'ringlab pool status --watch --pool rack',
      'Look at a pool in etcd': 'ringlab pool status --pool etcd://10.0.0.1:2379,10.0.0.2:2379/srv/rack',
    }),
    statuses: poolStatuses,
  },
  'pool hosts': {
    note: 'MEASURED is what the process of the host uses, in percent of one processor; CPU is what it counts as.',
    examples: examples({ 'List the hosts': 'ringlab pool hosts --pool rack' }),
    statuses: poolStatuses,
  },
  'pool events': {
    note: 'The store has the last 32 changes of each machine. With --follow, hosts that join and are lost are shown, too.',
    examples: examples({
      'Print the last hour, and go on': 'ringlab pool events --since 1h --follow --pool rack',
    }),
    statuses: poolStatuses,
  },
  'pool check': {
    note: 'What is wrong never may be, whatever was killed and when; what waits needs somebody to do something.',
    examples: examples({ 'Look for what is wrong': 'ringlab pool check --pool rack' }),
    statuses: statuses({ '0': 'nothing is wrong', '1': 'something is wrong' }, '2', '65', '69'),
  },
  'pool discover': {
    note: 'A machine that runs is idle below 10 % of a processor, and busy from 50 % on; hosts measure every 15 seconds and remember an hour.',
    examples: examples({ 'Inventory a pool': 'ringlab pool discover --pool rack' }),
    statuses: poolStatuses,
  },
  'pool drain': {
    note: 'A host that is drained gets no machines until `ringlab pool resume`. When there is room elsewhere later, what had to stay leaves it.',
    examples: examples({ 'Empty a host for maintenance': 'ringlab pool drain 127.0.0.1:7001 --pool rack' }),
    statuses: statuses(
      {
        '0': 'it is empty',
        '1': 'machines stay there, which fit nowhere else; or the pool could not lose another host then',
      },
      '2',
      '65',
      '69',
    ),
  },
  'pool resume': {
    examples: examples({ 'Use it again': 'ringlab pool resume 127.0.0.1:7001 --pool rack' }),
    statuses: poolStatuses,
  },
  'pool balance': {
    note: 'Of the busiest host the smallest machine that evens out the loads moves to the idlest one. A machine that has just moved rests for a minute.',
    examples: examples({ 'Even out the loads': 'ringlab pool balance --pool rack' }),
    statuses: statuses({ '0': 'done', '1': 'a machine has not moved' }, '2', '65', '69'),
  },
  'pool consolidate': {
    examples: examples({
      'Print what could be done': 'ringlab pool consolidate --pool rack',
      'Do it': 'ringlab pool consolidate --apply --pool rack',
    }),
    statuses: statuses({ '0': 'done', '1': 'a machine has not moved' }, '2', '65', '69'),
  },
  'pool rank': {
    examples: examples({ 'Print what each host says': 'ringlab pool rank counter --pool rack' }),
    statuses: poolStatuses,
  },
  'pool fence': {
    note: 'A host on this machine is fenced by the pool itself. This is for one that the pool cannot kill, and that never runs again.',
    examples: examples({
      'Promise that it is over': 'ringlab pool fence 127.0.0.1:7001 --confirm --pool rack',
    }),
    statuses: poolStatuses,
  },
  'pool usage': {
    examples: examples({
      'Sum it up by tenant': 'ringlab pool usage --by tenant --pool rack',
      'Write a bill for a spreadsheet':
        'ringlab pool usage --by tenant --prices prices.json --csv --pool rack',
    }),
    statuses: poolStatuses,
  },
  completion: {
    note: 'The script completes verbs, options, their values, and names of lessons and guests. Put the line of the first or second example into ~/.bashrc or ~/.zshrc (in zsh, behind compinit), that of the third into ~/.config/fish/config.fish.',
    examples: examples({
      'Complete in bash': 'source <(ringlab completion bash)',
      'Complete in zsh': 'source <(ringlab completion zsh)',
      'Complete in fish': 'ringlab completion fish | source',
    }),
    statuses: statuses({ '0': 'printed' }, '2'),
  },
  help: {
    examples: examples({
      'Show the help of a verb': 'ringlab help run',
      'Say what every exit status means': 'ringlab help exit-statuses',
    }),
    statuses: statuses({ '0': 'done' }, '2'),
  },
};

/** What there is beside commander's description of a verb, by its name: `run`, `snapshot take`; '' is ringlab itself. */
export function sheetOf(verb: string): Sheet {
  return sheets[verb] ?? { examples: [], statuses: [] };
}
