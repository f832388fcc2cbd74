// SPDX-License-Identifier: GPL-3.0-only
// The events that the feed panel holds, and which of them its filter lets through. Bounded: old ones
// go, and of a large value only the beginning stays.

const kCapacity = 10_000; // rows
const kKeptValue = 2048; // characters or bytes of a value
const kSlack = 1.25; // arrays are cut back only when they are this much over, not at every event

/**
 * @typedef {object} Row
 * @property {number} id Grows with each row.
 * @property {string} op As on the feed, "gap", or "note" for what the page itself has to say.
 * @property {string} time RFC 3339.
 * @property {number} added performance.now() when it came.
 * @property {string} text What follows the key: the value on one line, or words about it.
 * @property {string} [key]
 * @property {string} [prefix]
 * @property {bigint} [seq] Of a change.
 * @property {string} [value] Its beginning.
 * @property {Uint8Array<ArrayBuffer>} [bytes] Its beginning.
 * @property {number} [size] Of the whole value.
 * @property {string} [type]
 * @property {number} [ttl]
 */

/** A part of a text that does not keep the whole alive, as a slice does. @param {string} text */
function cutOff(text) {
    if (text.length <= kKeptValue) return text;
    return new TextDecoder().decode(new TextEncoder().encode(text.slice(0, kKeptValue)));
}

/** @param {number} seconds */
function expiryWords(seconds) {
    return seconds === 0 ? "no longer expires" : `expires in ${seconds} s`;
}

/** @param {import("./memorykv.js").FeedEvent} event */
function textFor(event) {
    if (event.op === "read") return event.found === false ? "no such key" : "";
    if (event.op === "touch") return expiryWords(event.ttl ?? 0);
    if (event.op !== "insert") return "";
    const value = event.bytes ? `${event.size} bytes` : cutOff(event.value ?? "").slice(0, 200);
    const line = value.replace(/\s+/g, " ");
    return event.ttl ? `${line}  (${expiryWords(event.ttl)})` : line;
}

/** @param {import("./memorykv.js").FeedEvent} event @returns {Omit<Row, "id" | "added">} */
function rowOf(event) {
    const isChange = /^(insert|touch|delete|delete_prefix|delete_all|expire)$/.test(event.op);
    return {
        op: event.op,
        time: event.time,
        text: textFor(event),
        key: event.key,
        prefix: event.prefix,
        seq: isChange ? event.seq : undefined,
        value: event.value === undefined ? undefined : cutOff(event.value),
        bytes: event.bytes?.slice(0, kKeptValue),
        size: event.size,
        type: event.type,
        ttl: event.ttl,
    };
}

export class FeedModel {
    #lastId = 0;
    /** @type {Row[]} */
    #all = [];
    /** Those that pass the filter, oldest first. @type {Row[]} */
    shown = [];
    /** How many rows have come, and how many of them passed the filter. */
    total = 0;
    matched = 0;
    /** @type {Set<string> | null} */
    #ops = null;
    #prefix = "";

    /** How many rows are held. */
    get held() {
        return this.#all.length;
    }

    /** Of the newest row. */
    get lastId() {
        return this.#lastId;
    }

    get isFiltered() {
        return this.#ops !== null || this.#prefix !== "";
    }

    /** @param {import("./memorykv.js").FeedEvent} event */
    add(event) {
        this.#append(rowOf(event));
    }

    /** Something that is not an event. @param {"gap" | "note"} op @param {string} text */
    note(op, text) {
        this.#append({ op, text, time: new Date().toISOString() });
    }

    /** @param {Omit<Row, "id" | "added">} content */
    #append(content) {
        const row = { ...content, id: ++this.#lastId, added: performance.now() };
        ++this.total;
        this.#all = push(this.#all, row);
        if (!this.#passes(row)) return;
        ++this.matched;
        this.shown = push(this.shown, row);
    }

    /**
     * Only rows of these ops whose key begins with the prefix; gaps and notes always.
     * @param {Set<string> | null} ops Null: all.
     * @param {string} prefix
     */
    filter(ops, prefix) {
        this.#ops = ops;
        this.#prefix = prefix;
        this.shown = this.#all.filter((row) => this.#passes(row));
        this.matched = this.shown.length;
    }

    clear() {
        this.#all = [];
        this.shown = [];
        this.total = 0;
        this.matched = 0;
    }

    /** @param {Row} row */
    #passes({ op, key, prefix }) {
        if (op === "gap" || op === "note") return true;
        if (this.#ops && !this.#ops.has(op)) return false;
        if (this.#prefix === "") return true;
        if (key !== undefined) return key.startsWith(this.#prefix);
        // A prefix concerns those who look at a wider one, or at a narrower one.
        if (prefix !== undefined)
            return prefix.startsWith(this.#prefix) || this.#prefix.startsWith(prefix);
        return op === "delete_all";
    }
}

/** @param {Row[]} rows @param {Row} row */
function push(rows, row) {
    rows.push(row);
    return rows.length > kCapacity * kSlack ? rows.slice(-kCapacity) : rows;
}
