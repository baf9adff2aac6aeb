/** The package as others get it: packed, installed into an empty folder without a network, run. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { limit } from '../limit.ts';
import { buildLaboratory } from '../../web/build.js';
import { declarations } from '../grade/declarations.ts';
import { adapterProcess } from './dap/client.ts';
import { root, scratch } from './kit.ts';

const file = scratch();
const elsewhere = scratch();

function npm(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: limit });
  return { status, stdout, stderr };
}

interface Manifest {
  readonly dependencies?: object;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The parts of NOTICE by the package they are about, without line breaks. */
function notices(): ReadonlyMap<string, string> {
  const [, ...parts] = read('NOTICE').split(/^-{78}\n(.+), https:.+\n-{78}$/m);
  return new Map(parts.flatMap((name, n) => (n % 2 === 0 ? [[name, flat(parts[n + 1] ?? '')]] : [])));
}

const flat = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

describe('The package', () => {
  it('pins every version, and needs nothing when it is installed', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    expect(manifest.dependencies).toBeUndefined();
    for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('has the licence of every package that is in its bundles in NOTICE, and of no other', async () => {
    const bundled = JSON.parse(read('dist/bundled.json')) as readonly string[];
    const { packages } = await buildLaboratory();
    const told = notices();
    const ofStrnum = read('node_modules/strnum/LICENSE');
    const mit = new Map([['MIT', ofStrnum.slice(ofStrnum.indexOf('Permission'))]]);
    expect([...told.keys()].sort()).toEqual([...new Set([...bundled, ...packages])].sort());
    for (const [name, text] of told) {
      const { license } = JSON.parse(read(`node_modules/${name}/package.json`)) as { license: string };
      const files = readdirSync(join(root, 'node_modules', name));
      const licence = files.find((one) => /^license(\.txt)?$/i.test(one));
      // One package says in its package.json alone that its licence is MIT; the text is the same for all.
      const own = licence === undefined ? (mit.get(license) ?? '') : read(`node_modules/${name}/${licence}`);
      expect(own, name).not.toBe('');
      const [copyright = ''] = /^Copyright.+$/m.exec(own) ?? [];
      // Ringlab's own licence is there in full.
      const wanted = license === 'Apache-2.0' ? `${copyright} Licensed under the Apache License`.trim() : own;
      expect(text, name).toContain(flat(wanted));
    }
  });
});

describe('The package, installed in an empty folder', () => {
  const folder = file('.');
  const examples = ['assemble-and-run', 'first-difference', 'classify-your-variant'];
  const main = [
    "import { assembleAndRun } from './assemble-and-run.js';",
    "import { firstDifference } from './first-difference.js';",
    "const results = { run: assembleAndRun(), difference: firstDifference('ring32-x') };",
    'console.log(JSON.stringify(results));',
    '',
  ].join('\n');
  const results = {
    run: { printed: 'Hi', stop: { kind: 'power', status: 7 }, steps: 8 },
    difference: expect.objectContaining({ equal: false, steps: 0 }) as unknown,
  };

  beforeAll(() => {
    expect(npm(root, 'pack', '--silent', '--pack-destination', folder).status).toBe(0);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
    file('package.json', '{ "private": true, "type": "module" }');
    expect(npm(folder, 'install', '--silent', '--offline', `./${tarball}`).status).toBe(0);
    for (const name of examples) {
      file(`${name}.ts`, read(`examples/library/${name}.ts`));
      file(`${name}.js`, read(`dist/examples/library/${name}.js`));
    }
    file('main.js', main);
  });

  it('runs guests, its own included', () => {
    const hello = 'node_modules/ringlab/guests/hello.s';
    const run = npm(folder, 'exec', '--offline', '--', 'ringlab', 'run', hello);
    expect([run.status, run.stdout]).toEqual([0, 'Hello from ring 0\n']);
    const demo = npm(folder, 'exec', '--offline', '--', 'ringlab', 'demo');
    expect([demo.status, demo.stdout]).toEqual([0, expect.stringContaining('ring32-v')]);
  });

  it('debugs a guest for an editor, forwards and backwards', async () => {
    const bin = 'node_modules/ringlab/cli/bin.js';
    const { client, ended } = adapterProcess(process.execPath, [bin, 'debug', '--dap'], folder);
    await client.launch({ program: join(folder, 'node_modules/ringlab/guests/hello.s') });
    await client.go('continue');
    const end = await client.number('step');
    await client.go('stepBack', { granularity: 'instruction' });
    expect(await client.number('step')).toBe(end - 1);
    await client.ask('disconnect');
    expect(await ended).toEqual({ status: 0, stderr: '' });
  });

  it.each(['the package', 'a checkout'])(
    "grades a copy of %s's folder for a monitor, which has its types",
    (from) => {
      const [place, source] =
        from === 'the package'
          ? ['from-package', join(folder, 'node_modules', 'ringlab')]
          : ['from-checkout', root];
      // A checkout's copy is somewhere else, where no package is found.
      const parent = from === 'the package' ? folder : elsewhere('.');
      const copy = join(parent, place);
      cpSync(join(source, 'examples', 'your-monitor'), copy, { recursive: true });
      mkdirSync(join(copy, 'parts'));
      writeFileSync(
        join(copy, 'parts', 'first.ts'),
        [
          "import { CAUSE, decode, type Trap } from 'ringlab/testing';",
          "import { YourMonitor } from '../monitor.ts';",
          'export class First extends YourMonitor {',
          '  override handle({ cause, value }: Trap): void {',
          '    if (cause >= CAUSE.INTERRUPT) return;',
          "    console.log('trap', cause);",
          '    const at = decode(value);',
          "    if (at?.row.effect.kind !== 'system') throw new Error('this is reached');",
          '    const { run } = at.row.effect;',
          '    this.step(() => run(this.guest, at, this.guest.pc | 0));',
          '  }',
          '}',
        ].join('\n'),
      );
      writeFileSync(
        join(copy, 'monitor.mts'),
        "import type { MonitorFactory } from 'ringlab/testing';\nimport { First } from './parts/first.ts';\nconst factory: MonitorFactory = (machine, allocation) => new First(machine, allocation);\nexport default factory;\n",
      );
      const tsc = spawnSync(
        process.execPath,
        [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'],
        { cwd: copy, encoding: 'utf8' },
      );
      expect([tsc.status, tsc.stdout]).toEqual([0, '']);
      const bin =
        from === 'the package'
          ? join(folder, 'node_modules', '.bin', 'ringlab')
          : join(root, 'cli', 'bin.js');
      const { status, stdout } = spawnSync(bin, ['grade', 'monitor.mts', '--only', '1', '--cases', '3'], {
        cwd: copy,
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([1, expect.stringContaining('this is reached')]);
    },
  );

  it('gives a lesson, a guest to change and a project that is graded, without a network', () => {
    const run = (cwd: string, ...args: string[]) => npm(cwd, 'exec', '--offline', '--', 'ringlab', ...args);
    const given = run(folder, 'lesson', 'three-acts');
    expect([given.status, given.stdout]).toEqual([
      0,
      expect.stringContaining('Next: ringlab lesson predict'),
    ]);
    expect(run(folder, 'lesson', 'worth-reading').status).toBe(0);
    expect(run(folder, 'example', 'hello', 'mine').status).toBe(0);
    const hello = join(folder, 'mine', 'hello.s');
    writeFileSync(hello, readFileSync(hello, 'utf8').replaceAll('Hello from ring 0', 'Mine'));
    expect(run(folder, 'run', 'mine/hello.s').stdout).toBe('Mine\n');
    for (const kind of ['monitor', 'guest', 'variant', 'course'])
      expect(run(folder, 'new', kind, `my-${kind}`)).toMatchObject({ status: 0, stderr: '' });
    const start = (kind: string) => npm(join(folder, `my-${kind}`), 'start', '--silent');
    expect(start('guest')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Hello from a guest'),
    });
    expect(start('variant')).toMatchObject({ status: 0, stdout: expect.stringContaining('critical: sring') });
    expect(start('monitor')).toMatchObject({ status: 1, stdout: expect.stringContaining('score 0 of 100') });
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const cwd = join(folder, 'my-monitor');
    const checked = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd, encoding: 'utf8' });
    expect([checked.status, checked.stdout]).toEqual([0, '']);
  });

  it('says what a queue needs that is not in the package', () => {
    const { status, stderr } = npm(
      folder,
      'exec',
      '--offline',
      '--',
      'ringlab',
      'grade',
      '--work',
      '--queue',
      'redis://127.0.0.1:1',
    );
    expect([status, stderr]).toEqual([69, expect.stringContaining('npm install bullmq ioredis')]);
  });

  it('serves the laboratory page, which is in the package, until Ctrl-C', async () => {
    const args = ['node_modules/ringlab/cli/bin.js', 'lab', 'node_modules/ringlab/guests/hello.s'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const address = new URL(line.toString().trim());
    const page = await fetch(address);
    const text = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const [, script = ''] = /<script src="(page-\w+\.js)">/.exec(text) ?? [];
    expect((await fetch(new URL(script, address))).status).toBe(200);
    const headers = { authorization: `Bearer ${address.searchParams.get('lab')}` };
    expect(await (await fetch(new URL('file', address), { headers })).json()).toMatchObject({
      name: 'hello.s',
    });
    const busy = [...args.slice(0, 2), '--port', address.port];
    const refused = spawnSync(process.execPath, busy, { cwd: folder, encoding: 'utf8', timeout: limit });
    expect(refused.stderr).toContain(
      `cannot listen at 127.0.0.1:${address.port}: another program listens there`,
    );
    expect(refused.status).toBe(69);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('is imported by JavaScript', () => {
    file(
      'disk.js',
      [
        "import { SECTOR } from 'ringlab';",
        "import { FileDisk } from 'ringlab/node';",
        "import { everything } from 'ringlab/testing';",
        "const disk = new FileDisk('main.js', 'r');",
        'console.log(SECTOR, disk.sectors, typeof everything);',
        'disk[Symbol.dispose]();',
      ].join('\n'),
    );
    const node = (path: string) =>
      spawnSync(process.execPath, [file(path)], { cwd: folder, encoding: 'utf8', timeout: limit });
    const used = node('main.js');
    expect(used.stderr).toBe('');
    expect(JSON.parse(used.stdout)).toEqual(results);
    expect(node('disk.js').stdout).toBe('512 1 object\n');
  });

  it.each([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])(
    'has types that resolve under %s, without those of Node, and every declaration that they need',
    (moduleResolution, module) => {
      const compilerOptions = {
        moduleResolution,
        module,
        target: 'es2022',
        lib: ['es2023', 'dom', 'esnext.disposable'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      const files = [...examples.map((name) => `${name}.ts`), 'typed.ts'];
      file(
        'typed.ts',
        [
          "import { createGuest, Machine, type MachineOptions } from 'ringlab';",
          "import { FileDisk } from 'ringlab/node';",
          'const options: MachineOptions = { memory: undefined, disk: undefined };',
          'export const machine: Machine = new Machine(options);',
          "using disk = new FileDisk('disk', 'r');",
          'export const steps: number = createGuest({ disk }).machine.steps;',
          '// @ts-expect-error There is no such option.',
          'createGuest({ monitr: 1 });',
        ].join('\n'),
      );
      file('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([0, '']);
    },
  );

  it('is bundled for a browser without a plugin, and computes there what it does in Node', async () => {
    const { outputFiles, metafile } = await build({
      absWorkingDir: folder,
      entryPoints: ['main.js'],
      bundle: true,
      platform: 'browser',
      format: 'iife',
      write: false,
      metafile: true,
    });
    const imported = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imported).toEqual([]);
    // A page has this and the language, and neither Buffer nor process nor require.
    const printed: string[] = [];
    const page = { TextEncoder, TextDecoder, console: { log: (text: string) => printed.push(text) } };
    runInNewContext(outputFiles[0]?.text ?? '', page, {
      contextCodeGeneration: { strings: false, wasm: true },
    });
    expect(printed.map((text) => JSON.parse(text) as unknown)).toEqual([results]);
  });
});

describe('A checkout', () => {
  it('has the types of a monitor in a file that is as `npm run types` makes it', () => {
    expect(read('examples/your-monitor/ringlab-testing.d.ts')).toBe(declarations());
  });

  it('has a lock file that says of every package what its contents are, and of none where it was found', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as Lock;
    const installed = Object.entries(packages).filter(([path]) => path !== '');
    expect(installed.length).toBeGreaterThan(100);
    for (const [path, { integrity, resolved }] of installed)
      expect([path, integrity, resolved]).toEqual([
        path,
        expect.stringMatching(/^sha512-.{86}==$/),
        undefined,
      ]);
  });

  it('answers to npx ringlab', () => {
    const { status, stdout } = npm(root, 'exec', '--offline', '--', 'ringlab', 'run', 'guests/hello.s');
    expect([status, stdout]).toEqual([0, 'Hello from ring 0\n']);
  });

  it('says in one line what to do when nothing is built yet', () => {
    const bin = readFileSync(join(root, 'cli', 'bin.js'));
    rmSync(file('dist'), { recursive: true, force: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, [file('bin.mjs', bin)], {
      encoding: 'utf8',
      timeout: limit,
    });
    expect([status, stdout]).toEqual([70, '']);
    expect(stderr).toBe('ringlab: not built yet; run `npm start` once in this folder\n');
  });
});
