/** Who receives these frames? */
import { addressNumber } from '../../../vmm/network/frame.ts';
import { type Station, Switch } from '../../../vmm/network/switch.ts';
import type { Kind } from '../exercise.ts';

const names = ['A', 'B', 'C', 'D'] as const;
const everyone = new Uint8Array(6).fill(0xff);
/** An IPv4 frame's kind, which means nothing to a switch. */
const kind = [8, 0];

export const frames: Kind = {
  name: 'frames',
  unit: 6,
  asks: 'Which guests does the switch hand these frames to?',
  make(random) {
    const bridge = new Switch();
    const received = new Map<string, string>();
    let frame = 0;
    const stations = names.map(
      (name): Station => ({
        name,
        kind: 'guest',
        take: () => received.set(String(frame), (received.get(String(frame)) ?? '') + name),
      }),
    );
    for (const station of stations) bridge.join(station);
    const sent = Array.from({ length: 5 }, () => {
      const [from, to] = random.sample([0, 1, 2, 3], 2) as [number, number];
      return { from, to: random.between(0, 5) === 0 ? undefined : to };
    });
    for (const { from, to } of sent) {
      const destination = to === undefined ? everyone : addressNumber(to + 1);
      const bytes = Uint8Array.from([...destination, ...addressNumber(from + 1), ...kind]);
      bridge.pass(stations[from] as Station, { frame: bytes, at: undefined });
      frame += 1;
    }
    const texts = sent.map(
      ({ from, to }) => `${names[from]} to ${to === undefined ? 'everyone' : names[to]}`,
    );
    return {
      question: [
        'Four guests, A to D, are plugged into a virtual switch that has just been switched on. They send these frames, one after the other:',
        '',
        ...texts.map((text, n) => `  ${n + 1}. ${text}`),
        '',
        'Which guests does the switch hand each frame to? Give their letters, like BCD.',
      ],
      form: { kind: 'parts', parts: texts },
      answer: sent.map((_, n) => received.get(String(n)) ?? 'none'),
      why: [
        'The switch learns where the sender of a frame is. A frame to a place that it knows goes there only; any other goes to all but its sender.',
      ],
    };
  },
};
