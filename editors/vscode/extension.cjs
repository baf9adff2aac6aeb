// The extension for VS Code: it starts the debug adapter, and shows the manual's sentences. The rest is data (contents.ts).

const vscode = require('vscode');
const hovers = require('./hovers.json');
const { adapterCommand, hoverOf } = require('./start.cjs');

/** VS Code puts the path of the open file here. */
const OPEN_FILE = '$'.concat('{file}');

function activate({ subscriptions }) {
  subscriptions.push(
    vscode.languages.registerHoverProvider('ring32', {
      provideHover(document, position) {
        const range = document.getWordRangeAtPosition(position);
        const text = range && hoverOf(hovers, document.getText(range));
        return text && new vscode.Hover(new vscode.MarkdownString(text), range);
      },
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory('ringlab', {
      createDebugAdapterDescriptor({ workspaceFolder }) {
        const all = vscode.workspace.workspaceFolders ?? [];
        const folders = [workspaceFolder, ...all].filter(Boolean).map(({ uri }) => uri.fsPath);
        const path = vscode.workspace.getConfiguration('ringlab').get('path') ?? '';
        const { command, args } = adapterCommand(path, folders);
        return new vscode.DebugAdapterExecutable(
          command,
          args,
          folders.length > 0 ? { cwd: folders[0] } : {},
        );
      },
    }),
    vscode.debug.registerDebugConfigurationProvider('ringlab', {
      // F5 without a launch.json debugs the guest that is open.
      resolveDebugConfiguration(_, config) {
        if (config.type || config.request || config.name) return config;
        return { type: 'ringlab', request: 'launch', name: 'This guest', program: OPEN_FILE };
      },
    }),
  );
}

module.exports = { activate };
