/** What a program printed, without terminal escape sequences and control characters; tabs and newlines stay. */
export function plainText(printed: string): string {
  return printed.replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
