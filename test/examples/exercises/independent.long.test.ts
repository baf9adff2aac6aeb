/**
 * The answers of exercises on another way: by a rule that is written down here and reads nothing but the question, by another
 * engine, or under a monitor that must not be noticed.
 */
import { describe, expect, it } from 'vitest';
import { answerLine, type Asked } from '../../../examples/exercises/format.ts';
import { imageOf, memory } from '../../../examples/exercises/guest.ts';
import { classify } from '../../../isa/classify/classify.ts';
import { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import { SymbolTable } from '../../../isa/machine/symbols.ts';
import { SR } from '../../../isa/table/sysregs.ts';
import { rowNamed } from '../../../isa/table/table.ts';
import { CAUSE } from '../../../isa/table/traps.ts';
import { trapsIn, type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { compareGuest } from '../../../vmm/monitor/compare-guest.ts';
import { createGuest } from '../../../vmm/monitor/create-guest.ts';
import { questions } from './kit.ts';

const named = (name: string) => variantNamed(name) as Variant;
const sound = named('ring32-v');
const textOf = ({ problem }: Asked) => problem.question.join('\n');

/** Asserts for the seeds 1 to `count` that the answer is what `find` finds. */
function agree(name: string, count: number, find: (asked: Asked) => readonly string[]): void {
  for (const asked of questions(name, count))
    expect(find(asked), `seed ${asked.seed}: ${answerLine(asked)}`).toEqual(asked.problem.answer);
}

/** What a pattern finds in the question. */
function found(asked: Asked, pattern: RegExp): readonly string[] {
  const match = pattern.exec(textOf(asked));
  if (match === null) throw new Error(`no ${pattern} in ${textOf(asked)}`);
  return match.slice(1);
}

/** The machine of the question: a variant by its name, or the one whose instructions are listed. */
function variantIn(asked: Asked): Variant {
  const [list] = /without a trap: ([a-z, ]+)\./.exec(textOf(asked))?.slice(1) ?? [];
  if (list === undefined) return named(found(asked, /(ring32-[vxh])/)[0] as string);
  return { name: 'mine', unprivileged: new Set(list === 'none' ? [] : list.split(', ')), cpuid: 9 };
}

function guestUnder(
  asked: Asked,
  monitor: string,
  variant = sound,
  engine: 'fast' | 'interpreter' = 'interpreter',
) {
  const image = imageOf(asked.program ?? '');
  const console = new CollectingConsole();
  const guest = createGuest({ image, memory, monitor, variant, engine, console });
  const address = (label: string) => new SymbolTable(image.symbols).address(label) ?? 0;
  return { guest, console, address, image };
}

const hex = (word: number) => `0x${(word >>> 0).toString(16).padStart(8, '0')}`;

describe('The answers that a machine gave', () => {
  it('to trap-state are the same under a monitor', () => {
    agree('trap-state', 24, (asked) => {
      const { guest, address } = guestUnder(asked, 'trap-and-emulate');
      while (guest.machine.pc !== address('handler')) guest.run(guest.machine.steps + 1);
      const saved = [SR.EPC, SR.ECAUSE, SR.EVAL, SR.ESTATUS].map((n) => guest.machine.readSystem(n));
      return [...saved, guest.machine.status].map(hex);
    });
  });

  it('to timer are the same under a monitor that interprets', () => {
    agree('timer', 24, (asked) => {
      const { guest } = guestUnder(asked, 'interpret');
      const taken: string[][] = [];
      guest.machine.onTrap = (cause, _, pc) => {
        if (cause >>> 0 === CAUSE.INTERRUPT)
          taken.push([String(guest.machine.steps), hex(pc), String(guest.machine.x[8])]);
      };
      guest.run(500);
      return taken[0] ?? [];
    });
  });

  it('to prints are the same by the other engine', () => {
    agree('prints', 24, (asked) => {
      const [monitor = '', variant = ''] = found(asked, /under ([\w-]+) on (ring32-\w)\?/);
      const { guest, console } = guestUnder(asked, monitor, named(variant), 'fast');
      guest.run(100_000);
      return [console.text];
    });
  });

  it('to trap-or-not are what the table says', () => {
    agree('trap-or-not', 24, (asked) => {
      const [variant = '', ring = ''] = found(asked, /On (ring32-\w), in ring (\d)/);
      const { form } = asked.problem;
      const traps = (name: string) =>
        name === 'ecall' ||
        name === 'ebreak' ||
        trapsIn(rowNamed(name) as never, Number(ring), named(variant));
      return form.kind === 'parts' ? [] : form.choices.filter(traps);
    });
  });

  it('to exits are the same by the other engine, counted one by one', () => {
    agree('exits', 12, (asked) =>
      ['trap-and-emulate', 'hybrid', 'interpret'].map((monitor) => {
        const { guest } = guestUnder(asked, monitor, variantIn(asked), 'fast');
        let count = 0;
        for (const level of guest.levels) level.ledger.onExit = () => (count += 1);
        guest.run(100_000);
        return String(count);
      }),
    );
  });

  it('to first-difference and stacks are the same by the other engine', () => {
    for (const asked of questions('first-difference', 12)) {
      const [monitor = ''] = found(asked, /under ([\w-]+), step by step/);
      const { image } = guestUnder(asked, 'none');
      const { divergence } = compareGuest({
        image,
        memory,
        monitor,
        variant: variantIn(asked),
        engine: 'fast',
      });
      const [answer = ''] = asked.problem.answer;
      expect(divergence?.instruction ?? 'nowhere: every step is equal').toBe(answer.replaceAll(/ +/g, ' '));
    }
    agree('stacks', 8, (asked) => {
      const { image } = guestUnder(asked, 'none');
      const { form } = asked.problem;
      const equal = (monitor: string) =>
        compareGuest({ image, memory, monitor, variant: variantIn(asked), engine: 'fast' }).equal;
      return form.kind === 'parts' ? [] : form.choices.filter(equal);
    });
  });

  it('to last-store are found by running forwards, too', () => {
    agree('last-store', 16, (asked) => {
      const [at = ''] = found(asked, /word at (0x\w+)/);
      const { guest, address } = guestUnder(asked, 'none');
      const { machine } = guest;
      let last: string[] = [];
      machine.memory.onWrite((where) => {
        if (where === Number(at)) last = [String(machine.steps), hex(machine.pc), ''];
      });
      let before = [0, 0];
      let stored: string[] = [];
      while (machine.pc !== address('end')) {
        before = [machine.steps, machine.pc];
        last = [];
        guest.run(machine.steps + 1);
        if (last.length > 0)
          stored = [String(before[0]), hex(before[1] as number), String(machine.memory.read(Number(at), 4))];
      }
      return stored;
    });
  });
});

describe('The answers that a rule gives', () => {
  /** The entries in the question: address and letters. */
  const entriesIn = (asked: Asked) =>
    new Map(
      [...textOf(asked).matchAll(/^ {2}([\da-f]{8}) {2}([VRWXUAD-]{7})$/gm)].map(
        ([, at = '', rights = '']) => [at, rights],
      ),
    );
  const accessesIn = (asked: Asked) =>
    [...textOf(asked).matchAll(/^ {2}\d\. (load|store|fetch) at ([\da-f]+)$/gm)].map(
      ([, kind = '', at = '']) => ({ kind, at }),
    );
  const needs: Readonly<Record<string, string>> = { load: 'R', store: 'W', fetch: 'X' };
  const passes = (rights: string, kind: string, ring: number) =>
    rights.includes('V') && rights.includes(needs[kind] as string) && (ring < 3 || rights.includes('U'));

  it('to page-faults and accessed-dirty are the machine’s', () => {
    const causes: Readonly<Record<string, string>> = { load: '13', store: '15', fetch: '12' };
    agree('page-faults', 24, (asked) => {
      const entries = entriesIn(asked);
      const ring = Number(found(asked, /In ring (\d)/)[0]);
      return accessesIn(asked).map(({ kind, at }) =>
        passes(entries.get(at) ?? '', kind, ring) ? 'none' : (causes[kind] as string),
      );
    });
    agree('accessed-dirty', 24, (asked) => {
      const ring = Number(found(asked, /In ring (\d)/)[0]);
      const done = accessesIn(asked);
      return [...entriesIn(asked)].map(([page, rights]) => {
        const kinds = done
          .filter(({ at, kind }) => at === page && passes(rights, kind, ring))
          .map(({ kind }) => kind);
        return kinds.includes('store') ? 'AD' : kinds.length > 0 ? 'A' : 'none';
      });
    });
  });

  it('to shadow-entries are the monitor’s', () => {
    agree('shadow-entries', 24, (asked) => {
      const entries = entriesIn(asked);
      const shadow = new Map<string, string>();
      const own = [...entries.keys()].at(-1);
      const derive = (at: string) => {
        const rights = entries.get(at) as string;
        const writable = rights.includes('W') && rights.includes('D') && at !== own;
        shadow.set(at, rights.slice(0, 5).replace('W', writable ? 'W' : '-'));
      };
      for (const { kind, at } of accessesIn(asked)) {
        const rights = entries.get(at) as string;
        if (!passes(rights, kind, 1)) continue;
        entries.set(at, `${rights.slice(0, 5)}A${kind === 'store' || rights.includes('D') ? 'D' : '-'}`);
        // The first access makes the table, with every entry that has A.
        if (shadow.size === 0)
          for (const [other, one] of entries) if (one.includes('A') && one.includes('R')) derive(other);
        derive(at);
      }
      return [...entries.keys()].map((at) => shadow.get(at) ?? 'none');
    });
  });

  it('to relocation are the monitor’s', () => {
    agree('relocation', 24, (asked) => {
      const [size, at, ring, base, bound] = found(
        asked,
        /has (0x\w+) bytes of memory, which begin at (0x\w+) of .* virtual ring (\d), and its own R is \((0x\w+), (0x\w+)\)/,
      ).map(Number) as [number, number, number, number, number];
      return [String(Math.max(1, ring)), hex(at + base), hex(Math.min(bound, size - base))];
    });
  });

  it('to frames are the switch’s', () => {
    agree('frames', 24, (asked) => {
      const known = new Set<string>();
      return [...textOf(asked).matchAll(/^ {2}\d\. ([A-D]) to (\w+)$/gm)].map(([, from = '', to = '']) => {
        known.add(from);
        return known.has(to) ? to : 'ABCD'.replace(from, '');
      });
    });
  });

  it('to translation are the translator’s: only what is innocuous is copied', () => {
    for (const asked of questions('translation', 24)) {
      const { form, answer } = asked.problem;
      if (form.kind !== 'parts') throw new Error('parts');
      for (const [n, line] of form.parts.entries()) {
        const row = rowNamed(line.split(' ')[0] as string);
        if (row?.privilege === 'none') expect(answer[n], line).toBe('identical');
        else expect(answer[n], line).toBe(row?.moves === undefined ? 'callout' : 'sequence');
      }
    }
  });

  it('to clone-pages are the pages of the stores', () => {
    agree('clone-pages', 6, (asked) =>
      [...textOf(asked).matchAll(/s1 = (0x\w+), s2 = (\d+), s3 = (0x\w+)/g)].flatMap(([, ...numbers]) => {
        const [s1 = 0, s2 = 0, s3 = 0] = numbers.map(Number);
        const pages = new Set(
          Array.from({ length: s2 }, (_, n) => [s1 + n * s3, s1 + n * s3 + 3])
            .flat()
            .map((at) => at >>> 12),
        );
        return [String(pages.size), String(Math.max(...pages))];
      }),
    );
  });

  it('to another-round are the policy’s', () => {
    agree('another-round', 40, (asked) => {
      const [pages, few, most, factor] = found(
        asked,
        /guest of (\d+) pages .* at most (\d+) pages are dirty, or after (\d+) rounds, or when more than (\d) times/,
      ).map(Number) as [number, number, number, number];
      const rounds = [...textOf(asked).matchAll(/^ +\d+ +(\d+) +(\d+)$/gm)].map(([, sent, dirty]) => ({
        sent: Number(sent),
        dirty: Number(dirty),
      }));
      const last = rounds.at(-1)?.dirty ?? 0;
      const sent = rounds.reduce((sum, round) => sum + round.sent, 0);
      const before = rounds.at(-2)?.dirty ?? Number.POSITIVE_INFINITY;
      const holds = [last <= few, rounds.length >= most, sent > factor * pages, last >= before];
      const texts = ['few enough', 'enough rounds', 'enough was sent', 'do not shrink'];
      const text = texts.find((_, n) => holds[n]) ?? 'another round';
      return asked.problem.form.kind === 'choice'
        ? asked.problem.form.choices.filter((choice) => choice.includes(text))
        : [];
    });
  });

  it('to rounds are those of the migration that was made', () => {
    agree('rounds', 5, (asked) => {
      const [written, dirtied, carried, few, first] = found(
        asked,
        /same (\d+) pages, one after the other, (\d+) of them .* cable carries (\d+) pages .* at most (\d+) pages are dirty[\s\S]* sent, (\d+) pages are dirty/,
      ).map(Number) as [number, number, number, number, number];
      const left = [first];
      for (;;) {
        const [last = 0, before = Number.POSITIVE_INFINITY] = left.toReversed();
        if (last <= few || last >= before) return [String(left.length)];
        left.push(Math.min(written, dirtied * (Math.ceil(last / carried) + 1)));
      }
    });
  });

  it('to replay-log are what came from outside, and nothing else', () => {
    agree('replay-log', 16, ({ problem: { form } }) =>
      form.kind === 'parts' ? [] : form.choices.filter((choice) => choice.includes('that was typed')),
    );
  });
});

describe('The answers that the classifier gave', () => {
  it('to sensitive are what the rows of the table declare', () => {
    agree('sensitive', 6, (asked) => {
      const { unprivileged } = variantIn(asked);
      const [set = ''] = found(asked, /Which of these are ([\w-]+)\?/);
      const { form } = asked.problem;
      const measured = new Map(classify(sound).instructions.map((one) => [one.name, one]));
      return form.kind === 'parts'
        ? []
        : form.choices.filter((name) => {
            const row = rowNamed(name);
            const privileged =
              row?.privilege === 'always' || (row?.privilege === 'variant' && !unprivileged.has(name));
            if (set === 'privileged') return privileged;
            if (set === 'user-sensitive') return measured.get(name)?.userSensitive;
            return (row?.sensitive ?? []).length > 0 && (set === 'sensitive' || !privileged);
          });
    });
  });

  it('to theorems hold where no instruction is critical, and where none is user-sensitive', () => {
    const user = new Set(
      classify(named('ring32-x'))
        .instructions.filter((one) => one.userSensitive)
        .map(({ name }) => name),
    );
    agree('theorems', 12, (asked) => {
      const { unprivileged } = variantIn(asked);
      const holds = [unprivileged.size === 0, [...unprivileged].every((name) => !user.has(name))];
      return asked.problem.form.kind === 'choices'
        ? asked.problem.form.choices.filter((_, n) => holds[n])
        : [];
    });
  });
});
