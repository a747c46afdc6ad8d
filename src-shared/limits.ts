/**
 * Every bound on something remote, with its reason. Sizes are bytes, times are milliseconds.
 */

/** Largest application message on any path; above it a peer is told `too-large` before anything is allocated. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** One timeline entry on disk and on the wire; larger tool output is cut and says so. */
export const MAX_ENTRY_BYTES = 512 * 1024;
/** A prompt typed by a person, pasted logs included. */
export const MAX_PROMPT_CHARS = 256 * 1024;
/** Entries in one page of history; a page also stops at MAX_PAGE_BYTES. */
export const MAX_PAGE_ENTRIES = 200;
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
/** A command a client could not deliver in this time is given up by the client and shown as not sent. */
export const OUTBOX_MAX_AGE_MS = 7 * 24 * 3600_000;
/** Commands waiting in one client's outbox. */
export const MAX_OUTBOX_COMMANDS = 200;
/** The daemon forgets the high-water mark of a client instance that was silent this long (beyond OUTBOX_MAX_AGE_MS). */
export const INSTANCE_MEMORY_MS = 30 * 24 * 3600_000;
/** Results kept per client instance so that a resent command gets its first answer. */
export const RESULTS_PER_INSTANCE = 64;

/** Offers: how long, how many, and how long a person has to compare six digits (secure-channel.md). */
export const OFFER_LIFETIME_MS = 5 * 60_000;
export const OFFER_LIFETIME_MAX_MS = 15 * 60_000;
export const MAX_OPEN_OFFERS = 3;
export const CONFIRM_TIMEOUT_MS = 120_000;
/** A device record that was written but never used. */
export const PENDING_DEVICE_MS = 24 * 3600_000;
/** An offer link longer than this is refused before it is decoded. */
export const MAX_OFFER_LINK_CHARS = 4096;
/** Relays and direct addresses in one route list. */
export const MAX_ROUTES = 8;

/** Reconnect back-off: first wait, ceiling; each wait is drawn between half and the whole of the current step. */
export const BACKOFF_MIN_MS = 500;
export const BACKOFF_MAX_MS = 30_000;

/** Secure channel (secure-channel design, "Transport"). */
/** A handshake that takes longer is a stalled network or a slow-loris. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** All frames of a peer together before it has authenticated. */
export const MAX_HANDSHAKE_BYTES = 4096;
/** JSON of message 3: the largest Padmé size that MAX_HANDSHAKE_BYTES leaves beside prelude, keys and tags. */
export const MAX_HELLO_BYTES = 3840 - 4;
/** A record before sealing; with its tag it stays below a Noise message (65,535) and is itself a Padmé size. */
export const MAX_RECORD_BYTES = 63_488;
/** Small records all look alike. */
export const MIN_RECORD_BYTES = 256;
/** Messages under one key, per direction; well below the AES-GCM limit for records of this size. */
export const REKEY_INTERVAL_MESSAGES = 2 ** 14;
/** A new handshake is due (softly), and the channel ends (hard), so that no key lives long. */
export const CHANNEL_RENEW_MS = 60 * 60_000;
export const CHANNEL_MAX_AGE_MS = 2 * 60 * 60_000;
/** Keeps NAT and proxies open; two pings fit into the time after which a silent peer counts as gone. */
export const PING_INTERVAL_MS = 25_000;
export const DEAD_PEER_MS = 60_000;
/** Pings answered per PING_INTERVAL_MS; a peer of ours sends one. */
export const MAX_PINGS_PER_INTERVAL = 16;
/** Large messages that one side may have under way at once; with MAX_MESSAGE_BYTES it bounds what a peer can make us hold. */
export const MAX_OPEN_TRANSFERS = 4;
/** Above this much in the socket no further chunk is sealed, so that a small message waits for one record at most. */
export const CHUNK_LOW_WATER_BYTES = 48 * 1024;
/** How often a socket that cannot tell when it drained is asked. */
export const DRAIN_POLL_MS = 4;
/** Everything unsent in one channel; the sessions' own, lower limit normally acts first. */
export const CHANNEL_BUFFER_LIMIT_BYTES = 4 * MAX_MESSAGE_BYTES;
/** Messages that came before anybody attached. */
export const EARLY_MESSAGES_LIMIT_BYTES = 8 * 1024 * 1024;
/** How long a socket may take to close after it was asked to. */
export const SOCKET_CLOSE_TIMEOUT_MS = 1000;

/** A relay that was replaced stays claimed this long, so that phones that were away learn the new one. */
export const RELAY_OVERLAP_MS = 30 * 24 * 3600_000;

/** The embedded relay's port is taken: tried again this often. */
export const EMBEDDED_RELAY_RETRY_MS = 30_000;

/** The relay (secure-channel design, "The relay"). It serves strangers: everything it holds for them has an end. */
/** One WebSocket message of a client or a data pipe: a Noise message is at most this long. */
export const RELAY_FRAME_BYTES = 65_535;
/** One message on a control socket: eight claims with their full token sets are about 40 KiB. */
export const RELAY_CONTROL_BYTES = 64 * 1024;
/** The text that a client or a data socket begins with. */
export const RELAY_FIRST_MESSAGE_BYTES = 8 * 1024;
/** From the TCP connection to a proven first message; slower is a slow-loris. */
export const RELAY_FIRST_MESSAGE_MS = 10_000;
/** How long a client waits for the daemon to dial in, and how long a joined pipe may stay without being admitted. */
export const RELAY_TICKET_MS = 10_000;
export const RELAY_PENDING_MS = 10_000;
/** What a client may send before the daemon admits it; a handshake takes at most MAX_HANDSHAKE_BYTES. */
export const RELAY_PENDING_BYTES = 16 * 1024;
export const RELAY_PENDING_PER_TOKEN = 2;
export const RELAY_PENDING_PER_SESSION = 8;
export const RELAY_PIPES_PER_SESSION = 32;
/** Two copies of one daemon cannot keep a relay busy by taking the session from each other. */
export const RELAY_TAKE_OVERS_PER_MINUTE = 6;
/** A direction stops reading at the first and goes on at the second; with what one read may still bring it stays below 256 KiB. */
export const RELAY_PIPE_HIGH_WATER_BYTES = 64 * 1024;
export const RELAY_PIPE_LOW_WATER_BYTES = 32 * 1024;
/** What a queued frame costs beside its bytes, so that a flood of tiny frames is counted as the memory it takes. */
export const RELAY_FRAME_OVERHEAD_BYTES = 256;
/** All pipes together; above it the pipe that has been stuck longest is closed. */
export const RELAY_BUFFERED_BYTES = 256 * 1024 * 1024;
/** A peer that does not finish closing is cut off. Long enough for a slow phone to receive what was queued for it. */
export const RELAY_CLOSE_TIMEOUT_MS = 10_000;
/** Token hashes of one session: devices plus open offers, with room. Matches the envelope schema. */
export const RELAY_TOKENS_PER_SESSION = 72;
export const RELAY_SESSIONS = 8192;
/** Of daemons behind one source address, so that one stranger cannot take every place. */
export const RELAY_SESSIONS_PER_SOURCE = 512;
export const RELAY_SESSIONS_PER_SOCKET = 8;
/** Signatures checked for one control socket; ours sends one claim message. */
export const RELAY_CLAIMS_PER_SOCKET = 16;
/** Control messages of one socket per minute: token updates and admissions. */
export const RELAY_CONTROL_MESSAGES_PER_MINUTE = 600;
/** Sockets in all; of one source address; and those that have not proven anything yet, where the oldest gives way. */
export const RELAY_SOCKETS = 16_384;
export const RELAY_SOCKETS_PER_SOURCE = 4096;
export const RELAY_STRANGERS = 4096;
export const RELAY_STRANGERS_PER_SOURCE = 512;
/** New sockets of one source address: burst and refill a second. Room for a few offices behind one address. */
export const RELAY_SOURCE_BURST = 200;
export const RELAY_SOURCE_PER_SECOND = 50;
/** Source addresses remembered for their rate. */
export const RELAY_SOURCES = 65_536;
/** Answers that say "not available" are sent this long after the question, whatever they were found out from. */
export const RELAY_REFUSAL_DELAY_MS = 100;

/** WebSocket framing everywhere in Node: a message of ours comes in one fragment; its bytes come in a few dozen reads. */
export const WEBSOCKET_MAX_FRAGMENTS = 64;
export const WEBSOCKET_MAX_BUFFERED_CHUNKS = 1024;
/** WebSocket pings and pongs of a peer in one PING_INTERVAL_MS; some clients ping every second. */
export const WEBSOCKET_CONTROL_FRAMES = 100;
/** Frames that came before a socket's reader attached; then the socket stops reading. */
export const EARLY_FRAMES_BYTES = 64 * 1024;

/** Relay link of the daemon. */
/** Dialling, and from then on until every session is claimed. */
export const RELAY_DIAL_TIMEOUT_MS = 10_000;
/** A link that stayed up this long starts its back-off anew. */
export const RELAY_LINK_SETTLED_MS = 30_000;
/** Another copy of this daemon holds the session: asking again sooner would be a fight. */
export const RELAY_TAKEN_RETRY_MS = 5 * 60_000;
/** A link that loses its sessions this close to another one's coming online leads to the same relay: both are ours. */
export const RELAY_TWIN_MS = 3000;
/** Data sockets being dialled and open at once, per session; a relay that announces more is ignored. */
export const RELAY_LINK_DIALS_PER_SESSION = 16;
export const RELAY_LINK_PIPES_PER_SESSION = 64;

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

/** Client core. */
/** Commands sent and not answered; below MAX_REQUESTS_IN_FLIGHT, so that queries always have room. */
export const OUTBOX_WINDOW = 16;
/** Characters of all commands waiting in one outbox: what a browser's storage takes without asking. */
export const MAX_OUTBOX_CHARS = 8 * 1024 * 1024;
/** Entries a follower keeps of one agent; what is older is loaded again when the person scrolls there. */
export const MAX_FOLLOWED_ENTRIES = 5000;
/** The daemon's welcome follows the handshake at once; one that takes longer is stuck. */
export const WELCOME_TIMEOUT_MS = 10_000;
/** After waking up, a connection that does not answer within this time is given up for a new one. */
export const PROBE_TIMEOUT_MS = 4000;
/** Opening a socket; after it the handshake has its own limit. */
export const DIAL_TIMEOUT_MS = 10_000;
/** A direct connection is better than one through a relay, so it gets this much of a head start. */
export const DIRECT_HEAD_START_MS = 250;
/** Refusals in a row, each after the daemon proved itself, until a client believes that it was removed. */
export const REFUSALS_UNTIL_UNKNOWN = 3;

/** Sessions. */
/** Text of one client message: a whole prompt, every character escaped in the longest way, and its envelope. */
export const MAX_REQUEST_CHARS = 6 * MAX_PROMPT_CHARS + 4096;
/** Nesting and number of values in one client message; ours need 4 and about 30. */
export const MAX_REQUEST_DEPTH = 16;
export const MAX_REQUEST_VALUES = 1024;
/** How much of one timeline a session is sent before it is another's turn. */
export const FEED_SLICE_BYTES = 64 * 1024;
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
/** The largest frame of the channel: one Noise message. */
export const DIRECT_FRAME_BYTES = 65_535;
/** Connections that are not upgraded, in all and per source; above it the oldest gives way, so that a flood cannot keep a phone out. */
export const MAX_HTTP_SOCKETS = 512;
export const MAX_HTTP_SOCKETS_PER_SOURCE = 256;
/** Longest path of a Unix socket: 108 bytes with the zero at the end; 104 on macOS. */
export const UNIX_SOCKET_PATH_BYTES = 107;
export const UNIX_SOCKET_PATH_BYTES_MACOS = 103;
/** A program on this machine that does not take a connection in this time is there, but busy. */
export const SOCKET_ANSWER_TIMEOUT_MS = 1000;
/** An address that is not there yet is tried again this often. */
export const LISTEN_RETRY_MS = 5000;
/** Refused requests that are logged per minute; the rest is counted. */
export const REFUSALS_LOGGED_PER_MINUTE = 100;

/** Agents: local programs, bounded because they are steered from afar and say what a model makes them say. */
/** Agent processes at once; one may take 650 MB. Above it the one that was idle longest ends, to start again when asked. */
export const MAX_RUNNING_AGENTS = 12;
/** Agents kept, archived ones included: each is a folder that is looked at when the daemon starts. */
export const MAX_AGENTS = 2000;
/** Start of the program until its session is there; the first start on a slow machine takes tens of seconds. */
export const AGENT_START_TIMEOUT_MS = 120_000;
/** A command that only prints its version. */
export const PROVIDER_VERSION_TIMEOUT_MS = 10_000;
/** From a cancel until the agent ends the turn; then its processes are ended. */
export const AGENT_CANCEL_GRACE_MS = 5000;
/** From SIGTERM to SIGKILL. */
export const AGENT_STOP_GRACE_MS = 2000;
/** One line of an agent's output: file contents travel in them, twice for a change. */
export const MAX_AGENT_LINE_BYTES = 10 * 1024 * 1024;
/** Timeline text that waits for the disk; above it the agent is not read until it is written. */
export const MAX_UNSAVED_TIMELINE_BYTES = 4 * 1024 * 1024;
/** End of an agent's standard error, kept for the message that says why it stopped. */
export const AGENT_STDERR_TAIL_BYTES = 8 * 1024;
/** Permission requests of one agent that wait at once; more are answered as cancelled. */
export const MAX_PENDING_PERMISSIONS = 32;
/** Names read from one folder before they are sorted, and folders listed. */
export const MAX_FOLDER_NAMES = 10_000;
export const MAX_FOLDERS = 1000;
export const MAX_RECENT_FOLDERS = 20;

/** Desktop app. */
/** Agents listed in the tray's menu, and characters of one of its lines; more would not fit small screens. */
export const MAX_TRAY_AGENTS = 10;
export const MAX_TRAY_LABEL_CHARS = 60;
/** A network that came up shows in the tray's menu after this time at the latest. */
export const TRAY_ADDRESSES_POLL_MS = 15_000;
/** A copied pairing link leaves the clipboard after this time. */
export const OFFER_IN_CLIPBOARD_MS = 60_000;
/** Quitting: longer than ending the slowest agent takes; then the app ends all the same. */
export const QUIT_DEADLINE_MS = 15_000;
/** Asking the desktop whether it has a tray. */
export const TRAY_HOST_TIMEOUT_MS = 2000;

/** Command line. */
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
/** Daemons that one person has paired this computer with. */
export const MAX_KNOWN_DAEMONS = 64;
