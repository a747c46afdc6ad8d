/** What to tell a person about a call that the main process refused; its messages end with the fix. */
export function ipcFailure(failure: unknown): string {
  const message = failure instanceof Error ? failure.message.trim() : '';
  return message === '' ? 'Try again, or quit Paseo from the tray menu and start it again.' : message;
}
