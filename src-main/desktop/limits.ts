/** Bounds of the desktop app, each with its reason. Times are milliseconds. */

/** Agents and requests listed in the tray's menu, and characters of one of its lines; more would not fit small screens. */
export const MAX_TRAY_AGENTS = 10;
export const MAX_TRAY_LABEL_CHARS = 60;
/** Lines that a request may take above its answers. */
export const MAX_TRAY_REQUEST_LINES = 6;
/** A network that came up shows in the tray's menu after this time at the latest. */
export const TRAY_ADDRESSES_POLL_MS = 15_000;
/** A copied pairing link leaves the clipboard after this time. */
export const OFFER_IN_CLIPBOARD_MS = 60_000;
/** Agents named in the question whether to keep them running. */
export const MAX_NAMED_AT_QUIT = 5;
/** Quitting: longer than ending the slowest agent takes; then the app ends all the same. */
export const QUIT_DEADLINE_MS = 15_000;
/** Asking the desktop whether it has a tray. */
export const TRAY_HOST_TIMEOUT_MS = 2000;
