import { CircleCheck } from 'lucide-react';
import { Blank } from '../views/Blank.tsx';

interface PairedProps {
  deviceName: string;
  onAnother: () => void;
  onDone: () => void;
}

/** It worked. */
export function Paired({ deviceName, onAnother, onDone }: PairedProps) {
  return (
    <div role="status" className="paired">
      <Blank
        icon={<CircleCheck className="icon-large tone-green" aria-hidden="true" />}
        title={`Paired with “${deviceName}”`}
        actions={
          <>
            <button type="button" className="button" onClick={onAnother}>
              Pair another
            </button>
            <button type="button" className="button button-primary" onClick={onDone}>
              Done
            </button>
          </>
        }
      >
        It can follow your agents now. You can revoke it at any time in settings.
      </Blank>
    </div>
  );
}
