/** `ringlab example` and `ringlab new`: what is copied is whole, and a project runs as it is. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { commandFor, filesOf, guestNamed, packagedGuests } from '../../cli/projects/guests.ts';
import { kindNames, kinds } from '../../cli/projects/kinds.ts';
import { parseVariant } from '../../isa/table/variants.ts';
import { ringlab, scratch } from './kit.ts';

const file = scratch();
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('ringlab example', () => {
  it('lists every guest with what it shows', () => {
    const { status, stdout } = ringlab(['example']);
    expect(status).toBe(0);
    expect(packagedGuests().length).toBeGreaterThan(25);
    for (const { name } of packagedGuests()) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(packagedGuests())('copies everything that $name needs', async (guest) => {
    const files = await filesOf(guest);
    const source = { name: guest.path, text: files.get(guest.path) as Uint8Array };
    const readFile = (name: string, from: string) =>
      files.get(posix.join(posix.dirname(from), name)) as Uint8Array;
    expect(assemble([source], { readFile }).elf.length).toBeGreaterThan(100);
    for (const word of commandFor(guest, '.').split(' '))
      if (/\.(s|disk|input)$/.test(word)) expect([...files.keys()]).toContain(word);
  });

  it('says how the guest is run, from where it was copied to', () => {
    const found = (name: string) => commandFor(guestNamed(name) as never, 'there');
    expect(found('hello.s')).toBe('ringlab run there/hello.s');
    expect(found('primes')).toBe('ringlab run --process there/primes.s 20000');
    expect(found('guests/web-server.s')).toBe('ringlab network there/web-server.s there/web-client.s');
    expect(found('disk-copy')).toBe('ringlab run --disk there/disk-copy.disk there/disk-copy.s');
  });

  it('copies a guest that then runs, and never over a file of the reader', () => {
    const folder = file('copied');
    const first = ringlab(['example', 'disk-copy', folder]);
    expect([first.status, first.stderr]).toEqual([0, '']);
    const line = /^ {2}ringlab (.*)$/m.exec(first.stdout)?.[1] as string;
    expect(ringlab(line.split(' ')).stdout).toContain('read 0, wrote 3\n');
    writeFileSync(join(folder, 'hello.s'), '# mine\n');
    const refused = ringlab(['example', 'hello', folder]);
    expect([refused.status, refused.stdout]).toEqual([65, '']);
    expect(refused.stderr).toContain(
      'hello.s: it is there already, and is not the same; nothing was written',
    );
    expect(readFileSync(join(folder, 'hello.s'), 'utf8')).toBe('# mine\n');
  });

  it('is named by a run of a guest that is not there', () => {
    const { status, stderr } = ringlab(['run', 'elsewhere/hello.s']);
    expect([status, stderr]).toEqual([
      65,
      'ringlab: elsewhere/hello.s: cannot read it: no such file or folder; ringlab example hello copies it into this folder\n',
    ]);
    expect(ringlab(['example', 'helo']).stderr).toContain('helo: no such guest (did you mean hello?)');
  });
});

describe('ringlab new', () => {
  it.each(kindNames)(
    '%s: has a package.json, a README and an editor’s configuration, whose files are there',
    async (kind) => {
      const { files, next } = kinds[kind];
      const project = await files('My Project');
      const manifest = JSON.parse(text(project.get('package.json'))) as {
        readonly name: string;
        readonly scripts: Readonly<Record<string, string>>;
        readonly devDependencies: Readonly<Record<string, string>>;
      };
      expect([manifest.name, Object.keys(manifest.devDependencies)[0]]).toEqual(['my-project', 'ringlab']);
      for (const line of next)
        expect(Object.keys(manifest.scripts)).toContain(line.replace(/^npm (run )?/, ''));
      for (const script of Object.values(manifest.scripts))
        for (const word of script.split(' ').filter((one) => /\.(s|ts|json)$/.test(one)))
          expect([...project.keys()]).toContain(word);
      const { tasks } = JSON.parse(text(project.get('.vscode/tasks.json'))) as {
        readonly tasks: readonly { readonly script: string }[];
      };
      expect(tasks.map(({ script }) => script)).toEqual(Object.keys(manifest.scripts));
      const readme = text(project.get('README.md'));
      const links = [...readme.matchAll(/\]\(([^):#]+)\)/g)].map(([, path]) => path);
      for (const path of links) expect([...project.keys()]).toContain(path);
    },
  );

  it('guest: runs, and says nothing of our tests', () => {
    const folder = file('guest');
    expect(ringlab(['new', 'guest', folder]).status).toBe(0);
    const guest = join(folder, 'guest.s');
    expect(readFileSync(guest, 'utf8')).not.toMatch(/expect|ringlab new/);
    expect(ringlab(['run', guest]).stdout).toBe(
      'Hello from a guest of mine\ntrap 8 at 0x0001001c\nand on it goes\n',
    );
    expect(ringlab(['compare', guest, '--with', 'trap-and-emulate']).status).toBe(0);
  });

  it('variant: is one, by a name that its folder gives, and its schema knows every instruction', async () => {
    for (const name of ['v', '-- x', '日本', 'a'.repeat(99)]) {
      const project = await kinds.variant.files(name);
      expect(parseVariant(text(project.get('variant.json'))).unprivileged).toEqual(new Set(['sring']));
      expect(text(project.get('variant.schema.json'))).toContain('"const": "getf"');
    }
  });

  it.each([
    [['new', 'monitr', 'x'], 2, 'monitr: no such kind. Allowed choices are monitor, guest, variant, course'],
    [['new', 'guest'], 2, "missing required argument 'folder'"],
    [['new', 'guest', '/dev/null/x'], 65, 'cannot make this folder: a part of the path is not a folder'],
  ])('refuses %j', (args, status, message) => {
    const result = ringlab(args);
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(message)]);
    expect(existsSync('x')).toBe(false);
  });
});
