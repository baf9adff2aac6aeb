// How the extension starts ringlab, and what it shows of a word. Nothing here needs the editor, so it can be tested without.

const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** Where ringlab may be in a folder: in a checkout, or as an installed package. */
const places = [
  ['cli', 'bin.js'],
  ['node_modules', 'ringlab', 'cli', 'bin.js'],
];

/**
 * The command that is the debug adapter, and its arguments. `path` is the setting, which may be empty; `folders` are the
 * workspace's. Without ringlab in any of them, the command `ringlab` of the system is started.
 */
function adapterCommand(path, folders) {
  const found =
    path || folders.flatMap((folder) => places.map((place) => join(folder, ...place))).find(isRinglab);
  return found
    ? { command: 'node', args: [found, 'debug', '--dap'] }
    : { command: 'ringlab', args: ['debug', '--dap'] };
}

/** A file cli/bin.js may be somebody else's; ours has its loader beside it. */
function isRinglab(file) {
  return existsSync(file) && existsSync(join(file, '..', 'load.js'));
}

/** The Markdown for a word; system registers are known in either case. */
function hoverOf(hovers, word) {
  return hovers[word] ?? hovers[word.toUpperCase()];
}

module.exports = { adapterCommand, hoverOf };
