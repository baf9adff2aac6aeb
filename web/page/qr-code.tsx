/** A link as a QR code, if it is short enough for one that a telephone reads. */
import type { VNode } from 'preact';
import { encode } from 'uqr';

/** Characters of the longest link that is drawn. */
const most = 2900;

export function QrCode({ text }: { readonly text: string }): VNode | null {
  if (text === '') return null;
  if (text.length > most)
    return <p class="dim">The link is too long for a QR code: save the text as a file instead.</p>;
  const { data, size } = encode(text, { ecc: 'L', border: 2 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
