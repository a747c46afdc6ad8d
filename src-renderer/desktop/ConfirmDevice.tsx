import { useEffect, useState } from 'react';
import type { Role } from '../../src-shared/devices.ts';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import type { PendingPairing } from '../../src-shared/wire/status.ts';
import { countdown } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';
import { ipcFailure } from './ipc-failure.ts';
import { ROLES } from './role-words.ts';

/** Longer than a double click. */
const SETTLE_MS = 500;

/** Who is at the door: the digits to compare, what the device may do, and the answer. */
export function ConfirmDevice({ api, pending }: { api: DesktopApi; pending: PendingPairing }) {
  const now = useNow(1000);
  const [role, setRole] = useState<Role>('full');
  const [answering, setAnswering] = useState(false);
  const settled = useSettled();
  const [error, setError] = useState<string | null>(null);

  const answer = (accept: boolean) => {
    setAnswering(true);
    setError(null);
    api.invoke('confirmPairing', { offerId: pending.offerId, accept, role }).catch((failure: unknown) => {
      setAnswering(false);
      setError(ipcFailure(failure));
    });
  };

  return (
    <main className="confirm">
      <h1>“{pending.deviceName}” wants to pair</h1>
      <p className="note">{pending.platform}</p>
      <p className="digits" role="img" aria-label={`Digits ${pending.digits.split('').join(' ')}`}>
        {pending.digits.slice(0, 3)} {pending.digits.slice(3)}
      </p>
      <p className="note" role="status">
        Check that the device shows the same digits. If they differ, deny.
      </p>
      <fieldset className="roles">
        <legend className="note">This device may</legend>
        {ROLES.map((entry) => (
          <label key={entry.role} className="role">
            <input type="radio" name="role" checked={role === entry.role} onChange={() => setRole(entry.role)} />
            {entry.may}
          </label>
        ))}
      </fieldset>
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <div className="row offer-actions">
        <button type="button" className="button" disabled={answering || !settled} onClick={() => answer(false)}>
          Deny
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={answering || !settled}
          onClick={() => answer(true)}
        >
          Confirm
        </button>
      </div>
      <p className="faint">Waiting {countdown(Date.parse(pending.expiresAt) - now)}</p>
    </main>
  );
}

/** Another device may appear under the pointer; a click that was meant for what stood there before must not answer for it. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}
