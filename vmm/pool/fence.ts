/**
 * Fencing: making certain that a life of a host's process is over, before its machines are started elsewhere.
 *
 * First the life is condemned, in the store: from then on it cannot register any more, so it cannot come back between the
 * look and the deed. Then it is killed. Only what is certain is written down as fenced, and only then its machines are
 * free. Whoever is certain for other reasons writes the same by `pool fence HOST --confirm`.
 */
import { json, type NodeRecord, type PoolProcess, type PoolView } from './records.ts';
import type { Commit } from './store.ts';

/** Tells whether a life is certainly over; it may take its time. */
export type Fence = (address: string, process: PoolProcess, told: (isCertain: boolean) => void) => void;

/** Whether that life of a host is certainly over. A later life at its address is a proof: it has locked the host's folder. */
export function isOver(view: PoolView, address: string, instance: string | null): boolean {
  const [host, node] = [view.host.get(address)?.data, view.node.get(address)?.data];
  return node?.fenced === instance || (host !== undefined && host.instance !== instance);
}

/** Condemns the life that was registered last, if it is not there now. */
export function condemnation(view: PoolView, address: string): Commit | undefined {
  const node = view.node.get(address);
  if (node === undefined || node.data.instance === null || view.host.has(address)) return undefined;
  if (node.data.condemned === node.data.instance) return undefined;
  return {
    when: [
      { key: `host/${address}`, revision: 0 },
      { key: `node/${address}`, revision: node.revision },
    ],
    changes: [nodeChange(address, { ...node.data, condemned: node.data.instance })],
  };
}

/** Writes down that the life that was registered last is certainly over. */
export function confirmation(view: PoolView, address: string): Commit | undefined {
  const node = view.node.get(address);
  if (node === undefined || node.data.instance === null) return undefined;
  const { instance } = node.data;
  return {
    when: [
      { key: `host/${address}`, revision: 0 },
      { key: `node/${address}`, revision: node.revision },
    ],
    changes: [nodeChange(address, { ...node.data, condemned: instance, fenced: instance })],
  };
}

export function nodeChange(address: string, node: NodeRecord) {
  return { key: `node/${address}`, value: json(node) };
}
