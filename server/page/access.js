// SPDX-License-Identifier: GPL-3.0-only
// Who one is to the server: the token, kept for this tab only, and what its role may do.
import { announce, byId } from "./dom.js";
import { ForbiddenError, MemoryKV, UnauthorizedError } from "./memorykv.js";

const kStorageName = "memorykv.token";
const kRanks = { read: 1, write: 2, admin: 3 };

/** @typedef {keyof typeof kRanks} Role */

/** Finds out what the server lets this page do, asks for a token where one is needed. */
export class Access {
    #store;
    /** What /-/info said last, or null. @type {any} */
    info = null;
    /** Null while nothing is allowed. @type {Role | null} */
    role = null;
    /** Keys one is confined to begin with this. */
    prefix = "";
    /** Whether the server has tokens. */
    isProtected = false;
    /** Called when the role may have changed. */
    onChange = () => {};

    /** @param {MemoryKV} store */
    constructor(store) {
        this.#store = store;
        store.token = sessionStorage.getItem(kStorageName);
        byId("token-form").onsubmit = (/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            this.#use(byId("token").value.trim());
        };
        byId("token-cancel").onclick = () => byId("token-dialog").close();
        byId("locked-ask").onclick = () => this.ask();
        byId("token-change").onclick = () => this.#forget();
    }

    /**
     * Asks the server. Opens the dialog when it wants a token.
     * @returns {Promise<boolean>} Whether one may go on. False also when the server is away.
     */
    async find() {
        try {
            this.info = await this.#store.info();
        } catch (error) {
            if (!(error instanceof UnauthorizedError)) return false;
            // Kept tokens go stale; what was typed wrong need not be kept.
            this.#keep(null);
            this.#apply(null, true);
            this.ask(`${error.message[0].toUpperCase()}${error.message.slice(1)}.`);
            return false;
        }
        const auth = this.info.auth ?? { required: false, role: "admin" };
        this.prefix = auth.prefix ?? "";
        this.#apply(auth.role ?? null, auth.required);
        if (!this.role) this.ask();
        return this.role !== null;
    }

    /** What to do about an error of a call: a refused token is asked for anew. @param {unknown} error */
    noticed(error) {
        if (error instanceof UnauthorizedError) this.find();
        if (error instanceof ForbiddenError) this.find();
    }

    /** @param {Role} needed */
    may(needed) {
        return this.role !== null && kRanks[this.role] >= kRanks[needed];
    }

    /** @param {string} [problem] */
    ask(problem) {
        const dialog = byId("token-dialog");
        byId("token-problem").hidden = !problem;
        byId("token-problem").textContent = problem ?? "";
        byId("token").value = "";
        if (!dialog.open) dialog.showModal();
        byId("token").focus();
    }

    /** @param {string} token */
    async #use(token) {
        if (!/^[A-Za-z0-9\-_.~]{1,512}$/.test(token)) {
            this.ask("A token has letters, digits and - _ . ~ only.");
            return;
        }
        this.#keep(token);
        if (await this.find()) {
            byId("token-dialog").close();
            announce(`Token accepted, role ${this.role}`);
        } else if (this.#store.token !== null) {
            this.ask("The server does not answer. Try again.");
        }
    }

    #forget() {
        this.#keep(null);
        this.find();
    }

    /** @param {string | null} token */
    #keep(token) {
        this.#store.token = token;
        if (token === null) sessionStorage.removeItem(kStorageName);
        else sessionStorage.setItem(kStorageName, token);
    }

    /** @param {Role | null} role @param {boolean} isProtected */
    #apply(role, isProtected) {
        this.role = role;
        this.isProtected = isProtected;
        for (const element of /** @type {NodeListOf<HTMLElement>} */ (
            document.querySelectorAll("[data-needs]")
        ))
            element.hidden = !this.may(/** @type {Role} */ (element.dataset.needs));
        for (const link of /** @type {NodeListOf<HTMLElement>} */ (
            document.querySelectorAll("[data-open]")
        ))
            link.hidden = isProtected; // a link carries no token
        byId("locked").hidden = role !== null;
        byId("access").hidden = !isProtected || role === null;
        const confined = this.prefix ? `, keys under ${this.prefix}` : "";
        byId("role").textContent = `Role ${role}${confined}`;
        byId("key-hint").hidden = !this.prefix;
        byId("key-hint").textContent = `Your keys begin with ${this.prefix}`;
        this.onChange();
    }
}
