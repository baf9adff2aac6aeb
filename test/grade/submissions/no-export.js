// Forgets to export anything by default.
export const monitor = () => ({});
