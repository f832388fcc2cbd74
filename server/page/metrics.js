// SPDX-License-Identifier: GPL-3.0-only
// From the Prometheus text of /metrics to the few numbers that the page shows.

/**
 * @typedef {object} Sample What /metrics said at one moment.
 * @property {number} at performance.now() of it.
 * @property {number} keys
 * @property {number} bytes
 * @property {number} consumers
 * @property {Record<string, number>} operations Totals by kind.
 * @property {{ le: number, total: number }[]} buckets Of the request duration, cumulative.
 */

/** Kinds of operations, in the order they are drawn. */
export const kKinds = ["write", "read", "delete", "list"];

/** @type {Record<string, string>} */
const kKindOf = {
    get: "read",
    put: "write",
    patch: "write",
    batch: "write",
    delete: "delete",
    delete_prefix: "delete",
    delete_all: "delete",
    list: "list",
    count: "list",
};

/**
 * @param {string} text Prometheus text format 0.0.4.
 * @param {number} at
 * @returns {Sample}
 */
export function sampleOf(text, at) {
    /** @type {Sample} */
    const sample = { at, keys: NaN, bytes: NaN, consumers: NaN, operations: {}, buckets: [] };
    for (const kind of kKinds) sample.operations[kind] = 0;
    for (const [, name, labels, value] of text.matchAll(
        /^memorykv_(\w+)(?:\{(.*)\})? ([-+.\w]+)$/gm,
    )) {
        const number = Number(value);
        if (name === "keys") sample.keys = number;
        else if (name === "stored_bytes") sample.bytes = number;
        else if (name === "feed_subscribers") sample.consumers = number;
        else if (name === "operations_total") {
            const kind = kKindOf[/\bop="(\w+)"/.exec(labels)?.[1] ?? ""];
            if (kind) sample.operations[kind] += number;
        } else if (name === "http_request_duration_seconds_bucket") {
            const le = /\ble="([^"]+)"/.exec(labels)?.[1] ?? "";
            sample.buckets.push({ le: le === "+Inf" ? Infinity : Number(le), total: number });
        }
    }
    return sample;
}

/**
 * Operations per second by kind between two samples; null when the server began anew in between.
 * @param {Sample} before
 * @param {Sample} after
 */
export function ratesBetween(before, after) {
    const seconds = (after.at - before.at) / 1000;
    /** @type {Record<string, number>} */
    const rates = {};
    for (const kind of kKinds) {
        const rate = (after.operations[kind] - before.operations[kind]) / seconds;
        if (rate < 0) return null;
        rates[kind] = rate;
    }
    return rates;
}

/**
 * A quantile of the time of the requests between two samples, interpolated within a bucket.
 * @param {Sample} before
 * @param {Sample} after
 * @param {number} q 0 to 1.
 * @returns {number} Milliseconds; NaN when there was no request.
 */
export function quantileBetween(before, after, q) {
    const totals = after.buckets.map(({ total }, i) => total - (before.buckets[i]?.total ?? 0));
    const requests = totals.at(-1) ?? 0;
    if (!(requests > 0)) return NaN;
    const rank = q * requests;
    const i = totals.findIndex((total) => total >= rank);
    const from = i > 0 ? after.buckets[i - 1].le : 0;
    const to = after.buckets[i].le;
    if (to === Infinity) return from * 1000;
    const below = i > 0 ? totals[i - 1] : 0;
    return (from + ((rank - below) / (totals[i] - below)) * (to - from)) * 1000;
}
