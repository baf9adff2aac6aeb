/** The titles of the views that the page has. */
export const views: readonly string[] = [
  'Acts',
  'Machine',
  'Memory',
  'Translation',
  'Classify',
  'Move',
  'Pool',
];
