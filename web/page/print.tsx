/** What is on paper alone: the program with line numbers, the registers, and the link as text and as a QR code. */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { registerNames } from '../../isa/table/registers.ts';
import { linkNow } from './address.ts';
import { QrCode } from './qr-code.tsx';
import { sideTitles } from './machines.tsx';
import { frame, guest, monitor, step, text, variant } from './state.ts';
import { hex } from './words.ts';

/** The link when printing began; undefined when the page is not being printed. */
const printedLink = signal<string | undefined>(undefined);

/** Has the paper's contents made when the page is printed. */
export function followPrinting(): void {
  globalThis.addEventListener('beforeprint', () => {
    printedLink.value = printedLink.value ?? '';
    void linkNow().then((link) => {
      printedLink.value = link;
    });
  });
  globalThis.addEventListener('afterprint', () => {
    printedLink.value = undefined;
  });
}

export function Printed(): VNode | null {
  const link = printedLink.value;
  const now = frame.value;
  if (link === undefined || now === undefined) return null;
  const name = typeof variant.value === 'string' ? variant.value : variant.value.name;
  const line = now.sides[0].line;
  return (
    <div class="paper">
      <h2>
        {guest.value} on {name}, {monitor.value}, step {step.value}
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">register</th>
            {sideTitles().map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {registerNames.map((register, n) => (
            <tr key={register}>
              <th scope="row">{register}</th>
              {now.sides.map((side, which) => (
                <td key={which === 0 ? 'left' : 'right'}>{hex(side.x[n] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <pre>
        {text.value
          .split('\n')
          .map((source, n) => {
            const isNow = line?.file === guest.value && line.line === n + 1;
            return `${String(n + 1).padStart(4)}${isNow ? ' ▶ ' : '   '}${source}\n`;
          })
          .join('')}
      </pre>
      <p class="address">{link}</p>
      <QrCode text={link} />
    </div>
  );
}
