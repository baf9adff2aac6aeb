// Would write over its tests.
import { writeFileSync } from 'node:fs';

writeFileSync('stages.js', '');
export default () => ({});
