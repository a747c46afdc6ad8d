import { AlertDialog } from 'radix-ui';
import type { ReactNode } from 'react';
import './confirm-dialog.css';

interface ConfirmDialogProps {
  /** The button that opens it. */
  trigger: ReactNode;
  title: string;
  children: ReactNode;
  /** The verb of the button that does it. */
  confirm: string;
  onConfirm: () => void;
}

/** Asks before something that cannot be taken back; Cancel has the focus. */
export function ConfirmDialog({ trigger, title, children, confirm, onConfirm }: ConfirmDialogProps) {
  // Without AlertDialog.Overlay on purpose: it injects a style element, which the content security policy forbids.
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <div className="dialog-veil" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description className="note">{children}</AlertDialog.Description>
          <div className="row dialog-actions">
            <AlertDialog.Cancel className="button">Cancel</AlertDialog.Cancel>
            <AlertDialog.Action className="button button-danger" onClick={onConfirm}>
              {confirm}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
