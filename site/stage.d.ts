export function stage(root: string, pages: string): void;
