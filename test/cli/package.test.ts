/** The package as others get it: packed, installed into an empty folder without a network, run. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, scratch } from './kit.ts';

const file = scratch();

function npm(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

interface Manifest {
  readonly dependencies?: object;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('The package', () => {
  it('pins every version, and needs nothing when it is installed', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    expect(manifest.dependencies).toBeUndefined();
    for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
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
  it('answers to npx ringlab', () => {
    const { status, stdout } = npm(root, 'exec', '--offline', '--', 'ringlab', 'run', 'guests/hello.s');
    expect([status, stdout]).toEqual([0, 'Hello from ring 0\n']);
  });

  it('says in one line what to do when nothing is built yet', () => {
    const bin = readFileSync(join(root, 'cli', 'bin.js'));
    rmSync(file('dist'), { recursive: true, force: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, [file('bin.mjs', bin)], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([70, '']);
    expect(stderr).toBe('ringlab: not built yet; run `npm start` once in this folder\n');
  });
});
