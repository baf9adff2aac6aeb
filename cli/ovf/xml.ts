/**
 * XML as descriptors need it: elements with their namespaces. A document type is refused, so there are no entities but the five of
 * XML itself, and nothing is fetched or expanded.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { must, PackageError } from './failure.ts';

/** An element. Names are without prefix; `space` is its namespace. */
export interface Element {
  readonly space: string;
  readonly name: string;
  /** By name without prefix: in a descriptor no element has two attributes of one name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Its own text, without white space around it. */
  readonly text: string;
}

/** Most characters of a document, and most elements inside each other. */
const mostCharacters = 2 ** 20;
const mostDepth = 32;

/** What fast-xml-parser gives for an element when it keeps the order. */
type Node = { readonly ':@'?: Readonly<Record<string, string>> } & Readonly<Record<string, unknown>>;

/** The document's root. Throws PackageError. */
export function parseXml(bytes: Uint8Array): Element {
  must(
    bytes.length <= mostCharacters,
    `it has ${bytes.length} bytes, and at most ${mostCharacters} are read`,
  );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new PackageError('it is no text in UTF-8');
  }
  must(!/<!DOCTYPE|<!ENTITY/i.test(text), 'it has a document type (DTD), and none is read');
  must(deepest(text) <= mostDepth, `it has more than ${mostDepth} elements inside each other`);
  const checked = XMLValidator.validate(text);
  if (checked !== true) throw new PackageError(`line ${checked.err.line}: ${oneLine(checked.err.msg)}`);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    trimValues: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
  });
  let nodes: readonly Node[];
  try {
    nodes = parser.parse(text) as readonly Node[];
  } catch (error) {
    throw new PackageError(oneLine((error as Error).message));
  }
  const roots = nodes.filter((node) => nameOf(node) !== '#text');
  must(roots.length === 1, 'it has no root element, or several');
  return elementOf(roots[0] as Node, new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]));
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 200);

/** How many elements are inside each other at most; tags alone count, so this is never too small. */
function deepest(text: string): number {
  let [depth, most] = [0, 0];
  for (const [tag] of text.matchAll(/<\/?[A-Za-z_][^<>]*>/g)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    most = Math.max(most, depth);
  }
  return most;
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '#text';
}

function elementOf(node: Node, outer: ReadonlyMap<string, string>): Element {
  const tag = nameOf(node);
  const given = Object.entries(node[':@'] ?? {}).map(
    ([name, value]) => [name, unescaped(String(value))] as const,
  );
  const spaces = new Map(outer);
  for (const [name, value] of given) {
    if (name === 'xmlns') spaces.set('', value);
    else if (name.startsWith('xmlns:')) spaces.set(name.slice('xmlns:'.length), value);
  }
  const attributes = new Map<string, string>();
  for (const [name, value] of given) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
    const local = name.slice(name.indexOf(':') + 1);
    must(!attributes.has(local), `<${tag}> has two attributes ${local}`);
    attributes.set(local, value);
  }
  const inside = node[tag] as readonly Node[];
  const colon = tag.indexOf(':');
  const prefix = colon < 0 ? '' : tag.slice(0, colon);
  const space = spaces.get(prefix);
  must(space !== undefined || prefix === '', `<${tag}>: the prefix ${prefix} is not declared`);
  return {
    space: space ?? '',
    name: tag.slice(colon + 1),
    attributes,
    children: inside.filter((child) => nameOf(child) !== '#text').map((child) => elementOf(child, spaces)),
    text: unescaped(
      inside
        .filter((child) => nameOf(child) === '#text')
        .map((child) => String(child['#text']))
        .join(''),
    ).trim(),
  };
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&([^;&\s]*);?/g, (whole, name: string) => {
    const known = characters[name];
    if (known !== undefined && whole.endsWith(';')) return known;
    const [, hex, decimal] = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
    must(
      whole.endsWith(';') && code > 0 && code <= 0x10ffff,
      `${whole.slice(0, 40)}: there is no such entity`,
    );
    return String.fromCodePoint(code);
  });
}

/** Text as it is written in an element or an attribute. */
export function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
  return text.replaceAll(/[<>&"\n\r\t]/g, (one) => names[one] ?? `&#${one.codePointAt(0)};`);
}
