/** The assembler: text in GNU `as` syntax to a linked ELF32 image. See README.md. */
export { type AssembleOptions, type Assembly, assemble, type SourceFile } from './assemble.ts';
export { AssemblyError, type Diagnostic, type DiagnosticUse, formatDiagnostic } from './diagnostics.ts';
export { formatListing, type ListingLine } from './listing.ts';
