/**
 * Writes a descriptor: OVF 1.1, because readers of 1.x are everywhere, and not all of them take the items of 2.x. What only our
 * machines have is an element of our own inside the hardware section, where the schema has room for such.
 */
import { diskFormat, type OvfMachine, ovfSpaces, RESOURCE, ringSpace } from './machine.ts';
import type { PackageFile } from './package.ts';
import { escaped } from './xml.ts';

const mebibyte = 2 ** 20;
const schemas = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2';
const rasd = `${schemas}/CIM_ResourceAllocationSettingData`;
const vssd = `${schemas}/CIM_VirtualSystemSettingData`;

/** The descriptor's text. `files`: all that it refers to, in their order. */
export function writeDescriptor(machine: OvfMachine, files: readonly PackageFile[]): string {
  const { name, version, properties, disk, networks } = machine;
  const idOf = (file: string) => `file${files.findIndex((one) => one.name === file) + 1}`;
  const q = escaped;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<Envelope xmlns="${ovfSpaces[0]}" xmlns:ovf="${ovfSpaces[0]}" xmlns:rasd="${rasd}" xmlns:vssd="${vssd}" xmlns:ring="${ringSpace}">`,
    '  <References>',
    ...files.map(
      (file, n) =>
        `    <File ovf:id="file${n + 1}" ovf:href="${q(file.name)}" ovf:size="${file.bytes.length}"/>`,
    ),
    '  </References>',
    ...(disk === null
      ? []
      : [
          '  <DiskSection>',
          '    <Info>The disk</Info>',
          `    <Disk ovf:diskId="disk1" ovf:fileRef="${idOf(disk.file)}" ovf:capacity="${disk.sectors * 512}" ovf:format="${diskFormat}"/>`,
          '  </DiskSection>',
        ]),
    ...(networks.length === 0
      ? []
      : [
          '  <NetworkSection>',
          '    <Info>The networks</Info>',
          ...networks.map(
            (net) => `    <Network ovf:name="${q(net)}"><Description>${q(net)}</Description></Network>`,
          ),
          '  </NetworkSection>',
        ]),
    `  <VirtualSystem ovf:id="${q(name)}">`,
    '    <Info>A machine</Info>',
    `    <Name>${q(name)}</Name>`,
    '    <ProductSection>',
    '      <Info>What it is, and its settings</Info>',
    `      <Product>${q(name)}</Product>`,
    `      <Version>${q(version)}</Version>`,
    ...properties.flatMap(({ key, type, value, label }) => [
      `      <Property ovf:key="${q(key)}" ovf:type="${type}"${value === null ? '' : ` ovf:value="${q(value)}"`} ovf:userConfigurable="true">`,
      ...(label === '' ? [] : [`        <Label>${q(label)}</Label>`]),
      '      </Property>',
    ]),
    '    </ProductSection>',
    ...hardware(machine, idOf),
    '  </VirtualSystem>',
    '</Envelope>',
    '',
  ].join('\n');
}

function hardware(machine: OvfMachine, idOf: (file: string) => string): readonly string[] {
  const { name, systemType, memory, disk, networks, ring } = machine;
  const mebibytes = Math.ceil(memory / mebibyte);
  const items: readonly string[][] = [
    item({ ElementName: '1 processor', InstanceID: 1, ResourceType: RESOURCE.CPU, VirtualQuantity: 1 }),
    item({
      AllocationUnits: 'byte * 2^20',
      ElementName: `${mebibytes} MiB of memory`,
      InstanceID: 2,
      ResourceType: RESOURCE.MEMORY,
      VirtualQuantity: mebibytes,
    }),
    ...(disk === null
      ? []
      : [
          item({
            Address: 0,
            ElementName: 'Controller of the disk',
            InstanceID: 3,
            ResourceSubType: 'lsilogic',
            ResourceType: RESOURCE.SCSI,
          }),
          item({
            AddressOnParent: 0,
            ElementName: 'Disk',
            HostResource: 'ovf:/disk/disk1',
            InstanceID: 4,
            Parent: 3,
            ResourceType: RESOURCE.DISK,
          }),
        ]),
    ...networks.map((net, n) =>
      item({
        AutomaticAllocation: 'true',
        Connection: net,
        ElementName: `Network ${net}`,
        InstanceID: 5 + n,
        ResourceSubType: 'E1000',
        ResourceType: RESOURCE.ETHERNET,
      }),
    ),
  ];
  return [
    '    <VirtualHardwareSection>',
    '      <Info>Its hardware</Info>',
    '      <System>',
    '        <vssd:ElementName>The machine</vssd:ElementName>',
    '        <vssd:InstanceID>0</vssd:InstanceID>',
    `        <vssd:VirtualSystemIdentifier>${escaped(name)}</vssd:VirtualSystemIdentifier>`,
    `        <vssd:VirtualSystemType>${escaped(systemType)}</vssd:VirtualSystemType>`,
    '      </System>',
    ...items.flat(),
    ...(ring === null
      ? []
      : [
          `      <ring:Machine ovf:required="false" isa="${escaped(ring.isa)}" memory="${ring.memory}" cpu="${ring.cpu}">`,
          `        <ring:Image fileRef="${idOf(ring.image)}"/>`,
          ...ring.patches.map((patch) => `        <ring:Patch fileRef="${idOf(patch)}"/>`),
          '      </ring:Machine>',
        ]),
    '    </VirtualHardwareSection>',
  ];
}

/** An item; the schema wants its elements in alphabetical order, in which they are given. */
function item(fields: Readonly<Record<string, string | number>>): string[] {
  return [
    '      <Item>',
    ...Object.entries(fields).map(
      ([name, value]) => `        <rasd:${name}>${escaped(String(value))}</rasd:${name}>`,
    ),
    '      </Item>',
  ];
}
