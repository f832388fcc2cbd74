// SPDX-License-Identifier: GPL-3.0-only
// Values, numbers and times as text. Nothing here touches the page.

/** A token of JSON: string, number, literal or punctuation; white space is left out. */
const kToken = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{}:,]/g;

/**
 * @typedef {{ text: string, kind: "key" | "string" | "number" | "literal" | "plain" }} Piece
 *     A stretch of text that looks alike.
 */

/** @param {string} token @returns {Piece["kind"]} */
function kindOf(token) {
    if (token.startsWith('"')) return "string";
    if (/^[tfn]/.test(token)) return "literal";
    return /^[-\d]/.test(token) ? "number" : "plain";
}

/** @param {string} text */
export function isJson(text) {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}

/**
 * JSON with line breaks and indentation, each of its tokens as it was: 1.0 stays 1.0, big numbers
 * keep their digits, members their order and their doubles. Piece by piece, as who shows a large one
 * begins with its beginning.
 * @param {string} text Which is JSON.
 * @returns {Generator<Piece, void, undefined>}
 */
export function* formatJson(text) {
    let depth = 0;
    let before = "";
    const plain = (/** @type {string} */ piece) => ({
        text: piece,
        kind: /** @type {const} */ ("plain"),
    });
    const newLine = () => plain("\n" + "  ".repeat(depth));
    for (const { 0: token, index } of text.matchAll(kToken)) {
        const isClosing = token === "}" || token === "]";
        const isOpen = before === "{" || before === "[";
        if (isClosing) --depth;
        if (before === "," || (isOpen !== isClosing && (isOpen || isClosing))) yield newLine();
        if (token === "{" || token === "[") ++depth;
        if (token === ":") yield plain(": ");
        else if (kindOf(token) !== "string") yield { text: token, kind: kindOf(token) };
        else yield { text: token, kind: isName(text, index + token.length) ? "key" : "string" };
        before = token;
    }
}

/** Whether the string that ends there is the name of a member. @param {string} text @param {number} end */
function isName(text, end) {
    while (/\s/.test(text[end] ?? "")) ++end;
    return text[end] === ":";
}

/**
 * Bytes as hexadecimal digits and what of them is ASCII, 8 a line, which fits a phone.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function hexDump(bytes) {
    const lines = [];
    for (let at = 0; at < bytes.length; at += 8) {
        const row = [...bytes.subarray(at, at + 8)];
        const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
        const ascii = row.map((b) => (b > 31 && b < 127 ? String.fromCharCode(b) : "·")).join("");
        lines.push(`${at.toString(16).padStart(6, "0")}  ${digits.padEnd(23)}  ${ascii}`);
    }
    return lines.join("\n");
}

/**
 * A word for a POSIX shell.
 * @param {string} text
 */
export function shellWord(text) {
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The call as one would type it for curl. A token is named, not told.
 * @param {{ method: string, url: string, headers: Record<string, string>, text?: string,
 *     file?: string, token: boolean }} call
 */
export function curl({ method, url, headers, text, file, token }) {
    const words = ["curl", "-i"];
    if (method !== "GET") words.push("-X", method);
    if (/(?:\/|%2F)\.\.?(?:[/?]|%2F|$)/i.test(url)) words.push("--path-as-is");
    if (token) words.push("-H", '"Authorization: Bearer $TOKEN"');
    for (const [name, value] of Object.entries(headers))
        words.push("-H", shellWord(`${name}: ${value}`));
    // A text that begins with @ would be taken for the name of a file.
    if (file !== undefined) words.push("--data-binary", shellWord(`@${file}`));
    else if (text !== undefined)
        words.push(text.startsWith("@") ? "--data-raw" : "--data-binary", shellWord(text));
    words.push(shellWord(url));
    return words.join(" ");
}

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 12345 as "12,345". @param {number | bigint} number */
export function count(number) {
    return whole.format(number);
}

/** For little room: "12,345", but "1.2M". @param {number} number */
export function compact(number) {
    return number < 100_000 ? whole.format(number) : short.format(number);
}

/** A rate: one decimal while it is small. @param {number} rate */
export function perSecond(rate) {
    return rate >= 100 ? compact(Math.round(rate)) : String(Math.round(rate * 10) / 10);
}

/** @param {number} bytes */
export function size(bytes) {
    if (bytes < 1024) return `${bytes} B`;
    const units = ["KiB", "MiB", "GiB", "TiB"];
    let unit = -1;
    let amount = bytes;
    do {
        amount /= 1024;
        ++unit;
    } while (amount >= 1024 && unit < units.length - 1);
    return `${amount >= 100 ? Math.round(amount) : Math.round(amount * 10) / 10} ${units[unit]}`;
}

/** @param {number} ms */
export function duration(ms) {
    if (ms < 0.1) return `${Math.round(ms * 1000)} µs`;
    if (ms < 10) return `${Math.round(ms * 100) / 100} ms`;
    return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** How long ago, in the coarsest words that help. @param {number} ms */
export function ago(ms) {
    const seconds = Math.floor(ms / 1000);
    if (seconds < 2) return "now";
    if (seconds < 120) return `${seconds} s ago`;
    return `${Math.floor(seconds / 60)} min ago`;
}

/** The time of day of an event, in the zone of the reader: "14:03:27.123". @param {string} time */
export function timeOfDay(time) {
    const date = new Date(time);
    const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
    const ms = String(date.getMilliseconds()).padStart(3, "0");
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}
