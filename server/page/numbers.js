// SPDX-License-Identifier: GPL-3.0-only
// The tiles and the plot, from /metrics every two seconds.
import { byId, make } from "./dom.js";
import { compact, count, duration, perSecond, size } from "./format.js";
import { MemoryKV } from "./memorykv.js";
import { kKinds, quantileBetween, ratesBetween, sampleOf } from "./metrics.js";
import { draw } from "./plot.js";

const kEveryMs = 2000;
const kSpanMs = 5 * 60_000;
const kLeastMs = 30_000; // of the small lines, which grow to the whole span
const kLatencyMs = 10_000; // long enough for a quantile to mean something

/** @type {Record<string, { color: string, word: string }>} */
const kLooks = {
    write: { color: "--insert", word: "Writes" },
    read: { color: "--read", word: "Reads" },
    delete: { color: "--delete", word: "Deletes" },
    list: { color: "--list", word: "Lists" },
};

/** @type {{ name: string, word: string, title?: string }[]} */
const kTiles = [
    { name: "keys", word: "Keys" },
    { name: "bytes", word: "Stored" },
    { name: "consumers", word: "Consumers" },
    { name: "operations", word: "Operations", title: "A batch counts as one" },
    {
        name: "latency",
        word: "Latency, p50 · p99",
        title: "Estimated from the server's histogram, last 10 s",
    },
];

/** @typedef {{ at: number, value: number }[]} Points */

export class Numbers {
    #store;
    #access;
    /** @type {import("./metrics.js").Sample[]} */
    #samples = [];
    /** @type {Record<string, Points>} */
    #points = {};
    /** @type {Record<string, { value: any, line: HTMLCanvasElement }>} */
    #tiles = {};
    /** @type {Record<string, any>} */
    #legend = {};
    #isAsking = false;
    #hasMetrics = true;

    /**
     * @param {MemoryKV} store
     * @param {import("./access.js").Access} access
     */
    constructor(store, access) {
        this.#store = store;
        this.#access = access;
        for (const { name, word, title } of kTiles) {
            const value = make("span", { className: "number", textContent: "–" });
            const line = make("canvas", { "aria-hidden": "true" });
            byId("tiles").append(
                make(
                    "div",
                    { title },
                    make("dt", { textContent: word }),
                    make("dd", {}, value, line),
                ),
            );
            this.#tiles[name] = { value, line };
        }
        for (const kind of kKinds) {
            const value = make("b", { textContent: "0" });
            const swatch = make("i", { className: `swatch of-${kind}`, "aria-hidden": "true" });
            byId("legend").append(make("span", {}, swatch, kLooks[kind].word, " ", value));
            this.#legend[kind] = value;
        }
        new ResizeObserver(() => this.#draw()).observe(byId("plot"));
        matchMedia("(prefers-color-scheme: dark)").onchange = () => this.#draw();
        setInterval(() => this.#ask(), kEveryMs);
    }

    /** Begins anew for another role. */
    settle() {
        this.#hasMetrics = this.#access.prefix === "";
        byId("numbers").hidden = this.#access.role === null && this.#access.isProtected;
        this.#notice(
            this.#hasMetrics
                ? ""
                : "The numbers are about the whole server, which this token may not see.",
        );
        this.#ask();
    }

    /** @param {string} text */
    #notice(text) {
        byId("numbers-notice").textContent = text;
        byId("numbers-notice").hidden = text === "";
        byId("plot-figure").hidden = byId("tiles").hidden = text !== "";
    }

    async #ask() {
        // In a hidden tab it goes on, as far as the browser lets it, so that the lines are whole.
        if (this.#isAsking || this.#access.role === null || !this.#hasMetrics) return;
        this.#isAsking = true;
        try {
            const at = performance.now();
            const answer = await this.#store.request("GET", "/metrics");
            if (answer.status === 200)
                this.#take(sampleOf(new TextDecoder().decode(answer.bytes), at));
            else if (answer.status === 404) await this.#withoutMetrics(at);
            else this.#miss();
        } catch {
            this.#miss();
        } finally {
            this.#isAsking = false;
        }
        this.#draw();
    }

    // With --metrics-port they are elsewhere; what /-/info has is better than nothing.
    /** @param {number} at */
    async #withoutMetrics(at) {
        const info = await this.#store.info();
        this.#push("keys", at, info.keys);
        this.#push("bytes", at, info.stored_bytes);
        this.#tiles.keys.value.textContent = compact(info.keys);
        this.#tiles.bytes.value.textContent = size(info.stored_bytes);
        byId("numbers-notice").textContent =
            "The server gives its rates on a port of their own (--metrics-port).";
        byId("numbers-notice").hidden = false;
        byId("plot-figure").hidden = true;
    }

    /** The server is away: the lines break. */
    #miss() {
        const at = performance.now();
        if (this.#samples.length === 0) return;
        this.#samples = [];
        for (const points of Object.values(this.#points)) points.push({ at, value: NaN });
    }

    /** @param {import("./metrics.js").Sample} sample */
    #take(sample) {
        const before = this.#samples.at(-1);
        this.#samples.push(sample);
        while (sample.at - this.#samples[0].at > kLatencyMs) this.#samples.shift();
        this.#push("keys", sample.at, sample.keys);
        this.#push("bytes", sample.at, sample.bytes);
        this.#push("consumers", sample.at, sample.consumers);
        this.#tiles.keys.value.textContent = compact(sample.keys);
        this.#tiles.bytes.value.textContent = size(sample.bytes);
        this.#tiles.consumers.value.textContent = compact(sample.consumers);
        if (!before) return;
        const rates = ratesBetween(before, sample);
        let sum = 0;
        for (const kind of kKinds) {
            const rate = rates ? rates[kind] : NaN;
            sum += rate;
            this.#push(kind, sample.at, rate);
            this.#legend[kind].textContent = rates ? perSecond(rate) : "–";
        }
        this.#push("operations", sample.at, sum);
        this.#tiles.operations.value.textContent = rates ? `${perSecond(sum)}/s` : "–";
        const [p50, p99] = [0.5, 0.99].map((q) => quantileBetween(this.#samples[0], sample, q));
        this.#push("latency", sample.at, p99);
        this.#tiles.latency.value.textContent = Number.isNaN(p50)
            ? "–"
            : `${duration(p50)} · ${duration(p99)}`;
        const said = kKinds.map((kind) => `${kLooks[kind].word} ${this.#legend[kind].textContent}`);
        byId("plot").setAttribute(
            "aria-label",
            `Operations per second, last five minutes. Now: ${said.join(", ")}; ${count(sample.keys)} keys`,
        );
    }

    /** @param {string} name @param {number} at @param {number} value */
    #push(name, at, value) {
        const points = (this.#points[name] ??= []);
        points.push({ at, value });
        while (points.length > 2 && points[1].at < at - kSpanMs) points.shift();
    }

    #draw() {
        const now = performance.now();
        const of = (/** @type {string} */ name, /** @type {string} */ color) => ({
            color,
            points: this.#points[name] ?? [],
        });
        const oldest = this.#points.keys?.[0].at ?? now;
        const span = Math.min(kSpanMs, Math.max(kLeastMs, now - oldest));
        for (const { name } of kTiles)
            draw(this.#tiles[name].line, [of(name, "--accent")], { now, span });
        const series = kKinds.map((kind) => of(kind, kLooks[kind].color));
        draw(byId("plot"), series, { now, span: kSpanMs, axes: true });
    }
}
