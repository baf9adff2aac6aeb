/** The reference of the library: a chapter for each heading of index.ts, and in it what is exported there. */
import { type Declaration, declarationOf, namesIn, type ReadDeclarations } from './declarations.ts';

/** A file that exports to the outside, and the name under which it is imported. */
export interface EntryPoint {
  readonly imported: string;
  /** Its source. */
  readonly source: string;
}

interface Chapter {
  readonly title: string;
  readonly declarations: readonly Declaration[];
}

/** What an entry point exports, by chapter. `read` reads the .d.ts files. */
export function chaptersOf({ source }: EntryPoint, read: ReadDeclarations): readonly Chapter[] {
  const [, ...parts] = source.split(/^\/\/ ---- (.+) ----$/m);
  return parts.flatMap((title, n) => {
    if (n % 2 === 1) return [];
    const exports = (parts[n + 1] as string).matchAll(/export (?:type )?\{([^}]*)\} from '\.\/(.+)\.ts'/g);
    const declarations = [...exports].flatMap(([, names = '', path = '']) =>
      namesIn(names).map(({ name, declared }) => ({
        ...declarationOf(read, `${path}.d.ts`, declared),
        name,
      })),
    );
    return [{ title, declarations: declarations.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }];
  });
}

const head = `# Reference

Everything that the package exports, as its declarations have it; \`npm run reference\` writes this page from them. Numbers
are JavaScript's: an address, a size in bytes or a count of steps is an integer, addresses are unsigned 32-bit values.
`;

/** The whole page. */
export function formatReference(entryPoints: readonly EntryPoint[], read: ReadDeclarations): string {
  const pages = entryPoints.map((entry) => formatEntry(entry.imported, chaptersOf(entry, read)));
  return [head, ...pages].join('\n');
}

function formatEntry(imported: string, chapters: readonly Chapter[]): string {
  const contents = chapters.map(
    ({ title, declarations }) => `- ${title}: ${declarations.map(({ name }) => `\`${name}\``).join(', ')}`,
  );
  const text = chapters.map(({ title, declarations }) =>
    [`### ${title}\n`, ...declarations.map(formatDeclaration)].join('\n'),
  );
  return [`## \`${imported}\`\n`, `${contents.join('\n')}\n`, ...text].join('\n');
}

function formatDeclaration({ name, says, text }: Declaration): string {
  return `#### \`${name}\`\n\n${says}\n\n\`\`\`ts\n${text}\n\`\`\`\n`;
}
