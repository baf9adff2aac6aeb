/** A table of the browser's database (IndexedDB): values by name. Rejects where the browser stores nothing. */

const database = 'ringlab';
const table = 'texts';

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser stores nothing here'));
  });
  return opened;
}

/** The value of a name, if there is one. */
export async function read<T>(name: string): Promise<T | undefined> {
  const store = (await open()).transaction(table).objectStore(table);
  return new Promise((resolve, reject) => {
    const request = store.get(name) as IDBRequest<T | undefined>;
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('it cannot be read'));
  });
}

/** Replaces the value of a name by what `change` makes of it, as one transaction: other tabs come before or after it. */
export async function change<T>(name: string, make: (value: T | undefined) => T): Promise<void> {
  const transaction = (await open()).transaction(table, 'readwrite');
  const store = transaction.objectStore(table);
  return new Promise((resolve, reject) => {
    const request = store.get(name) as IDBRequest<T | undefined>;
    request.onsuccess = () => store.put(make(request.result), name);
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('it cannot be written'));
  });
}
