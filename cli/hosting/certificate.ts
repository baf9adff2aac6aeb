/** The secrets that hosts share: always a key, and a certificate when their connections are to be encrypted. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Certificate } from '../../vmm/wire/tcp.ts';
import { badInput, usage } from '../failure.ts';
import { readInput } from '../files.ts';

export interface SecretOptions {
  /** A file with the key. */
  readonly key?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The certificate of `--tls-cert` and `--tls-key`. Throws Failures. */
export function readCertificate({ tlsCert, tlsKey }: SecretOptions): Certificate | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw usage('--tls-cert and --tls-key belong together: give both');
  return {
    certificate: readPem(tlsCert, 'certificate', (text) => new X509Certificate(text)),
    key: readPem(tlsKey, 'private key', createPrivateKey),
  };
}

function readPem(file: string, what: string, check: (text: string) => unknown): string {
  const text = new TextDecoder().decode(readInput(file));
  try {
    check(text);
    return text;
  } catch {
    throw badInput(`${file}: not a ${what} in PEM form`);
  }
}
