// Starts the built command line with V8's compiled code from a cache, if there is one. To compile it again, function by
// function, takes as long as everything else that a small guest needs. setup.js makes the cache.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

const parameters = '(exports, require, module, __filename, __dirname, ringlabImport)';

/** The first line of a cache. It names this file and this Node, because V8 does not check whether a cache fits. */
function mark(path, data) {
  const { size, mtimeMs } = statSync(path);
  return Buffer.from(`${process.version} ${size} ${mtimeMs} ${crc32(data)}\n`, 'latin1');
}

function cacheOf(path) {
  try {
    const bytes = readFileSync(`${path}.cache`);
    const data = bytes.subarray(bytes.indexOf('\n') + 1);
    return bytes.subarray(0, -data.length).equals(mark(path, data)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the CommonJS module at `path`. Returns a function that writes its cache once it has run. */
export function start(path) {
  const cachedData = cacheOf(path);
  const source = `(function ${parameters} {${readFileSync(path, 'utf8')}\n})`;
  const script = new Script(source, { filename: path, ...(cachedData ? { cachedData } : {}) });
  // Code out of a cache cannot import by itself.
  const outside = (address) => import(address);
  script.runInThisContext()({}, createRequire(path), { exports: {} }, path, dirname(path), outside);
  return () => {
    const temporary = `${path}.cache.${process.pid}.tmp`;
    const data = script.createCachedData();
    writeFileSync(temporary, Buffer.concat([mark(path, data), data]));
    renameSync(temporary, `${path}.cache`);
  };
}
