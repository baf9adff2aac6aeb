/** Packages of others: read if they are good, refused as a whole if anything is wrong with them. */
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importAppliance } from '../../../cli/appliance/exchange.ts';
import { EXIT, Failure } from '../../../cli/failure.ts';
import { readVmdk } from '../../../cli/vmdk/read-vmdk.ts';
import { sha256 } from '../../../cli/sha256.ts';
import { scratch } from '../kit.ts';
import { diskBytes, type Entry, filesOf, manifestOf, tar, utf8, vmdk, withManifest } from './packages.ts';

const file = scratch();
const wish = { diskOnly: false, image: undefined, networks: new Map<string, string>() };
const sumOf = (bytes: Uint8Array) => {
  const hash = sha256();
  hash.update(bytes);
  return Buffer.from(hash.digest()).toString('hex');
};

let written = 0;
async function ova(files: readonly Entry[]): Promise<string> {
  return stored(await tar(files));
}
function stored(bytes: Uint8Array): string {
  written += 1;
  const path = file(`package-${written}.ova`);
  writeFileSync(path, bytes);
  return path;
}

const read = (path: string, more: Partial<typeof wish> = {}, name?: string) =>
  importAppliance(path, name, { ...wish, ...more }, sumOf);

describe('ringlab appliance import', () => {
  it('takes a package: the machine with its settings, and all that it consists of', async () => {
    const { name, record, contents, hasManifest } = await read(await ova(withManifest(filesOf())));
    expect([name, hasManifest]).toEqual(['web', true]);
    expect(record).toMatchObject({
      memory: 262_144,
      disk: { sum: sumOf(diskBytes), sectors: 256 },
      properties: [{ key: 'NAME', type: 'string', value: 'a & b' }],
    });
    expect(contents.map(sumOf)).toEqual([record.image, record.disk?.sum]);
  });

  it('takes one without a manifest, and says that it has none', async () => {
    expect((await read(await ova(filesOf()))).hasManifest).toBe(false);
  });

  it('takes the items of OVF 2.x, and its namespaces', async () => {
    const change = (text: string) =>
      text
        .replace('ovf/envelope/1', 'ovf/envelope/2')
        .replace(/<ovf:Item>(<rasd:HostResource>.*?)<\/ovf:Item>/, '<ovf:StorageItem>$1</ovf:StorageItem>');
    expect((await read(await ova(filesOf(change)))).record.disk?.sectors).toBe(256);
  });

  it('takes files, and packages, that are compressed by gzip', async () => {
    const compress = (text: string) =>
      text.replace('ovf:href="web.elf"', 'ovf:href="web.elf" ovf:compression="gzip"');
    const files = filesOf(compress).map((one) =>
      one.name === 'web.elf' ? { ...one, bytes: new Uint8Array(gzipSync(one.bytes)) } : one,
    );
    const plain = await read(await ova(filesOf()));
    expect((await read(await ova(files))).record.image).toBe(plain.record.image);
    const whole = stored(new Uint8Array(gzipSync(await tar(filesOf()))));
    expect((await read(whole)).record.image).toBe(plain.record.image);
  });

  it('takes a section that it does not know, if it is not required', async () => {
    const change = (text: string) =>
      text.replace('<ovf:DiskSection>', '<x:Own xmlns:x="urn:x" ovf:required="false"/><ovf:DiskSection>');
    await expect(read(await ova(filesOf(change)))).resolves.toBeDefined();
  });

  it('takes the disk of a machine of another kind, with an image, if that is asked for', async () => {
    const path = await ova(filesOf((text) => text.replace('>ring32-v<', '>vmx-09<')));
    await expect(read(path)).rejects.toThrow(/--disk-only/);
    await expect(read(path, { diskOnly: true })).rejects.toThrow(/--image/);
    const image = filesOf()[2]?.bytes as Uint8Array;
    const { record } = await importAppliance(path, 'other', { ...wish, diskOnly: true, image }, sumOf);
    expect([record.memory, record.disk?.sectors]).toEqual([2 ** 20, 256]);
  });

  it('plugs it into our networks only as it is told', async () => {
    const change = (text: string) =>
      text
        .replace(
          '<ovf:VirtualSystem ',
          '<ovf:NetworkSection><ovf:Network ovf:name="VM Network"/></ovf:NetworkSection><ovf:VirtualSystem ',
        )
        .replace(
          '<ring:Machine',
          '<ovf:Item><rasd:Connection>VM Network</rasd:Connection><rasd:ResourceType>10</rasd:ResourceType></ovf:Item><ring:Machine',
        );
    const path = await ova(filesOf(change));
    await expect(read(path)).rejects.toThrow(/--net OURS=VM Network/);
    const { record } = await read(path, { networks: new Map([['VM Network', 'office']]) });
    expect(record.networks).toEqual(['office']);
  });
});

/** A change of the good package's descriptor. */
const change = (from: string | RegExp, to: string) =>
  filesOf((text) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing in the descriptor matches ${from}`);
    return changed;
  });

const entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
const [ovf, disk, image] = filesOf() as [Entry, Entry, Entry];

/** A VMDK with a change of its bytes. */
function damagedDisk(act: (view: DataView, bytes: Uint8Array) => void): Entry[] {
  const bytes = vmdk();
  act(new DataView(bytes.buffer), bytes);
  return filesOf(undefined, bytes);
}

/** The sector of the first grain: grains begin after 128 sectors. */
const grainAt = 128 * 512;

const hostile: Readonly<
  Record<string, { readonly files: () => readonly Entry[] | Promise<Uint8Array>; readonly says: RegExp }>
> = {
  'a name that leads out of the folder': {
    files: () => [ovf, { ...disk, name: '../disk.vmdk' }, image],
    says: /no name for a file/,
  },
  'an absolute name': {
    files: () => [ovf, { ...disk, name: '/etc/passwd' }, image],
    says: /no name for a file/,
  },
  'a name in a folder': {
    files: () => [ovf, { ...disk, name: 'a/disk.vmdk' }, image],
    says: /no name for a file/,
  },
  'a name with a backslash': {
    files: () => [ovf, { ...disk, name: '..\\disk.vmdk' }, image],
    says: /no name/,
  },
  'a name with an escape sequence': {
    files: () => [ovf, { ...disk, name: 'a\u001b[2J' }, image],
    says: /no name/,
  },
  'a symbolic link': {
    files: () => [
      ovf,
      { name: 'disk.vmdk', bytes: utf8(''), header: { type: 'symlink', linkname: '/etc/passwd', size: 0 } },
      image,
    ],
    says: /no file but a symlink/,
  },
  'a hard link': {
    files: () => [
      ovf,
      { name: 'disk.vmdk', bytes: utf8(''), header: { type: 'link', linkname: 'web.ovf', size: 0 } },
      image,
    ],
    says: /no file but a link/,
  },
  'a device': {
    files: () => [
      ovf,
      { name: 'disk.vmdk', bytes: utf8(''), header: { type: 'character-device', size: 0 } },
      image,
    ],
    says: /no file but a character-device/,
  },
  'two files of one name': { files: () => [ovf, disk, disk, image], says: /two files disk.vmdk/ },
  'two descriptors': { files: () => [ovf, { ...ovf, name: 'b.ovf' }, disk, image], says: /2 files \.ovf/ },
  'no descriptor': { files: () => [disk, image], says: /no descriptor/ },
  'a manifest of another descriptor': {
    files: () => [ovf, { name: 'other.mf', bytes: utf8(manifestOf([ovf, disk, image])) }, disk, image],
    says: /that of another descriptor/,
  },
  'entities that expand': {
    files: () => change('<ovf:Envelope', `${entity}<ovf:Envelope`),
    says: /document type/,
  },
  'an entity that reads a file': {
    files: () =>
      change('<ovf:Envelope', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ovf:Envelope'),
    says: /document type/,
  },
  'an entity that is not declared': { files: () => change('a &amp; b', '&other;'), says: /no such entity/ },
  'a thousand elements inside each other': {
    files: () => change('<ovf:Name>web', `<ovf:Name>${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}web`),
    says: /inside each other/,
  },
  'a descriptor that is no XML': { files: () => change('</ovf:Envelope>', ''), says: /line \d+: / },
  'a descriptor in UTF-16': {
    files: () => [
      { ...ovf, bytes: new Uint8Array(Buffer.from('\ufeff<Envelope/>', 'utf16le')) },
      disk,
      image,
    ],
    says: /UTF-8/,
  },
  'a wrong digest': {
    files: () => withManifest(filesOf(), manifestOf([ovf, disk, { ...image, bytes: utf8('other') }])),
    says: /digest of web.elf is wrong/,
  },
  'a missing digest': {
    files: () => withManifest(filesOf(), manifestOf([ovf, disk])),
    says: /no digest of web.elf/,
  },
  'two digests of one file': {
    files: () => withManifest(filesOf(), manifestOf([ovf, disk, image, image])),
    says: /two digests/,
  },
  'a digest of a file that is not there': {
    files: () => withManifest(filesOf(), manifestOf([ovf, disk, image, { ...image, name: 'x' }])),
    says: /x is not in the package/,
  },
  'a digest of an unknown kind': {
    files: () => withManifest(filesOf(), 'MD5(web.ovf)= 00\n'),
    says: /line 1: expected SHA256/,
  },
  'a file that is elsewhere': {
    files: () => change('href="disk.vmdk"', 'href="http://evil/disk.vmdk"'),
    says: /not fetched/,
  },
  'a reference that leads out of the package': {
    files: () => change('href="disk.vmdk"', 'href="../../etc/passwd"'),
    says: /no name/,
  },
  'a file that is missing': { files: () => [ovf, disk], says: /web.elf is not in the package/ },
  'a file in chunks': {
    files: () => change('ovf:href="disk.vmdk"', 'ovf:href="disk.vmdk" ovf:chunkSize="7"'),
    says: /chunks/,
  },
  'a file of another size': {
    files: () => change('ovf:href="disk.vmdk"', 'ovf:href="disk.vmdk" ovf:size="7"'),
    says: /says 7/,
  },
  'a disk that is smaller than it says': {
    files: () => change(`"${diskBytes.length}"`, '"1073741824"'),
    says: /has 256 sectors/,
  },
  'a disk of two capacities': {
    files: () => damagedDisk((view, bytes) => view.setBigUint64(bytes.length - 1024 + 12, 2n ** 40n, true)),
    says: /different capacities/,
  },
  'a disk of 8 EiB': {
    files: () => damagedDisk((view) => view.setBigUint64(12, 2n ** 54n, true)),
    says: /too large/,
  },
  'a disk whose directory is not in the file': {
    files: () => damagedDisk((view, bytes) => view.setBigUint64(bytes.length - 1024 + 56, 2n ** 50n, true)),
    says: /too large/,
  },
  'a disk without its end': { files: () => filesOf(undefined, vmdk().slice(0, -1536)), says: /footer/ },
  'a disk whose grain is that of another place': {
    files: () => damagedDisk((view) => view.setBigUint64(grainAt, 128n, true)),
    says: /another place/,
  },
  'a disk whose grain cannot be inflated': {
    files: () => damagedDisk((_, bytes) => bytes.fill(0xff, grainAt + 12, grainAt + 60)),
    says: /inflated/,
  },
  'a disk that was sent as text': {
    files: () => damagedDisk((view) => view.setUint8(75, 10)),
    says: /newlines/,
  },
  'a disk of another format': { files: () => filesOf(undefined, utf8('x'.repeat(2048))), says: /no VMDK/ },
  'an x86 machine': { files: () => change('>ring32-v<', '>vmx-09 vmx-10<'), says: /type vmx-09/ },
  'a machine of an unknown variant': {
    files: () => change('isa="ring32-v"', 'isa="ring64"'),
    says: /ring64/,
  },
  'an image that is none': { files: () => [ovf, disk, { ...image, bytes: utf8('no ELF') }], says: /ELF/ },
  'too little memory for its image': {
    files: () => change('memory="262144"', 'memory="4096"'),
    says: /memory/,
  },
  'two different memories': { files: () => change('memory="262144"', 'memory="2097152"'), says: /memory/ },
  'a section that is required and unknown': {
    files: () => change('<ovf:DiskSection>', '<x:Own xmlns:x="urn:x"/><ovf:DiskSection>'),
    says: /<Own> is required/,
  },
  'two machines': {
    files: () => change('</ovf:Envelope>', '<ovf:VirtualSystem ovf:id="b"/></ovf:Envelope>'),
    says: /2 machines/,
  },
  'a setting that is no name': {
    files: () => change('key="NAME"', 'key="A;rm -rf"'),
    says: /no name of a setting/,
  },
  'a setting that is there twice': {
    files: () => change('<ovf:Property ', '<ovf:Property ovf:key="NAME" ovf:type="string"/><ovf:Property '),
    says: /twice/,
  },
  'a name that is a path': {
    files: () => change('<ovf:Name>web', '<ovf:Name>../../web'),
    says: /its name is/,
  },
  'bytes that are no tar': { files: async () => utf8('x'.repeat(4096)), says: /no tar/ },
  'a tar that ends in the middle': {
    files: async () => (await tar(filesOf())).slice(0, 20_000),
    says: /no tar/,
  },
  'a gzip that is damaged': {
    files: async () => new Uint8Array(gzipSync(await tar(filesOf()))).slice(0, -100),
    says: /cannot be expanded/,
  },
  'an unknown compression': {
    files: () => change('ovf:href="disk.vmdk"', 'ovf:href="disk.vmdk" ovf:compression="zip"'),
    says: /compressed by zip/,
  },
};

describe('A hostile package is refused as a whole', () => {
  it.each(Object.keys(hostile))('%s', async (name) => {
    const { files, says } = hostile[name] as (typeof hostile)[string];
    const made = await files();
    const path = made instanceof Uint8Array ? stored(made) : await ova(made);
    const error: unknown = await read(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).exitStatus).toBe(EXIT.BAD_INPUT);
    expect((error as Failure).message).toMatch(says);
    expect((error as Failure).message.split('\n')).toHaveLength(1);
    expect((error as Failure).message).not.toMatch(/\p{Cc}/u);
  });

  it('also one of an .ovf whose file is a link or a folder', async () => {
    const [descriptor, , elf] = filesOf() as [Entry, Entry, Entry];
    writeFileSync(file('web.ovf'), descriptor.bytes);
    writeFileSync(file('web.elf'), elf.bytes);
    symlinkSync('/nowhere', file('disk.vmdk'));
    expect(existsSync(file('web.mf'))).toBe(false);
    await expect(read(file('web.ovf'))).rejects.toThrow(/disk.vmdk is not in the package/);
  });
});

describe('A VMDK', () => {
  it('that was written is read as the same disk, whatever its size', () => {
    for (const sectors of [1, 127, 128, 129, 128 * 513]) {
      const bytes = new Uint8Array(sectors * 512);
      bytes.set(utf8('end'), bytes.length - 3);
      bytes[0] = 7;
      const read = readVmdk(vmdk(bytes));
      const again = new Uint8Array(read.sectors * 512);
      for (const part of read.parts()) again.set(part.bytes, part.sector * 512);
      expect(Buffer.compare(again, bytes)).toBe(0);
    }
  });

  it('does not contain what is zero', () => {
    expect(vmdk(new Uint8Array(2 ** 24)).length).toBeLessThan(70_000 + 2048);
  });
});
