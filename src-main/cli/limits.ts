/** Bounds of the command line, each with its reason. Times are milliseconds. */

/** A daemon in the background has this long to be ready; one with very many agents on a slow disk takes seconds. */
export const BACKGROUND_START_TIMEOUT_MS = 60_000;
/** From "stop" until the daemon is gone: it ends its agents first. */
export const DAEMON_GONE_TIMEOUT_MS = 20_000;
/** How often that is looked at. */
export const DAEMON_GONE_POLL_MS = 50;
/** Failed connections in a row before a command says so; as many refusals make a daemon's "unknown device" believed. */
export const CLI_CONNECT_ATTEMPTS = 3;
/** A connection that was lost may take this long to come back: for a command that waits for an answer, and for one that follows. */
export const CLI_ANSWER_PATIENCE_MS = 15_000;
export const CLI_FOLLOW_PATIENCE_MS = 5 * 60_000;
/** A daemon on this computer that is well answers at once; a machine that swaps may take seconds. */
export const LOCAL_ANSWER_TIMEOUT_MS = 5000;
/** Daemons that one person has paired this computer with. */
export const MAX_KNOWN_DAEMONS = 64;
