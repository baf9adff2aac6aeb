/**
 * Linux's riscv32 system calls, as far as a static program needs them
 * (include/uapi/asm-generic/unistd.h). An unknown call answers ENOSYS, as the kernel does.
 *
 * To add a call: its entry in the room that it belongs to, its test in test/process/.
 */
import { type CallTable, callTable } from './call.ts';
import { controlCalls } from './control.ts';
import { descriptorCalls } from './descriptors.ts';
import { fileCalls } from './files.ts';
import { identityCalls } from './identity.ts';
import { memoryCalls } from './memory.ts';
import { newlibCalls } from './newlib.ts';
import { openingCalls } from './opening.ts';
import { signalCalls } from './signals.ts';
import { statusCalls } from './status.ts';
import { timeCalls } from './time.ts';

export const linuxCalls: CallTable = callTable([
  ...descriptorCalls,
  ...controlCalls,
  ...openingCalls,
  ...fileCalls,
  ...statusCalls,
  ...memoryCalls,
  ...timeCalls,
  ...identityCalls,
  ...newlibCalls,
  ...signalCalls,
]);
