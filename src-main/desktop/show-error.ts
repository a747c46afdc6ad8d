import { dialog } from 'electron';

/** Shows what went wrong without a window. Electron's own error box would hold up the whole process, the daemon with it. */
export function showError(message: string, detail: string): void {
  void dialog.showMessageBox({ type: 'error', title: 'Paseo', message, detail, buttons: ['OK'], noLink: true });
}
