// Fills Moodle's offline grading worksheet with a class's grades:
//
//     node fill.js worksheet.csv grades/grades.json > filled.csv
//
// Moodle's download of all submissions has a folder for each student, named "Full name_123456_assignsubmission_file",
// and the worksheet has "Participant 123456" in the column Identifier. A row without a submission stays as it is.
import { readFileSync } from 'node:fs';

/** Rows of CSV: fields may be quoted, and have commas, quotes and line ends in them. */
function parseCsv(text) {
  const rows = [[]];
  const field = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [whole, value, end] = match;
    rows.at(-1).push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end !== ',' && end !== '') rows.push([]);
    if (end === '' || whole === '') break;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== '');
}

function formatCsv(rows) {
  const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

const [worksheet, grades] = process.argv.slice(2);
if (grades === undefined) {
  process.stderr.write('fill.js: node fill.js worksheet.csv grades.json > filled.csv\n');
  process.exit(2);
}
const byNumber = new Map(
  JSON.parse(readFileSync(grades, 'utf8')).submissions.map(({ name, score }) => [
    /_(\d+)_assignsubmission/.exec(name)?.[1],
    score,
  ]),
);
const [head, ...rows] = parseCsv(readFileSync(worksheet, 'utf8').replace(/^\uFEFF/, ''));
const [identifier, grade, maximum] = ['Identifier', 'Grade', 'Maximum Grade'].map((name) =>
  head.indexOf(name),
);
if (identifier < 0 || grade < 0) {
  process.stderr.write(`fill.js: ${worksheet}: it has no columns Identifier and Grade\n`);
  process.exit(65);
}
for (const row of rows) {
  const score = byNumber.get(/(\d+)$/.exec(row[identifier])?.[1]);
  if (score === undefined) continue;
  const most = Number(row[maximum] ?? 100) || 100;
  row[grade] = String(Math.round(score * most) / 100);
}
process.stdout.write(formatCsv([head, ...rows]));
