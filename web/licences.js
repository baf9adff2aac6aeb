// The licences of the packages in the page, from NOTICE: packages with the same text share it.

const flat = (text) => text.replaceAll(/\s+/g, ' ').trim();
/** Lines that name who has the copyright, which differ where the text is the same. */
const copyright =
  /^(the mit license( \(mit\))?|mit license|\(?the mit license\)?|copyright .*|all rights reserved\.?)$/i;

/** The parts of NOTICE: name, address and text of each package. */
function partsOf(notice) {
  const [, ...parts] = notice.split(/^-{78}\n(.+, https:.+)\n-{78}$/m);
  return parts.flatMap((title, n) => (n % 2 === 0 ? [{ title, text: parts[n + 1] ?? '' }] : []));
}

/** A text with the licence of each package. Throws when NOTICE does not have one. */
export function licencesOf(notice, packages) {
  const parts = partsOf(notice);
  const shared = new Map();
  for (const name of packages) {
    const part = parts.find(({ title }) => title.startsWith(`${name}, `));
    if (part === undefined) throw new Error(`NOTICE has no licence of ${name}, which is in the page`);
    const lines = part.text.split('\n').map((line) => line.trim());
    const holders = lines.filter((line) => /^copyright /i.test(line));
    const rest = flat(lines.filter((line) => !copyright.test(line)).join('\n'));
    const known = shared.get(rest.toLowerCase()) ?? { rest, names: [] };
    known.names.push([part.title, ...holders].join('\n  '));
    shared.set(rest.toLowerCase(), known);
  }
  const texts = [...shared.values()].map(({ rest, names }) => `${names.join('\n')}\n\n${rest}\n`);
  return `ringlab, Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0\n\nThis page contains:\n\n${texts.join('\n')}`;
}
