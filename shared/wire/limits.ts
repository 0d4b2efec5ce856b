/** The bounds both sides of the wire keep to. `docs/reference/limits.md` repeats them for readers. */

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Payload of one chunk of a blob. */
export const CHUNK_BYTES = MIB;
/** Chunks of one transfer under way inside a process: one on the wire, one on the disk. */
export const CHUNKS_IN_FLIGHT = 2;
/** Largest message the coordinator reads. Room above a chunk, so that a chunk too large gets its own refusal. */
export const MAX_REQUEST_BYTES = 2 * MIB;
/** Largest message a client reads: lists of rounds and journal entries. */
export const MAX_REPLY_BYTES = 32 * MIB;
/**
 * HTTP/2 flow-control window of a connection and of each stream. The protocol's default of 64 KiB allows 1.3 MB/s
 * over 50 ms of round trip; this one 40 MB/s. It is also the most that one connection can make the reader hold.
 */
export const FLOW_WINDOW_BYTES = 2 * MIB;
/** Calls at the same time on one connection. A client node needs one to follow and a handful besides. */
export const MAX_STREAMS_PER_CONNECTION = 32;
/** Calls at the same time of one key, over all its connections: followers that nobody reads cost memory. */
export const MAX_CALLS_PER_KEY = 1024;
export const MAX_CONNECTIONS = 10_000;
export const HANDSHAKE_TIMEOUT_MS = 10 * SECOND_MS;

/** Longest a unary call may take, whatever deadline the caller asked for. */
export const MAX_CALL_MS = MINUTE_MS;
/** Deadline of a unary call when the caller names none. */
export const DEFAULT_CALL_MS = 30 * SECOND_MS;
/** Longest life of one transfer call; a slower transfer goes on in a new call from its last durable byte. */
export const MAX_TRANSFER_CALL_MS = 6 * HOUR_MS;
/** Longest life of one stream that follows; the client opens the next one by itself. */
export const MAX_FOLLOW_CALL_MS = 24 * HOUR_MS;
/** A transfer that moves nothing for so long is cut; one that moves, however slowly, is not. */
export const STALL_MS = MINUTE_MS;

/**
 * Idle connections are probed, so that the dead are noticed. An answer may be long in coming: a node that trains can
 * block its event loop for many seconds.
 */
export const KEEPALIVE_INTERVAL_MS = MINUTE_MS;
export const KEEPALIVE_TIMEOUT_MS = MINUTE_MS;

/** HTTP/2 headers are no place for essays. */
export const MAX_STATUS_MESSAGE_CHARACTERS = 1500;
export const MAX_STATUS_FACTS = 32;
export const MAX_STATUS_FACT_CHARACTERS = 200;
