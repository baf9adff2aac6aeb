/** Answers to exercises, as they are given. */
import { describe, expect, it } from 'vitest';
import { isRight } from '../../../examples/exercises/exercise.ts';

describe('An answer', () => {
  const parts = {
    question: [],
    why: [],
    form: { kind: 'parts', parts: ['a', 'b'] },
    answer: ['0x00000010', 'VR---'],
  } as const;
  const many = {
    question: [],
    why: [],
    form: { kind: 'choices', choices: ['x', 'y', 'z'] },
    answer: ['x', 'z'],
  } as const;
  const none = { ...many, answer: [] };

  it.each([
    [parts, '0x10 VR---', true],
    [parts, '16, vr---', true],
    [parts, '16', false],
    [parts, '16 VRW--', false],
    [parts, 'VR--- 16', false],
    [many, 'a c', true],
    [many, 'C,A', true],
    [many, 'a', false],
    [many, 'none', false],
    [none, 'none', true],
    [none, 'b', false],
    [none, '', false],
  ])('to %o is right or not: "%s" is %s', (problem, given, right) => {
    expect(isRight(problem, given)).toBe(right);
  });
});
