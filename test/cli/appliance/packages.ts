/** Packages for tests: a good one, and what is made of it by a change of its files. */
import { createHash } from 'node:crypto';
import { packTar, type TarEntry } from 'modern-tar';
import { writeVmdk } from '../../../cli/vmdk/write-vmdk.ts';
import { imageElf } from './image.ts';

export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of the header in the tar; default: a file. */
  readonly header?: Partial<TarEntry['header']>;
}

export const utf8 = (text: string) => new TextEncoder().encode(text);

/** A disk of 256 sectors, with a word in three of them. */
export const diskBytes = new Uint8Array(256 * 512);
diskBytes.set(utf8('first'), 0);
diskBytes.set(utf8('later'), 200 * 512);

export const vmdk = (bytes = diskBytes) =>
  writeVmdk(
    {
      sectors: bytes.length / 512,
      read: (n, into) => into.set(bytes.subarray(n * 512, (n + 1) * 512)),
    },
    'disk.vmdk',
  );

const rasd = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData';
const vssd = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData';

/** A descriptor as people write it, with a prefix for everything. */
const descriptor = `<?xml version="1.0"?>
<ovf:Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="${rasd}" xmlns:vssd="${vssd}" xmlns:ring="urn:ringlab:machine:1">
  <ovf:References>
    <ovf:File ovf:id="disk" ovf:href="disk.vmdk"/>
    <ovf:File ovf:id="image" ovf:href="web.elf"/>
  </ovf:References>
  <ovf:DiskSection><ovf:Info/>
    <ovf:Disk ovf:diskId="d0" ovf:fileRef="disk" ovf:capacity="${diskBytes.length}" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </ovf:DiskSection>
  <ovf:VirtualSystem ovf:id="web"><ovf:Info/>
    <ovf:Name>web</ovf:Name>
    <ovf:ProductSection><ovf:Info/>
      <ovf:Property ovf:key="NAME" ovf:type="string" ovf:value="a &amp; b"/>
    </ovf:ProductSection>
    <ovf:VirtualHardwareSection><ovf:Info/>
      <ovf:System><vssd:ElementName>m</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID><vssd:VirtualSystemType>ring32-v</vssd:VirtualSystemType></ovf:System>
      <ovf:Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></ovf:Item>
      <ovf:Item><rasd:HostResource>ovf:/disk/d0</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID><rasd:ResourceType>17</rasd:ResourceType></ovf:Item>
      <ring:Machine ovf:required="false" isa="ring32-v" memory="262144"><ring:Image fileRef="image"/></ring:Machine>
    </ovf:VirtualHardwareSection>
  </ovf:VirtualSystem>
</ovf:Envelope>
`;

export const manifestOf = (files: readonly Entry[]) =>
  files
    .map(({ name, bytes }) => `SHA256(${name})= ${createHash('sha256').update(bytes).digest('hex')}\n`)
    .join('');

/** The files of a good package without its manifest; a text replaces a part of the descriptor. */
export function filesOf(change: (text: string) => string = (text) => text, disk = vmdk()): Entry[] {
  return [
    { name: 'web.ovf', bytes: utf8(change(descriptor)) },
    { name: 'disk.vmdk', bytes: disk },
    { name: 'web.elf', bytes: imageElf },
  ];
}

/** The files with a manifest, which is the second. */
export function withManifest([first, ...rest]: readonly Entry[], manifest?: string): Entry[] {
  const all = [first as Entry, ...rest];
  return [first as Entry, { name: 'web.mf', bytes: utf8(manifest ?? manifestOf(all)) }, ...rest];
}

export function tar(files: readonly Entry[]): Promise<Uint8Array> {
  return packTar(
    files.map(({ name, bytes, header }) => ({
      header: { name, size: bytes.length, type: 'file', ...header },
      body: new Uint8Array(bytes),
    })),
  );
}
