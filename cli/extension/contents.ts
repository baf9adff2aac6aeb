/**
 * The VS Code extension's files, made from the tables of the house: no mnemonic, register or option is listed twice.
 * cli/extension.ts writes them; what the editor runs is in editors/vscode/.
 */
import { launchOptions } from '../dap/launch.ts';
import { pseudos, loadImmediate } from '../../isa/table/pseudo.ts';
import { registerNumbers } from '../../isa/table/registers.ts';
import { systemRows } from '../../isa/table/system.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows } from '../../isa/table/table.ts';
import { userRows } from '../../isa/table/user.ts';

const language = 'ring32';
const scope = `source.${language}`;

/** Alternatives of a pattern, the longest first, so that none hides a longer one. */
function alternatives(words: Iterable<string>): string {
  const escaped = [...new Set(words)].map((word) => word.replaceAll('.', '\\.'));
  return escaped.sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).join('|');
}

const pseudoNames = [...pseudos.map(({ name }) => name), loadImmediate];

/** A pattern for mnemonics: first words of a statement. */
function mnemonics(words: Iterable<string>): string {
  return `(?:^|(?<=[:;/]))\\s*(${alternatives(words)})(?![\\w.$:])`;
}

/** The grammar, for TextMate. Its patterns mean the same in Oniguruma and in JavaScript. */
export function grammar() {
  const match = (name: string, pattern: string) => ({ match: pattern, name: `${name}.${language}` });
  const word = (name: string, pattern: string) => ({
    match: pattern,
    captures: { 1: { name: `${name}.${language}` } },
  });
  return {
    name: 'Ring32 assembly',
    scopeName: scope,
    patterns: [
      { begin: '/\\*', end: '\\*/', name: `comment.block.${language}` },
      match('comment.line.number-sign', '#.*$'),
      match('comment.line.double-slash', '//.*$'),
      match('string.quoted.double', '"(?:\\\\.|[^"\\\\])*"'),
      match('constant.character', "'(?:\\\\.|[^'\\\\])'?"),
      match('entity.name.label', '(?:^|(?<=[;:]))\\s*[\\w.$]+:'),
      word('keyword.other.system', mnemonics(systemRows.map(({ name }) => name))),
      word('keyword.mnemonic', mnemonics(userRows.map(({ name }) => name))),
      word('keyword.mnemonic.pseudo', mnemonics(pseudoNames)),
      word('keyword.directive', '(?:^|(?<=[:;/]))\\s*(\\.[A-Za-z_][\\w.]*)'),
      match(
        'variable.language.register',
        `(?<![\\w.$])(?:${alternatives(registerNumbers.keys())})(?![\\w.$])`,
      ),
      match(
        'support.variable.register',
        `(?<![\\w.$])(?:${alternatives(systemRegisters.map(({ name }) => name))})(?![\\w.$])`,
      ),
      match('constant.numeric', '(?<![\\w.$])(?:0[xX][\\da-fA-F]+|0[bB][01]+|\\d+)(?![\\w.$])'),
      match('support.function.relocation', '%[a-z_]+(?=\\()'),
    ],
  };
}

/** What is shown when the pointer rests on a word: for each one, Markdown with the manual's sentences. */
export function hovers(): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (word: string, text: string) => {
    found[word] = found[word] === undefined ? text : `${found[word]}\n\n---\n\n${text}`;
  };
  for (const { name, syntax, says, group, privilege, sensitive, kin } of allRows) {
    const facts = [
      group,
      privilege === 'always' ? 'privileged: traps outside ring 0' : '',
      privilege === 'variant' ? 'traps outside ring 0, unless the variant lists it as unprivileged' : '',
      sensitive.length > 0 ? `sensitive: ${sensitive.join(', ')}` : '',
      kin === '' ? '' : `like ${kin}`,
    ].filter((fact) => fact !== '');
    add(name, `**${`${name} ${syntax}`.trim()}** — ${says}\n\n_${facts.join('; ')}_`);
  }
  for (const { name, operands, gives } of pseudos)
    add(name, `**${`${name} ${operands.join(', ')}`.trim()}** — short for \`${gives.join('; ')}\``);
  add(
    loadImmediate,
    `**${loadImmediate} rd, number** — loads a number with as many instructions as it needs`,
  );
  for (const { name, says, mask } of systemRegisters)
    add(name, `**${name}** — ${says}\n\n_system register${mask === undefined ? ', read-only' : ''}_`);
  return found;
}

/** The properties of a launch, as JSON Schema: the options of `ringlab debug`. */
function launchProperties() {
  const options = launchOptions().options.filter(({ hidden }) => !hidden);
  const property = (option: (typeof options)[number]) => ({
    description: option.description,
    ...(option.isBoolean() ? { type: 'boolean' } : { type: 'string' }),
    ...(option.argChoices === undefined ? {} : { enum: option.argChoices }),
    ...(typeof option.defaultValue === 'string' ? { default: option.defaultValue } : {}),
  });
  return {
    program: { type: 'string', description: 'An assembly text (.s) or an ELF file' },
    stopOnEntry: { type: 'boolean', default: true, description: 'Stop before the first instruction' },
    ...Object.fromEntries(options.map((option) => [option.attributeName(), property(option)])),
  };
}

/** A variable of VS Code. */
function variable(name: string): string {
  return `$\{${name}}`;
}

const launch = { type: 'ringlab', request: 'launch', program: `^"\\${variable('file')}"` };

/** Launches to begin with, as they are offered in launch.json. */
const launchSnippets = [
  {
    label: 'ringlab: a guest on the bare machine',
    description: 'Debug the guest that is open in the editor',
    body: { ...launch, name: 'Bare machine' },
  },
  {
    label: 'ringlab: a guest under a monitor',
    description: 'The virtual CPU, the real CPU and the shadow page tables are shown beside each other',
    body: { ...launch, name: 'Under a monitor', monitor: 'trap-and-emulate' },
  },
  {
    label: 'ringlab: a recorded run',
    description: 'Repeat a run that ringlab record has stored, forwards and backwards',
    body: { ...launch, name: 'Recording', replay: `^"\\${variable('workspaceFolder')}/recording"` },
  },
];

/** What the assembler's errors and warnings look like: `file:line:column: error: message`. */
export const problemPattern = {
  regexp: '^(.+?):(\\d+):(\\d+): (error|warning): (.*)$',
  file: 1,
  line: 2,
  column: 3,
  severity: 4,
  message: 5,
} as const;

function manifest(version: string) {
  return {
    name: 'ringlab',
    displayName: 'ringlab',
    description:
      'Ring32 assembly, and a debugger that goes backwards, for the virtualization laboratory ringlab',
    version,
    publisher: 'ringlab',
    license: 'Apache-2.0',
    engines: { vscode: '^1.85.0' },
    categories: ['Programming Languages', 'Debuggers', 'Education'],
    main: './extension.cjs',
    files: ['*'],
    activationEvents: [
      `onLanguage:${language}`,
      'onDebugResolve:ringlab',
      'onDebugDynamicConfigurations:ringlab',
    ],
    contributes: {
      languages: [
        {
          id: language,
          aliases: ['Ring32 assembly'],
          extensions: ['.s', '.inc'],
          configuration: './language-configuration.json',
        },
      ],
      grammars: [{ language, scopeName: scope, path: './grammar.json' }],
      breakpoints: [{ language }, { language: 'c' }],
      debuggers: [
        {
          type: 'ringlab',
          label: 'ringlab',
          languages: [language],
          configurationAttributes: { launch: { required: ['program'], properties: launchProperties() } },
          initialConfigurations: [
            { type: 'ringlab', request: 'launch', name: 'Bare machine', program: variable('file') },
          ],
          configurationSnippets: launchSnippets,
        },
      ],
      problemPatterns: [{ name: 'ringlab', ...problemPattern }],
      problemMatchers: [
        {
          name: 'ringlab',
          label: "ringlab: the assembler's errors",
          owner: 'ringlab',
          source: 'ringlab',
          fileLocation: ['autoDetect', variable('workspaceFolder')],
          pattern: '$ringlab',
        },
      ],
      configuration: {
        title: 'ringlab',
        properties: {
          'ringlab.path': {
            type: 'string',
            default: '',
            description:
              "The file cli/bin.js of ringlab. Empty: that of the workspace, or of its package; otherwise the command 'ringlab'.",
          },
        },
      },
    },
  };
}

const languageConfiguration = {
  comments: { lineComment: '#', blockComment: ['/*', '*/'] },
  brackets: [
    ['(', ')'],
    ['[', ']'],
  ],
  wordPattern: '[\\w.$]+',
};

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** The files of the extension, by name. `read` reads a file of the checkout. */
export function extensionFiles(version: string, read: (path: string) => string): ReadonlyMap<string, string> {
  const written = (name: string) => [name, read(`editors/vscode/${name}`)] as const;
  return new Map([
    ['package.json', json(manifest(version))],
    ['grammar.json', json(grammar())],
    ['hovers.json', json(hovers())],
    ['language-configuration.json', json(languageConfiguration)],
    written('extension.cjs'),
    written('start.cjs'),
    written('README.md'),
    ['LICENSE', read('LICENSE')],
  ]);
}
