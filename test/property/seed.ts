/** The year of Popek and Goldberg's paper. */
const usual = 1974;

/**
 * The seed of the suite's random tests. It is fixed, so that two runs ask the same and a failure comes back;
 * `SEED=N npm test` asks for others. Tests say it in their titles. Campaigns (`npm run fuzz`) take a new one.
 */
export const seed = readSeed(process.env.SEED);

function readSeed(text = String(usual)): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < 0 || number >= 2 ** 31)
    throw new Error(`SEED=${text}: a seed is a whole number from 0 to 2147483647`);
  return number;
}
