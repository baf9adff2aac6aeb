/** The package as others get it: packed, installed into an empty folder without a network, run. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limit } from '../limit.ts';
import { root, scratch } from './kit.ts';

const file = scratch();

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

  it('has the licence of every package that is in its bundles in NOTICE, and of no other', () => {
    const bundled = JSON.parse(read('dist/bundled.json')) as readonly string[];
    const told = notices();
    expect([...told.keys()].sort()).toEqual(bundled);
    for (const [name, text] of told) {
      const { license } = JSON.parse(read(`node_modules/${name}/package.json`)) as { license: string };
      const own = read(`node_modules/${name}/LICENSE`);
      const [copyright = 'no copyright'] = /^Copyright.+$/m.exec(own) ?? [];
      // Ringlab's own licence is there in full.
      const wanted = license === 'Apache-2.0' ? `${copyright} Licensed under the Apache License` : own;
      expect(text, name).toContain(flat(wanted));
    }
  });

  it('runs from its tarball in an empty folder, guests included', () => {
    const folder = file('.');
    expect(npm(root, 'pack', '--silent', '--pack-destination', folder).status).toBe(0);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
    file('package.json', '{ "private": true }');
    expect(npm(folder, 'install', '--silent', '--offline', `./${tarball}`).status).toBe(0);
    const run = npm(
      folder,
      'exec',
      '--offline',
      '--',
      'ringlab',
      'run',
      'node_modules/ringlab/guests/hello.s',
    );
    expect([run.status, run.stdout]).toEqual([0, 'Hello from ring 0\n']);
    const demo = npm(folder, 'exec', '--offline', '--', 'ringlab', 'demo');
    expect([demo.status, demo.stdout]).toEqual([0, expect.stringContaining('ring32-v')]);
  });
});

describe('A checkout', () => {
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
