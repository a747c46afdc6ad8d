import { useState } from 'react';
import type { DesktopNotice } from '../../src-shared/ipc/contract.ts';
import type { DaemonStatus } from '../../src-shared/wire/status.ts';
import { Banner } from '../views/Banner.tsx';

interface NoticesProps {
  notices: readonly DesktopNotice[];
  daemon: DaemonStatus | null;
}

/** What a person should know about this desktop (until dismissed) and standing warnings (as long as they last). */
export function Notices({ notices, daemon }: NoticesProps) {
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  return (
    <>
      {(daemon?.warnings ?? []).map((warning) => (
        <Banner key={warning} tone="warning">
          {warning}
        </Banner>
      ))}
      {notices
        .filter((notice) => !dismissed.has(notice.code))
        .map((notice) => (
          <Banner
            key={notice.code}
            tone="info"
            action={
              <button
                type="button"
                className="button button-quiet"
                onClick={() => setDismissed((before) => new Set(before).add(notice.code))}
              >
                Dismiss
              </button>
            }
          >
            {notice.message} {notice.fix}
          </Banner>
        ))}
    </>
  );
}
