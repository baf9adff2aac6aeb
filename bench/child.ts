/**
 * Makes one measurement in a process of its own: `node child.js REQUEST`. Request and result are JSON. contenders.ts
 * starts it.
 */
import { BenchFailure } from './failure.ts';
import { type KernelRequest, runKernel } from './run-kernel.ts';

try {
  const request = JSON.parse(process.argv[2] ?? '') as KernelRequest;
  process.stdout.write(JSON.stringify(runKernel(request)));
} catch (error) {
  if (!(error instanceof BenchFailure)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error.exitStatus;
}
