// SPDX-License-Identifier: GPL-3.0-only
// In the page: does with memorykv.js what a command of the conformance cases says.
import * as sdk from "./memorykv.js";

const kKinds = [
    [sdk.UnauthorizedError, "unauthorized"],
    [sdk.ForbiddenError, "forbidden"],
    [sdk.PreconditionFailedError, "precondition_failed"],
    [sdk.TooLargeError, "too_large"],
    [sdk.RateLimitedError, "rate_limited"],
    [sdk.UnavailableError, "unavailable"],
    [sdk.StorageFullError, "out_of_memory"],
    [sdk.ServerError, "server"],
    [sdk.TimeoutError, "timeout"],
    [sdk.ConnectionError, "connection"],
    [sdk.ProtocolError, "protocol"],
    [sdk.RequestError, "invalid"],
];

let store;
let feed;
let events;

function outcomeOf(error) {
    if (!(error instanceof sdk.MemoryKVError)) throw error;
    const kind =
        error.status === 404 ? "not_found" : kKinds.find(([Kind]) => error instanceof Kind)[1];
    return {
        error: kind,
        status: error.status,
        detail: error.message,
        index: error.index,
        retry_after_ms: error.retryAfter === undefined ? undefined : error.retryAfter * 1000,
    };
}

const missing = { error: "not_found", status: 404 };
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const conditionOf = (condition) =>
    condition === undefined || condition === "*" ? condition : BigInt(condition);
const optionsOf = ({ type, ttl, if_match, if_none_match }) => ({
    type,
    ttl,
    ifMatch: conditionOf(if_match),
    ifNoneMatch: conditionOf(if_none_match),
});

function found({ bytes, type, revision }) {
    return { ok: true, value: base64(bytes), type, revision: String(revision) };
}

function wireEvent(event) {
    const { op, key, prefix, type, ttl, found, initial, peer } = event;
    const text = (number) => (number === undefined ? undefined : String(number));
    const bytes =
        event.bytes ??
        (event.value === undefined ? undefined : new TextEncoder().encode(event.value));
    return {
        op,
        key,
        prefix,
        type,
        ttl,
        found,
        initial,
        peer,
        value: bytes && base64(bytes),
        seq: text(event.seq),
        position: event.position || undefined,
        from: text(event.from),
        to: text(event.to),
    };
}

async function all(iterable, read) {
    const list = [];
    for await (const one of iterable) list.push(read(one));
    return list;
}

const commands = {
    open({ url, token, timeout_ms, retries, retry_wait_ms }) {
        store = new sdk.MemoryKV(url, {
            token,
            timeout: timeout_ms,
            retries,
            retryWait: retry_wait_ms,
        });
    },
    close() {
        feed?.close();
    },
    async get(command) {
        const value = await store.get(command.key, optionsOf(command));
        if (value === sdk.UNCHANGED) return { error: "not_modified", status: 304 };
        return value === null ? missing : found(value);
    },
    async put(command) {
        const options = { ...optionsOf(command), previous: command.return_previous };
        const { created, revision, previous } = await store.put(
            command.key,
            bytesOf(command.value),
            options,
        );
        return {
            ok: true,
            created,
            revision: String(revision),
            previous: previous && base64(previous.bytes),
        };
    },
    async delete(command) {
        const value = await store.take(command.key, optionsOf(command));
        return value === null ? missing : found(value);
    },
    async touch(command) {
        return (await store.ttl(
            command.key,
            command.ttl,
            optionsOf({ ...command, ttl: undefined }),
        ))
            ? { ok: true }
            : missing;
    },
    async list({ prefix, limit, after }) {
        const page = await store.page(prefix, { limit, after });
        return { ok: true, keys: page.keys, more: page.after !== null };
    },
    async keys({ prefix, page }) {
        return { ok: true, keys: await all(store.keys(prefix, { limit: page }), (key) => key) };
    },
    async entries({ prefix, page }) {
        const entries = await all(
            store.entries(prefix, { limit: page }),
            ({ key, value, ttl }) => ({
                key,
                value: base64(value.bytes),
                type: value.type,
                revision: String(value.revision),
                ttl,
            }),
        );
        return { ok: true, entries };
    },
    async count({ prefix }) {
        return { ok: true, count: await store.count(prefix) };
    },
    async delete_prefix({ prefix }) {
        return { ok: true, keys: await store.deletePrefix(prefix) };
    },
    async delete_all() {
        return { ok: true, keys: await store.deleteAll() };
    },
    async batch({ operations }) {
        const results = await store.batch(
            operations.map((operation) => ({
                op: operation.op,
                key: operation.key,
                value: operation.value === undefined ? undefined : bytesOf(operation.value),
                ...optionsOf(operation),
            })),
        );
        return {
            ok: true,
            results: results.map(({ status, revision }) => ({
                status,
                revision: revision === undefined ? undefined : String(revision),
            })),
        };
    },
    async ping() {
        await store.ping();
    },
    async info() {
        const { name, version, epoch, seq, keys } = await store.info();
        return {
            ok: true,
            name,
            version,
            position: epoch === undefined ? undefined : `${epoch}:${seq}`,
            keys,
        };
    },
    async watch({ ops, prefix, since, initial, lossless, reconnect_wait_ms, idle_timeout_ms }) {
        feed = store.watch({
            ops,
            prefix,
            since,
            initial,
            lossless,
            retryWait: reconnect_wait_ms,
            silence: idle_timeout_ms,
        });
        events = feed[Symbol.asyncIterator]();
        pending = undefined;
        await feed.ready;
    },
    events: nextEvents,
    async stop() {
        feed.close();
    },
};

let pending; // an event that was asked for and has not come

async function nextEvents({ count, timeout_ms }) {
    const list = [];
    const deadline = new Promise((resolve) => setTimeout(resolve, timeout_ms, "late"));
    while (list.length < count) {
        pending ??= events.next().catch((error) => ({ error }));
        const next = await Promise.race([pending, deadline]);
        if (next === "late") break;
        pending = undefined;
        if (next.error) return { ok: true, events: list, ended: outcomeOf(next.error) };
        if (next.done) break;
        list.push(wireEvent(next.value));
    }
    return { ok: true, events: list };
}

/** The outcome of a command. */
export async function run(command) {
    try {
        return (await commands[command.do](command)) ?? { ok: true };
    } catch (error) {
        return outcomeOf(error);
    }
}
