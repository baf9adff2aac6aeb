// Waits for what never comes, before it is a monitor.
await new Promise(() => {});
export default () => ({});
