/** The extension for VS Code: its grammar and hovers against the tables and every committed source, and what starts with it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { assemble, AssemblyError } from '../../assembler/index.ts';
import { extensionFiles, grammar, hovers, problemPattern } from '../../cli/extension/contents.ts';
import { loadImmediate, pseudos } from '../../isa/table/pseudo.ts';
import { systemRows } from '../../isa/table/system.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows } from '../../isa/table/table.ts';
import { trapCauses } from '../../isa/table/traps.ts';
import { limit } from '../limit.ts';
import { adapterProcess } from './dap/client.ts';
import { root, scratch } from './kit.ts';

const file = scratch();
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = extensionFiles('1.2.3', read);
const mnemonics = [...allRows.map(({ name }) => name), ...pseudos.map(({ name }) => name), loadImmediate];

interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: { readonly 1: { readonly name: string } };
}

const rules: readonly Rule[] = grammar().patterns;

/** A part of a line that a rule has named. */
interface Token {
  readonly text: string;
  readonly scope: string;
}

/** Colours a text as an editor does: at each place the rule that matches first wins, of several the first. */
function colour(text: string): Token[][] {
  let open: Rule | undefined;
  return text.split('\n').map((line) => {
    const tokens: Token[] = [];
    for (let at = 0; ; ) {
      if (open !== undefined) {
        const end = line.indexOf('*/', at);
        if (end < 0) return tokens;
        at = end + 2;
        open = undefined;
      }
      const found = rules
        .map((rule) => ({ rule, match: matchAt(rule.match ?? rule.begin ?? '', line, at) }))
        .filter(({ match }) => match !== null)
        .sort((a, b) => (a.match?.index ?? 0) - (b.match?.index ?? 0))[0];
      if (found?.match == null) return tokens;
      const { rule, match } = found;
      const scope = rule.captures?.[1].name ?? rule.name ?? '';
      tokens.push({ text: match[1] ?? match[0].trim(), scope });
      at = match.index + Math.max(match[0].length, 1);
      if (rule.begin !== undefined) open = rule;
    }
  });
}

function matchAt(pattern: string, line: string, at: number): RegExpExecArray | null {
  const expression = new RegExp(pattern, 'dg');
  expression.lastIndex = at;
  return expression.exec(line);
}

const scopeOf = (line: string, text: string) => colour(line)[0]?.find((token) => token.text === text)?.scope;

describe("The editor's grammar", () => {
  it('colours every mnemonic of the table, at the beginning of a statement only', () => {
    const system = new Set(systemRows.map(({ name }) => name));
    for (const name of mnemonics) {
      const kind = system.has(name) ? /^keyword\.other\.system/ : /^keyword\.mnemonic/;
      for (const line of [name, `    ${name} a0`, `here: ${name} a0`, `nop; ${name}`])
        expect(scopeOf(line, name), line).toMatch(name === 'nop' ? /^keyword/ : kind);
      expect(scopeOf(`    .word ${name}`, name), name).toBeUndefined();
      expect(scopeOf(`${name}:`, `${name}:`), name).toBe('entity.name.label.ring32');
    }
  });

  it('colours registers, numbers, texts, directives and comments', () => {
    const kinds = (line: string) =>
      colour(line)[0]?.map(({ text, scope }) => `${text} ${scope.replace(/\.ring32$/, '')}`);
    expect(kinds('a:  mts EPC, x10 # a0')).toEqual([
      'a: entity.name.label',
      'mts keyword.other.system',
      'EPC support.variable.register',
      'x10 variable.language.register',
      '# a0 comment.line.number-sign',
    ]);
    expect(kinds('  .ascii "a\\"# b" // c')).toEqual([
      '.ascii keyword.directive',
      '"a\\"# b" string.quoted.double',
      '// c comment.line.double-slash',
    ]);
    expect(kinds("  li t0, 'q' /* x */; addi t1, t0, 0x1f")).toEqual([
      'li keyword.mnemonic.pseudo',
      't0 variable.language.register',
      "'q' constant.character",
      '/* comment.block',
      'addi keyword.mnemonic',
      't1 variable.language.register',
      't0 variable.language.register',
      '0x1f constant.numeric',
    ]);
    expect(colour('/* nop\n nop */ nop')[1]?.map(({ text }) => text)).toEqual(['nop']);
  });

  it('colours every instruction of every committed source', () => {
    const listed = spawnSync('git', ['ls-files', '*.s', '*.inc'], { cwd: root, encoding: 'utf8' });
    const paths = listed.stdout.trim().split('\n');
    const known = new Set(mnemonics);
    let checked = 0;
    for (const path of paths) {
      const text = read(path);
      const lines = colour(text);
      for (const [n, line] of withoutComments(text).split('\n').entries()) {
        const [, first = ''] = /^\s*(?:[\w.$]+:\s*)*([a-z][\w.]*)/.exec(line) ?? [];
        if (!known.has(first) || /^\s*[\w.$]+\s*[=:]/.test(line)) continue;
        const token = lines[n]?.find(({ scope }) => scope.startsWith('keyword'));
        expect(token?.text, `${path}:${n + 1}: ${line}`).toBe(first);
        checked += 1;
      }
    }
    expect([paths.length > 20, checked > 1000]).toEqual([true, true]);
  });
});

/** A text without comments, line by line: found in another way than the grammar's. */
function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replaceAll(/[^\n]/g, ' ');
  return text.replaceAll(/"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|(?:#|\/\/).*/g, (found) =>
    found.startsWith('"') ? found : blank(found),
  );
}

describe("The editor's hover", () => {
  it("has the manual's sentence for each instruction and each system register", () => {
    const texts = hovers();
    for (const { name, says } of [...allRows, ...systemRegisters]) expect(texts[name], name).toContain(says);
    for (const name of mnemonics) expect(texts[name], name).toContain(`**${name}`);
  });
});

describe("The editor's problem matcher", () => {
  it("finds the place and the words of each of the assembler's errors", () => {
    const text = '_start: adi a0, a0, 1\n   addi a0, q9, 1\n .wurd 3\n';
    const found: unknown[] = [];
    try {
      assemble([{ name: '/tmp/a b.s', text }]);
    } catch (error) {
      if (!(error instanceof AssemblyError)) throw error;
      const lines = error.message
        .split('\n')
        .flatMap((line) => new RegExp(problemPattern.regexp).exec(line) ?? []);
      for (let n = 0; n < lines.length; n += 6) found.push(lines.slice(n + 1, n + 5));
    }
    expect(found).toEqual([
      ['/tmp/a b.s', '1', '9', 'error'],
      ['/tmp/a b.s', '2', '13', 'error'],
      ['/tmp/a b.s', '3', '2', 'error'],
    ]);
  });
});

const require = createRequire(import.meta.url);
const { adapterCommand } = require('../../editors/vscode/start.cjs') as {
  adapterCommand: (path: string, folders: readonly string[]) => { command: string; args: readonly string[] };
};

describe('The extension', () => {
  it("starts the workspace's ringlab, which steps back", async () => {
    const { command, args } = adapterCommand('', ['/nowhere', root]);
    const { client, ended } = adapterProcess(command, args);
    await client.launch({
      program: `${root}guests/hello.s`,
      name: 'This guest',
      type: 'ringlab',
      request: 'launch',
    });
    await client.go('continue');
    const end = await client.number('step');
    await client.go('stepBack', { granularity: 'instruction' });
    expect(await client.number('step')).toBe(end - 1);
    expect(client.printed).toBe('Hello from ring 0\n');
    await client.ask('disconnect');
    expect((await ended).status).toBe(0);
  });

  it('starts what the setting names, or the package, or the command of the system', () => {
    const workspace = file('.');
    for (const name of ['bin.js', 'load.js']) {
      mkdirSync(file('node_modules/ringlab/cli'), { recursive: true });
      file(`node_modules/ringlab/cli/${name}`, '');
    }
    const installed = join(workspace, 'node_modules', 'ringlab', 'cli', 'bin.js');
    expect(adapterCommand('', [workspace]).args[0]).toBe(installed);
    expect(adapterCommand(installed, []).args).toEqual([installed, 'debug', '--dap']);
    expect(adapterCommand('', ['/nowhere'])).toEqual({ command: 'ringlab', args: ['debug', '--dap'] });
  });

  it('offers the options of ringlab debug as properties of a launch, and no others', () => {
    const { contributes } = JSON.parse(files.get('package.json') as string) as Manifest;
    const [debuggers] = contributes.debuggers;
    const { properties } = debuggers?.configurationAttributes.launch ?? { properties: {} };
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining([
        'program',
        'stopOnEntry',
        'isa',
        'monitor',
        'memory',
        'disk',
        'input',
        'engine',
        'replay',
      ]),
    );
    expect(Object.keys(properties)).not.toContain('process');
  });

  it('registers a hover, a debug adapter and a way to debug the open guest', () => {
    const made: Record<string, unknown> = {};
    const vscode = fakeEditor(made);
    const module = { exports: {} as { activate: (context: { subscriptions: unknown[] }) => void } };
    const load = (name: string): unknown => {
      if (name === 'vscode') return vscode;
      if (name.endsWith('.json')) return JSON.parse(files.get(name.slice(2)) as string);
      return require(join(root, 'editors', 'vscode', name));
    };
    runInNewContext(files.get('extension.cjs') as string, { require: load, module });
    const subscriptions: unknown[] = [];
    module.exports.activate({ subscriptions });
    expect(subscriptions).toHaveLength(3);
    const { hover, adapter, configuration } = made as unknown as Registered;
    const document = { getWordRangeAtPosition: () => 'range', getText: () => 'epc' };
    expect(hover.provideHover(document, {})).toMatchObject({
      text: { text: expect.stringContaining('**EPC**') as string },
    });
    const session = { workspaceFolder: { uri: { fsPath: root } } };
    expect(adapter.createDebugAdapterDescriptor(session)).toMatchObject({
      command: 'node',
      options: { cwd: root },
    });
    expect(configuration.resolveDebugConfiguration(undefined, {})).toMatchObject({ request: 'launch' });
    const named = { type: 'ringlab', name: 'mine' };
    expect(configuration.resolveDebugConfiguration(undefined, named)).toBe(named);
  });

  it('is packaged with these files, and no others', { timeout: limit }, (context) => {
    mkdirSync(file('extension'), { recursive: true });
    for (const [name, text] of files) writeFileSync(file(`extension/${name}`), text);
    const vsce = /@vscode\/vsce@[\d.]+/.exec(read('cli/extension.ts'))?.[0] as string;
    const args = [
      '--yes',
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '-o',
      '../ringlab.vsix',
    ];
    const packed = spawnSync('npx', args, { cwd: file('extension'), encoding: 'utf8', timeout: limit });
    if (packed.status !== 0 && /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|E404|ENOTCACHED|network/.test(packed.stderr))
      context.skip(`${vsce} cannot be fetched here`);
    expect(packed.stderr.replaceAll(/^npm .*$/gm, '').trim()).toBe('');
    const inside = namesIn(readFileSync(file('ringlab.vsix'))).filter((name) =>
      name.startsWith('extension/'),
    );
    const renamed = (name: string) =>
      `extension/${{ 'README.md': 'readme.md', LICENSE: 'LICENSE.txt' }[name] ?? name}`;
    expect(inside.sort()).toEqual([...files.keys()].map(renamed).sort());
  });

  it('has a checkbox for each cause of a trap', async () => {
    const { command, args } = adapterCommand('', [root]);
    const { client } = adapterProcess(command, args);
    const can = (await client.ask('initialize', { adapterID: 'ringlab' })) as {
      exceptionBreakpointFilters: readonly { label: string }[];
    };
    expect(can.exceptionBreakpointFilters.map(({ label }) => label)).toEqual(
      trapCauses.map(({ name }) => name),
    );
    await client.ask('disconnect');
  });
});

/** The names of the files in a zip archive, from its central directory. */
function namesIn(archive: Buffer): string[] {
  const names: string[] = [];
  const entry = Buffer.from('PK\x01\x02', 'latin1');
  for (let at = archive.indexOf(entry); at >= 0; at = archive.indexOf(entry, at + 46))
    names.push(archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28)));
  return names;
}

interface Manifest {
  readonly contributes: {
    readonly debuggers: readonly {
      readonly configurationAttributes: { readonly launch: { readonly properties: object } };
    }[];
  };
}

interface Registered {
  readonly hover: { provideHover(document: object, position: object): unknown };
  readonly adapter: { createDebugAdapterDescriptor(session: object): unknown };
  readonly configuration: { resolveDebugConfiguration(folder: undefined, config: object): unknown };
}

/** As much of the editor's interface as the extension uses; what is registered is stored in `made`. */
function fakeEditor(made: Record<string, unknown>): object {
  const store = (name: string) => (_: unknown, provider: unknown) => {
    made[name] = provider;
    return provider;
  };
  return {
    Hover: class {
      readonly text: unknown;
      constructor(text: unknown) {
        this.text = text;
      }
    },
    MarkdownString: class {
      readonly text: string;
      constructor(text: string) {
        this.text = text;
      }
    },
    DebugAdapterExecutable: class {
      readonly command: string;
      readonly args: readonly string[];
      readonly options: object;
      constructor(command: string, args: readonly string[], options: object) {
        this.command = command;
        this.args = args;
        this.options = options;
      }
    },
    languages: { registerHoverProvider: store('hover') },
    debug: {
      registerDebugAdapterDescriptorFactory: store('adapter'),
      registerDebugConfigurationProvider: store('configuration'),
    },
    workspace: { workspaceFolders: undefined, getConfiguration: () => ({ get: () => '' }) },
  };
}
