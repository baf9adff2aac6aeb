/** The other end of the plain copy over TCP (migration.ts): `node receive.js PORT`. Says one byte when it has had 256 MiB. */
import { connect } from 'node:net';

let left = 2 ** 28;
const socket = connect(Number(process.argv[2]), '127.0.0.1');
socket.on('data', (bytes) => {
  left -= bytes.length;
  if (left <= 0) socket.end('.');
});
