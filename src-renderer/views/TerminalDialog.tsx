import { Dialog } from 'radix-ui';
import { useEffect, useState } from 'react';
import { CopyCommand } from './CopyCommand.tsx';
import { failureWords } from './failure-words.ts';

interface TerminalDialogProps {
  open: boolean;
  onClose: () => void;
  command: string;
  /** "OpenCode". */
  agentName: string;
  busy: boolean;
  /** Makes our program let go of the session; null where this device may not. */
  release: (() => Promise<void>) | null;
}

/** How to go on with this session in the agent's own terminal program. */
export function TerminalDialog({ open, onClose, command, agentName, busy, release }: TerminalDialogProps) {
  const failure = useRelease(open && !busy ? release : null);
  // Without Dialog.Overlay on purpose: it injects a style element, which the content security policy forbids.
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <div className="dialog-veil" />
        <Dialog.Content className="dialog">
          <Dialog.Title>Continue in a terminal</Dialog.Title>
          <Dialog.Description className="note">
            Run this on your computer to go on with {agentName}’s own program. What is said there does not appear here.
            Your next message here takes the session back: end that program first.
          </Dialog.Description>
          <CopyCommand command={command} label="Command to continue" />
          {failure !== null && (
            <p className="error-text" role="alert">
              {failure}
            </p>
          )}
          {busy && <p className="note">A turn runs here. Stop it first, so that two programs do not work at once.</p>}
          <div className="row dialog-actions">
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Some programs keep a session for themselves as long as they run, so ours ends when the dialog opens. Says why it could not. */
function useRelease(release: (() => Promise<void>) | null): string | null {
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    setFailure(null);
    let current = true;
    release?.().catch((error: unknown) => {
      if (current) setFailure(failureWords(error));
    });
    return () => {
      current = false;
    };
  }, [release]);
  return failure;
}
