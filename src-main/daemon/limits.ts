/**
 * Bounds of the daemon alone, each with its reason. Sizes are bytes, times are milliseconds. What clients or the relay share with it is
 * in `src-shared/limits.ts`.
 */

/** One timeline entry on disk and on the wire; larger tool output is cut and says so. */
export const MAX_ENTRY_BYTES = 512 * 1024;
/** One page of history, and the last page that a follower starts with. */
export const MAX_PAGE_BYTES = 1024 * 1024;
/** A subscriber further behind than this many entries gets the last page instead of the whole gap. */
export const MAX_CATCH_UP_ENTRIES = 1000;
/** Unsent bytes at which a session stops feeding timeline events; they continue from the cursor when it drains. */
export const SESSION_HIGH_WATER_BYTES = 1024 * 1024;
/** Unsent bytes at which a peer that does not read is closed, so that it cannot hold the daemon's memory. */
export const SESSION_BUFFER_LIMIT_BYTES = 4 * 1024 * 1024;
/** Requests of one session that may be under way at once. */
export const MAX_REQUESTS_IN_FLIGHT = 64;
/** Agents one session may follow at once. */
export const MAX_SUBSCRIPTIONS = 64;
/** Live connections of one device (tabs, commands). */
export const MAX_CONNECTIONS_PER_DEVICE = 8;
/** Paired devices of one daemon. */
export const MAX_DEVICES = 64;
/** The daemon forgets the high-water mark of a client instance that was silent this long (beyond OUTBOX_MAX_AGE_MS). */
export const INSTANCE_MEMORY_MS = 30 * 24 * 3600_000;
/** Results kept per client instance so that a resent command gets its first answer. */
export const RESULTS_PER_INSTANCE = 64;

/** Offers: how long, how many, and how long a person has to compare six digits. */
export const OFFER_LIFETIME_MS = 5 * 60_000;
export const OFFER_LIFETIME_MAX_MS = 15 * 60_000;
export const MAX_OPEN_OFFERS = 3;
export const CONFIRM_TIMEOUT_MS = 120_000;
/** A device record that was written but never used. */
export const PENDING_DEVICE_MS = 24 * 3600_000;

/** The embedded relay's port is taken: tried again this often. */
export const EMBEDDED_RELAY_RETRY_MS = 30_000;

/** Pairing and devices at the daemon. */
/** Sockets that have not finished a handshake; one holds about 20 KB. Above it the most crowded source gives way. */
export const MAX_UNAUTHENTICATED = 1024;
/** Part of one processor core that handshakes may use, and the part of it that sources over their rate may use. */
export const HANDSHAKE_CPU_SHARE = 0.4;
export const CROWD_CPU_SHARE = 0.3;
/** Handshake work that may be done at once after a quiet time; longer would hold up live connections. */
export const HANDSHAKE_CPU_BURST_MS = 40;
/** Handshakes of one source (address or join token) that go first: burst, and refill a second. Others wait in the crowd. */
export const SOURCE_BURST = 10;
export const SOURCE_PER_SECOND = 1;
/** The same for a device's own token, or an address that a device has connected from. */
export const KNOWN_SOURCE_BURST = 20;
export const KNOWN_SOURCE_PER_SECOND = 5;
/** Sources whose rate, and addresses whose success, is remembered; the longest unused go first. */
export const MAX_SOURCES = 1024;
/** A client has this long to store its keys and acknowledge; later its next handshake says the same. */
export const PAIRED_ACK_TIMEOUT_MS = 30_000;
/** How often offers are checked against the wall clock, which a suspend or a person may move. */
export const OFFER_CHECK_MS = 10_000;
/** Ids of revoked devices kept, so that an old copy of the device list does not let them back in. */
export const REVOKED_DEVICES_REMEMBERED = 256;
/** `lastSeenAt` is written this long after it changed, many changes at once. */
export const LAST_SEEN_SAVE_MS = 60_000;
/** How often device records that nobody came back for are looked for. */
export const PENDING_CHECK_MS = 15 * 60_000;
/** Nesting and number of values in one client message; ours need 5, and as many as the largest form has: 64 fields with 100 choices. */
export const MAX_REQUEST_DEPTH = 16;
export const MAX_REQUEST_VALUES = 8192;
/** How much of one timeline a session is sent before it is another's turn. */
export const FEED_SLICE_BYTES = 64 * 1024;
/**
 * Events a session sends a second for what it follows, and in one go. One agent streams far below it and is told of at once; of fifty that
 * stream, each goes out ten times a second, which costs daemon and phone a twentieth of telling each word.
 */
export const FEED_STEPS_PER_SECOND = 500;
export const FEED_STEPS_BURST = 64;
/** How often a session whose peer reads slowly looks whether it may go on. */
export const SESSION_DRAIN_POLL_MS = 20;
/** A timeline that could not be read is tried again after this time, then after twice as long each time, up to the second. */
export const FEED_RETRY_MS = 1000;
export const FEED_RETRY_MAX_MS = 60_000;
/** First message on a local connection; a program of ours sends it at once. */
export const LOCAL_HELLO_TIMEOUT_MS = 10_000;
/** When the daemon stops, requests under way get this long to be answered. */
export const SESSION_STOP_GRACE_MS = 2000;
/** A result larger than this is not kept for a resent command. */
export const MAX_STORED_RESULT_CHARS = 16 * 1024;
/** The command ledger is rewritten with what is still needed when it has grown to this, and to twice its last size. */
export const LEDGER_COMPACT_BYTES = 1024 * 1024;
/** Client instances remembered per device; the one that was silent longest is forgotten first. */
export const MAX_INSTANCES_PER_CLIENT = 4096;

/** Home, configuration and log. */
/** A config.json is written by hand; what is larger is something else. */
export const MAX_CONFIG_BYTES = 1024 * 1024;
/** Editors write in several steps; the file is read when it has been quiet this long. */
export const CONFIG_RELOAD_DELAY_MS = 100;
/** One log file; with the one before it kept, the log never takes more than twice this. */
export const MAX_LOG_BYTES = 5 * 1024 * 1024;
/** One line of the log: what a peer sent is cut before it fills the disk. */
export const MAX_LOG_FIELD_CHARS = 2000;

/** Direct listener. */
/** Time for the head of a request, and for all of it; nothing we serve needs a body. */
export const HTTP_HEADERS_TIMEOUT_MS = 10_000;
export const HTTP_REQUEST_TIMEOUT_MS = 20_000;
/** A browser's next request comes at once or opens a new connection. */
export const HTTP_KEEP_ALIVE_MS = 5000;
/** Head of a request. Browsers send every cookie of localhost to every port, which can be some KiB. */
export const MAX_HTTP_HEADER_BYTES = 16 * 1024;
/** Browsers send about 20. */
export const MAX_HTTP_HEADERS = 100;
/** Connections that are not upgraded, in all and per source; above it the oldest gives way, so that a flood cannot keep a phone out. */
export const MAX_HTTP_SOCKETS = 512;
export const MAX_HTTP_SOCKETS_PER_SOURCE = 256;
/** Longest path of a Unix socket: 108 bytes with the zero at the end; 104 on macOS. */
export const UNIX_SOCKET_PATH_BYTES = 107;
export const UNIX_SOCKET_PATH_BYTES_MACOS = 103;
/** An address that is not there yet is tried again this often. */
export const LISTEN_RETRY_MS = 5000;
/** Refused requests that are logged per minute; the rest is counted. */
export const REFUSALS_LOGGED_PER_MINUTE = 100;

/** Agents: local programs, bounded because they are steered from afar and say what a model makes them say. */
/** Agents kept, archived ones included: each is a folder that is looked at when the daemon starts. */
export const MAX_AGENTS = 2000;
/** Start of the program until its session is there; the first start on a slow machine takes tens of seconds. */
export const AGENT_START_TIMEOUT_MS = 120_000;
/** A command that only prints its version: 300 MB that a busy machine reads from a cold disk took 9 seconds. */
export const PROVIDER_VERSION_TIMEOUT_MS = 30_000;
/** From a cancel until the agent ends the turn; then its processes are ended. */
export const AGENT_CANCEL_GRACE_MS = 1000;
/** Timeline text that waits for the disk; above it the agent is not read until it is written. */
export const MAX_UNSAVED_TIMELINE_BYTES = 4 * 1024 * 1024;
/** Permission requests of one agent that wait at once; more are answered as cancelled. */
export const MAX_PENDING_PERMISSIONS = 32;
/** Names read from one folder before they are sorted, and folders listed. */
export const MAX_FOLDER_NAMES = 10_000;
export const MAX_FOLDERS = 1000;
export const MAX_RECENT_FOLDERS = 20;

/** Providers. */
/** A question whether the person is logged in: the program starts anew and only reads files, but from a cold disk. */
export const PROVIDER_LOGIN_TIMEOUT_MS = 30_000;
/** What a provider's program said about a login is asked again after this time: a keychain has no file to watch. */
export const PROVIDER_LOGIN_MEMORY_MS = 30_000;
/** Answers remembered about programs; each is a version or a yes or no. */
export const MAX_PROVIDER_ANSWERS = 256;
/** A login shell is asked again at most this often, when a program is not found: its start files may take seconds. */
export const SHELL_REREAD_MS = 10_000;

/** What an agent shows and asks, and files. */
/** Options of a session, choices of one and of all of them, and commands; agents offer tens, with many providers hundreds of models. */
export const MAX_SESSION_OPTIONS = 32;
export const MAX_OPTION_CHOICES = 500;
export const MAX_SESSION_CHOICES = 1500;
export const MAX_AGENT_COMMANDS = 500;
/** Descriptions of options and commands go to every follower after each change; some agents write pages. */
export const MAX_DESCRIPTION_CHARS = 400;
/** Questions of one agent that wait at once; more are answered as cancelled. */
export const MAX_PENDING_QUESTIONS = 32;
/** JSON of one question or of its answer: whole in one entry, for a shortened one would not be what was asked. */
export const MAX_QUESTION_BYTES = 256 * 1024;
/** Output of one command in a timeline entry: its beginning and its end. What lies between is counted. */
export const TERMINAL_HEAD_CHARS = 16 * 1024;
export const TERMINAL_TAIL_CHARS = 32 * 1024;
/** Files of one agent: those of its prompts and those that it showed. */
export const MAX_AGENT_ATTACHMENTS = 2000;
export const MAX_AGENT_ATTACHMENT_BYTES = 512 * 1024 * 1024;
/** Files that one device has sent and no prompt has taken yet: two prompts' worth. Above it the oldest goes. */
export const MAX_UPLOADS_PER_OWNER = 40;
export const MAX_UPLOAD_BYTES_PER_OWNER = 200 * 1024 * 1024;
/** A file that was sent for a prompt is forgotten after this time. */
export const UPLOAD_LIFETIME_MS = 24 * 3600_000;
export const UPLOAD_CHECK_MS = 3600_000;
/** A text file up to this size travels inside a prompt; a larger one is pointed at. */
export const MAX_EMBEDDED_BYTES = 128 * 1024;
/**
 * An image up to this size travels inside a prompt: models take no larger one, and an agent that tells it again must get it into one line.
 * Of all files of a prompt together, so that the prompt stays one message of the host.
 */
export const MAX_INLINE_FILE_BYTES = 5 * 1024 * 1024;
export const MAX_INLINE_BYTES = 24 * 1024 * 1024;
/** Completing mentions: entries of a folder looked at, how deep and how long, and how long a listing is fresh and kept. */
export const MAX_LISTED_FILES = 150_000;
export const MAX_LISTED_DEPTH = 64;
export const FILE_LISTING_TIMEOUT_MS = 10_000;
export const FILE_LISTING_FRESH_MS = 2000;
export const FILE_LISTING_KEPT_MS = 60_000;
export const MAX_FILE_LISTINGS = 2;
/** A process that lists an agent's sessions; the first start on a slow machine takes tens of seconds. */
export const SESSION_LISTING_TIMEOUT_MS = 60_000;
/** Such processes at once; one may take 650 MB. */
export const MAX_SESSION_LISTINGS = 2;

/** Hosts of agents; their own bounds are in `src-main/agent-host/limits.ts`. */
/** Lines of one host that wait to be handled: at the first it is asked to pause, at the second to go on. */
export const HOST_QUEUE_HIGH_BYTES = 512 * 1024;
export const HOST_QUEUE_LOW_BYTES = 128 * 1024;
/** A host is one script of plain Node, and says at once whether the program runs. */
export const HOST_START_TIMEOUT_MS = 20_000;
/** From the connection until the host has answered; it does nothing else. */
export const HOST_ATTACH_TIMEOUT_MS = 10_000;
/** A host that is left takes what it was sent at once; one that does nothing is not waited for. */
export const HOST_DETACH_TIMEOUT_MS = 2000;
/** A host that was told to stop its program and says nothing of its end is killed. It gives up itself a little earlier. */
export const HOST_STOP_TIMEOUT_MS = 10_000;

/** The core of an agent. */
/** What an agent answers without asking a model: an option that it is given. */
export const AGENT_ANSWER_TIMEOUT_MS = 30_000;
/** Requests of an agent that wait for an answer at once, of whatever kind; more are refused. */
export const MAX_OPEN_AGENT_REQUESTS = 256;
/** Answers on their way to an agent; above it the agent is not read. */
export const MAX_UNSENT_ANSWERS = 64;
/** Of a program that has ignored a cancel, from SIGTERM to SIGKILL: with AGENT_CANCEL_GRACE_MS well below 2 s. */
export const AGENT_CANCEL_STOP_GRACE_MS = 400;

/** The detail of an agent. */
/** Messages that wait, with all that belongs to them, as JSON: a few long ones, and a file that is quickly written. */
export const MAX_QUEUE_BYTES = 2 * 1024 * 1024;
/** How full the context is changes with every few words of some agents, and all the rest of the detail goes along. */
export const USAGE_CHANGE_MS = 1000;
/** Above it options and commands are left out; half of what a message may have, and twice what an agent needs that offers everything. */
export const MAX_DETAIL_BYTES = 4 * 1024 * 1024;
