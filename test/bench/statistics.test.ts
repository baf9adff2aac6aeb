/** The arithmetic and the tables of the benchmarks. */
import { describe, expect, test } from 'vitest';
import fc from '../property/fast-check.ts';
import { load } from './kit.ts';

const { median, geometricMean } = await load('statistics');
const { formatTable, formatRatio, formatCount } = await load('table');

describe('the median', () => {
  test('is the middle value, however the values come', () => {
    expect(median([3])).toBe(3);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 9, 100, 1, 5])).toBe(9);
  });

  test('is the mean of the two middle values of an even number', () => {
    expect(median([4, 1])).toBe(2.5);
    expect(median([1, 2, 10, 100])).toBe(6);
  });

  test('of no values is not a number', () => expect(median([])).toBeNaN());

  test('has as many values below as above, and leaves what it is given as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values);
        expect(values).toEqual(before);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('the geometric mean', () => {
  test('of a ratio and its inverse is 1', () => expect(geometricMean([4, 0.25])).toBeCloseTo(1, 12));
  test('multiplies', () => expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12));
  test('of no values is not a number', () => expect(geometricMean([])).toBeNaN());
});

describe('a table', () => {
  test('has names to the left and numbers to the right', () => {
    const rows = [
      ['kernel', 's'],
      ['fib', '1.5'],
      ['matrix', '10.25'],
    ];
    expect(formatTable(rows)).toBe('kernel      s\nfib       1.5\nmatrix  10.25\n');
  });

  test('counts characters, not bytes, and leaves no blanks at the end of a line', () => {
    const rows = [['a', '–', ''], ['b', '1'], []];
    expect(formatTable(rows)).toBe('a  –\nb  1\n\n');
  });

  test('that does not fit in 80 columns is refused', () => {
    expect(() => formatTable([['x'.repeat(81)]])).toThrow(RangeError);
  });

  test('shows a ratio to three digits', () => {
    expect([0.0123, 0.5, 1, 9.99, 12.34, 123.4].map(formatRatio)).toEqual([
      '0.012',
      '0.500',
      '1.00',
      '9.99',
      '12.3',
      '123',
    ]);
    expect(formatRatio(Number.NaN)).toBe('–');
  });

  test('shows large counts in thousands and millions', () => {
    expect([12, 9999, 10_000, 12_345_678].map(formatCount)).toEqual(['12', '9999', '10 k', '12 M']);
  });
});
