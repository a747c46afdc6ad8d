import { useMemo } from 'react';
import { qrPath } from './qr-path.ts';

/** The code is drawn with whole pixels per module, as large as fits in this many. */
const MAX_SIDE = 320;

/** A pairing link as a QR code. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => qrPath(text), [text]);
  const side = size * Math.max(1, Math.floor(MAX_SIDE / size));
  return (
    <svg
      className="qr"
      role="img"
      aria-label={label}
      width={side}
      height={side}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect className="qr-light" width={size} height={size} />
      <path className="qr-dark" d={path} />
    </svg>
  );
}
