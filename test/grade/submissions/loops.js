// Never ends.
export default () => ({
  guest: {},
  run() {
    for (;;);
  },
});
