/** Instructions of the system half, which the editor sets off: these are what virtualization is about. */
import { systemRows as rows } from '../../../isa/table/system.ts';

export const systemRows: ReadonlySet<string> = new Set(rows.map(({ name }) => name));
