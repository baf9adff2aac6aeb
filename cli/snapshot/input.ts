/** Console input given to a guest that comes from a snapshot. */
import type { MachineState } from '../../isa/machine/state.ts';

/** The state with input appended to what already waits; no more input comes after it. */
export function withInput(state: MachineState, input: Uint8Array): MachineState {
  const { console } = state.devices;
  const all = new Uint8Array(Buffer.concat([console.input, input]));
  return { ...state, devices: { ...state.devices, console: { ...console, open: false, input: all } } };
}
