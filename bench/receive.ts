/**
 * The receiver of the plain copy over TCP (migration.ts): `node receive.js PORT keep|drop`. It reads
 * 256 MiB in Node's fastest way. With `keep` it copies them to memory of its own;
 * with `drop` it throws them away. Then it sends one byte.
 */
import { connect } from 'node:net';

const [, , port, what] = process.argv;
const size = 2 ** 28;
const memory = what === 'keep' ? new Uint8Array(size) : undefined;
let at = 0;

const callback = (count: number, bytes: Uint8Array) => {
  memory?.set(bytes.subarray(0, count), at);
  at += count;
  if (at >= size) socket.end('.');
  return true;
};
const socket = connect({
  port: Number(port),
  host: '127.0.0.1',
  onread: { buffer: Buffer.alloc(2 ** 18), callback },
});
