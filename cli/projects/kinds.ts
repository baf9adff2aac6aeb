/** The kinds of projects that `ringlab new` starts. Each runs as it is, and tells an editor what it needs to know. */
import { allRows } from '../../isa/table/table.ts';
import { variantRows } from '../../isa/table/variants.ts';
import { version } from '../program.ts';
import { editorFiles } from './editor.ts';
import { filesOf, guestNamed, type PackagedGuest } from './guests.ts';
import { packageFile, packageFolder, packageText } from './package-files.ts';

/** Files of a project, by their paths in it. */
export type ProjectFiles = ReadonlyMap<string, Uint8Array>;

export interface Kind {
  /** What it is, for the help. */
  readonly summary: string;
  /** Its files; `name` is the name of its folder. */
  readonly files: (name: string) => Promise<ProjectFiles>;
  /** What to do in its folder first: commands; and what to read. */
  readonly next: readonly string[];
  readonly read: string;
}

const encode = (text: string) => new TextEncoder().encode(text);
const json = (value: object) => encode(`${JSON.stringify(value, null, 2)}\n`);

/** npm's scripts, by name. */
type Scripts = Readonly<Record<string, string>>;

/** package.json: what `npm start`, `npm test` and the others do. `more`: packages beside ringlab. */
function manifest(name: string, scripts: Scripts, more: Readonly<Record<string, string>> = {}): Uint8Array {
  return json({
    // npm allows no other characters.
    name:
      name
        .toLowerCase()
        .replaceAll(/[^a-z0-9._-]/g, '-')
        .replace(/^[._]+/, '') || 'project',
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts,
    devDependencies: { ringlab: version, ...more },
  });
}

function readme(title: string, text: string, scripts: Scripts): Uint8Array {
  const rows = Object.entries(scripts).map(
    ([script, line]) =>
      `- \`npm ${script === 'start' || script === 'test' ? '' : 'run '}${script}\`: \`${line}\``,
  );
  return encode(`# ${title}\n\n${text}\n\n${rows.join('\n')}\n`);
}

function guestOf(name: string): PackagedGuest {
  const guest = guestNamed(name);
  if (guest === undefined) throw new Error(`guests/README.md lists no ${name}`);
  return guest;
}

const guest: Kind = {
  summary: 'a guest in assembly: it prints, handles a trap of its own, and ends',
  next: ['npm start', 'npm test', 'npm run lab'],
  read: 'README.md says what each script does.',
  async files(name) {
    const sources = new Map(await filesOf(guestOf('start')));
    const text = new TextDecoder().decode(sources.get('start.s'));
    sources.delete('start.s');
    const scripts = {
      start: 'ringlab run guest.s',
      test: 'ringlab compare guest.s --with trap-and-emulate',
      trace: 'ringlab trace guest.s',
      debug: 'ringlab debug guest.s',
      lab: 'ringlab lab guest.s',
    };
    const about =
      '`guest.s` is a program for the bare machine. `npm test` runs it under a monitor, too, and says whether it notices.';
    return new Map([
      ...sources,
      ['guest.s', encode(withoutExpectations(text))],
      ['package.json', manifest(name, scripts)],
      ['README.md', readme(name, about, scripts)],
      ...editorFiles(scripts, 'guest.s'),
    ]);
  },
};

/** The text of a guest of ours as a guest of the reader's: its head says nothing of our tests. */
function withoutExpectations(text: string): string {
  return text.replaceAll(/^# (?:expect .*|`ringlab new guest` .*)\n/gm, '').replace('#\n\n', '\n');
}

/** The assignment as it is in examples/, its paths as they are in a project. */
const monitor: Kind = {
  summary: 'a monitor of your own, in TypeScript, in nine stages that are graded',
  next: ['npm start'],
  read: 'README.md has the nine stages; monitor.ts says where each belongs.',
  async files(name) {
    const folder = 'examples/your-monitor';
    const scripts = {
      start: 'ringlab grade monitor.ts --stage 1',
      test: 'ringlab grade monitor.ts',
      types: 'tsc -p .',
    };
    const copied = packageFolder(folder).map(
      (path) => [path.slice(folder.length + 1), packageText(path)] as const,
    );
    return new Map([
      ...copied.map(([path, text]) => [path, encode(inProject(text))] as const),
      ['MANUAL.md', packageFile('isa/MANUAL.md')],
      ['package.json', manifest(name, scripts, { typescript: typescriptVersion() })],
      ...editorFiles(scripts),
    ]);
  },
};

/** The compiler that ringlab itself is checked with. */
function typescriptVersion(): string {
  const { devDependencies } = JSON.parse(packageText('package.json')) as {
    readonly devDependencies: { readonly typescript: string };
  };
  return devDependencies.typescript;
}

/** Text of an assignment, with paths and links as they are in a folder of its own. */
function inProject(text: string): string {
  return text
    .replaceAll('examples/your-monitor/', '')
    .replaceAll('../../isa/MANUAL.md', 'MANUAL.md')
    .replaceAll(/\[([^\]]+)\]\(\.\.\/[^)]+\)/g, '$1');
}

const variant: Kind = {
  summary: 'a variant of Ring32: which sensitive instructions do not trap',
  next: ['npm start', 'npm test'],
  read: 'README.md says what they tell.',
  async files(name) {
    const scripts = {
      start: 'ringlab classify --isa variant.json',
      run: 'ringlab run flags.s --isa variant.json',
      test: 'ringlab compare flags.s --with trap-and-emulate --isa variant.json',
    };
    const about =
      'Instructions that `variant.json` lists under `unprivileged` do not trap outside ring 0. `npm start` says what follows from it by the theorems of Popek and Goldberg; `npm test` shows whether a guest can notice a monitor.';
    return new Map([
      ...(await filesOf(guestOf('flags'))),
      ['variant.json', json({ name: nameOfVariant(name), unprivileged: ['sring'] })],
      ['variant.schema.json', json(variantSchema())],
      ['package.json', manifest(name, scripts)],
      ['README.md', readme(name, about, scripts)],
      ...editorFiles(scripts, undefined, { fileMatch: ['/variant.json'], url: './variant.schema.json' }),
    ]);
  },
};

/** A folder of the package, as a folder of a project. */
function copyOf(from: string, to: string): readonly (readonly [path: string, contents: Uint8Array])[] {
  return packageFolder(from).map((path) => {
    const name = `${to}${path.slice(from.length)}`;
    return [name, path.endsWith('.md') ? encode(inProject(packageText(path))) : packageFile(path)];
  });
}

const course: Kind = {
  summary: 'a course to teach: sheets, slides, exercises for a class, assignments to grade',
  next: ['npm start', 'npm run answers'],
  read: 'README.md says what each script does; sheets/README.md has the schedules.',
  async files(name) {
    const scripts = {
      start: 'ringlab course build slides --seed 1',
      answers: 'ringlab exercise --sheet 1..30',
      units: 'ringlab course list',
      grade: 'ringlab grade submissions --jobs 2 --out grades',
    };
    const about =
      'The sheets of the units are in `sheets/`, begin with [sheets/README.md](sheets/README.md). `npm start` makes slides and handouts in `slides/`; change the seed in package.json for another class. The numbers of your students are the seeds of their exercises. What they hand in goes into `submissions/`, a folder each; `grading/` has set-ups for Gradescope, Moodle and GitHub Classroom.';
    const sheets = copyOf('examples/course', 'sheets').filter(([path]) => /^sheets\/[^/]+\.md$/.test(path));
    return new Map([
      ...sheets,
      ...copyOf('guests', 'guests'),
      ...copyOf('examples/your-monitor', 'assignments/your-monitor'),
      ...copyOf('examples/your-minivisor', 'assignments/your-minivisor'),
      ...copyOf('examples/grading', 'grading'),
      ['submissions/README.md', encode('A folder for each submission, with a monitor.ts in it.\n')],
      ['package.json', manifest(name, scripts)],
      ['README.md', readme(name, about, scripts)],
      ...editorFiles(scripts),
    ]);
  },
};

/** The name of a folder as a variant can have it. */
function nameOfVariant(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._-]/gu, '-')
      .replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
      .slice(0, 32) || 'mine'
  );
}

/** What a variant's file may contain, for editors that read JSON Schema: the types of variant.json. */
function variantSchema(): object {
  const rows = allRows.filter(({ name }) => variantRows.includes(name));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A variant of Ring32',
    type: 'object',
    additionalProperties: false,
    required: ['name', 'unprivileged'],
    properties: {
      name: { type: 'string', description: 'Its name, in messages and recordings' },
      unprivileged: {
        description: 'Sensitive instructions that do not trap outside ring 0',
        type: 'array',
        uniqueItems: true,
        items: { oneOf: rows.map(({ name, says }) => ({ const: name, description: says })) },
      },
      cpuid: { type: 'integer', minimum: 0, maximum: 0xffffffff, description: 'The value of CPUID' },
    },
  };
}

export const kinds = { monitor, guest, variant, course } as const satisfies Readonly<Record<string, Kind>>;
export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly KindName[];
