/** Packages and contexts as other people's tools see them: virt-v2v, qemu-img, xmllint, sha256sum, GNU tar, sh. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatContext } from '../../../isa/machine/devices/context.ts';
import { limit } from '../../limit.ts';
import { ringlab, root, scratch } from '../kit.ts';
import { diskBytes } from './packages.ts';
import { imageElf } from './image.ts';

const file = scratch();
const run = (...args: string[]) => ringlab(args);
const pool = file('pool');
const ova = file('web.ova');

/** Whether the tool is here: .ci/run installs them; a machine without them skips its tests. */
const has = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

function tool(name: string, args: readonly string[], cwd = file('.')): string {
  const { status, stdout, stderr } = spawnSync(name, args, {
    cwd,
    encoding: 'utf8',
    timeout: limit,
    env: { ...process.env, LIBGUESTFS_BACKEND: 'direct', LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: status ${status}: ${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  writeFileSync(file('disk.raw'), diskBytes);
  writeFileSync(file('web.elf'), imageElf);
  const settings = ['--property', 'NAME=it & "that"', '--property', 'PORT:uint32=80'];
  const options = [
    '--name',
    'web',
    '--memory',
    '512K',
    '--disk',
    file('disk.raw'),
    ...settings,
    '--pool',
    pool,
  ];
  expect(run('appliance', 'add', 'guests/whoami.s', ...options).status).toBe(0);
  expect(run('appliance', 'export', 'web', ova, '--pool', pool).status).toBe(0);
  mkdirSync(file('out'));
  tool('tar', ['xf', ova, '-C', file('out')]);
});

describe('An OVA that ringlab has written', () => {
  it('has the descriptor first, then the manifest, then the files, in ustar', () => {
    expect(tool('tar', ['tf', ova]).trim().split('\n')).toEqual([
      'web.ovf',
      'web.mf',
      'web-disk1.vmdk',
      'web.elf',
    ]);
    expect(readFileSync(ova).subarray(257, 263).toString('latin1')).toBe('ustar\0');
  });

  it('has a manifest that sha256sum checks', () => {
    expect(tool('sha256sum', ['-c', 'web.mf'], file('out')).split('\n')).toHaveLength(4);
  });

  it.runIf(has('xmllint'))('has a descriptor that xmllint reads', () => {
    tool('xmllint', ['--noout', '--nonet', file('out/web.ovf')]);
    const path = '//*[local-name()="Property"][1]/@*[local-name()="value"]';
    expect(tool('xmllint', ['--xpath', `string(${path})`, file('out/web.ovf')]).trim()).toBe('it & "that"');
  });

  it.runIf(has('qemu-img'))(
    'has a disk that qemu-img finds right, and equal to the one that it was made from',
    () => {
      const disk = file('out/web-disk1.vmdk');
      expect(tool('qemu-img', ['check', disk])).toMatch(/No errors/);
      expect(tool('qemu-img', ['compare', '-f', 'raw', '-F', 'vmdk', file('disk.raw'), disk])).toMatch(
        /identical/,
      );
    },
  );

  it.runIf(has('virt-v2v'))('has a machine that virt-v2v prints', () => {
    const printed = tool('virt-v2v', ['-i', 'ova', ova, '--print-source']);
    expect(printed).toMatch(/source name: web/);
    expect(printed).toMatch(/memory: 1048576 \(bytes\)/);
    expect(printed).toMatch(/0 \[scsi\]/);
  });

  it.runIf(has('virt-v2v'))('is refused by virt-v2v, and by ringlab, with a wrong manifest', () => {
    mkdirSync(file('bad'));
    for (const name of readdirSync(file('out')))
      writeFileSync(join(file('bad'), name), readFileSync(join(file('out'), name)));
    const manifest = readFileSync(file('out/web.mf'), 'latin1');
    writeFileSync(
      file('bad/web.mf'),
      manifest.replace(/= ./, (begin) => (begin === '= 0' ? '= 1' : '= 0')),
    );
    tool('tar', ['cf', file('bad.ova'), 'web.ovf', 'web.mf', 'web-disk1.vmdk', 'web.elf'], file('bad'));
    expect(() => tool('virt-v2v', ['-i', 'ova', file('bad.ova'), '--print-source'])).toThrow(
      /manifest|checksum/,
    );
    const { status, stderr } = run('appliance', 'import', file('bad.ova'), '--pool', file('unmade'));
    expect([status, stderr]).toEqual([
      65,
      `ringlab: ${file('bad.ova')}: the digest of web.ovf is wrong: the file was changed or damaged\n`,
    ]);
    expect(readdirSync(file('.'))).not.toContain('unmade');
  });
});

const rasd = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData';
const vssd = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData';

/** One machine with a disk, written in three ways. */
const styles: Readonly<Record<string, string>> = {
  'with a default namespace, as VMware writes it': `<?xml version="1.0" encoding="UTF-8"?>
<Envelope vmw:buildId="build-1" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="${rasd}" xmlns:vssd="${vssd}" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References><File ovf:href="disk.vmdk" ovf:id="file1" ovf:size="SIZE" /></References>
  <DiskSection><Info>Virtual disks</Info><Disk ovf:capacity="128" ovf:capacityAllocationUnits="byte * 2^10" ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:format="FORMAT" ovf:populatedSize="0" /></DiskSection>
  <VirtualSystem ovf:id="other"><Info>A machine</Info><Name>other</Name>
    <OperatingSystemSection ovf:id="1"><Info>Guest</Info></OperatingSystemSection>
    <VirtualHardwareSection><Info>Hardware</Info>
      <System><vssd:ElementName>F</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID><vssd:VirtualSystemType>TYPE</vssd:VirtualSystemType></System>
      <Item><rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
      <Item><rasd:Address>0</rasd:Address><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="bios" />
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`,
  'with prefixes everywhere, and units of OVF 0.9, as old tools write it': `<?xml version="1.0"?>
<o:Envelope xmlns:o="http://schemas.dmtf.org/ovf/envelope/1" xmlns:r="${rasd}" xmlns:v="${vssd}">
  <o:References><o:File o:id="f" o:href="disk.vmdk"/></o:References>
  <o:DiskSection><o:Info/><o:Disk o:diskId="d" o:fileRef="f" o:capacity="131072" o:format="FORMAT"/></o:DiskSection>
  <o:VirtualSystem o:id="other"><o:Info/>
    <o:VirtualHardwareSection><o:Info/>
      <o:System><v:VirtualSystemType>TYPE</v:VirtualSystemType></o:System>
      <o:Item><r:AllocationUnits>MegaBytes</r:AllocationUnits><r:InstanceID>2</r:InstanceID><r:ResourceType>4</r:ResourceType><r:VirtualQuantity>2</r:VirtualQuantity></o:Item>
      <o:Item><r:HostResource>/disk/d</r:HostResource><r:InstanceID>4</r:InstanceID><r:ResourceType>17</r:ResourceType></o:Item>
    </o:VirtualHardwareSection>
  </o:VirtualSystem>
</o:Envelope>
`,
  'in OVF 2.0, with an item of storage': `<?xml version='1.0' encoding='utf-8'?>
<!-- made by hand -->
<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/2' xmlns:ovf='http://schemas.dmtf.org/ovf/envelope/2' xmlns:rasd='${rasd}' xmlns:vssd='${vssd}' xmlns:sasd='http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData.xsd'>
  <References><File ovf:id='f' ovf:href='disk.vmdk'/></References>
  <DiskSection><Info/><Disk ovf:diskId='d' ovf:fileRef='f' ovf:capacity='131072' ovf:format='FORMAT'/></DiskSection>
  <VirtualSystemCollection ovf:id='all'><Info/>
    <VirtualSystem ovf:id='other'><Info/><Name>other</Name>
      <VirtualHardwareSection><Info/>
        <System><vssd:VirtualSystemType>TYPE</vssd:VirtualSystemType></System>
        <Item><rasd:AllocationUnits>byte * 2^10</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2048</rasd:VirtualQuantity></Item>
        <StorageItem><sasd:HostResource>ovf:/disk/d</sasd:HostResource><sasd:ResourceType>17</sasd:ResourceType></StorageItem>
      </VirtualHardwareSection>
    </VirtualSystem>
  </VirtualSystemCollection>
</Envelope>
`,
};

const format = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized';

describe.runIf(has('qemu-img'))('An OVA that was made with qemu-img and tar', () => {
  it.each(Object.keys(styles))('is imported: %s', (style) => {
    const at = file(`style-${Object.keys(styles).indexOf(style)}`);
    mkdirSync(at);
    const subformat = style.includes('prefixes') ? 'monolithicSparse' : 'streamOptimized';
    tool(
      'qemu-img',
      ['convert', '-f', 'raw', '-O', 'vmdk', '-o', `subformat=${subformat}`, file('disk.raw'), 'disk.vmdk'],
      at,
    );
    const { length } = readFileSync(join(at, 'disk.vmdk'));
    const filled = (type: string) =>
      (styles[style] as string)
        .replace('FORMAT', format)
        .replace('TYPE', type)
        .replace('SIZE', String(length));
    const make = (type: string) => {
      writeFileSync(join(at, 'other.ovf'), filled(type));
      writeFileSync(join(at, 'other.mf'), tool('sha256sum', ['--tag', 'other.ovf', 'disk.vmdk'], at));
      tool('tar', ['--format=ustar', '-cf', 'other.ova', 'other.ovf', 'other.mf', 'disk.vmdk'], at);
    };
    const name = `style${Object.keys(styles).indexOf(style)}`;
    const given = ['--image', file('web.elf'), '--name', name, '--pool', pool];
    make('ring32-v');
    expect(run('appliance', 'import', join(at, 'other.ova'), ...given)).toMatchObject({
      status: 0,
      stderr: '',
    });
    const { stdout } = run('appliance', 'show', name, '--json', '--pool', pool);
    const sum = tool('sha256sum', [file('disk.raw')]).split(' ')[0];
    expect(JSON.parse(stdout)).toMatchObject({ memory: 2 ** 21, disk: { sum, sectors: 256 } });

    make('vmx-13');
    const refused = run('appliance', 'import', join(at, 'other.ova'), ...given);
    expect([refused.status, refused.stderr]).toEqual([65, expect.stringMatching(/type vmx-13/)]);
    const taken = run('appliance', 'import', join(at, 'other.ova'), '--disk-only', ...given);
    expect([taken.status, taken.stdout]).toEqual([0, expect.stringMatching(`^${name}@2 is stored`)]);
  });
});

describe('A context', () => {
  it('is read by a shell, with every value as it was given', () => {
    const values = ["it's", 'two words', '$(touch x) `y` "z" \\', 'line\nline', '', 'ü'];
    const settings = new Map(values.map((value, n) => [`V${n}`, value]));
    writeFileSync(file('context'), formatContext(settings));
    const print = values.map((_, n) => `printf '%s\\0' "$V${n}"`).join('; ');
    expect(
      tool('sh', ['-c', `. ./context; ${print}`])
        .split('\0')
        .slice(0, -1),
    ).toEqual(values);
  });

  it('of a file reaches the guest', () => {
    writeFileSync(file('named'), "NAME='it'\\''s me'\n");
    const { stdout } = run(
      'run',
      join(root, 'guests/whoami.s'),
      '--context',
      'NAME=other',
      '--context',
      file('named'),
    );
    expect(stdout).toBe("I am it's me, age 1.\n");
  });
});
