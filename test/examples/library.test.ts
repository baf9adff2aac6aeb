/** The examples of the library do what they say. */
import { describe, expect, it } from 'vitest';
import { assembleAndRun } from '../../examples/library/assemble-and-run.ts';
import { classifyYourVariant } from '../../examples/library/classify-your-variant.ts';
import { firstDifference } from '../../examples/library/first-difference.ts';

describe('The library', () => {
  it('assembles a program and runs it', () => {
    expect(assembleAndRun()).toEqual({ printed: 'Hi', stop: { kind: 'power', status: 7 }, steps: 8 });
  });

  it('finds nothing that differs under trap-and-emulate where every sensitive instruction traps', () => {
    expect(firstDifference('ring32-v')).toEqual({ equal: true, steps: 3, divergence: undefined });
  });

  it('finds the first step that differs where a sensitive instruction does not trap', () => {
    expect(firstDifference('ring32-x')).toMatchObject({
      equal: false,
      steps: 0,
      divergence: {
        instruction: 'sring a0',
        differences: [{ what: 'a0', left: '0x00000000', right: '0x00000001' }],
      },
    });
  });

  it('classifies a variant of one’s own', () => {
    expect(classifyYourVariant()).toEqual({
      critical: ['retf'],
      virtualizable: false,
      hybridVirtualizable: true,
    });
    expect(() => classifyYourVariant('{ "name": "mine", "unprivileged": ["add"] }')).toThrow(
      '"unprivileged" lists "add", which no variant may change',
    );
  });
});
