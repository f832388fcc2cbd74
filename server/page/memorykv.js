// SPDX-License-Identifier: MIT
/**
 * MemoryKV for browsers: the REST interface and the live feed in one file, without dependencies.
 * It also runs in other hosts that have `fetch` and `WebSocket` (Deno, Bun, Node.js from 22 on).
 *
 *     import { MemoryKV } from "/-/page/memorykv.js";
 *     const store = new MemoryKV();               // the server this page came from
 *     await store.put("greeting", "hello");
 *     console.log((await store.get("greeting")).text());
 *     for await (const event of store.watch({ prefix: "chat/" })) console.log(event.op, event.key);
 *
 * Numbers that count the history (seq, epoch, revision) have up to 64 bits and are `bigint`.
 * A key that does not exist is an answer (null or false); everything that goes wrong is thrown as a
 * {@link MemoryKVError}. Guide: docs/page.md. Wire contract: docs/rest.md, docs/feed.md.
 *
 * @module memorykv
 * @license MIT
 */

/** What {@link MemoryKV#get} gives for `ifNoneMatch` when the value is still that revision. */
export const UNCHANGED = Symbol("unchanged");

/**
 * @typedef {string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob} Content
 *     What can be put: text, bytes, or a file.
 * @typedef {bigint | number | "*" | string} Condition
 *     A revision, `"*"` for any, or the text of an If-Match field such as `'"7", "9"'`.
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal] Gives the call up; it then throws the signal's reason.
 * @typedef {CallOptions & { ifMatch?: Condition, ifNoneMatch?: Condition }} ConditionalOptions
 * @typedef {object} Answer
 * @property {number} status
 * @property {Headers} headers
 * @property {Uint8Array<ArrayBuffer>} bytes The body.
 * @property {number} milliseconds From the call until the whole answer was there.
 * @typedef {object} PutResult
 * @property {boolean} created Whether the key is new.
 * @property {bigint} revision The revision of what was written.
 * @property {Value} [previous] What was replaced, when `previous: true` asked for it.
 * @typedef {object} Entry One key of a listing with its value.
 * @property {string} key
 * @property {Value} value
 * @property {number} [ttl] Seconds to live, when the key expires.
 * @typedef {object} Operation
 * @property {"put" | "delete"} op
 * @property {string} key
 * @property {string | ArrayBuffer | ArrayBufferView<ArrayBuffer>} [value] Of a put, and needed there.
 * @property {string} [type] Content type of a put.
 * @property {number} [ttl] Seconds until what was put expires.
 * @property {Condition} [ifMatch]
 * @property {Condition} [ifNoneMatch]
 * @typedef {{ status: number, seq?: bigint, revision?: bigint }} OperationResult
 */

/**
 * @typedef {"insert" | "touch" | "delete" | "delete_prefix" | "delete_all" | "expire" | "read" |
 *     "list" | "list_prefix" | "heartbeat"} Op
 *     What happened. A feed can be confined to some of these.
 * @typedef {object} FeedEvent
 *     One event. Members that do not apply to its op are missing.
 * @property {Op | "gap" | "synced" | "restarted"} op `gap`: the changes `from` to `to` do not come.
 *     `synced`: the initial state is complete. `restarted`: the connection broke before that; what
 *     came of the initial state is void, and it comes anew.
 * @property {bigint} epoch The history that seq counts in; 0 for `restarted`.
 * @property {bigint} seq Its own seq if it changed the store, else the one it saw; of a gap `to`.
 * @property {string} position `epoch:seq`, to resume after this event; empty for initial inserts
 *     and `restarted`.
 * @property {string} time RFC 3339, by the server's clock.
 * @property {string} [key]
 * @property {string} [prefix]
 * @property {string} [value] Of an insert, when it is UTF-8.
 * @property {Uint8Array<ArrayBuffer>} [bytes] Of an insert, when it is not.
 * @property {number} [size] Bytes of the value.
 * @property {string} [type] Its content type.
 * @property {number} [ttl] Seconds to live; 0 when an expiry was cleared.
 * @property {boolean} [found] Of a read: whether the key was there.
 * @property {boolean} [initial] Part of the initial state.
 * @property {bigint} [from] First missing seq of a gap.
 * @property {bigint} [to] Last missing seq of a gap.
 * @property {string} [peer] Address and port of the consumer whose heartbeat it is.
 * @typedef {"connecting" | "live" | "waiting" | "full" | "closed"} FeedState
 *     `waiting`: for the time of the next try. `full`: for the reader of the iteration to catch up.
 * @typedef {object} StateDetail
 * @property {MemoryKVError} [error] Why it waits or is closed.
 * @property {number} [retryIn] Milliseconds until the next try.
 * @typedef {object} WatchOptions
 * @property {string} [prefix] Only what concerns keys with this prefix.
 * @property {Op[]} [ops] Only these; gap, synced and restarted always come.
 * @property {string} [since] First what came after this position (`epoch:seq`).
 * @property {boolean} [initial] First every matching key as it stands. Not together with since.
 * @property {boolean} [lossless] The server rather breaks the connection than leaves changes out
 *     for a slow consumer; they come on the next one.
 * @property {number} [buffer] How many events may wait for the iteration (10,000). Beyond it the
 *     connection is closed and, when they have been read, resumed where it was.
 * @property {number} [silence] Milliseconds without any event after which the connection counts as
 *     dead (two and a half of the server's heartbeats, which it is asked for).
 * @property {number} [retryWait] Milliseconds before the first try to connect again (500); doubled
 *     with each up to 30 s, half of it by chance, unless the server names a time.
 * @property {(event: FeedEvent) => void} [onEvent] Gets each event at once; no iteration then.
 * @property {(state: FeedState, detail: StateDetail) => void} [onState] Is told of each state.
 * @property {AbortSignal} [signal] Closes the feed.
 */

// ---------------------------------------------------------------------------------------- errors

/** Something went wrong. The subclasses tell what can be done about it. */
export class MemoryKVError extends Error {
    /** HTTP status of the answer; 0 when there was none. @type {number} */
    status;
    /** The kind of error in the server's fixed words, if it said so. @type {string} */
    title;
    /** Seconds after which to try again, if the server said so. @type {number | undefined} */
    retryAfter;
    /** Of a batch: the index of the operation at fault. @type {number | undefined} */
    index;

    /**
     * @param {string} message What is wrong, in words.
     * @param {{ status?: number, title?: string, retryAfter?: number, index?: number,
     *     cause?: unknown }} [details]
     */
    constructor(message, details = {}) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.name = new.target.name;
        this.status = details.status ?? 0;
        this.title = details.title ?? "";
        this.retryAfter = details.retryAfter;
        this.index = details.index;
    }
}
/** The request is at fault (any other 4xx, or found out before it was sent): mend it. */
export class RequestError extends MemoryKVError {}
/** 401: a token is needed, or the one given is not known. */
export class UnauthorizedError extends MemoryKVError {}
/** 403: the token's role does not allow this. */
export class ForbiddenError extends MemoryKVError {}
/** 412: a condition did not hold. Read again, decide again. */
export class PreconditionFailedError extends MemoryKVError {}
/** 413: the value, key or batch is over a limit. */
export class TooLargeError extends MemoryKVError {}
/** 429: too many requests; try again after `retryAfter` seconds. */
export class RateLimitedError extends MemoryKVError {}
/** 503: the server cannot answer now; try again. */
export class UnavailableError extends MemoryKVError {}
/** 507: the store is full; reads and deletes go on. */
export class StorageFullError extends MemoryKVError {}
/** Any other 5xx. */
export class ServerError extends MemoryKVError {}
/** No answer came: the server or the network is away. A write may or may not have been done. */
export class ConnectionError extends MemoryKVError {}
/** No answer came in time. A write may or may not have been done. */
export class TimeoutError extends MemoryKVError {}
/** What answered does not speak as MemoryKV does. */
export class ProtocolError extends MemoryKVError {}

/** @type {Record<number, typeof MemoryKVError>} */
const kErrorOfStatus = {
    401: UnauthorizedError,
    403: ForbiddenError,
    408: TimeoutError,
    412: PreconditionFailedError,
    413: TooLargeError,
    429: RateLimitedError,
    503: UnavailableError,
    507: StorageFullError,
};

/**
 * The error that an answer tells of, in the words of its problem document (RFC 9457).
 * @param {Answer} answer One with a status from 400 on.
 * @returns {MemoryKVError}
 */
export function errorOf(answer) {
    const { status, headers, bytes } = answer;
    /** @type {{ title?: string, detail?: string, index?: number }} */
    let problem = {};
    if ((headers.get("Content-Type") ?? "").startsWith("application/problem+json")) {
        try {
            problem = JSON.parse(textOf(bytes));
        } catch {
            // The status alone has to do.
        }
    }
    const Kind =
        kErrorOfStatus[status] ??
        (status >= 500 ? ServerError : status >= 400 ? RequestError : ProtocolError);
    return new Kind(problem.detail ?? problem.title ?? `the server answered ${status}`, {
        status,
        title: problem.title,
        index: problem.index,
        retryAfter: retryAfterOf(headers),
    });
}

/** Seconds, from a number of them or a date (RFC 9110 10.2.3). @param {Headers} headers */
function retryAfterOf(headers) {
    const text = headers.get("Retry-After") ?? "";
    if (/^\d+$/.test(text)) return Number(text);
    const date = Date.parse(text);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

// ----------------------------------------------------------------------------------------- bytes

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param {Uint8Array} bytes */
function textOf(bytes) {
    return lenientDecoder.decode(bytes);
}

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
function bytesOfBase64(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer | ArrayBufferView<ArrayBuffer>} content */
function viewOf(content) {
    return content instanceof ArrayBuffer
        ? new Uint8Array(content)
        : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

/** @param {Uint8Array} bytes */
function base64OfBytes(bytes) {
    let binary = "";
    for (let i = 0; i < bytes.length; i += 0x8000)
        binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(binary);
}

/**
 * JSON with integers of up to 64 bits: those that a double may not hold become text, for BigInt.
 * @param {string} text
 * @returns {any}
 */
function parseExact(text) {
    if (!/\d{16}/.test(text)) return JSON.parse(text);
    // Strings are matched first, so that digits in them stay as they are.
    return JSON.parse(
        text.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, (token) =>
            token.startsWith('"') ? token : `"${token}"`,
        ),
    );
}

/** A value with its content type and revision. */
export class Value {
    /** The bytes of the value. @type {Uint8Array<ArrayBuffer>} */
    bytes;
    /** Its content type. @type {string} */
    type;
    /** The seq of the write that made it; 0 when the answer does not tell. @type {bigint} */
    revision;

    /**
     * @param {Uint8Array<ArrayBuffer>} bytes
     * @param {string} type
     * @param {bigint} revision
     */
    constructor(bytes, type, revision) {
        this.bytes = bytes;
        this.type = type;
        this.revision = revision;
    }

    /** The value as text; bytes that are not UTF-8 become U+FFFD. */
    text() {
        return textOf(this.bytes);
    }

    /** The value as text, or null when it is not UTF-8. */
    strictText() {
        try {
            return strictDecoder.decode(this.bytes);
        } catch {
            return null;
        }
    }

    /** The value parsed as JSON. Throws a SyntaxError when it is none. @returns {any} */
    json() {
        return JSON.parse(this.text());
    }
}

// ----------------------------------------------------------------------------------------- paths

const kMaxKeyBytes = 1024;

/**
 * @param {string} text
 * @param {string} what "key" or "prefix"
 * @returns {string[]} The encoded segments.
 */
function segmentsOf(text, what) {
    if (typeof text !== "string") throw new TypeError(`a ${what} is a string`);
    if (text === "") throw new RequestError(`a ${what} has at least one byte`);
    if (encoder.encode(text).length > kMaxKeyBytes)
        throw new RequestError(`a ${what} has at most ${kMaxKeyBytes} bytes`);
    try {
        return text.split("/").map(encodeURIComponent);
    } catch (cause) {
        throw new RequestError(`a ${what} is well-formed Unicode`, { cause });
    }
}

/** URLs fold such segments before they are sent. @param {string} segment */
function isDots(segment) {
    return segment === "." || segment === "..";
}

/** @param {string} key */
function segmentsOfKey(key) {
    const segments = segmentsOf(key, "key");
    if (/^(?:keys|wal|ping|metrics)$|^(?:keys|-)\//.test(key))
        throw new RequestError(`'${key}' is a reserved name and cannot be a key`);
    return segments;
}

/**
 * The path of a key, percent-encoded: "a b/c" is at "/a%20b/c".
 * @param {string} key 1 to 1,024 bytes of UTF-8.
 * @returns {string}
 * @throws {RequestError} For what cannot be a key, and for "." and "..", which no browser sends.
 */
export function keyPath(key) {
    const segments = segmentsOfKey(key);
    if (segments.length === 1 && isDots(segments[0]))
        throw new RequestError(`a browser cannot send the key '${key}'`);
    // Encoded slashes are the same key, and hide the dots from those who fold.
    return "/" + segments.join(segments.some(isDots) ? "%2F" : "/");
}

/**
 * The path of a listing: of all keys, or of those with a prefix.
 * @param {string} [prefix]
 * @returns {string}
 * @throws {RequestError} For what cannot be a prefix.
 */
export function listPath(prefix = "") {
    if (prefix === "") return "/keys";
    const segments = ["keys", ...segmentsOf(prefix, "prefix")];
    return "/" + segments.join(segments.some(isDots) ? "%2F" : "/");
}

/** @param {Record<string, string | number | boolean | undefined>} parameters */
function queryOf(parameters) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters))
        if (value !== undefined && value !== false) query.set(name, String(value));
    const text = query.toString();
    return text && "?" + text;
}

/** @param {Condition} condition */
function fieldOf(condition) {
    return typeof condition === "string" ? condition : `"${condition}"`;
}

/** @param {ConditionalOptions} options */
function conditionFields(options) {
    /** @type {Record<string, string>} */
    const fields = {};
    if (options.ifMatch !== undefined) fields["If-Match"] = fieldOf(options.ifMatch);
    if (options.ifNoneMatch !== undefined) fields["If-None-Match"] = fieldOf(options.ifNoneMatch);
    return fields;
}

/** @param {ConditionalOptions} options */
function isConditional({ ifMatch, ifNoneMatch }) {
    return ifMatch !== undefined || ifNoneMatch !== undefined;
}

/** @param {Headers} headers */
function revisionOf(headers) {
    const tag = /^(?:W\/)?"(\d+)"$/.exec(headers.get("ETag") ?? "");
    return tag ? BigInt(tag[1]) : 0n;
}

/** @param {Answer} answer */
function valueOf(answer) {
    const type = answer.headers.get("Content-Type") ?? "application/octet-stream";
    return new Value(answer.bytes, type, revisionOf(answer.headers));
}

/** @param {any} json @returns {Entry} */
function entryOf(json) {
    const bytes =
        json.value_base64 === undefined
            ? encoder.encode(json.value)
            : bytesOfBase64(json.value_base64);
    const value = new Value(bytes, json.type, BigInt(json.revision));
    return json.ttl === undefined
        ? { key: json.key, value }
        : { key: json.key, value, ttl: json.ttl };
}

/** @param {any} json @returns {string[]} */
function keysOf(json) {
    if (!Array.isArray(json)) throw new TypeError("no array of keys");
    return json;
}

/** @param {any} json @returns {OperationResult} */
function resultOf(json) {
    /** @type {OperationResult} */
    const result = { status: json.status };
    if (json.seq !== undefined) result.seq = BigInt(json.seq);
    if (json.revision !== undefined) result.revision = BigInt(json.revision);
    return result;
}

/** @param {Operation} operation */
function wireOperation({ op, key, value, type, ttl, ifMatch, ifNoneMatch }) {
    segmentsOfKey(key); // for its errors
    /** @type {Record<string, unknown>} */
    const wire = { op, key, type, ttl };
    if (typeof value === "string") wire.value = value;
    else if (value !== undefined) wire.value_base64 = base64OfBytes(viewOf(value));
    if (ifMatch !== undefined) wire.if_match = fieldOf(ifMatch);
    if (ifNoneMatch !== undefined) wire.if_none_match = fieldOf(ifNoneMatch);
    return wire;
}

// ---------------------------------------------------------------------------------------- client

const kMaxPause = 30_000;

/** Waits so many milliseconds, or until the signal. @param {number} ms @param {AbortSignal} [signal] */
function pause(ms, signal) {
    return new Promise((resolve, reject) => {
        const giveUp = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", giveUp);
            resolve(undefined);
        }, ms);
        signal?.addEventListener("abort", giveUp, { once: true });
    });
}

/**
 * Doubled with each try up to 30 s, and by chance down to half of that.
 * @param {number} tries
 * @param {number} [first] Milliseconds.
 */
function backoff(tries, first = 500) {
    return Math.min(kMaxPause, first * 2 ** tries) * (0.5 + Math.random() / 2);
}

/** Answers after which the same request may do: of a server or gateway that is in trouble. */
const kPassing = [408, 429, 502, 503, 504];

/** A MemoryKV server. Cheap to make; holds no connection by itself. */
export class MemoryKV {
    #base;
    #timeout;
    #retries;
    #retryWait;
    /** The token sent with each request, or null. May be changed at any time. @type {string | null} */
    token;

    /**
     * @param {string} [url] Address of the server, such as "https://kv.example:8080"; by default the
     *     origin of the page.
     * @param {object} [options]
     * @param {string | null} [options.token] For a server with tokens.
     * @param {number} [options.timeout] Milliseconds for a whole call, repetitions included (30,000).
     * @param {number} [options.retries] How often a request is sent again (3) when the connection
     *     broke, or the server is in trouble (408, 429, 502, 503, 504). Writes with a condition and
     *     batches are sent once: a second answer would not speak of the first. A delete that is sent
     *     again may say that there was nothing to delete.
     * @param {number} [options.retryWait] Milliseconds before the first repetition (500) unless the
     *     server names a time; doubled with each, half of it by chance. A pause that would go beyond
     *     the timeout is not begun.
     */
    constructor(url = globalThis.location?.origin, options = {}) {
        const parsed = new URL(url);
        if (!/^https?:$/.test(parsed.protocol) || parsed.username || parsed.search || parsed.hash)
            throw new RequestError(`'${url}' is not the http or https address of a server`);
        this.#base = (parsed.origin + parsed.pathname).replace(/\/+$/, "");
        this.#timeout = options.timeout ?? 30_000;
        this.#retries = options.retries ?? 3;
        this.#retryWait = options.retryWait ?? 500;
        this.token = options.token ?? null;
    }

    /** Milliseconds for a whole call. */
    get timeout() {
        return this.#timeout;
    }

    /** The address of the server, without a slash at the end. */
    get url() {
        return this.#base;
    }

    /**
     * Any request, once, whatever the status of its answer.
     * @param {string} method
     * @param {string} target Path and query, encoded; see {@link keyPath}.
     * @param {CallOptions & { headers?: Record<string, string>, body?: Content, timeout?: number }}
     *     [options] timeout: milliseconds, in place of the client's.
     * @returns {Promise<Answer>}
     * @throws {ConnectionError | TimeoutError} When no whole answer came.
     */
    async request(method, target, { headers = {}, body, signal, timeout = this.#timeout } = {}) {
        signal?.throwIfAborted();
        const control = new AbortController();
        const timer = setTimeout(() => control.abort(), timeout);
        const giveUp = () => control.abort();
        signal?.addEventListener("abort", giveUp);
        const fields = new Headers(headers);
        if (this.token !== null) fields.set("Authorization", `Bearer ${this.token}`);
        const started = performance.now();
        try {
            const response = await fetch(this.#base + target, {
                method,
                headers: fields,
                body,
                signal: control.signal,
                cache: "no-store",
                credentials: "omit",
                redirect: "error",
                referrerPolicy: "no-referrer",
            });
            const bytes = new Uint8Array(await response.arrayBuffer());
            return {
                status: response.status,
                headers: response.headers,
                bytes,
                milliseconds: performance.now() - started,
            };
        } catch (cause) {
            if (signal?.aborted) throw signal.reason;
            if (control.signal.aborted)
                throw new TimeoutError("no answer in time", { cause });
            throw new ConnectionError(`no answer from ${this.#base}`, { cause });
        } finally {
            clearTimeout(timer);
            signal?.removeEventListener("abort", giveUp);
        }
    }

    /**
     * A request that has to have one of these statuses; tried again as the constructor says.
     * @param {string} method
     * @param {string} target
     * @param {number[]} expected
     * @param {CallOptions & { headers?: Record<string, string>, body?: Content,
     *     repeatable?: boolean }} options repeatable: done twice is as good as once.
     */
    async #call(method, target, expected, options = {}) {
        const deadline = performance.now() + this.#timeout;
        for (let tries = 0; ; ++tries) {
            /** @type {MemoryKVError} */
            let error;
            try {
                const timeout = Math.max(0, deadline - performance.now());
                const answer = await this.request(method, target, { ...options, timeout });
                if (expected.includes(answer.status)) return answer;
                error = errorOf(answer);
                if (!kPassing.includes(answer.status)) throw error;
            } catch (thrown) {
                if (!(thrown instanceof ConnectionError)) throw thrown;
                error = thrown;
            }
            const wait =
                error.retryAfter === undefined
                    ? backoff(tries, this.#retryWait)
                    : error.retryAfter * 1000;
            const isLast = options.repeatable === false || tries >= this.#retries;
            if (isLast || performance.now() + wait > deadline) throw error;
            await pause(wait, options.signal);
        }
    }

    /**
     * A request for one key. 404 is an answer, too, when it is that of a key.
     * @param {"GET" | "PUT" | "DELETE" | "PATCH"} method
     * @param {string} key
     * @param {number[]} expected
     * @param {ConditionalOptions} options
     * @param {{ headers?: Record<string, string>, query?: string, body?: Content }} [more]
     */
    async #callKey(method, key, expected, options, { headers = {}, query = "", body } = {}) {
        const answer = await this.#call(method, keyPath(key) + query, [...expected, 404], {
            headers: { ...conditionFields(options), ...headers },
            body,
            signal: options.signal,
            repeatable: method === "GET" || !isConditional(options),
        });
        // That of a key has no body; one with a body is of something else (a proxy, a port).
        const isOther = answer.bytes.length > 0 || method === "PUT";
        if (answer.status === 404 && isOther) throw errorOf(answer);
        return answer;
    }

    /**
     * The JSON of an answer, read as what it has to be.
     * @template T
     * @param {Answer} answer
     * @param {(json: any) => T | undefined} read Throws, or gives undefined, for another shape.
     * @returns {T}
     */
    #json({ bytes, status }, read) {
        /** @type {unknown} */
        let cause;
        try {
            const result = read(parseExact(textOf(bytes)));
            if (result !== undefined) return result;
        } catch (thrown) {
            cause = thrown;
        }
        throw new ProtocolError("the server's answer is not what it has to be", { status, cause });
    }

    /**
     * Reads a value.
     * @template {ConditionalOptions} [Options=CallOptions]
     * @param {string} key
     * @param {Options} [options]
     * @returns {Promise<Value | null | (Options extends { ifNoneMatch: Condition } ?
     *     typeof UNCHANGED : never)>} Null when there is no such key.
     */
    async get(key, options) {
        const answer = await this.#callKey("GET", key, [200, 304], options ?? {});
        if (answer.status === 304) return /** @type {any} */ (UNCHANGED);
        return answer.status === 200 ? valueOf(answer) : null;
    }

    /**
     * Writes a value.
     * @param {string} key
     * @param {Content} content
     * @param {ConditionalOptions & { type?: string, ttl?: number, previous?: boolean }} [options]
     *     type: the content type (text/plain for strings, else that of the Blob or
     *     application/octet-stream). ttl: seconds until it expires. previous: give back what was
     *     replaced.
     * @returns {Promise<PutResult>}
     */
    async put(key, content, options = {}) {
        const type =
            options.type ??
            (typeof content === "string"
                ? "text/plain; charset=utf-8"
                : (content instanceof Blob && content.type) || "application/octet-stream");
        /** @type {Record<string, string>} */
        const headers = { "Content-Type": type };
        if (!options.previous) headers.Prefer = "return=minimal";
        const query = queryOf({ ttl: options.ttl });
        const more = { headers, query, body: content };
        const answer = await this.#callKey("PUT", key, [200, 201], options, more);
        const created = answer.status === 201;
        const revision = revisionOf(answer.headers);
        if (created || !options.previous) return { created, revision };
        const previousType = answer.headers.get("Content-Type") ?? "application/octet-stream";
        return { created, revision, previous: new Value(answer.bytes, previousType, 0n) };
    }

    /**
     * Writes anything that JSON can hold, as application/json.
     * @param {string} key
     * @param {unknown} content
     * @param {Parameters<MemoryKV["put"]>[2]} [options]
     */
    putJson(key, content, options = {}) {
        return this.put(key, JSON.stringify(content), { type: "application/json", ...options });
    }

    /**
     * Removes a key.
     * @param {string} key
     * @param {ConditionalOptions} [options]
     * @returns {Promise<boolean>} Whether it was there.
     */
    async delete(key, options = {}) {
        const headers = { Prefer: "return=minimal" };
        const answer = await this.#callKey("DELETE", key, [200], options, { headers });
        return answer.status === 200;
    }

    /**
     * Removes a key and gives back its value.
     * @param {string} key
     * @param {ConditionalOptions} [options]
     * @returns {Promise<Value | null>} Null when it was not there.
     */
    async take(key, options = {}) {
        const answer = await this.#callKey("DELETE", key, [200], options);
        return answer.status === 200 ? valueOf(answer) : null;
    }

    /**
     * Sets when a key expires, or that it does not; the value stays as it is.
     * @param {string} key
     * @param {number} seconds From now on; 0: never.
     * @param {ConditionalOptions} [options]
     * @returns {Promise<boolean>} Whether the key was there.
     */
    async ttl(key, seconds, options = {}) {
        const query = queryOf({ ttl: seconds });
        const answer = await this.#callKey("PATCH", key, [204], options, { query });
        return answer.status === 204;
    }

    /**
     * One page of a listing, in byte order of the keys.
     * @param {string} [prefix]
     * @param {CallOptions & { limit?: number, after?: string }} [options]
     * @returns {Promise<{ keys: string[], after: string | null }>} after: what to give for the next
     *     page; null when this was the last one.
     */
    async page(prefix = "", options = {}) {
        const answer = await this.#page(prefix, options, false);
        return { keys: this.#json(answer, keysOf), after: nextOf(answer.headers) };
    }

    /**
     * One page of a listing with values. As {@link MemoryKV#page}.
     * @param {string} [prefix]
     * @param {CallOptions & { limit?: number, after?: string }} [options]
     * @returns {Promise<{ entries: Entry[], after: string | null }>}
     */
    async entryPage(prefix = "", options = {}) {
        const answer = await this.#page(prefix, options, true);
        const entries = this.#json(answer, (json) => json.map(entryOf));
        return { entries, after: nextOf(answer.headers) };
    }

    /**
     * @param {string} prefix
     * @param {CallOptions & { limit?: number, after?: string }} options
     * @param {boolean} values
     */
    #page(prefix, { limit = 1000, after, signal }, values) {
        const target = listPath(prefix) + queryOf({ limit, after, values });
        return this.#call("GET", target, [200], { signal });
    }

    /**
     * All keys with a prefix, fetched page by page as they are asked for.
     * @param {string} [prefix]
     * @param {CallOptions & { limit?: number, after?: string }} [options] limit: keys a page (1,000).
     * @returns {AsyncGenerator<string, void, undefined>}
     */
    async *keys(prefix = "", options = {}) {
        /** @type {string | null | undefined} */
        let after = options.after;
        do {
            const page = await this.page(prefix, { ...options, after: after ?? undefined });
            yield* page.keys;
            after = page.after;
        } while (after !== null);
    }

    /**
     * All keys with a prefix and their values, fetched page by page as they are asked for.
     * @param {string} [prefix]
     * @param {CallOptions & { limit?: number, after?: string }} [options] limit: entries a page (1,000).
     * @returns {AsyncGenerator<Entry, void, undefined>}
     */
    async *entries(prefix = "", options = {}) {
        /** @type {string | null | undefined} */
        let after = options.after;
        do {
            const page = await this.entryPage(prefix, { ...options, after: after ?? undefined });
            yield* page.entries;
            after = page.after;
        } while (after !== null);
    }

    /**
     * How many keys there are with a prefix, or in all.
     * @param {string} [prefix]
     * @param {CallOptions} [options]
     * @returns {Promise<number>}
     */
    async count(prefix = "", options = {}) {
        const target = listPath(prefix) + queryOf({ count: true });
        return this.#json(await this.#call("GET", target, [200], options), (json) => json.count);
    }

    /**
     * Removes all keys with a prefix.
     * @param {string} prefix The empty one is that of all keys.
     * @param {CallOptions} [options]
     * @returns {Promise<string[]>} The removed keys.
     */
    async deletePrefix(prefix, options = {}) {
        return this.#deleteMany(listPath(prefix), options);
    }

    /**
     * Removes all keys.
     * @param {CallOptions} [options]
     * @returns {Promise<string[]>} The removed keys.
     */
    async deleteAll(options = {}) {
        return this.#deleteMany(listPath(), options);
    }

    /** @param {string} target @param {CallOptions} options */
    async #deleteMany(target, options) {
        return this.#json(await this.#call("DELETE", target, [200], options), keysOf);
    }

    /**
     * Several writes, all of them or none.
     * @param {Operation[]} operations Up to 10,000.
     * @param {CallOptions} [options]
     * @returns {Promise<OperationResult[]>} One for each, in order; status as the request by itself
     *     would have got.
     * @throws {PreconditionFailedError} Whose index tells which condition did not hold.
     */
    async batch(operations, options = {}) {
        const answer = await this.#call("POST", "/-/batch", [200], {
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ operations: operations.map(wireOperation) }),
            signal: options.signal,
            repeatable: false,
        });
        return this.#json(answer, (json) => json.results.map(resultOf));
    }

    /**
     * Whether a server answers. Throws what keeps it from it.
     * @param {CallOptions} [options]
     */
    async ping(options = {}) {
        await this.#call("GET", "/ping", [200], options);
    }

    /**
     * What the server tells about itself (docs/rest.md), with epoch, seq and durable_seq as bigint.
     * To who has no token, where one is needed, it tells only that.
     * @param {CallOptions} [options]
     * @returns {Promise<any>}
     */
    async info(options = {}) {
        return this.#json(await this.#call("GET", "/-/info", [200], options), (json) => {
            for (const name of ["epoch", "seq", "durable_seq"])
                if (json[name] !== undefined) json[name] = BigInt(json[name]);
            return json.name === "MemoryKV" ? json : undefined;
        });
    }

    /**
     * The server's numbers in the Prometheus text format.
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     */
    async metrics(options = {}) {
        return textOf((await this.#call("GET", "/metrics", [200], options)).bytes);
    }

    /**
     * Everything that happens, live. Connects at once, again after every loss, and resumes where it
     * was; what cannot be had any more is told by a `gap` event.
     * @param {WatchOptions} [options]
     * @returns {Feed} Iterate it, or give onEvent.
     */
    watch(options = {}) {
        return new Feed(this, options);
    }
}

/**
 * The `after` of the next page, as Link tells it (RFC 8288).
 * @param {Headers} headers
 * @returns {string | null}
 */
export function nextOf(headers) {
    const link = /<([^>]*)>\s*;\s*rel="?next"?/.exec(headers.get("Link") ?? "");
    return link && new URL(link[1], "http://any").searchParams.get("after");
}

// ------------------------------------------------------------------------------------------ feed

// What a feed may be silent for until its server's heartbeat is known: 60 s unless configured.
const kUsualSilence = 150_000;

/** @type {readonly string[]} */
const kChanges = ["insert", "touch", "delete", "delete_prefix", "delete_all", "expire"];
/** @type {readonly string[]} */
const kOps = [...kChanges, "read", "list", "list_prefix", "heartbeat"];

/** @param {string} text One message of the feed. @returns {FeedEvent} */
function eventOf(text) {
    const event = parseExact(text);
    if (event.value_base64 !== undefined) {
        event.bytes = bytesOfBase64(event.value_base64);
        delete event.value_base64;
    }
    if (event.op === "gap") {
        event.from = BigInt(event.from);
        event.to = BigInt(event.to);
        event.seq = event.to;
    }
    event.seq = BigInt(event.seq);
    event.epoch = BigInt(event.epoch);
    event.position = event.initial ? "" : `${event.epoch}:${event.seq}`;
    return event;
}

/** @param {WatchOptions} options */
function checkWatch({ since, initial, ops, prefix = "" }) {
    if (since !== undefined && initial)
        throw new RequestError("since and initial do not go together");
    if (since !== undefined && !/^\d{1,20}:\d{1,20}$/.test(since))
        throw new RequestError(`since: '${since}' is not a position (epoch:seq)`);
    const unknown = ops?.find((op) => !kOps.includes(op));
    if (unknown !== undefined) throw new RequestError(`ops: there is no op '${unknown}'`);
    if (prefix !== "") segmentsOf(prefix, "prefix");
}

/**
 * A live feed. Made by {@link MemoryKV#watch}.
 *
 * As an async iterable it can be read once; leaving the loop closes it. It ends when it is closed
 * and throws when the server refuses it, or sends what is not an event.
 */
export class Feed {
    #client;
    #options;
    /** The ops that are handed out. @type {Set<string>} */
    #wanted;
    /** @type {WebSocket | null} */
    #socket = null;
    /** @type {FeedState} */
    #state = "connecting";
    /** @type {FeedEvent[]} */
    #queue = [];
    #read = 0; // how many of the queue have been read
    /** @type {(() => void) | null} */
    #reader = null;
    /** @type {MemoryKVError | undefined} */
    #error;
    /** Of the last event dealt with. @type {string | null} */
    #position;
    /** Of the last event that came. @type {string | null} */
    #received;
    #lastChange = { epoch: 0n, seq: 0n };
    #isFilling; // the initial state has not come as a whole yet
    #hasInitial = false; // a part of it has come
    #tries = 0;
    #heard = 0;
    #silence = kUsualSilence;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #retryTimer;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #handshakeTimer;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    #silenceTimer;
    #ended = new AbortController();
    #close = () => this.close();
    #begun = () => {};
    #notBegun = (/** @type {unknown} */ _error) => {};
    /**
     * Fulfilled once every change from now on will come, or is told to be missing: with `since` or
     * `initial` at once, else when the server has told where it is. Also when the feed is closed;
     * rejected when it was refused before.
     * @type {Promise<void>}
     */
    ready;

    /** @param {MemoryKV} client @param {WatchOptions} options */
    constructor(client, options) {
        checkWatch(options);
        this.#client = client;
        this.#options = options;
        this.#wanted = new Set([...(options.ops ?? kOps), "gap", "synced"]);
        this.#position = this.#received = options.since ?? null;
        this.#isFilling = Boolean(options.initial);
        this.#silence = options.silence ?? kUsualSilence;
        this.ready = new Promise((resolve, reject) => {
            this.#begun = () => resolve(undefined);
            this.#notBegun = reject;
        });
        this.ready.catch(() => {}); // who does not wait for it learns of it by the iteration
        options.signal?.addEventListener("abort", this.#close, { once: true });
        if (options.signal?.aborted) this.close();
        else queueMicrotask(() => this.#connect());
    }

    /** What it is doing. */
    get state() {
        return this.#state;
    }

    /** The position of the last event dealt with, to give as `since` later; null before any. */
    get position() {
        return this.#position;
    }

    /** Ends it. What has come already can still be read. */
    close() {
        this.#end(undefined);
    }

    /** Does not wait for the time of the next try. */
    retryNow() {
        if (this.#state !== "waiting") return;
        clearTimeout(this.#retryTimer);
        this.#tries = 0;
        this.#connect();
    }

    // ---- connection

    /** @param {FeedState} state @param {StateDetail} [detail] */
    #enter(state, detail = {}) {
        this.#state = state;
        this.#options.onState?.(state, detail);
    }

    get #isClosed() {
        return this.#state === "closed";
    }

    async #connect() {
        if (this.#isClosed) return;
        this.#enter("connecting");
        if (this.#isFilling) this.#beginAnew();
        else if (this.#received === null && !(await this.#findPosition())) return;
        this.#begun();
        this.#open();
    }

    /** Where the server is, so that the first connection may fail as well. */
    async #findPosition() {
        try {
            const { epoch, seq } = await this.#client.info({ signal: this.#ended.signal });
            // Who lacks a token is told of none.
            if (epoch === undefined)
                throw new UnauthorizedError("a token is needed", { status: 401 });
            this.#position = this.#received = `${epoch}:${seq}`;
            return !this.#isClosed;
        } catch (error) {
            if (error instanceof MemoryKVError) this.#failed(error);
            return false;
        }
    }

    #beginAnew() {
        if (!this.#hasInitial) return;
        this.#hasInitial = false;
        const none = { epoch: 0n, seq: 0n, position: "", time: "" };
        this.#give(/** @type {FeedEvent} */ ({ op: "restarted", ...none }));
    }

    #query() {
        const { prefix, ops, lossless } = this.#options;
        return queryOf({
            format: "json",
            prefix: prefix || undefined,
            // Heartbeats tell that the connection lives, and carry the position past the filters.
            op: ops && [...new Set([...ops, "heartbeat"])].join(","),
            since: this.#isFilling ? undefined : (this.#received ?? undefined),
            initial: this.#isFilling,
            lossless,
        });
    }

    #open() {
        const token = this.#client.token;
        let socket;
        try {
            // Without a token none is offered: a browser insists on an answer to what it offers.
            socket = new WebSocket(
                this.#client.url.replace(/^http/, "ws") + "/wal" + this.#query(),
                token === null ? [] : ["memorykv", `bearer.${token}`],
            );
        } catch (cause) {
            this.#end(new RequestError("the token has a character that none may have", { cause }));
            return;
        }
        this.#socket = socket;
        let isOpen = false;
        this.#handshakeTimer = setTimeout(() => {
            this.#letGo();
            this.#retry(new TimeoutError("the feed did not open in time"));
        }, this.#client.timeout);
        socket.onopen = () => {
            isOpen = true;
            clearTimeout(this.#handshakeTimer);
            this.#heard = Date.now();
            this.#silenceTimer = setInterval(
                () => this.#checkSilence(),
                Math.min(1000, this.#silence / 4),
            );
            if (this.#options.silence === undefined) this.#findHeartbeat();
            this.#enter("live");
        };
        socket.onmessage = ({ data }) => this.#take(data);
        socket.onclose = ({ code }) => {
            this.#letGo();
            if (code === 1008) this.#end(new UnauthorizedError("the token is not what it was"));
            else if (isOpen) this.#retry(new ConnectionError(`the feed ended (${code})`));
            else this.#findOut();
        };
    }

    #letGo() {
        clearInterval(this.#silenceTimer);
        clearTimeout(this.#handshakeTimer);
        const socket = this.#socket;
        this.#socket = null;
        if (!socket) return;
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
    }

    #checkSilence() {
        if (Date.now() - this.#heard < this.#silence) return;
        this.#letGo();
        this.#retry(new ConnectionError(`nothing came for ${this.#silence / 1000} s`));
    }

    /** How long a feed may be silent is up to the server (`--heartbeat`). */
    async #findHeartbeat() {
        try {
            const { limits } = await this.#client.info({ signal: this.#ended.signal });
            if (limits?.heartbeat > 0) this.#silence = 2500 * limits.heartbeat;
        } catch {
            // The usual time then, or what was known before: the feed itself is well.
        }
    }

    /** A browser does not tell why it could not connect; a request beside it may. */
    async #findOut() {
        const target = "/-/info";
        const nothing = new ConnectionError(`no connection to ${this.#client.url}`);
        try {
            const signal = this.#ended.signal;
            const answer = await this.#client.request("GET", target, { signal });
            const info = answer.status === 200 ? JSON.parse(textOf(answer.bytes)) : {};
            if (info.auth?.required && !info.auth.role)
                this.#end(new UnauthorizedError("a token is needed", { status: 401 }));
            else if (!mayMeet(info.auth?.prefix, this.#options.prefix))
                this.#end(new ForbiddenError("the token is for another prefix", { status: 403 }));
            else
                this.#failed(
                    answer.status >= 400 && answer.status !== 404 ? errorOf(answer) : nothing,
                );
        } catch {
            if (!this.#isClosed) this.#retry(nothing); // it is away for HTTP as well
        }
    }

    /** @param {MemoryKVError} error */
    #failed(error) {
        const isPassing =
            error.status === 0 || error.status >= 500 || kPassing.includes(error.status);
        if (isPassing) this.#retry(error);
        else this.#end(error);
    }

    /** @param {MemoryKVError} error */
    #retry(error) {
        if (this.#isClosed) return;
        const told = error.retryAfter === undefined ? 0 : error.retryAfter * 1000;
        const retryIn = Math.max(backoff(this.#tries++, this.#options.retryWait), told);
        this.#retryTimer = setTimeout(() => this.#connect(), retryIn);
        this.#enter("waiting", { error, retryIn });
    }

    /** @param {MemoryKVError | undefined} error */
    #end(error) {
        if (this.#isClosed) return;
        this.#error = error;
        clearTimeout(this.#retryTimer);
        this.#options.signal?.removeEventListener("abort", this.#close);
        this.#letGo();
        this.#enter("closed", error ? { error } : {});
        this.#ended.abort();
        if (error) this.#notBegun(error);
        else this.#begun();
        this.#wake();
    }

    // ---- events

    /** @param {string} text */
    #take(text) {
        this.#heard = Date.now();
        this.#tries = 0;
        let event;
        try {
            event = eventOf(text);
        } catch (cause) {
            this.#end(new ProtocolError("the feed sent what is not an event", { cause }));
            return;
        }
        if (this.#isRepeated(event)) return;
        if (event.initial) this.#hasInitial = true;
        if (event.op === "synced") this.#isFilling = false;
        if (this.#isFilling)
            event.position = ""; // until then there is nothing to resume
        else if (event.position) this.#received = event.position;
        if (this.#wanted.has(event.op)) this.#give(event);
        else if (this.#read === this.#queue.length && !this.#isDealing) this.#dealtWith(event);
    }

    /** Whether a change came before, should a server repeat itself. @param {FeedEvent} event */
    #isRepeated({ op, epoch, seq, initial }) {
        const isChange = kChanges.includes(op) && !initial;
        if (isChange && epoch === this.#lastChange.epoch && seq <= this.#lastChange.seq)
            return true;
        if (isChange || op === "gap" || op === "synced") this.#lastChange = { epoch, seq };
        return false;
    }

    /** @param {FeedEvent} event */
    #dealtWith(event) {
        if (event.position) this.#position = event.position;
    }

    /** @param {FeedEvent} event */
    #give(event) {
        const { onEvent, buffer = 10_000 } = this.#options;
        if (onEvent) {
            onEvent(event);
            this.#dealtWith(event);
            return;
        }
        this.#queue.push(event);
        this.#wake();
        // The initial state cannot be resumed, so it has to be taken as a whole.
        if (this.#queue.length - this.#read >= buffer && !this.#isFilling) {
            this.#letGo();
            this.#enter("full");
        }
    }

    // ---- iteration

    #isDealing = false; // the loop is at the last one read

    #wake() {
        const reader = this.#reader;
        this.#reader = null;
        reader?.();
    }

    #forgetRead() {
        this.#queue.splice(0, this.#read);
        this.#read = 0;
    }

    /** @returns {AsyncGenerator<FeedEvent, void, undefined>} */
    async *[Symbol.asyncIterator]() {
        if (this.#options.onEvent) throw new TypeError("this feed gives its events to onEvent");
        try {
            for (;;) {
                while (this.#read < this.#queue.length) {
                    const event = this.#queue[this.#read++];
                    this.#isDealing = true;
                    yield event;
                    this.#isDealing = false;
                    this.#dealtWith(event);
                    if (this.#read >= 1000) this.#forgetRead();
                }
                this.#forgetRead();
                if (this.#isClosed) {
                    if (this.#error) throw this.#error;
                    return;
                }
                if (this.#state === "full") this.#connect();
                await new Promise((resolve) => (this.#reader = () => resolve(undefined)));
            }
        } finally {
            this.close();
        }
    }
}

/**
 * Whether keys with one of these prefixes can have the other one as well.
 * @param {string} [one]
 * @param {string} [other]
 */
function mayMeet(one = "", other = "") {
    return one.startsWith(other) || other.startsWith(one);
}
