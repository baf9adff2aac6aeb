// `summary.js RESULTS CHECK`: the one line that .ci/run ends with, from Vitest's JSON report and the status of
// the check. A test file that did not load is one failure; so is a run without a report.
import { readFileSync } from 'node:fs';

const [path, check] = process.argv.slice(2);

function count() {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
    const unloaded = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = count();
const good = check === '0';
const failures = failed + (good ? 0 : 1);
process.stdout.write(`${passed + (good ? 1 : 0)} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
