// Prints without end.
export default () => ({
  guest: {},
  run() {
    for (;;) console.log('x'.repeat(1000));
  },
});
