/** `ringlab lab`: the page and one file, for this computer's own browser and nobody else; no edit is lost. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabFile } from '../../cli/lab/lab-file.ts';
import { LabPool } from '../../cli/lab/lab-pool.ts';
import { type LabServer, serveLab } from '../../cli/lab/lab-server.ts';
import { PoolFolder } from '../../cli/pool/pool-folder.ts';
import { json, newVm } from '../../vmm/pool/records.ts';
import { ringlab, scratch } from './kit.ts';

const make = scratch();
const token = 'a-token';
const pages = new Map([
  ['index.html', new TextEncoder().encode('<p>the page</p>')],
  ['page-1.js', new TextEncoder().encode('1')],
]);
let server: LabServer;
let path: string;

beforeEach(async () => {
  mkdirSync(make('folder/include'), { recursive: true });
  path = make('folder/mine.s', 'first\n');
  make('folder/include/lib.inc', 'a library\n');
  server = await serveLab({ pages, file: new LabFile(path), port: 0, token });
});
afterEach(async () => {
  await server.close();
  rmSync(dirname(path), { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

/** Asks the server, as a browser with the token does unless `headers` say otherwise. */
function ask(target: string, { headers = {}, ...options }: RequestOptions = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${token}`, ...headers };
    const asked = request({ host: '127.0.0.1', port: server.port, path: target, ...options, headers: all });
    asked.once('error', reject);
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.once('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
      response.once('error', reject);
    });
    asked.end(body);
  });
}

const readFile = async () =>
  JSON.parse((await ask('/file')).text) as { text: string; version: string; beside: Record<string, string> };
const put = (text: string, version: string) =>
  ask('/file', { method: 'PUT', headers: { 'if-match': `"${version}"` } }, text);
const save = async (text: string, version: string) =>
  JSON.parse((await put(text, version)).text) as { kind: string; now?: { text: string; version: string } };

/** The events of /changes, one by one. */
const changes = () => events<{ readonly text: string; readonly version: string }>('/changes');

async function* events<T>(target: string): AsyncGenerator<T> {
  const response = await new Promise<IncomingMessage>((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    request({ host: '127.0.0.1', port: server.port, path: target, headers }, resolve).end();
  });
  let rest = '';
  for await (const part of response) {
    const all = (rest + String(part)).split('\n\n');
    rest = all.pop() ?? '';
    for (const event of all) yield JSON.parse(event.replace(/^data: /, ''));
  }
}

describe('The server of the laboratory', () => {
  it('tells of the pool now and when it changes, to who has the token, and takes nothing', async () => {
    expect((await ask('/pool')).status).toBe(204);
    await server.close();
    const folder = new PoolFolder(make('pool'), true);
    const pool = await LabPool.open(folder, 'rack');
    server = await serveLab({ pages, file: undefined, pool, port: 0, token });
    expect((await ask('/pool', { headers: { authorization: '' } })).status).toBe(401);
    expect((await ask('/pool', { method: 'PUT' }, '{}')).status).toBe(405);
    const told = events<{ name: string; picture: { elsewhere: unknown[] }; isAway: boolean }>('/pool');
    expect((await told.next()).value).toMatchObject({
      name: 'rack',
      picture: { elsewhere: [] },
      isAway: false,
    });
    await folder.change(() => ({ when: [], changes: [{ key: 'vm/new', value: json(newVm) }] }));
    expect((await told.next()).value.picture.elsewhere).toEqual([
      { name: 'new', state: 'PENDING', reason: '' },
    ]);
  });

  it('gives the page to a browser, with its types, and stores nothing there', async () => {
    const page = await ask('/', { headers: { authorization: '' } });
    expect(page).toMatchObject({ status: 200, text: '<p>the page</p>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
    expect((await ask('/?lab=a-token')).text).toBe('<p>the page</p>');
    expect((await ask('/page-1.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it.each([
    '/folder/mine.s',
    '/../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '//etc/passwd',
    '/mine.s',
    '/file/../include/lib.inc',
    '/constructor',
  ])('has no other files: %s', async (target) => {
    expect((await ask(target)).status).toBe(404);
  });

  it.each([
    ['another host name', { host: 'evil.example:80' }],
    ['the right host at another port', { host: '127.0.0.1:1' }],
    ['no port', { host: '127.0.0.1' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this computer', { origin: 'http://127.0.0.1:1' }],
    ['the origin of a file or a sandbox', { origin: 'null' }],
    ['the right origin with another protocol', { origin: 'https://127.0.0.1' }],
  ])('refuses everything to %s, even with the token', async (_, headers) => {
    for (const target of ['/', '/file', '/changes'])
      expect((await ask(target, { headers })).status, target).toBe(403);
    expect(
      await ask('/file', { method: 'PUT', headers: { ...headers, 'if-match': '""' } }, 'bad'),
    ).toMatchObject({
      status: 403,
    });
    expect(readFileSync(path, 'utf8')).toBe('first\n');
  });

  it('answers to localhost, too, and to its own page', async () => {
    const host = `localhost:${server.port}`;
    expect((await ask('/file', { headers: { host, origin: `http://${host}` } })).status).toBe(200);
  });

  it.each([
    ['none', ''],
    ['a wrong one', 'Bearer another'],
    ['one that begins right', 'Bearer a-toke'],
    ['another kind', 'Basic a-token'],
  ])('gives the file to nobody without the token: %s', async (_, authorization) => {
    for (const [target, method] of [
      ['/file', 'GET'],
      ['/changes', 'GET'],
      ['/file', 'PUT'],
    ] as const)
      expect((await ask(target, { method, headers: { authorization, 'if-match': '""' } })).status).toBe(401);
    expect(readFileSync(path, 'utf8')).toBe('first\n');
  });

  it('says so when there is no file', async () => {
    const bare = await serveLab({ pages, file: undefined, port: 0, token });
    await server.close();
    server = bare;
    expect(await ask('/file')).toMatchObject({ status: 204, text: '' });
  });
});

describe('The file of the laboratory', () => {
  it('is given with what it can include, by path', async () => {
    expect(await readFile()).toEqual({
      name: 'mine.s',
      text: 'first\n',
      version: expect.stringMatching(/^[\w-]{22}$/),
      beside: { 'include/lib.inc': 'a library\n' },
    });
  });

  it('is saved when it is still what the text was made from, and keeps its permissions', async () => {
    const { version } = await readFile();
    const before = statSync(path).mode;
    const saved = await save('second ≠\n', version);
    expect(readFileSync(path, 'utf8')).toBe('second ≠\n');
    expect(statSync(path).mode).toBe(before);
    expect(saved).toEqual({ kind: 'saved', version: (await readFile()).version });
  });

  it('is not saved over what somebody else has written: the answer has both what is there and its version', async () => {
    const { version } = await readFile();
    writeFileSync(path, 'by vim\n');
    const refused = await save('by the page\n', version);
    expect(refused).toMatchObject({ kind: 'conflict', now: { text: 'by vim\n' } });
    expect(readFileSync(path, 'utf8')).toBe('by vim\n');
    const chosen = await save('chosen by the reader\n', refused.now?.version ?? '');
    expect(chosen).toMatchObject({ kind: 'saved' });
    expect(readFileSync(path, 'utf8')).toBe('chosen by the reader\n');
  });

  it('is saved once when two pages save at the same time', async () => {
    const { version } = await readFile();
    const both = await Promise.all([save('one\n', version), save('other\n', version)]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['conflict', 'saved']);
    const kept = both[0]?.kind === 'saved' ? 'one\n' : 'other\n';
    expect(readFileSync(path, 'utf8')).toBe(kept);
    expect(both.find(({ kind }) => kind === 'conflict')?.now?.text).toBe(kept);
  });

  it('is written anew after it was deleted only by who knows that', async () => {
    const { version } = await readFile();
    rmSync(path);
    expect(await save('mine\n', version)).toMatchObject({ now: { text: '', version: '' } });
    expect((await save('mine\n', '')).kind).toBe('saved');
    expect(readFileSync(path, 'utf8')).toBe('mine\n');
  });

  it('needs a version to be saved, is text, and has a size', async () => {
    expect((await ask('/file', { method: 'PUT' }, 'x')).status).toBe(428);
    const { version } = await readFile();
    expect((await put('x'.repeat(2 ** 20 + 1), version)).status).toBe(413);
    expect((await ask('/file', { method: 'DELETE' })).status).toBe(405);
    expect(readFileSync(path, 'utf8')).toBe('first\n');
  });

  it('never leads out of its folder by a symbolic link', async () => {
    const secret = make('secret.inc', 'secret\n');
    const { version } = await readFile();
    symlinkSync(secret, join(dirname(path), 'link.inc'));
    symlinkSync(dirname(secret), join(dirname(path), 'away'));
    expect(JSON.stringify(await readFile())).not.toContain('secret');
    rmSync(path);
    symlinkSync(secret, path);
    expect(await readFile()).toMatchObject({ text: '', version: '' });
    expect((await save('bad\n', version)).kind).toBe('conflict');
    expect(await save('bad\n', '')).toEqual({
      kind: 'refused',
      reason: expect.stringContaining('is a symbolic link now'),
    });
    expect(readFileSync(secret, 'utf8')).toBe('secret\n');
  });

  it('is sent again each time that it changes, however an editor writes it', async () => {
    const events = changes();
    const next = async () => (await events.next()).value?.text as string;
    expect(await next()).toBe('first\n');
    writeFileSync(path, 'written\n');
    expect(await next()).toBe('written\n');
    writeFileSync(`${path}.new`, 'renamed\n');
    renameSync(`${path}.new`, path);
    expect(await next()).toBe('renamed\n');
    await save('saved\n', (await readFile()).version);
    expect(await next()).toBe('saved\n');
    await events.return(undefined);
  });
});

describe('ringlab lab', () => {
  it.each([
    [
      'a file that is not there',
      ['lab', 'nowhere.s'],
      65,
      /^ringlab: nowhere\.s: cannot read it: no such file or folder\n$/,
    ],
    ['a folder', ['lab', 'guests'], 65, /^ringlab: guests: it is no file\n$/],
    ['a file that is no text', ['lab', 'bench/kernels/process/mixed.elf'], 65, /it is not text in UTF-8\n$/],
    ['a port that is none', ['lab', '--port', '70000'], 2, /expected a port, 0 to 65535/],
  ])('says what is wrong with %s', (_, args, status, message) => {
    const result = ringlab(args);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(status);
  });
});
