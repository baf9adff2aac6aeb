/**
 * Commands and files in documents, as readers use them. A block of `sh` is run. A block of `text` that follows it is what it
 * prints on stdout, `…` standing for anything. A block of another language with a name behind it is a file: ```asm first.s.
 */
import { expect } from 'vitest';
import { shell } from './kit.ts';

/** A block: commands with what they print, or a file. */
export type Block =
  | { readonly kind: 'commands'; readonly commands: string; readonly output: string | undefined }
  | { readonly kind: 'file'; readonly name: string; readonly text: string };

/** The blocks of a document, in order. */
export function blocksOf(document: string): readonly Block[] {
  const fences = /^```(sh|\w+ [\w./-]+)\n([\s\S]*?)^```$(?:\n+```text\n([\s\S]*?)^```$)?/gm;
  return [...document.matchAll(fences)].map(([, info = '', text = '', output]): Block => {
    const [, name] = info.split(' ');
    return name === undefined ? { kind: 'commands', commands: text, output } : { kind: 'file', name, text };
  });
}

/** Runs the commands in a folder, each of which must succeed, and compares what they print. */
export function expectDone(folder: string, commands: string, output: string | undefined): void {
  const lines = commands.split('\n').map((line) => (line === '' ? '' : `${line} || exit\n`));
  const { status, stdout, stderr } = shell(
    `cd '${folder}'\n${lines.join('').replaceAll('npx ringlab', 'ringlab')}`,
  );
  expect(status, stderr).toBe(0);
  if (output !== undefined) expectPrinted(stdout, output);
}

/** Asserts that the text is `output`, in which `…` stands for anything. The last line need not be ended. */
export function expectPrinted(stdout: string, output: string): void {
  const parts = output.split(/…\n?/);
  const literal = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const ended = stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
  expect(ended).toMatch(new RegExp(`^${literal.join('[\\s\\S]*')}$`));
}
