import { CopyCommand } from './CopyCommand.tsx';
import { safeLink } from './safe-link.ts';
import { revealHidden } from './visible-text.ts';

/** The address of a page in full, with the name that decides who gets what is typed there. */
export function PageToVisit({ url }: { url: string }) {
  const host = hostOf(url);
  return (
    <div className="stack">
      <CopyCommand command={url} label="Address of the page" />
      <p className="note">
        {host !== null && (
          <>
            The page belongs to <strong>{revealHidden(host)}</strong>.{' '}
          </>
        )}
        {safeLink(url) === ''
          ? 'Its address is not encrypted, so Paseo does not open it. Copy it if you trust it.'
          : 'It opens in the browser of this device.'}
      </p>
    </div>
  );
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}
