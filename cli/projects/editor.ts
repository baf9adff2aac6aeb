/** What an editor is told about a project: how to run it, where errors are, how its files look. */

const json = (value: object) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** The assembler's errors: file, line, column, kind, message. */
const problemMatcher = {
  owner: 'ringlab',
  fileLocation: ['relative', `\${workspaceFolder}`],
  pattern: {
    regexp: '^(.+?):(\\d+):(\\d+): (error|warning): (.*)$',
    file: 1,
    line: 2,
    column: 3,
    severity: 4,
    message: 5,
  },
};

/** A JSON schema, and the files that it is for. */
interface SchemaUse {
  readonly fileMatch: readonly string[];
  readonly url: string;
}

/** `.editorconfig`, and the settings, tasks and launches of VS Code. `program`: the guest to debug. */
export function editorFiles(
  scripts: Readonly<Record<string, string>>,
  program?: string,
  schema?: SchemaUse,
): readonly (readonly [path: string, contents: Uint8Array])[] {
  const tasks = Object.keys(scripts).map((script) => ({
    label: script,
    type: 'npm',
    script,
    problemMatcher,
    ...(script === 'test' ? { group: { kind: 'test', isDefault: true } } : {}),
    ...(script === 'start' ? { group: { kind: 'build', isDefault: true } } : {}),
  }));
  const settings = {
    'files.associations': { '*.s': 'ring32', '*.inc': 'ring32' },
    '[ring32]': { 'editor.tabSize': 4, 'editor.insertSpaces': true },
    ...(schema === undefined ? {} : { 'json.schemas': [schema] }),
  };
  const launch = {
    type: 'ringlab',
    request: 'launch',
    name: `Debug ${program}`,
    program: `\${workspaceFolder}/${program}`,
  };
  return [
    ['.editorconfig', new TextEncoder().encode(editorConfig)],
    ['.gitignore', new TextEncoder().encode('node_modules/\n*.elf\nringlab.snapshots/\n')],
    ['.vscode/tasks.json', json({ version: '2.0.0', tasks })],
    ['.vscode/settings.json', json(settings)],
    ...(program === undefined
      ? []
      : [['.vscode/launch.json', json({ version: '0.2.0', configurations: [launch] })] as const]),
  ];
}

const editorConfig = `root = true

[*]
charset = utf-8
end_of_line = lf
insert_final_newline = true
trim_trailing_whitespace = true
indent_style = space
indent_size = 2

[*.{s,inc}]
indent_size = 4
`;
