/**
 * Reads a descriptor of OVF 1.x or 2.x, ours or another tool's. What it requires and this program does not know is refused, as the
 * standard has it (DSP0243, section 8: ovf:required).
 */
import { must, PackageError } from './failure.ts';
import { type Property, propertyTypes } from '../../vmm/pool/appliances.ts';
import { type OvfMachine, ovfSpaces, RESOURCE, type RingPart, ringSpace } from './machine.ts';
import { gunzipped, type Package } from './package.ts';
import { type Element, parseXml } from './xml.ts';

/** A machine, and the files that its descriptor refers to. */
export interface Described {
  readonly machine: OvfMachine;
  readonly hrefs: readonly string[];
  /** A file's contents, as they were before the package was made: some are compressed. Throws PackageError. */
  contentsOf(href: string): Uint8Array;
}

const mostItems = 256;

/** Sections that are read, or that say nothing about the machine. */
const known = new Set([
  'References', 'DiskSection', 'NetworkSection', 'VirtualSystem', 'VirtualSystemCollection', 'Strings', 'Info', 'Name', 'ProductSection',
  'VirtualHardwareSection', 'AnnotationSection', 'EulaSection', 'OperatingSystemSection', 'InstallSection', 'StartupSection',
]); // biome-ignore format: a list

/** The machine of a package, whose files are checked against the descriptor. Throws PackageError. */
export function readDescriptor(pack: Package): Described {
  const envelope = parseXml(pack.descriptor.bytes);
  must(
    envelope.name === 'Envelope' && ovfSpaces.some((space) => space === envelope.space),
    'it is no OVF envelope of version 1 or 2',
  );
  mustKnow(envelope);
  const compressed = new Set<string>();
  const files = filesOf(envelope, pack, compressed);
  const system = onlySystem(envelope);
  mustKnow(system);
  const hardware = hardwareOf(system);
  const disks = new Map(
    inSection(envelope, 'DiskSection', 'Disk').map((disk) => [attribute(disk, 'diskId'), disk] as const),
  );
  const items = hardware.children.filter(({ name }) => /^(Item|StorageItem|EthernetPortItem)$/.test(name));
  must(items.length <= mostItems, `it has more than ${mostItems} items of hardware`);
  const ring = ringOf(hardware, files);
  const machine: OvfMachine = {
    name: childText(system, 'Name') ?? system.attributes.get('id') ?? 'machine',
    version: childText(child(system, 'ProductSection'), 'Version') ?? '',
    systemType: (childText(child(hardware, 'System'), 'VirtualSystemType') ?? '').split(/\s+/)[0] ?? '',
    memory: memoryOf(items),
    properties: propertiesOf(system),
    disk: diskOf(items, disks, files),
    networks: networksOf(items, envelope),
    ring,
  };
  if (ring !== null)
    must(
      ring.memory <= machine.memory && machine.memory - ring.memory < 2 ** 20,
      `its memory is ${machine.memory} bytes in the item and ${ring.memory} in the machine`,
    );
  const contentsOf = (href: string) =>
    compressed.has(href) ? gunzipped(pack.file(href), href) : pack.file(href);
  return { machine, hrefs: [...files.values()], contentsOf };
}

// ---- Elements ----

function child(of: Element | undefined, name: string): Element | undefined {
  return of?.children.find((one) => one.name === name);
}

function childText(of: Element | undefined, name: string): string | undefined {
  return child(of, name)?.text;
}

function inSection(of: Element, section: string, name: string): readonly Element[] {
  return of.children
    .filter((one) => one.name === section)
    .flatMap((one) => one.children.filter((inner) => inner.name === name));
}

function attribute(of: Element, name: string): string {
  const value = of.attributes.get(name);
  if (value === undefined) throw new PackageError(`<${of.name}> has no attribute ${name}`);
  return value;
}

function number(text: string | undefined, what: string): number {
  must(
    text !== undefined && /^\d{1,15}$/.test(text),
    `${what}: expected a whole number, found ${JSON.stringify(text?.slice(0, 40))}`,
  );
  return Number(text);
}

/** Throws PackageError for a section that is required and not known. */
function mustKnow(element: Element): void {
  for (const { space, name, attributes } of element.children) {
    const isKnown = known.has(name) && ovfSpaces.some((one) => one === space);
    must(isKnown || attributes.get('required') === 'false', `<${name}> is required, and not known here`);
  }
}

function onlySystem(envelope: Element): Element {
  const systemsIn = (element: Element): readonly Element[] =>
    element.children.flatMap((one) =>
      one.name === 'VirtualSystem' ? [one] : one.name === 'VirtualSystemCollection' ? systemsIn(one) : [],
    );
  const [system, ...others] = systemsIn(envelope);
  if (system === undefined) throw new PackageError('it has no machine (VirtualSystem)');
  must(others.length === 0, `it has ${others.length + 1} machines, and a package of one is read`);
  return system;
}

/** Of several hardware sections, each for another kind of machine, the one that is ours. */
function hardwareOf(system: Element): Element {
  const all = system.children.filter(({ name }) => name === 'VirtualHardwareSection');
  const isOurs = (one: Element) =>
    childText(child(one, 'System'), 'VirtualSystemType')?.startsWith('ring32') ?? false;
  const found = all.find(isOurs) ?? all[0];
  if (found === undefined) throw new PackageError('its machine has no hardware (VirtualHardwareSection)');
  return found;
}

// ---- Files ----

/** Names of files by id; each is there, and as large as it should be. */
function filesOf(envelope: Element, pack: Package, compressed: Set<string>): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const file of inSection(envelope, 'References', 'File')) {
    const [id, href] = [attribute(file, 'id'), attribute(file, 'href')];
    must(!files.has(id), `two files have the id ${id}`);
    must(![...files.values()].includes(href), `two files are ${href}`);
    must(!file.attributes.has('chunkSize'), `${href} is cut into chunks, which are not read`);
    const compression = file.attributes.get('compression') ?? 'identity';
    must(
      ['identity', '', 'gzip'].includes(compression),
      `${href} is compressed by ${compression}, which is not read`,
    );
    if (compression === 'gzip') compressed.add(href);
    const bytes = pack.file(href);
    const size = file.attributes.get('size');
    if (size !== undefined)
      must(
        number(size, 'size') === bytes.length,
        `${href} has ${bytes.length} bytes, and the descriptor says ${size}`,
      );
    files.set(id, href);
  }
  return files;
}

function fileNamed(files: ReadonlyMap<string, string>, id: string): string {
  const href = files.get(id);
  if (href === undefined) throw new PackageError(`there is no file with the id ${id}`);
  return href;
}

// ---- Hardware ----

function ofType(items: readonly Element[], type: number): readonly Element[] {
  return items.filter((one) => childText(one, 'ResourceType') === String(type));
}

const named: Readonly<Record<string, number>> = {
  Bytes: 1,
  KiloBytes: 2 ** 10,
  MegaBytes: 2 ** 20,
  GigaBytes: 2 ** 30,
};

/** Bytes of an allocation unit: `byte * 2^20`, or as OVF 0.9 has it. */
function unitOf(text: string): number {
  const [, base, exponent] = /^byte\s*\*\s*(2|10)\^(\d{1,2})$/.exec(text) ?? [];
  if (base !== undefined) return Number(base) ** Number(exponent);
  if (text === '' || text === 'byte') return 1;
  const unit = Object.hasOwn(named, text) ? named[text] : undefined;
  if (unit === undefined) throw new PackageError(`${JSON.stringify(text.slice(0, 40))} is no unit of bytes`);
  return unit;
}

function memoryOf(items: readonly Element[]): number {
  const [item, ...others] = ofType(items, RESOURCE.MEMORY);
  must(item !== undefined && others.length === 0, 'its machine has no item of memory, or several');
  const unit = unitOf(childText(item, 'AllocationUnits') ?? 'byte * 2^20');
  return number(childText(item, 'VirtualQuantity'), 'memory') * unit;
}

function diskOf(
  items: readonly Element[],
  disks: ReadonlyMap<string, Element>,
  files: ReadonlyMap<string, string>,
): OvfMachine['disk'] {
  const [item, ...others] = ofType(items, RESOURCE.DISK);
  if (item === undefined) return null;
  must(others.length === 0, 'its machine has several disks, and ours have one');
  const resource = childText(item, 'HostResource') ?? '';
  const [, id = ''] = /^(?:ovf:)?\/disk\/(.+)$/.exec(resource) ?? [];
  const disk = disks.get(id);
  if (disk === undefined)
    throw new PackageError(`its disk is ${JSON.stringify(resource.slice(0, 80))}, which is not there`);
  must(!disk.attributes.has('parentRef'), 'its disk has a parent, which is not read');
  const unit = unitOf(disk.attributes.get('capacityAllocationUnits') ?? 'byte');
  const bytes = number(attribute(disk, 'capacity'), 'capacity') * unit;
  must(bytes > 0 && bytes % 512 === 0, `its disk has ${bytes} bytes, which are no sectors`);
  const format = attribute(disk, 'format');
  must(/vmdk/i.test(format), `its disk has the format ${format.slice(0, 80)}, and VMDK is read`);
  return { file: fileNamed(files, attribute(disk, 'fileRef')), sectors: bytes / 512 };
}

function networksOf(items: readonly Element[], envelope: Element): readonly string[] {
  const all = inSection(envelope, 'NetworkSection', 'Network').map((one) => attribute(one, 'name'));
  const used = ofType(items, RESOURCE.ETHERNET).map((one) => childText(one, 'Connection') ?? '');
  for (const net of used)
    must(all.includes(net), `it is plugged into the network ${JSON.stringify(net)}, which is not there`);
  return [...new Set(used)];
}

function ringOf(hardware: Element, files: ReadonlyMap<string, string>): RingPart | null {
  const found = hardware.children.filter(({ space, name }) => space === ringSpace && name === 'Machine');
  const [machine, ...others] = found;
  if (machine === undefined) return null;
  const images = machine.children.filter(({ name }) => name === 'Image');
  must(others.length === 0 && images.length === 1, 'it has several machines in one, or several images');
  const unknown = machine.children.find(({ name }) => name !== 'Image' && name !== 'Patch');
  if (unknown !== undefined) throw new PackageError(`<${unknown.name}> of the machine is not known here`);
  return {
    isa: attribute(machine, 'isa'),
    memory: number(attribute(machine, 'memory'), 'memory'),
    cpu: number(machine.attributes.get('cpu') ?? '10', 'cpu'),
    image: fileNamed(files, attribute(images[0] as Element, 'fileRef')),
    patches: machine.children
      .filter(({ name }) => name === 'Patch')
      .map((patch) => fileNamed(files, attribute(patch, 'fileRef'))),
  };
}

// ---- Settings ----

function propertiesOf(system: Element): readonly Property[] {
  const properties = inSection(system, 'ProductSection', 'Property').map((one): Property => {
    const key = attribute(one, 'key');
    const [given = 'string'] = [one.attributes.get('type')];
    const isNumber = /^[us]int(8|16|32|64)$/.test(given);
    const type = isNumber ? (given.startsWith('u') ? 'uint32' : 'sint32') : given;
    const known = propertyTypes.find((name) => name === type);
    if (known === undefined)
      throw new PackageError(
        `the setting ${key} has the type ${given.slice(0, 40)}, which is not known here`,
      );
    must(/^[A-Za-z_]\w{0,63}$/.test(key), `${JSON.stringify(key.slice(0, 80))} is no name of a setting`);
    return {
      key,
      type: known,
      value: one.attributes.get('value') ?? null,
      label: childText(one, 'Label') ?? '',
    };
  });
  const keys = properties.map(({ key }) => key);
  const doubled = keys.find((key, n) => keys.indexOf(key) !== n);
  must(doubled === undefined, `the setting ${doubled} is there twice`);
  return properties;
}
