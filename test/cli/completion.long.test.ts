/** The completion scripts, loaded into the shells that there are, and asked. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ringlab, scratch } from './kit.ts';

const file = scratch();
file('hello.s', '');
file('my.json', '{}');

function script(shell: string): string {
  const { status, stdout, stderr } = ringlab(['completion', shell]);
  expect([status, stderr]).toEqual([0, '']);
  return file(`ringlab.${shell}`, stdout);
}

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** What a shell says to `text`, a line each. */
function say(shell: string, text: string): string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', text], {
    cwd: file('.'),
    encoding: 'utf8',
    env: { ...process.env, HOME: file('.') },
    timeout: 30_000,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

interface Case {
  readonly line: string;
  readonly offered: readonly string[];
  readonly not?: readonly string[];
}

const cases: readonly Case[] = [
  { line: 'ringlab ', offered: ['run', 'lesson', 'snapshot', 'help'], not: ['hello.s'] },
  { line: 'ringlab tra', offered: ['trace', 'translate'] },
  { line: 'ringlab run --mon', offered: ['--monitor'] },
  { line: 'ringlab run --monitor t', offered: ['trap-and-emulate'] },
  { line: 'ringlab run --isa ', offered: ['ring32-v', 'ring32-x', 'ring32-h', 'my.json'] },
  { line: 'ringlab run --engine ', offered: ['auto', 'interpreter', 'fast'], not: ['hello.s'] },
  { line: 'ringlab run h', offered: ['hello.s'] },
  { line: 'ringlab run --engine fast h', offered: ['hello.s'] },
  { line: 'ringlab compare hello.s --with h', offered: ['hybrid'] },
  { line: 'ringlab debug --pro', offered: [], not: ['--process'] },
  { line: 'ringlab snapshot re', offered: ['restore', 'revert'] },
  { line: 'ringlab snapshot take --compr', offered: ['--compress'] },
  { line: 'ringlab new ', offered: ['monitor', 'guest', 'variant'] },
  { line: 'ringlab lesson three', offered: ['three-acts'] },
  { line: 'ringlab example disk', offered: ['disk-copy'] },
  { line: 'ringlab help exit', offered: ['exit-statuses'] },
  { line: 'ringlab completion ', offered: ['bash', 'zsh', 'fish'] },
];

describe.runIf(has('bash'))('In bash', () => {
  const path = script('bash');
  const ask = (line: string) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    return say(
      'bash',
      `compopt() { :; }\nsource '${path}'\nCOMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}\n_ringlab\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  };

  it.each(cases)('"$line" is completed by $offered', ({ line, offered, not = [] }) => {
    const found = ask(line);
    for (const word of offered) expect(found).toContain(word);
    for (const word of not) expect(found).not.toContain(word);
    const begun = line.split(' ').at(-1) ?? '';
    expect(found.every((word) => word.startsWith(begun))).toBe(true);
  });

  it('a value behind = is completed, as bash splits it', () => {
    expect(
      say(
        'bash',
        `compopt() { :; }\nsource '${path}'\nCOMP_WORDS=(ringlab run --engine = f) COMP_CWORD=4\n_ringlab\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
      ),
    ).toEqual(['fast']);
  });
});

describe.runIf(has('fish'))('In fish', () => {
  const path = script('fish');

  it.each(cases)('"$line" is completed by $offered', ({ line, offered, not = [] }) => {
    const found = say('fish', `source '${path}'\ncomplete -C '${line}'`).map((one) => one.split('\t')[0]);
    for (const word of offered) expect(found).toContain(word);
    for (const word of not) expect(found).not.toContain(word);
  });
});

describe.runIf(has('zsh'))('In zsh', () => {
  const path = script('zsh');

  // A terminal inside zsh types the line and the key, and lists what is offered.
  it.each(cases.filter(({ offered }) => offered.length > 1))(
    '"$line" is completed by $offered',
    ({ line, offered }) => {
      const text = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1="> "; setopt no_list_beep; autoload -U compinit; compinit -u -D; source ${path}; stty cols 200; cd ${file('.')}; print READY'
zpty -r shell seen '*READY*READY*'
zpty -w -n shell $'${line}\\t\\t'
for word in ${offered.join(' ')}; do
  [[ $all == *$word* ]] || { zpty -r shell part "*$word*" && all+=$part }
done
print -rn -- "$all"
zpty -d shell`;
      const shown = say('zsh', text).join('\n');
      for (const word of offered) expect(shown).toContain(word);
    },
  );
});
