/**
 * Reads declarations that `tsc` wrote (.d.ts): what a file exports under a name, with its comment and its text. It
 * understands only the form of those files: each declaration begins a line and is formatted.
 */

/** One exported name. */
export interface Declaration {
  readonly name: string;
  /** The comment above it as paragraphs of Markdown; '' = it has none. */
  readonly says: string;
  /** Its declaration, without private members. */
  readonly text: string;
  /**
   * Names of the members of a class or an interface that have no comment of their own. The rule has no exceptions but the
   * constructor, which the comment of its class can describe: a reader of the reference sees no other file.
   */
  readonly bareMembers: readonly string[];
}

/** Reads the file at a path relative to the folder of declarations, as text. */
export type ReadDeclarations = (path: string) => string;

/**
 * The declaration of `name` in the file at `path`, or in the file from which that one exports it. Throws an Error if
 * it is in neither.
 */
export function declarationOf(read: ReadDeclarations, path: string, name: string): Declaration {
  const file = read(path);
  const found = new RegExp(
    String.raw`^export (?:declare )?(?:abstract )?(class|interface|function|const|type) ${name}\b`,
    'm',
  ).exec(file);
  if (found === null) return declarationOf(read, originOf(file, path, name), name);
  const end = endOf(file, found.index, found[1] === 'class' || found[1] === 'interface');
  const text = withoutPrivate(file.slice(found.index, end)).replace(/^export (declare )?/, '');
  const says = commentBefore(file.slice(0, found.index));
  const kind = found[1] as string;
  return { name, says, text, bareMembers: kind === 'class' || kind === 'interface' ? bareMembers(text) : [] };
}

/** The path of the file from which this file exports a name that it does not declare. */
function originOf(file: string, path: string, name: string): string {
  for (const [, names = '', from = ''] of file.matchAll(/^export (?:type )?\{([^}]*)\} from '(.+)';/gm)) {
    if (namesIn(names).some((exported) => exported.name === name && exported.declared === name))
      return joinPath(path, from);
  }
  throw new Error(`${path} exports no ${name}`);
}

/** A name in an `export`. */
export interface ExportedName {
  readonly name: string;
  /** The name in its declaration, if `as` renames it. */
  readonly declared: string;
}

/** The names in the braces of an `export`. */
export function namesIn(list: string): readonly ExportedName[] {
  const words = list.split(',').map((word) => word.trim().replace(/^type /, ''));
  return words.flatMap((word) => {
    const [declared = '', name = declared] = word.split(' as ');
    return declared === '' ? [] : [{ name, declared }];
  });
}

/** The .d.ts file that a file imports as `from`: `./x.ts` is declared in `./x.d.ts`. */
function joinPath(path: string, from: string): string {
  const folders = path.split('/').slice(0, -1);
  for (const part of from.split('/')) {
    if (part === '..') folders.pop();
    else if (part !== '.') folders.push(part);
  }
  return folders.join('/').replace(/\.ts$/, '.d.ts');
}

/** Where a declaration that begins at `start` ends: behind its closing brace, or else behind its semicolon. */
function endOf(file: string, start: number, hasBody: boolean): number {
  const tokens = /\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|[{}();[\]]/g;
  tokens.lastIndex = start;
  let depth = 0;
  for (let token = tokens.exec(file); token !== null; token = tokens.exec(file)) {
    const [text] = token;
    if (/^[{([]$/.test(text)) depth += 1;
    else if (/^[})\]]$/.test(text)) depth -= 1;
    const isEnd = hasBody ? text === '}' : text === ';';
    if (depth === 0 && isEnd) return tokens.lastIndex;
  }
  throw new Error(`a declaration has no end: ${file.slice(start, start + 60)}`);
}

/** The text of the comment that ends right before a declaration; '' if something else does. */
function commentBefore(before: string): string {
  if (!before.trimEnd().endsWith('*/')) return '';
  const lines = before.slice(before.lastIndexOf('/**') + 3, before.lastIndexOf('*/')).split('\n');
  return lines
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** Removes private members and their comments. */
function withoutPrivate(text: string): string {
  return text.replaceAll(/(?:^ {4}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^ {4}(?:#private|private .*);\n/gm, '');
}

/** The members of a class or an interface whose line does not follow the end of a comment. */
function bareMembers(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, n) => {
    const [, name] = /^ {4}(?:readonly |static |get |set |abstract )*(\[?[\w.]+\]?)\??[(:<]/.exec(line) ?? [];
    const isBare = name !== undefined && name !== 'constructor' && !lines[n - 1]?.trimEnd().endsWith('*/');
    return isBare ? [name] : [];
  });
}
