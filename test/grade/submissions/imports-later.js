// The same, when nobody looks.
const guest = { pc: 0, status: 0, steps: 0, waiting: false, readSystem: () => 0 };

export default () => ({
  guest,
  run() {
    import('node:fs').then(
      () => {
        guest.pc = 0x11000;
      },
      () => {},
    );
    return { kind: 'limit' };
  },
});
