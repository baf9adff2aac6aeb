/** What is printed: the table, JSON, the diagram, the handout, and the command that prints them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { classify as classifyVerb } from '../../cli/classification.ts';
import { measureStack } from '../../cli/measured-stack.ts';
import { classify, classifying } from '../../isa/classify/classify.ts';
import { definitions } from '../../isa/classify/definitions.ts';
import { formatJson } from '../../isa/classify/format-json.ts';
import { formatMarkdown } from '../../isa/classify/format-markdown.ts';
import { formatSvg } from '../../isa/classify/format-svg.ts';
import { formatText } from '../../isa/classify/format-text.ts';
import { pentium } from '../../isa/classify/pentium.ts';
import { plainRows, rowNamed } from '../../isa/table/table.ts';
import { variants } from '../../isa/table/variants.ts';
import { runProgram } from './kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlab-classify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const systemNames = plainRows.filter(({ effect }) => effect.kind === 'system').map(({ name }) => name);

describe('Classifying', () => {
  it('gives each instruction as soon as it is measured, and can be left off', () => {
    const variant = variants[0] as (typeof variants)[number];
    const found = [...classifying(variant)];
    expect(found).toEqual(classify(variant).instructions);
    const [first] = classifying(variant);
    expect(first?.name).toBe(plainRows[0]?.name);
  });
});

describe.each(variants.map((variant) => [variant.name, variant] as const))('For %s', (name, variant) => {
  const classification = classify(variant);

  it.each([false, true])('the table fits 80 columns (all evidence: %s)', (all) => {
    const lines = formatText(classification, name, all).split('\n');
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
    for (const one of systemNames)
      expect(
        lines.some((line) => line.includes(one)),
        one,
      ).toBe(true);
  });

  it('JSON has every documented field, and evidence for each membership', () => {
    const document = JSON.parse(formatJson(classification)) as Record<string, unknown>;
    expect(document).toMatchObject({
      format: 'ringlab-classify',
      version: 1,
      isa: name,
      critical: [...variant.unprivileged].sort(),
      theorem1: variant.unprivileged.size === 0,
      theorem3: name !== 'ring32-x',
    });
    for (const list of ['privileged', 'sensitive', 'userSensitive', 'critical'] as const) {
      const names = document[list] as string[];
      expect(names).toEqual([...names].sort());
    }
    for (const one of document.instructions as Record<string, unknown>[]) {
      const evidence = one.evidence as Record<string, { kind?: string }>;
      for (const kind of one.sensitive as string[]) expect(evidence[kind]?.kind).toBe('witness');
      expect(evidence.innocuous === undefined).toBe((one.sensitive as string[]).length > 0);
      expect(evidence.privileged === undefined).toBe(!one.privileged);
    }
  });

  it('the diagram has every system instruction once, in the box of its sets', () => {
    const svg = formatSvg(classification);
    const placed = [...svg.matchAll(/<text x='(\d+)' y='(\d+)'[^>]*>([a-z]+)<\/text>/g)];
    for (const one of classification.instructions) {
      if (one.row.effect.kind !== 'system') continue;
      const at = placed.filter(([, , , text]) => text === one.name);
      if (one.innocuous !== undefined) {
        expect(svg).toContain(`innocuous: ${one.name} `);
        continue;
      }
      expect(at.length, one.name).toBe(1);
      const [, x, y] = at[0] as RegExpExecArray;
      expect(Number(x) < 780, one.name).toBe(one.privileged);
      expect(Number(y) > 260, one.name).toBe(one.userSensitive);
    }
  });

  it('what two monitors did on each other stands beside the verdict of Theorem 2, and agrees with it', () => {
    const measured = measureStack(classification, variant);
    expect(measured.divergence === null).toBe(classification.theorem2.holds);
    expect(measured).toMatchObject(
      {
        'ring32-v': { divergence: null },
        'ring32-x': { divergence: { program: 'getf', step: 35, instruction: 'getf a0' } },
        'ring32-h': { divergence: { program: 'retf', step: 77, instruction: 'retf t0, t1' } },
      }[name] ?? {},
    );
    const text = formatText({ ...classification, measured }, name).replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      measured.divergence === null
        ? `are equal under trap-and-emulate on trap-and-emulate, at all ${measured.steps} steps.`
        : `diverges after ${measured.divergence.step} steps, at ${measured.divergence.instruction}.`,
    );
    const document = JSON.parse(formatJson({ ...classification, measured })) as Record<string, unknown>;
    expect(document.measured).toEqual(measured);
  });

  it('the handout has the definitions, the table and the Pentium', () => {
    const text = formatMarkdown(classification);
    for (const { title } of definitions) expect(text).toContain(`### ${title}`);
    for (const { mnemonic } of pentium) expect(text).toContain(`| ${mnemonic} |`);
    for (const one of systemNames) expect(text).toContain(`\`${one}\``);
  });
});

describe("The Pentium's list", () => {
  it('is that of Robin and Irvine, and every kin here is kin in the table', () => {
    const listed = 'SGDT SIDT SLDT SMSW PUSHF POPF LAR LSL VERR VERW POP PUSH CALL JMP INT_n RET STR MOV';
    expect(pentium.map(({ mnemonic }) => mnemonic.replace(' ', '_'))).toEqual(listed.split(' '));
    for (const { mnemonic, ours, why } of pentium) {
      expect(why).not.toBe('');
      if (ours === undefined) continue;
      const row = rowNamed(ours);
      expect(row, mnemonic).toBeDefined();
      if (!['CALL', 'INT n'].includes(mnemonic)) expect(row?.kin).toContain(mnemonic);
    }
  });
});

describe('ringlab classify', () => {
  it('writes what is asked for, and takes a variant of one’s own', async () => {
    const isa = join(folder, 'mine.json');
    const output = join(folder, 'mine.out');
    writeFileSync(isa, '{ "name": "mine", "unprivileged": ["setf"] }');
    expect(await classifyVerb({ isa, json: true, output })).toBe(0);
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({
      isa: 'mine',
      critical: ['setf'],
      theorem3: true,
    });
    const svg = join(folder, 'mine.svg');
    expect(await classifyVerb({ isa, svg, markdown: true, output })).toBe(0);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
  });

  it('writes a witness that runs', async () => {
    const output = join(folder, 'w.s');
    await classifyVerb({ isa: 'ring32-x', witness: 'setf', output });
    const x = variants.find(({ name }) => name === 'ring32-x');
    if (x === undefined) throw new Error('no ring32-x');
    expect(runProgram(readFileSync(output, 'utf8'), x)).toEqual({
      printed: 'first:  IF = 0x00000001\nsecond: IF = 0x00000000\n',
      status: 0,
    });
  });

  it.each([
    [{ isa: 'ring33' }, 'unknown variant'],
    [{ isa: 'ring32-v', json: true, markdown: true }, 'choose one'],
    [{ isa: 'ring32-v', of: 'mode' as const }, 'needs --witness'],
    [{ isa: 'ring32-v', witness: 'popf' }, 'no such instruction'],
    [{ isa: 'ring32-v', witness: 'add' }, 'add is innocuous'],
  ])('refuses %j as usage', async (options, message) => {
    await expect(classifyVerb(options)).rejects.toMatchObject({
      exitStatus: 2,
      message: expect.stringContaining(message),
    });
  });
});
