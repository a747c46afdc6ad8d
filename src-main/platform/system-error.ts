/** The operating system's name of a failure (`ENOENT`, `EADDRINUSE`), when `error` has one. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
