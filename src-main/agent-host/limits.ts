/** Bounds of an agent's host, each with its reason. Sizes are bytes, times are milliseconds. */

/** One line of an agent's output: file contents travel in them, twice for a change. */
export const MAX_AGENT_LINE_BYTES = 10 * 1024 * 1024;
/** Lines that no daemon has on disk yet; above it the program is not read. Hours of output while no daemon runs. */
export const MAX_JOURNAL_BYTES = 64 * 1024 * 1024;
/** The journal is rewritten when this much of it, and half, is not needed any more. */
export const JOURNAL_COMPACT_BYTES = 256 * 1024;
/** How exactly the journal knows where its lines are. */
export const JOURNAL_CHECKPOINT_BYTES = 64 * 1024;
/** What is read from the journal at once for a daemon that is behind; a single line may be longer. */
export const JOURNAL_READ_BYTES = 128 * 1024;
/** Lines reach the disk (not only the system's memory) this often, for a computer that loses power. */
export const JOURNAL_SYNC_MS = 1000;
/** A journal that could not be written (disk full) is tried again this often; the program is not read meanwhile. */
export const JOURNAL_RETRY_MS = 1000;
/** Without a daemon, and without a turn that is under way, the program is ended after this time. */
export const HOST_IDLE_MS = 10 * 60_000;
/** The same for a turn that is under way: Paseo was removed, most likely, and nobody can ever answer. */
export const HOST_UNATTENDED_MS = 7 * 24 * 3600_000;
/** A daemon that started a host connects at once; one that was killed in between never does. */
export const FIRST_ATTACH_MS = 30_000;
/** A daemon says hello at once. */
export const HELLO_TIMEOUT_MS = 5000;
/** Connections at once: a daemon, its successor, and one that is being closed. */
export const MAX_HOST_CONNECTIONS = 4;
/** One message of the daemon: a prompt with its pictures. Also the most that may wait for a program that does not read. */
export const MAX_HOST_INPUT_BYTES = 64 * 1024 * 1024;
/** The program's requests that wait for an answer. A daemon refuses most of so many; no answer gets through to what comes above it. */
export const MAX_UNANSWERED_REQUESTS = 16_384;
/** Lines of such requests that are kept for the next daemon when everything else before and behind them is done with. */
export const MAX_KEPT_REQUEST_BYTES = 16 * 1024 * 1024;
/** End of an agent's standard error, kept for the message that says why it stopped. */
export const AGENT_STDERR_TAIL_BYTES = 8 * 1024;
/** From SIGTERM to SIGKILL. */
export const AGENT_STOP_GRACE_MS = 2000;
/** Output that is still in the pipes when the program is gone is read for this long: a process that got away may hold them open. */
export const DRAIN_MS = 500;
/** A host that was told to end (SIGTERM) waits this long for its daemon to read the rest. */
export const FAREWELL_MS = 1000;
