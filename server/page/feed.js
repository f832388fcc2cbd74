// SPDX-License-Identifier: GPL-3.0-only
// The live feed panel: the connection in words, the filters, pause, and the selected event.
import { announce, byId, calm, make } from "./dom.js";
import { ago, count, perSecond, size, timeOfDay } from "./format.js";
import { FeedList, kOpWords } from "./feedlist.js";
import { FeedModel } from "./feedmodel.js";
import { MemoryKV, Value } from "./memorykv.js";
import { valueView } from "./valueview.js";

const kHistory = 200n; // changes shown from before the page was opened
const kCalmRate = 200; // events/s from which on the list is painted less often, to stay readable
const kCalmMs = 150;
const kFreshRate = 5; // events/s up to which new rows stand out

/** Filter chips and the ops behind them. @type {[string, string[]][]} */
const kChips = [
    ["Inserts", ["insert"]],
    ["Touches", ["touch"]],
    ["Deletes", ["delete", "delete_prefix", "delete_all"]],
    ["Expiries", ["expire"]],
    ["Reads", ["read"]],
    ["Lists", ["list", "list_prefix"]],
];

export class FeedPanel {
    #store;
    #access;
    #model = new FeedModel();
    #list = new FeedList();
    /** @type {import("./memorykv.js").Feed | null} */
    #feed = null;
    /** @type {string | null} */
    #token = null; // of the feed
    #epoch = 0n;
    #ops = new Set(kChips.flatMap(([, ops]) => ops));
    /** What is shown while paused. @type {{ rows: import("./feedmodel.js").Row[], matched: number } | null} */
    #paused = null;
    #pausedAt = 0; // id of the newest row then
    #isPainting = false;
    #painted = 0;
    #came = 0; // events since the last second
    #rate = 0;
    #heartbeat = 0;
    #lostAt = 0;
    #retryAt = 0;
    /** Called when one wants to read a key. @type {(key: string) => void} */
    onRead = () => {};

    /** @param {MemoryKV} store @param {import("./access.js").Access} access */
    constructor(store, access) {
        this.#store = store;
        this.#access = access;
        this.#makeChips();
        byId("feed-prefix").oninput = () => this.#applyFilter();
        byId("pause").onclick = () => this.#pause(this.#paused === null);
        byId("clear").onclick = () => this.#clear();
        byId("retry").onclick = () =>
            this.#feed?.state === "waiting" ? this.#feed.retryNow() : this.#open();
        this.#list.onSelect = (row) => this.#showDetail(row);
        setInterval(() => this.#tick(), 1000);
        addEventListener("online", () => this.#feed?.retryNow());
        document.addEventListener("visibilitychange", () => this.#paintSoon());
        this.#paintSoon();
    }

    /** Opens the feed, or opens it anew for another token. */
    settle() {
        const isAllowed = this.#access.role !== null || this.#access.info === null;
        if (!isAllowed) {
            this.#feed?.close();
            this.#feed = null;
            this.#say("locked", "Token needed");
            return;
        }
        const isOpen = this.#feed !== null && this.#feed.state !== "closed";
        if (!isOpen || this.#token !== this.#store.token) this.#open();
    }

    #open() {
        this.#feed?.close();
        this.#token = this.#store.token;
        const { epoch, seq } = this.#access.info ?? {};
        const isFirst = this.#model.total === 0;
        const since =
            isFirst && epoch !== undefined
                ? `${epoch}:${seq > kHistory ? seq - kHistory : 0n}`
                : undefined;
        this.#feed = this.#store.watch({
            since,
            onEvent: (event) => this.#take(event),
            onState: (state, detail) => this.#stateChanged(state, detail),
        });
    }

    // ------------------------------------------------------------------------------- events

    /** @param {import("./memorykv.js").FeedEvent} event */
    #take(event) {
        if (event.op === "heartbeat") {
            this.#beat();
            return;
        }
        ++this.#came;
        if (event.op === "gap") this.#takeGap(event);
        else this.#model.add(event);
        this.#epoch = event.epoch;
        this.#paintSoon();
    }

    /** @param {import("./memorykv.js").FeedEvent} event */
    #takeGap({ epoch, from = 0n, to = 0n }) {
        const range = from === to ? `seq ${from}` : `seq ${from} to ${to}`;
        const many = to - from + 1n === 1n ? "1 change is" : `${count(to - from + 1n)} changes are`;
        if (this.#epoch !== 0n && epoch !== this.#epoch)
            this.#model.note("gap", "The server began anew: what is below is no longer there");
        else if (this.#model.total === 0)
            this.#model.note("gap", `Older changes are not held any more (${range})`);
        else this.#model.note("gap", `${many} missing here (${range})`);
        announce("A gap in the feed");
    }

    #beat() {
        this.#heartbeat = performance.now();
        if (calm.matches) return;
        byId("pulse")
            .getAnimations()
            .forEach((/** @type {Animation} */ one) => one.cancel());
        byId("pulse").animate(
            [{ boxShadow: "0 0 0 0 currentColor" }, { boxShadow: "0 0 0 9px transparent" }],
            { duration: 900, easing: "ease-out" },
        );
    }

    // ----------------------------------------------------------------------------- painting

    #paintSoon() {
        if (this.#isPainting) return;
        this.#isPainting = true;
        const isBusy = this.#rate > kCalmRate || this.#came > kCalmRate || calm.matches;
        const wait = isBusy ? Math.max(0, kCalmMs - (performance.now() - this.#painted)) : 0;
        const paint = () =>
            requestAnimationFrame(() => {
                this.#isPainting = false;
                this.#painted = performance.now();
                this.#paint();
            });
        if (wait > 0) setTimeout(paint, wait);
        else paint();
    }

    #paint() {
        const model = this.#model;
        const { rows, matched } = this.#paused ?? { rows: model.shown, matched: model.matched };
        this.#list.show(rows, matched);
        const missed = model.matched - matched;
        byId("pause").textContent = this.#paused ? `Resume · ${count(missed)} new` : "Pause";
        byId("list-empty").hidden = rows.length > 0;
        byId("list-empty").textContent = this.#emptyWords();
        this.#summarize(rows.length);
        if (this.#list.hasFresh) setTimeout(() => this.#paintSoon(), 250);
    }

    #emptyWords() {
        if (this.#paused) return "Nothing from before the pause.";
        if (this.#model.held > 0) return "No event passes the filter.";
        if (this.#feed === null) return "Events appear here once there is a token.";
        return this.#feed.state === "live"
            ? "Nothing has happened yet. Put a key and see it arrive here."
            : "Nothing has come yet.";
    }

    /** @param {number} shown */
    #summarize(shown) {
        const { held, total } = this.#model;
        const parts = [];
        if (this.#model.isFiltered) parts.push(`${count(shown)} of ${count(held)} shown`);
        if (total > held) parts.push(`the last ${count(held)} of ${count(total)} held`);
        else parts.push(total === 1 ? "1 event" : `${count(total)} events`);
        if (this.#heartbeat > 0)
            parts.push(`heartbeat ${ago(performance.now() - this.#heartbeat)}`);
        byId("feed-summary").textContent = parts.join(" · ");
    }

    #tick() {
        this.#rate = this.#rate * 0.4 + this.#came * 0.6;
        this.#came = 0;
        this.#list.marksFresh = this.#rate < kFreshRate;
        byId("feed-rate").replaceChildren(...(this.#rate >= 0.05 ? rateWords(this.#rate) : []));
        if (this.#feed?.state === "waiting") this.#sayWaiting();
        this.#paintSoon();
    }

    // ------------------------------------------------------------------------------ filters

    #makeChips() {
        for (const [word, ops] of kChips) {
            const chip = make("button", {
                type: "button",
                className: "chip",
                textContent: word,
                "data-op": ops[0],
                "aria-pressed": "true",
            });
            chip.onclick = () => {
                const isOn = chip.getAttribute("aria-pressed") !== "true";
                chip.setAttribute("aria-pressed", String(isOn));
                for (const op of ops) isOn ? this.#ops.add(op) : this.#ops.delete(op);
                this.#applyFilter();
            };
            byId("ops").append(chip);
        }
    }

    #applyFilter() {
        const isAll = kChips.every(([, ops]) => ops.every((op) => this.#ops.has(op)));
        this.#model.filter(isAll ? null : this.#ops, byId("feed-prefix").value);
        if (this.#paused) this.#paused = this.#heldBack();
        this.#list.toNewest();
        this.#paintSoon();
    }

    /** The rows up to the pause. */
    #heldBack() {
        const { shown, matched } = this.#model;
        const rows = shown.filter(({ id }) => id <= this.#pausedAt);
        return { rows, matched: matched - (shown.length - rows.length) };
    }

    /** @param {boolean} isPaused */
    #pause(isPaused) {
        this.#pausedAt = this.#model.lastId;
        this.#paused = isPaused ? this.#heldBack() : null;
        byId("pause").setAttribute("aria-pressed", String(isPaused));
        byId("feed").classList.toggle("paused", isPaused);
        if (!isPaused) this.#list.toNewest();
        this.#paintSoon();
    }

    #clear() {
        this.#model.clear();
        if (this.#paused) this.#paused = { rows: [], matched: 0 };
        this.#list.clearSelection();
        this.#list.toNewest();
        this.#paintSoon();
    }

    // ------------------------------------------------------------------------------- detail

    /** @param {import("./feedmodel.js").Row | null} row */
    #showDetail(row) {
        byId("detail").hidden = row === null;
        if (!row) {
            byId("detail").replaceChildren();
            return;
        }
        const close = make("button", { type: "button", className: "small", textContent: "Close" });
        close.onclick = () => {
            this.#list.clearSelection();
            byId("list").focus();
        };
        const { key } = row;
        const read =
            key === undefined
                ? null
                : make("button", {
                      type: "button",
                      className: "small",
                      textContent: "Read this key",
                  });
        if (read) read.onclick = () => this.onRead(key ?? "");
        /** @type {[string, string | undefined][]} */
        const fields = [
            ["Time", timeOfDay(row.time)],
            ["Seq", row.seq?.toString()],
            ["Type", row.type],
            ["Size", row.size === undefined ? undefined : size(row.size)],
            ["Expires", row.ttl ? `in ${row.ttl} s` : undefined],
        ];
        const value = valueOf(row);
        byId("detail").replaceChildren(
            make(
                "div",
                { className: "detail-head" },
                make("span", {
                    className: "op",
                    "data-op": row.op,
                    textContent: kOpWords[row.op] ?? row.op,
                }),
                make("strong", { textContent: key ?? row.prefix ?? "" }),
                read ?? "",
                close,
            ),
            make(
                "dl",
                { className: "fields" },
                ...fields
                    .filter(([, text]) => text !== undefined)
                    .map(([name, text]) =>
                        make(
                            "div",
                            {},
                            make("dt", { textContent: name }),
                            make("dd", { textContent: text }),
                        ),
                    ),
            ),
            value
                ? valueView(value, { label: "Value of the event", total: row.size })
                : row.text && make("p", { className: "hint", textContent: row.text }),
        );
    }

    // --------------------------------------------------------------------------- connection

    /**
     * @param {import("./memorykv.js").FeedState} state
     * @param {import("./memorykv.js").StateDetail} detail
     */
    #stateChanged(state, { error, retryIn = 0 }) {
        if (state === "live") this.#nowLive();
        else if (state === "connecting") {
            if (this.#lostAt === 0) this.#say("connecting", "Connecting");
        } else if (state === "waiting") {
            if (this.#lostAt === 0) {
                this.#lostAt = performance.now();
                announce("Connection lost. Trying again.");
            }
            this.#retryAt = performance.now() + retryIn;
            this.#sayWaiting();
        } else if (error) {
            this.#say("refused", `Refused: ${error.message}`);
            announce(`The feed was refused. ${error.message}`);
            this.#access.noticed(error);
        }
        this.#paintSoon();
    }

    #nowLive() {
        this.#say("live", "Live");
        if (this.#lostAt === 0) return;
        const seconds = Math.max(1, Math.round((performance.now() - this.#lostAt) / 1000));
        this.#lostAt = 0;
        announce("Connected again");
        this.#model.note("note", `Back after ${seconds} s: the changes of that time follow`);
        this.#access.find(); // it may be another server now
    }

    #sayWaiting() {
        const seconds = Math.ceil((this.#retryAt - performance.now()) / 1000);
        this.#say("offline", seconds > 0 ? `Offline. Next try in ${seconds} s` : "Offline. Trying");
    }

    /** @param {"connecting" | "live" | "offline" | "locked" | "refused"} state @param {string} words */
    #say(state, words) {
        byId("connection").dataset.state = state;
        byId("connection-text").textContent = words;
        byId("retry").hidden = state !== "offline" && state !== "refused";
        document.body.classList.toggle("offline", state === "offline");
    }
}

/** The unit goes where there is little room. @param {number} rate */
function rateWords(rate) {
    const text = perSecond(rate);
    const unit = text === "1" ? " event" : " events";
    return [text, make("span", { className: "unit", textContent: unit }), "/s"];
}

/** @param {import("./feedmodel.js").Row} row */
function valueOf({ value, bytes, type }) {
    if (value === undefined && bytes === undefined) return null;
    return new Value(bytes ?? new TextEncoder().encode(value), type ?? "", 0n);
}
