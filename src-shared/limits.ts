/**
 * Every bound on something remote, with its reason. Sizes are bytes, times are milliseconds.
 */

/** Largest application message on any path; above it a peer is told `too-large` before anything is allocated. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A prompt typed by a person, pasted logs included. */
export const MAX_PROMPT_CHARS = 256 * 1024;
/** Entries in one page of history; a page also stops at MAX_PAGE_BYTES. */
export const MAX_PAGE_ENTRIES = 200;
/** A command a client could not deliver in this time is given up by the client and shown as not sent. */
export const OUTBOX_MAX_AGE_MS = 7 * 24 * 3600_000;
/** Commands waiting in one client's outbox. */
export const MAX_OUTBOX_COMMANDS = 200;
/** An offer link longer than this is refused before it is decoded. */
export const MAX_OFFER_LINK_CHARS = 4096;
/** Relays and direct addresses in one route list. */
export const MAX_ROUTES = 8;

/** Reconnect back-off: first wait, ceiling; each wait is drawn between half and the whole of the current step. */
export const BACKOFF_MIN_MS = 500;
export const BACKOFF_MAX_MS = 30_000;

/** Secure channel (docs/protocol.md). */
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

/** The relay (docs/protocol.md). It serves strangers: everything it holds for them has an end. */
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
/** Text of one client message: a whole prompt with its mentions, every character escaped in the longest way, and its envelope. */
export const MAX_REQUEST_CHARS = 6 * (MAX_PROMPT_CHARS + 200 * 1024) + 4096;
/** The largest frame of the channel: one Noise message. */
export const DIRECT_FRAME_BYTES = 65_535;
/** A program on this machine that does not take a connection in this time is there, but busy. */
export const SOCKET_ANSWER_TIMEOUT_MS = 1000;

/** Prompts and files. */
/** Messages that wait for one agent's turn to end. */
export const MAX_QUEUED_PROMPTS = 20;
/** Of each, what goes to every follower after every change of the agent's detail; the rest is asked for. */
export const QUEUED_TEXT_CHARS = 2000;
/** Files with one prompt, and mentions in it. */
export const MAX_PROMPT_ATTACHMENTS = 20;
export const MAX_PROMPT_MENTIONS = 50;
/** One file sent with a prompt; agents send it to a model, which takes no more. */
export const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024;
/** Base64 characters of one part of a file: well below MAX_REQUEST_CHARS, and small enough to let other messages through. */
export const ATTACHMENT_PART_CHARS = 256 * 1024;
/** What base64 makes of three bytes is four characters, so that parts join without padding between them. */
export const ATTACHMENT_PART_BYTES = (ATTACHMENT_PART_CHARS / 4) * 3;
/** Matches shown while a mention is typed. */
export const MAX_FILE_MATCHES = 50;
/** Sessions in one page of what an agent's own program has on disk. */
export const MAX_EXTERNAL_SESSIONS = 200;

/** Pictures from people. */
/** Models scale larger ones down themselves, so the rest would be sent for nothing. Pixels. */
export const MAX_SENT_IMAGE_SIDE = 1568;
/** Seconds on a slow phone connection, and enough for that many pixels. */
export const MAX_SENT_IMAGE_BYTES = 1024 * 1024;
