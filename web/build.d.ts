/** What is built: files of dist/web by name, and the packages of which something is in them. */
export interface Built {
  readonly outputs: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
}

export function buildLaboratory(): Promise<Built>;
