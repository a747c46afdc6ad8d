/** Puts text into the clipboard of this device. False when neither way is allowed here. */
export async function copyText(text: string): Promise<boolean> {
  // The clipboard interface is there on encrypted pages only, and the app's own windows have no permission for it.
  if (isSecureContext && 'clipboard' in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copySelected(text);
    }
  }
  return copySelected(text);
}

function copySelected(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  const focused = document.activeElement;
  // Inside an open dialog, which would take the focus back from anywhere else.
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- the only way on pages without encryption
    return document.execCommand('copy');
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
