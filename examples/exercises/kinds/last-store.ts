/** Which store wrote this word last? Time travel goes back to it. */
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { RecordedDevices } from '../../../vmm/replay/devices.ts';
import { seekWrite } from '../../../vmm/replay/search.ts';
import { createSubject } from '../../../vmm/replay/subject.ts';
import { finish, Timeline } from '../../../vmm/replay/timeline.ts';
import type { Kind } from '../exercise.ts';
import { addressOf, hex, imageOf, listed, memory } from '../guest.ts';

const variant = variantNamed('ring32-v') as Variant;

export const lastStore: Kind = {
  name: 'last-store',
  unit: 8,
  asks: 'At which step was this word written last, and by what?',
  make(random) {
    const size = random.pick([3, 4, 5]);
    const rounds = random.between(size + 2, 3 * size);
    const word = random.between(0, size - 1);
    const program = [
      '_start: la   s1, table',
      `        addi s2, zero, ${rounds}     # rounds`,
      '        addi s3, zero, 0      # the index',
      `        addi s4, zero, ${size}`,
      'loop:   slli t0, s3, 2',
      '        add  t0, t0, s1',
      'first:  sw   s2, 0(t0)        # table[index] = rounds to go',
      '        addi s3, s3, 1',
      '        bltu s3, s4, next',
      '        addi s3, zero, 0      # from the beginning again',
      ...(random.flip() ? ['second: sw   zero, 0(s1)      # table[0] = 0'] : []),
      'next:   addi s2, s2, -1',
      '        bnez s2, loop',
      'end:    addi t0, zero, 1',
      '        out  t0, zero         # power off',
      `table:  .space ${4 * size}`,
      '',
    ].join('\n');
    const image = imageOf(program);
    const devices = new RecordedDevices({ print: () => {} });
    const timeline = new Timeline(createSubject({ image, variant, memory, engine: 'interpreter', devices }));
    finish(timeline.forward(Number.POSITIVE_INFINITY));
    const at = addressOf(image, 'table') + 4 * word;
    const found = finish(seekWrite(timeline, { at, length: 4 }));
    const { machine } = timeline.subject;
    const [step, pc] = [found?.step ?? 0, machine.pc];
    finish(timeline.seek(step + 1));
    const value = machine.memory.read(at, 4);
    return {
      question: [
        'The first instruction is step 0; `la` is two.',
        '',
        ...listed(program),
        '',
        `At which step was the word at ${hex(at)}, table[${word}], written last before the end? At which pc is the store, and what did it write?`,
      ],
      form: { kind: 'parts', parts: ['step', 'pc', 'value'] },
      answer: [String(step), hex(pc), String(value)],
      why: [
        'The machine is taken back to the checkpoint before, and runs again from there, until the last store to that word.',
      ],
      program,
      commands: [`ringlab trace FILE --memory 1M | grep '^ *${step} '`],
    };
  },
};
