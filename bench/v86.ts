/**
 * Runs one kernel on v86 (https://github.com/copy/v86), in a process of its own: `node v86.js KERNEL REPEAT`, or
 * `--version`. v86 is not a dependency of ringlab. If it is not installed, this program ends with a message. contenders.ts starts it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** As much of v86 as is used here. */
interface V86Module {
  readonly V86: new (
    options: Readonly<Record<string, unknown>>,
  ) => { add_listener(event: string, listener: (byte: number) => void): void };
}

/** The byte that the kernel for a PC (kernels/system/pc.S) sends if all is well. */
const allIsWell = 4;
const somethingWentWrong = 24;

/** The name of v86's module. It is a variable, so that tools do not report a missing dependency. */
const name = 'v86';

async function open(): Promise<{ readonly module: V86Module; readonly folder: URL } | undefined> {
  try {
    const folder = new URL('.', import.meta.resolve(name));
    return { module: (await import(name)) as V86Module, folder };
  } catch {
    return undefined;
  }
}

function run({ V86 }: V86Module, folder: URL, file: string, repeat: string): void {
  const image = Uint8Array.from(readFileSync(file));
  const machine = new V86({
    wasm_path: fileURLToPath(new URL('v86.wasm', folder)),
    memory_size: 64 * 2 ** 20,
    multiboot: { buffer: image.buffer },
    cmdline: repeat,
    autostart: true,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
  });
  let printed = '';
  machine.add_listener('serial0-output-byte', (byte) => {
    if (byte !== allIsWell && byte !== somethingWentWrong) printed += String.fromCharCode(byte);
    else process.stdout.write(printed, () => process.exit(byte === allIsWell ? 0 : 1));
  });
}

const v86 = await open();
const [first = '--version', repeat = '1'] = process.argv.slice(2);
if (v86 === undefined) {
  process.stderr.write('`npm install --no-save v86` in a checkout gets it\n');
  process.exitCode = 69;
} else if (first === '--version') {
  const text = readFileSync(new URL('../package.json', v86.folder), 'utf8');
  process.stdout.write(`v86 ${(JSON.parse(text) as { version: string }).version}\n`);
} else run(v86.module, v86.folder, first, repeat);
