/** A machine as OVF packages describe it. */
import type { Property } from '../../vmm/pool/appliances.ts';

/** What only machines of ours have. Files are named as in the package. */
export interface RingPart {
  readonly isa: string;
  /** Bytes; the package's memory in whole MiB is as large or larger. */
  readonly memory: number;
  /** In percent of a processor. */
  readonly cpu: number;
  readonly image: string;
  /** In the order in which they are applied. */
  readonly patches: readonly string[];
}

export interface OvfMachine {
  readonly name: string;
  /** The version of the product, as text. */
  readonly version: string;
  /** `ring32-v`, or what other tools write. */
  readonly systemType: string;
  /** Bytes. */
  readonly memory: number;
  readonly properties: readonly Property[];
  readonly disk: { readonly file: string; readonly sectors: number } | null;
  /** Names of the networks that it is plugged into. */
  readonly networks: readonly string[];
  readonly ring: RingPart | null;
}

export const ovfSpaces = [
  'http://schemas.dmtf.org/ovf/envelope/1',
  'http://schemas.dmtf.org/ovf/envelope/2',
] as const;
export const ringSpace = 'urn:ringlab:machine:1';
export const diskFormat = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized';

/** Types of resources (CIM_ResourceAllocationSettingData). */
export const RESOURCE = { CPU: 3, MEMORY: 4, IDE: 5, SCSI: 6, ETHERNET: 10, DISK: 17, SATA: 20 } as const;
