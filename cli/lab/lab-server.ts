/**
 * Serves the laboratory page to this computer's own browser, and the one file that it was started with.
 *
 * The page's own files are the same for everybody. The file is given only to who has the token, which is in the address
 * that is printed. A page of another origin cannot use the server even so: the names in Host and Origin must be this
 * server's own, so that neither a link elsewhere nor a name that leads here (DNS rebinding) gets anything.
 *
 *   GET /file      the file and its version; 204 if there is none
 *   PUT /file      saves it, If-Match: "VERSION"; the answer says whether, and has the file if that is another version now
 *   GET /changes   server-sent events: the file each time that it changes
 *   GET /pool      the same of the pool, which is only shown; 204 if there is none
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { largest, type LabFile } from './lab-file.ts';
import type { LabPool } from './lab-pool.ts';

/** What is served. */
export interface LabServerOptions {
  /** The page's files by name; `index.html` is also at `/`. */
  readonly pages: ReadonlyMap<string, Uint8Array>;
  readonly file: LabFile | undefined;
  readonly pool?: LabPool | undefined;
  /** 0: any port that is free. */
  readonly port: number;
  /** What the page has to show for the file. */
  readonly token: string;
}

/** A server that listens. */
export interface LabServer {
  readonly port: number;
  /** The address to open, with the token. */
  readonly address: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
};

/** Sent with every answer: nothing is stored, sniffed, framed or told on. */
const always = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Listens on 127.0.0.1. Rejects with the system's error. */
export async function serveLab(options: LabServerOptions): Promise<LabServer> {
  const server = createServer((request, response) => {
    answer(options, (server.address() as AddressInfo).port, request, response).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `http://127.0.0.1:${port}/?lab=${options.token}`,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      options.file?.close();
      options.pool?.close();
      return closed;
    },
  };
}

async function answer(
  options: LabServerOptions,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isOwn(request, port)) return refuse(response, 403, 'This server answers to its own page only.');
  const { pathname } = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  if (!['/file', '/changes', '/pool'].includes(pathname))
    return givePage(options, pathname, request, response);
  if (!hasToken(request, options.token))
    return refuse(response, 401, 'Open the address that ringlab lab printed: it has a token.');
  const { file, pool } = options;
  if (pathname === '/pool') {
    if (request.method !== 'GET') return refuse(response, 405, 'GET.', { allow: 'GET' });
    return pool === undefined ? void response.writeHead(204, always).end() : followPool(pool, response);
  }
  if (file === undefined) return void response.writeHead(204, always).end();
  if (pathname === '/changes' && request.method === 'GET') return follow(file, response);
  if (request.method === 'GET') return giveJson(response, { name: file.name, ...file.read() });
  if (request.method === 'PUT') return await save(file, request, response);
  return refuse(response, 405, 'GET or PUT.', { allow: 'GET, PUT' });
}

/** Whether the request is to this server by its own name, and from its own page or from no page. */
function isOwn({ headers }: IncomingMessage, port: number): boolean {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = headers;
  if (host === undefined || !names.includes(host)) return false;
  return origin === undefined || names.some((name) => origin === `http://${name}`);
}

function hasToken({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function refuse(response: ServerResponse, status: number, reason: string, more = {}): void {
  response.writeHead(status, { ...always, ...more, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}

function giveJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...always, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

/** Gives one of the page's files. Names are looked up in a list, so no path leads anywhere else. */
function givePage(
  { pages }: LabServerOptions,
  pathname: string,
  { method }: IncomingMessage,
  response: ServerResponse,
): void {
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  const bytes = pages.get(name);
  if (bytes === undefined) refuse(response, 404, 'There is nothing of that name here.');
  else if (method !== 'GET' && method !== 'HEAD') refuse(response, 405, 'GET.', { allow: 'GET, HEAD' });
  else {
    const type = types[name.replace(/^.*\./, '')] ?? 'application/octet-stream';
    response.writeHead(200, { ...always, 'content-type': type, 'content-length': bytes.length });
    response.end(method === 'HEAD' ? undefined : bytes);
  }
}

/** Saves what comes. */
async function save(file: LabFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, version] = /^"([\w-]*)"$/.exec(request.headers['if-match'] ?? '') ?? [];
  if (version === undefined)
    return refuse(response, 428, 'If-Match: "VERSION" says which version the text was made from.');
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largest) return refuse(response, 413, 'The text is too large.', { connection: 'close' });
    parts.push(part);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    return refuse(response, 400, 'It is not text in UTF-8.');
  }
  giveJson(response, file.save(text, version));
}

/** Sends the pool now, and each time that it changes, until the page leaves. */
function followPool(pool: LabPool, response: ServerResponse): void {
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream; charset=utf-8' });
  response.once(
    'close',
    pool.listen((text) => response.write(`data: ${text}\n\n`)),
  );
}

/** Sends the file now, and each time that it changes, until the page leaves. */
function follow(file: LabFile, response: ServerResponse): void {
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream; charset=utf-8' });
  let last = '';
  const send = () => {
    const now = JSON.stringify(file.read());
    if (now !== last) response.write(`data: ${now}\n\n`);
    last = now;
  };
  const leave = file.listen(send);
  response.once('close', leave);
  send();
}
