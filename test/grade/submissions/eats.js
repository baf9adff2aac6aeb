// Uses memory without end.
const all = [];

export default () => ({
  guest: {},
  run() {
    for (;;) all.push(new Uint8Array(1e7).fill(1));
  },
});
