/** The address, if it may leave the app for the web or a mail program; otherwise nothing: no scripts, files or apps. */
export function safeLink(url: string): string {
  return /^(?:https:\/\/|mailto:)/i.test(url) ? url : '';
}
