/** Appliances as OVF packages: written for others to read, and read from others. */
import { join } from 'node:path';
import { ImageError, loadImage, readImage } from '../../isa/machine/image.ts';
import { MEMORY, PAGE, plainStorage } from '../../isa/machine/storage.ts';
import { isSameVariant, variantData, variantFrom, variantNamed } from '../../isa/table/variants.ts';
import {
  ApplianceError,
  type ApplianceRecord,
  checkValue,
  type FoundAppliance,
} from '../../vmm/pool/appliances.ts';
import { badInput } from '../failure.ts';
import { writeOutput } from '../files.ts';
import { must, PackageError } from '../ovf/failure.ts';
import type { OvfMachine } from '../ovf/machine.ts';
import { formatManifest } from '../ovf/manifest.ts';
import { type Package, type PackageFile, readPackage, writeOva } from '../ovf/package.ts';
import { type Described, readDescriptor } from '../ovf/read.ts';
import { writeDescriptor } from '../ovf/write.ts';
import type { PoolFolder } from '../pool/pool-folder.ts';
import { VmdkError } from '../vmdk/layout.ts';
import { readVmdk } from '../vmdk/read-vmdk.ts';
import { writeVmdk } from '../vmdk/write-vmdk.ts';

const sectorBytes = 512;
/** Largest disk of a package that is read, in bytes. */
const mostDisk = 2 ** 30;

// ---- Out ----

/**
 * Writes an appliance as a package: an OVA, or for a path that ends in .ovf the files in its folder. Returns the names of what is
 * in it. Rejects with a Failure.
 */
export async function exportAppliance(
  pool: PoolFolder,
  { title, record }: FoundAppliance,
  path: string,
): Promise<readonly string[]> {
  const [name = '', version = ''] = title.split('@');
  const read = (sum: string) => {
    try {
      return pool.image(sum);
    } catch (error) {
      throw badInput(`${title}: ${(error as Error).message}`);
    }
  };
  const { variant, memory, cpu, properties, networks, patches, disk } = record;
  if (record.state !== null)
    throw badInput(`${title}: it is a saved machine, and packages are of machines that start from an image`);
  const named = variantNamed(variant.name);
  if (named === undefined || !isSameVariant(named, variantFrom(variant)))
    throw badInput(
      `${title}: its machine is a variant of your own, ${variant.name}, which a package cannot describe`,
    );
  const image = { name: `${name}.elf`, bytes: read(record.image) };
  const patchFiles = patches.map((sum, n) => ({ name: `${name}-patch${n + 1}.elf`, bytes: read(sum) }));
  const diskFiles = disk === null ? [] : [diskFile(`${name}-disk1.vmdk`, read(disk.sum))];
  const files: readonly PackageFile[] = [...diskFiles, image, ...patchFiles];
  const machine: OvfMachine = {
    name,
    version,
    systemType: variant.name,
    memory,
    properties,
    disk: disk === null ? null : { file: `${name}-disk1.vmdk`, sectors: disk.sectors },
    networks,
    ring: { isa: variant.name, memory, cpu, image: image.name, patches: patchFiles.map((file) => file.name) },
  };
  const descriptor = {
    name: path.endsWith('.ovf') ? path.replace(/.*[/\\]/, '') : `${name}.ovf`,
    bytes: new TextEncoder().encode(writeDescriptor(machine, files)),
  };
  if (path.endsWith('.ovf')) writeBeside(path, descriptor, files);
  else writeOutput(path, await writeOva(descriptor, files));
  return [descriptor, ...files].map((file) => file.name);
}

function diskFile(name: string, contents: Uint8Array): PackageFile {
  const source = {
    sectors: contents.length / sectorBytes,
    read: (n: number, into: Uint8Array) =>
      into.set(contents.subarray(n * sectorBytes, (n + 1) * sectorBytes)),
  };
  return { name, bytes: writeVmdk(source, name) };
}

/** The descriptor last: without it, there is no package. */
function writeBeside(path: string, descriptor: PackageFile, files: readonly PackageFile[]): void {
  const folder = path.slice(0, path.length - descriptor.name.length);
  for (const { name, bytes } of files) writeOutput(join(folder, name), bytes);
  const manifest = formatManifest([descriptor, ...files]);
  writeOutput(path.replace(/\.ovf$/, '.mf'), new TextEncoder().encode(manifest));
  writeOutput(path, descriptor.bytes);
}

// ---- In ----

export interface ImportWish {
  /** Take the disk of a machine of another kind. */
  readonly diskOnly: boolean;
  /** An ELF image, for a package that has none. */
  readonly image: Uint8Array | undefined;
  /** Our name of each network of the package. */
  readonly networks: ReadonlyMap<string, string>;
}

export interface Imported {
  readonly name: string;
  readonly record: ApplianceRecord;
  /** Everything that it consists of, to be stored. */
  readonly contents: readonly Uint8Array[];
  readonly hasManifest: boolean;
}

/**
 * Reads a package whole, and checks it. Nothing is stored yet. `name`: instead of the machine's. `sumOf`: the SHA-256 in hex.
 * Rejects with a Failure.
 */
export async function importAppliance(
  path: string,
  name: string | undefined,
  wish: ImportWish,
  sumOf: (bytes: Uint8Array) => string,
): Promise<Imported> {
  try {
    const pack = await readPackage(path);
    const described = readDescriptor(pack);
    pack.check(described.hrefs);
    return take(pack, named(described, name), wish, sumOf);
  } catch (error) {
    const isAbout =
      error instanceof PackageError ||
      error instanceof VmdkError ||
      error instanceof ImageError ||
      error instanceof ApplianceError;
    if (isAbout) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

function named(described: Described, name: string | undefined): Described {
  return name === undefined ? described : { ...described, machine: { ...described.machine, name } };
}

function take(
  pack: Pick<Package, 'hasManifest'>,
  { machine, contentsOf }: Described,
  { diskOnly, image: given, networks }: ImportWish,
  sumOf: (bytes: Uint8Array) => string,
): Imported {
  const { name, systemType, ring, properties } = machine;
  const isOurs = systemType.startsWith('ring32-');
  must(
    isOurs || diskOnly,
    `its machine is of type ${systemType === '' ? 'unknown' : systemType.slice(0, 40)}, and only ring32 machines run here; ` +
      '--disk-only with --image FILE takes its disk',
  );
  const own = diskOnly ? null : ring;
  const image = given ?? (own && contentsOf(own.image));
  must(image !== null, 'it has no image that a machine could start from: give one with --image FILE');
  const variant = variantNamed(own?.isa ?? (isOurs ? systemType : 'ring32-v'));
  must(
    variant !== undefined,
    `its machine is ${(own?.isa ?? systemType).slice(0, 40)}, which is not known here`,
  );
  const memory = own?.memory ?? machine.memory;
  must(
    memory >= MEMORY.min && memory <= MEMORY.max && memory % PAGE === 0,
    `its machine has ${memory} bytes of memory, and ours have 4 KiB to 1 GiB`,
  );
  const patches = (own?.patches ?? []).map((file) => contentsOf(file));
  const probe = new Uint8Array(plainStorage(memory).buffer, 0, memory);
  for (const one of [image, ...patches]) loadImage(readImage(one), probe);
  for (const { key, type, value } of properties) if (value !== null) checkValue(key, type, value);
  must(
    /^\w[\w.-]{0,63}$/.test(name),
    `its name is ${JSON.stringify(name.slice(0, 80))}: give another with --name`,
  );
  const disk = machine.disk && diskContents(contentsOf(machine.disk.file), machine.disk);
  const record: ApplianceRecord = {
    v: 1,
    image: sumOf(image),
    patches: patches.map(sumOf),
    state: null,
    disk: disk && machine.disk && { sum: sumOf(disk), sectors: machine.disk.sectors },
    variant: variantData(variant),
    memory,
    cpu: own?.cpu ?? 10,
    properties: properties.map((one) => ({ ...one, label: one.label.slice(0, 200) })),
    networks: machine.networks.map((net) => mapped(net, networks)),
    parent: null,
    added: Date.now(),
  };
  return {
    name,
    record,
    contents: [image, ...patches, ...(disk ? [disk] : [])],
    hasManifest: pack.hasManifest,
  };
}

function mapped(net: string, networks: ReadonlyMap<string, string>): string {
  const ours = networks.get(net);
  if (ours === undefined)
    throw new PackageError(
      `it is plugged into the network ${JSON.stringify(net.slice(0, 64))}: say which of ours that is, --net OURS=${net.slice(0, 64)}`,
    );
  return ours;
}

function diskContents(
  file: Uint8Array,
  { file: name, sectors }: NonNullable<OvfMachine['disk']>,
): Uint8Array {
  try {
    const vmdk = readVmdk(file);
    must(vmdk.sectors === sectors, `it has ${vmdk.sectors} sectors, and the descriptor says ${sectors}`);
    must(sectors * sectorBytes <= mostDisk, `it has ${sectors} sectors, and disks of at most 1 GiB are read`);
    const contents = new Uint8Array(sectors * sectorBytes);
    for (const { sector, bytes } of vmdk.parts()) contents.set(bytes, sector * sectorBytes);
    return contents;
  } catch (error) {
    if (error instanceof VmdkError || error instanceof PackageError)
      throw new PackageError(`${name}: ${error.message}`);
    throw error;
  }
}
