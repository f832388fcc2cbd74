// SPDX-License-Identifier: GPL-3.0-only
// The windowed list of the feed: however many rows there are, the document has those in view.
// Newest first. At the top it follows; scrolled away from it, what is in view stays in view.
import { byId, make } from "./dom.js";
import { count, timeOfDay } from "./format.js";

/** @typedef {import("./feedmodel.js").Row} Row */

const kBeyond = 4; // rows made above and below what is in view
const kFreshMs = 700;

/** @type {Record<string, string>} */
export const kOpWords = {
    insert: "Insert",
    touch: "Touch",
    delete: "Delete",
    delete_prefix: "Delete prefix",
    delete_all: "Delete all",
    expire: "Expire",
    read: "Read",
    list: "List",
    list_prefix: "List prefix",
    gap: "Gap",
    note: "Note",
};

export class FeedList {
    #list = byId("list");
    #space = make("div", { className: "space", role: "presentation" });
    /** @type {any[]} */
    #slots = [];
    /** Oldest first. @type {Row[]} */
    #rows = [];
    #matched = 0; // of the model, when last painted
    #unseen = 0;
    #selected = 0; // id
    #pressed = 0; // id under the pointer when it went down
    /** Whether new rows stand out for a moment; of use only while they come one by one. */
    marksFresh = true;
    /** Called with the row that was selected, or null. @type {(row: Row | null) => void} */
    onSelect = () => {};

    constructor() {
        this.#list.append(this.#space);
        this.#list.onscroll = () => this.#place();
        this.#list.onkeydown = (/** @type {KeyboardEvent} */ event) => this.#typed(event);
        // Rows may move on while the button is down: meant is what was there then.
        this.#list.onpointerdown = (/** @type {PointerEvent} */ event) =>
            (this.#pressed = this.#idAt(event.target));
        this.#list.onclick = () => this.#pressed && this.#select(this.#pressed);
        byId("newer").onclick = () => this.toNewest();
        new ResizeObserver(() => this.#place()).observe(this.#list);
    }

    get rowHeight() {
        return parseFloat(getComputedStyle(this.#list).getPropertyValue("--row")) || 30;
    }

    /**
     * Shows these rows.
     * @param {Row[]} rows Oldest first; not changed while they are shown, but by appending.
     * @param {number} matched How many have come so far; the new ones are the difference.
     */
    show(rows, matched) {
        const isSame = rows === this.#rows || matched > this.#matched;
        const came = isSame ? Math.max(0, matched - this.#matched) : 0;
        const height = this.rowHeight;
        const isAway = this.#list.scrollTop > height / 2;
        this.#rows = rows;
        this.#matched = matched;
        this.#space.style.height = `${rows.length * height}px`;
        if (isAway && came > 0) {
            this.#list.scrollTop += came * height;
            this.#unseen += came;
        }
        this.#place();
    }

    toNewest() {
        this.#list.scrollTop = 0;
        this.#place();
    }

    /** Whether a row is in view that is marked as new; it has to be painted again then. */
    get hasFresh() {
        const newest = this.#rows.at(-1);
        return (
            this.marksFresh && newest !== undefined && performance.now() - newest.added < kFreshMs
        );
    }

    clearSelection() {
        this.#selected = 0;
        this.#place();
        this.onSelect(null);
    }

    /** Puts the rows in view into the slots. */
    #place() {
        const height = this.rowHeight;
        const { scrollTop, clientHeight } = this.#list;
        if (scrollTop <= height / 2) this.#unseen = 0;
        byId("newer").hidden = this.#unseen === 0;
        byId("newer").textContent = `${count(this.#unseen)} new ↑`;
        const first = Math.max(0, Math.floor(scrollTop / height) - kBeyond);
        const last = Math.min(
            this.#rows.length,
            Math.ceil((scrollTop + clientHeight) / height) + kBeyond,
        );
        while (this.#slots.length < last - first) this.#addSlot();
        const now = performance.now();
        const places = this.#slots.length;
        const used = new Set();
        let isSelectedMade = false;
        for (let index = first; index < last; ++index) {
            const row = this.#rows[this.#rows.length - 1 - index];
            // By its place in all that came, so that a row keeps its slot while it moves down.
            const slot = this.#slots[(this.#matched + places - 1 - (index % places)) % places];
            used.add(slot);
            slot.hidden = false;
            slot.style.transform = `translateY(${index * height}px)`;
            slot.classList.toggle("fresh", this.marksFresh && now - row.added < kFreshMs);
            slot.setAttribute("aria-selected", String(row.id === this.#selected));
            isSelectedMade ||= row.id === this.#selected;
            if (slot.row !== row) fill(slot, row);
            slot.setAttribute("aria-posinset", String(index + 1));
            slot.setAttribute("aria-setsize", String(this.#rows.length));
        }
        for (const slot of this.#slots) if (!used.has(slot)) slot.hidden = true;
        // It may only name what is in the document.
        if (isSelectedMade)
            this.#list.setAttribute("aria-activedescendant", `event-${this.#selected}`);
        else this.#list.removeAttribute("aria-activedescendant");
    }

    #addSlot() {
        const part = (/** @type {string} */ name) => make("span", { className: name });
        const slot = make(
            "div",
            { className: "event", role: "option", "aria-selected": "false" },
            part("time"),
            part("op"),
            part("key"),
            part("text"),
            part("seq"),
        );
        this.#slots.push(slot);
        this.#space.append(slot);
    }

    /** @param {EventTarget | null} target */
    #idAt(target) {
        const slot =
            target instanceof Element ? /** @type {any} */ (target.closest(".event")) : null;
        return slot?.row.id ?? 0;
    }

    /** @param {number} id */
    #indexOf(id) {
        let low = 0;
        let high = this.#rows.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.#rows[middle].id < id) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /** @param {number} id */
    #select(id) {
        const index = this.#indexOf(id);
        const row = this.#rows[index];
        if (!row || row.id !== id) return;
        this.#selected = id;
        this.onSelect(row); // which may take room from the list
        this.#bringIntoView(index);
        this.#place();
    }

    /** @param {KeyboardEvent} event */
    #typed(event) {
        const page = Math.max(1, Math.floor(this.#list.clientHeight / this.rowHeight) - 1);
        /** @type {Record<string, number>} */
        const steps = { ArrowDown: -1, ArrowUp: 1, PageDown: -page, PageUp: page };
        const newest = this.#rows.length - 1;
        if (event.key === "Escape") this.clearSelection();
        else if (newest < 0) return;
        else if (event.key === "Home") this.#select(this.#rows[newest].id);
        else if (event.key === "End") this.#select(this.#rows[0].id);
        else if (steps[event.key]) {
            const from = this.#selected ? this.#indexOf(this.#selected) : newest + 1;
            const to = Math.min(newest, Math.max(0, from + steps[event.key]));
            this.#select(this.#rows[to].id);
        } else return;
        event.preventDefault();
    }

    /** @param {number} index */
    #bringIntoView(index) {
        const height = this.rowHeight;
        const top = (this.#rows.length - 1 - index) * height;
        const { scrollTop, clientHeight } = this.#list;
        if (top < scrollTop) this.#list.scrollTop = top;
        else if (top + height > scrollTop + clientHeight)
            this.#list.scrollTop = top + height - clientHeight;
    }
}

/** @param {any} slot @param {Row} row */
function fill(slot, row) {
    slot.row = row;
    slot.id = `event-${row.id}`;
    slot.dataset.op = row.op;
    const [time, op, key, text, seq] = slot.children;
    time.textContent = timeOfDay(row.time);
    op.textContent = kOpWords[row.op] ?? row.op;
    key.textContent = row.key ?? row.prefix ?? "";
    text.textContent = row.text;
    seq.textContent = row.seq === undefined ? "" : String(row.seq);
}
