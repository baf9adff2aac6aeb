/** One profile in a process of its own: `node profile-child.js REQUEST`, both ways JSON. programs.ts starts it. */
import { BenchFailure } from './failure.ts';
import { type ProfileRequest, profile } from './profile.ts';

try {
  process.stdout.write(JSON.stringify(profile(JSON.parse(process.argv[2] ?? '') as ProfileRequest)));
} catch (error) {
  if (!(error instanceof BenchFailure)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error.exitStatus;
}
