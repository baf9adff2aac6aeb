/** `ringlab lab [FILE]`: the laboratory page on this computer, beside a file that is edited elsewhere. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { createCommand, exitWith } from '../command.ts';
import { badInput, EXIT, Failure, systemReason } from '../failure.ts';
import { LabFile } from '../lab/lab-file.ts';
import { LabPool } from '../lab/lab-pool.ts';
import { type LabServer, serveLab } from '../lab/lab-server.ts';
import { note, print } from '../output.ts';
import { PoolFolder } from '../pool/pool-folder.ts';

interface LabOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly pool?: string;
}

/** What `npm run web` has built, seen from the bundle. */
const built = new URL('../web/', import.meta.url);

export const command = createCommand(
  'lab',
  'Show the laboratory page on this computer, beside a file that you edit, until Ctrl-C',
)
  .argument('[file]', 'assembly text: the page follows it as it changes, and saves to it')
  .option('--port <port>', 'Listen at this port of 127.0.0.1; 0 is any that is free', parsePort, 0)
  .option('--open', 'Open the page in the browser')
  .option('--pool <pool>', 'Show the pool in this folder, or in etcd://HOST:PORT,…/FOLDER, as it changes')
  .action(exitWith(lab));

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw new InvalidArgumentError('expected a port, 0 to 65535');
  return port;
}

async function lab(path: string | undefined, { port, open, pool: named }: LabOptions): Promise<number> {
  const file = path === undefined ? undefined : new LabFile(path);
  const pool = named === undefined ? undefined : await LabPool.open(new PoolFolder(named), named);
  buildPages();
  const pages = readPages();
  const token = randomBytes(18).toString('base64url');
  const server = await listen(() => serveLab({ pages, file, pool, port, token }), port);
  print(`${server.address}\n`);
  note(`ringlab: the laboratory${file === undefined ? '' : ` with ${path}`}; Ctrl-C ends it\n`);
  if (open) openInBrowser(server.address);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
  return EXIT.DONE;
}

/** In a checkout, builds the page when it is not there yet; the package has it. */
function buildPages(): void {
  const builder = fileURLToPath(new URL('../../web/build.js', import.meta.url));
  if (existsSync(new URL('index.html', built)) || !existsSync(builder)) return;
  note('ringlab: building the page, once …\n');
  spawnSync(process.execPath, [builder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The page's files by name. Throws a Failure if the page was not built. */
function readPages(): ReadonlyMap<string, Uint8Array> {
  const folder = fileURLToPath(built);
  try {
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(names.map(({ name }) => [name, readFileSync(new URL(name, built))]));
  } catch (error) {
    throw badInput(`${folder}: the page is not there (${systemReason(error)}); npm run web builds it`);
  }
}

async function listen(serve: () => Promise<LabServer>, port: number): Promise<LabServer> {
  try {
    return await serve();
  } catch (error) {
    throw new Failure(
      EXIT.UNREACHABLE,
      `--port ${port}: cannot listen at 127.0.0.1:${port}: ${systemReason(error)}`,
    );
  }
}

/** Asks the desktop to open the address. If it cannot, the address is printed anyway. */
function openInBrowser(address: string): void {
  const [program = '', ...before] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[
    process.platform as string
  ] ?? ['xdg-open'];
  const child = spawn(program, [...before, address], { stdio: 'ignore', detached: true });
  child.once('error', () => note(`ringlab: ${program} does not start; open the address yourself\n`));
  child.unref();
}
