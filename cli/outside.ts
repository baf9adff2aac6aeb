/** Imports modules that are not in the bundle. load.js provides this: code from a cache cannot import by itself. */
declare const ringlabImport: ((address: string) => Promise<unknown>) | undefined;

/** Imports the module at an address, a file's URL. */
export function importOutside(address: URL): Promise<unknown> {
  return typeof ringlabImport === 'undefined' ? import(address.href) : ringlabImport(address.href);
}
