import { Plus, Smartphone } from 'lucide-react';
import { Blank } from '../views/Blank.tsx';

interface FirstRunProps {
  /** Whether any device is paired; null while not known. */
  paired: boolean | null;
  onPair: () => void;
  onStart: () => void;
}

/** The first thing a person sees: the two ways to begin. */
export function FirstRun({ paired, onPair, onStart }: FirstRunProps) {
  return (
    <Blank
      title="Paseo is ready"
      actions={
        <>
          <button type="button" className={`button${paired === true ? '' : ' button-primary'}`} onClick={onPair}>
            <Smartphone className="icon" aria-hidden="true" />
            Pair phone
          </button>
          <button type="button" className={`button${paired === true ? ' button-primary' : ''}`} onClick={onStart}>
            <Plus className="icon" aria-hidden="true" />
            Start agent
          </button>
        </>
      }
    >
      Start a coding agent in one of your folders, and pair your phone to follow and steer it from anywhere. Code and
      keys stay on this computer.
    </Blank>
  );
}
