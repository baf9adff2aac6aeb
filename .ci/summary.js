// `summary.js CHECK RESULTS…`: the one line that .ci/run ends with, from the status of the check and Vitest's JSON
// reports. A test file that did not load is one failure; so is a run without a report.
import { readFileSync } from 'node:fs';

const [check, ...paths] = process.argv.slice(2);

function count(path) {
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

const counts = paths.map(count);
const passed = counts.reduce((sum, one) => sum + one.passed, 0);
const failed = counts.reduce((sum, one) => sum + one.failed, 0);
const good = check === '0';
const failures = failed + (good ? 0 : 1);
process.stdout.write(`${passed + (good ? 1 : 0)} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
