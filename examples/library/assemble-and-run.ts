/** Assembles a program and runs it on the bare machine. */
import { assemble, CollectingConsole, createGuest, PORT, readImage, type Stop } from 'ringlab';

/** Prints "Hi" and powers off with status 7. */
const text = `
_start: li   t0, ${PORT.CONSOLE_DATA}
        li   t1, 'H'
        out  t0, t1
        li   t1, 'i'
        out  t0, t1
        li   t0, ${PORT.POWER}
        li   t1, 7
        out  t0, t1
`;

/** Returns what the program printed, why it stopped, and after how many steps. */
export function assembleAndRun(): { readonly printed: string; readonly stop: Stop; readonly steps: number } {
  const { elf } = assemble([{ name: 'hi.s', text }]);
  const terminal = new CollectingConsole();
  const guest = createGuest({ image: readImage(elf), console: terminal });
  const stop = guest.run(1000);
  return { printed: terminal.text, stop, steps: guest.machine.steps };
}
