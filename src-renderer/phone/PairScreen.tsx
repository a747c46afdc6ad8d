import { CircleCheck, LoaderCircle } from 'lucide-react';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { Blank } from '../views/Blank.tsx';
import type { PhoneStorage } from './storage/phone-storage.ts';
import { usePairing } from './use-pairing.ts';

interface PairScreenProps {
  link: string;
  storage: PhoneStorage;
  /** Another daemon is paired already, so there is somewhere to go back to. */
  known: boolean;
  onPaired: (record: KnownDaemon) => void;
  onLeave: () => void;
}

/** What happens after a pairing link was opened. */
export function PairScreen({ link, storage, known, onPaired, onLeave }: PairScreenProps) {
  const { progress, again } = usePairing(link, storage);
  const leave = (
    <button type="button" className="button" onClick={onLeave}>
      {known ? 'Back to your agents' : 'Use another code'}
    </button>
  );

  switch (progress.step) {
    case 'connecting':
      return (
        <main className="screen" role="status">
          <Blank
            icon={<LoaderCircle className="icon-large spin" aria-hidden="true" />}
            title={`Pairing with “${progress.name}”`}
          >
            Connecting directly and through the relay, whichever works first.
          </Blank>
        </main>
      );
    case 'digits':
      return (
        <main className="screen pair-digits">
          <h1>Pairing with “{progress.name}”</h1>
          <p className="digits" role="img" aria-label={`Digits ${progress.digits.split('').join(' ')}`}>
            {progress.digits.slice(0, 3)} {progress.digits.slice(3)}
          </p>
          <p role="status">Check that your computer shows the same digits, and confirm there.</p>
          <p className="note">If they differ, somebody is in between: deny on the computer.</p>
          <p className="faint">
            Key <code>{progress.fingerprint}</code>
          </p>
        </main>
      );
    case 'paired':
      return (
        <main className="screen" role="status">
          <Blank
            icon={<CircleCheck className="icon-large tone-green" aria-hidden="true" />}
            title={`Paired with “${progress.record.name}”`}
            actions={
              <button type="button" className="button button-primary" onClick={() => onPaired(progress.record)}>
                Show agents
              </button>
            }
          >
            This device now follows the agents on that computer. Nobody in between can read along.
          </Blank>
        </main>
      );
    case 'failed':
      return (
        <main className="screen">
          <Blank
            error
            title={progress.title}
            actions={
              <>
                {progress.again && (
                  <button type="button" className="button button-primary" onClick={again}>
                    Try again
                  </button>
                )}
                {leave}
              </>
            }
          >
            {progress.message}
          </Blank>
        </main>
      );
  }
}
