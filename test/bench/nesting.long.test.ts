/** Exit multiplication, counted again: the recorded table is of the present guests and monitors. */
import { describe, expect, it } from 'vitest';
import { load, recordedNesting } from './kit.ts';

const { benchNesting } = await load('nesting');

const progress = () => {};
const how = 'run `ringlab bench --nesting --svg bench/nesting.svg` and put its table into bench/README.md';

describe('Counting exits by depth', () => {
  it('gives the recorded table again, but for the deepest level', () => {
    const counted = benchNesting({ quick: true, progress });
    expect(
      counted.map(({ guest, monitor, exits }) => ({ guest, monitor, exits })),
      how,
    ).toEqual(recordedNesting().map((row) => ({ ...row, exits: row.exits.slice(0, 3) })));
  });

  it('gives the deepest level of hello.s again', () => {
    const counted = benchNesting({ only: ['hello.s'], progress });
    expect(
      counted.map(({ exits }) => exits),
      how,
    ).toEqual(
      recordedNesting()
        .filter(({ guest }) => guest === 'hello.s')
        .map(({ exits }) => exits),
    );
  });

  it('refuses a guest that it does not have', () => {
    expect(() => benchNesting({ only: ['teleport.s'], progress })).toThrow(
      'no guest "teleport.s"; choose from hello.s',
    );
  });
});
