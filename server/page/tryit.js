// SPDX-License-Identifier: GPL-3.0-only
// The controls: one key, many keys, and what the server answered.
import { announce, byId, calm, confirmed, copyButton, make } from "./dom.js";
import { count, curl, duration, size } from "./format.js";
import {
    errorOf,
    keyPath,
    listPath,
    MemoryKV,
    MemoryKVError,
    nextOf,
    RequestError,
    UnauthorizedError,
    ForbiddenError,
    Value,
} from "./memorykv.js";
import { valueView } from "./valueview.js";

const kPageSize = 100;

/**
 * @typedef {"put" | "read" | "delete" | "list" | "listPrefix" | "deletePrefix" | "deleteAll"} Action
 * @typedef {object} Call One request, as it is sent and as curl would send it.
 * @property {string} method
 * @property {string} target
 * @property {Record<string, string>} headers
 * @property {string} [text] The body, when it was typed.
 * @property {File} [file] The body, when it is a file.
 */

/** What the answer means, in words. @type {Record<string, string>} */
const kWords = {
    "PUT 201": "Created: the key is new",
    "PUT 200": "Replaced",
    "GET 200": "Found",
    "GET 404": "No such key",
    "DELETE 200": "Deleted",
    "DELETE 404": "No such key: nothing to delete",
};

export class TryIt {
    #store;
    #access;
    #isBusy = false;
    /** @type {File | null} */
    #file = null;

    /**
     * @param {MemoryKV} store
     * @param {import("./access.js").Access} access
     */
    constructor(store, access) {
        this.#store = store;
        this.#access = access;
        for (const button of document.querySelectorAll("[data-action]"))
            button.addEventListener("click", () =>
                this.run(/** @type {Action} */ (button.getAttribute("data-action"))),
            );
        byId("form").onsubmit = (/** @type {Event} */ event) => event.preventDefault();
        byId("form").onkeydown = (/** @type {KeyboardEvent} */ event) => this.#typed(event);
        byId("condition").onchange = () =>
            (byId("revision-field").hidden = byId("condition").value !== "revision");
        byId("file").onchange = () => this.#take(byId("file").files[0] ?? null);
        byId("file-clear").onclick = () => {
            byId("file").value = "";
            this.#take(null);
            byId("value").focus();
        };
    }

    /** Puts a key into the form and reads it. @param {string} key */
    read(key) {
        byId("key").value = key;
        this.run("read");
    }

    // Enter reads, since that never does harm; with Ctrl or Cmd it puts.
    /** @param {KeyboardEvent} event */
    #typed(event) {
        const target = /** @type {HTMLElement} */ (event.target);
        if (event.key !== "Enter" || !/^(INPUT|TEXTAREA)$/.test(target.tagName)) return;
        if (event.ctrlKey || event.metaKey) this.run("put");
        else if (target.id === "key") this.run("read");
        else return;
        event.preventDefault();
    }

    /** @param {File | null} file */
    #take(file) {
        this.#file = file;
        byId("value").disabled = file !== null;
        byId("file-name").hidden = byId("file-clear").hidden = file === null;
        byId("file-label").hidden = file !== null;
        byId("file-name").textContent = file ? `${file.name}, ${size(file.size)}` : "";
        if (file) byId("type").value = file.type || "application/octet-stream";
    }

    /** @param {Action} action */
    async run(action) {
        if (this.#isBusy || (action === "put" && !this.#access.may("write"))) return;
        this.#setBusy(true);
        try {
            const call = this.#callFor(action);
            if (await this.#isMeant(action)) await this.#send(call);
        } catch (error) {
            this.#showFault(error);
        } finally {
            this.#setBusy(false);
        }
    }

    /** @param {boolean} isBusy */
    #setBusy(isBusy) {
        this.#isBusy = isBusy;
        byId("result").setAttribute("aria-busy", String(isBusy));
    }

    /** @param {Action} action @returns {Call} */
    #callFor(action) {
        const text = byId("key").value;
        switch (action) {
            case "read":
                return { method: "GET", target: keyPath(text), headers: {} };
            case "put":
                return this.#put(text);
            case "delete":
                return { method: "DELETE", target: keyPath(text), headers: this.#condition() };
            case "list":
                return { method: "GET", target: `/keys?limit=${kPageSize}`, headers: {} };
            case "listPrefix":
                return {
                    method: "GET",
                    target: `${listPath(this.#prefix(text))}?limit=${kPageSize}`,
                    headers: {},
                };
            case "deletePrefix":
                return { method: "DELETE", target: listPath(this.#prefix(text)), headers: {} };
            case "deleteAll":
                return { method: "DELETE", target: listPath(), headers: {} };
        }
    }

    /** @param {string} key @returns {Call} */
    #put(key) {
        const ttl = byId("ttl").value.trim();
        if (ttl && !/^\d+$/.test(ttl))
            throw new RequestError("expires after: whole seconds, or nothing for never");
        const type = byId("type").value.trim();
        /** @type {Record<string, string>} */
        const headers = {
            "Content-Type": type || "application/octet-stream",
            ...this.#condition(),
        };
        const target = keyPath(key) + (ttl && `?ttl=${ttl}`);
        if (this.#file) return { method: "PUT", target, headers, file: this.#file };
        return { method: "PUT", target, headers, text: byId("value").value };
    }

    /** @param {string} text */
    #prefix(text) {
        if (text === "") throw new RequestError("a prefix has at least one byte");
        return text;
    }

    /** @returns {Record<string, string>} */
    #condition() {
        const chosen = byId("condition").value;
        if (chosen === "new") return { "If-None-Match": "*" };
        if (chosen !== "revision") return {};
        const revision = byId("revision").value.trim().replaceAll('"', "");
        if (!/^\d+$/.test(revision))
            throw new RequestError("revision: a number, as an ETag has it");
        return { "If-Match": `"${revision}"` };
    }

    /** @param {Action} action */
    async #isMeant(action) {
        if (action !== "deleteAll" && action !== "deletePrefix") return true;
        const prefix = action === "deletePrefix" ? byId("key").value : "";
        const keys = await this.#store.count(prefix);
        if (keys === 0) return true; // nothing to lose
        const many = keys === 1 ? "1 key" : `${count(keys)} keys`;
        return confirmed({
            title: prefix ? `Delete ${many} under “${prefix}”?` : "Delete all keys?",
            text: prefix
                ? "All keys that begin with this prefix go. This cannot be undone."
                : `The server has ${many}. All of them go. This cannot be undone.`,
            go: `Delete ${many}`,
        });
    }

    /** @param {Call} call */
    async #send(call) {
        const { method, target, headers, text, file } = call;
        const answer = await this.#store.request(method, target, { headers, body: file ?? text });
        const isMissing = answer.status === 404 && answer.bytes.length === 0;
        if (answer.status >= 400 && !isMissing) this.#access.noticed(errorOf(answer));
        this.#show(call, answer);
    }

    /**
     * @param {Call} call
     * @param {import("./memorykv.js").Answer} answer
     */
    #show(call, answer) {
        const { method, target } = call;
        const { status, headers, bytes } = answer;
        const isList = target === "/keys" || /^\/keys[/?%]/.test(target);
        const isFault = status >= 400 && !(status === 404 && bytes.length === 0);
        const keys = isList && status === 200 ? JSON.parse(new TextDecoder().decode(bytes)) : null;
        const words = isFault
            ? errorOf(answer).title || "Refused"
            : keys
              ? this.#listWords(call, keys, headers)
              : kWords[`${method} ${status}`];
        announce(`${words}, status ${status}`);

        /** @type {(Node | null)[]} */
        const parts = [this.#headline(status, words, answer.milliseconds)];
        if (isFault)
            parts.push(make("p", { className: "problem", textContent: sentence(errorOf(answer)) }));
        if (!keys) parts.push(this.#fields(headers, bytes, isFault));
        if (keys) parts.push(this.#keyList(keys, call, headers));
        else if (!isFault && (bytes.length > 0 || (status === 200 && method === "GET")))
            parts.push(this.#valuePart(call, headers, bytes));
        parts.push(this.#curlPart(call));
        this.#showParts(parts);
    }

    /** On a phone the answer may be below the screen. @param {(Node | null)[]} parts */
    #showParts(parts) {
        const shown = parts.filter((part) => part !== null);
        byId("result-body").replaceChildren(...shown);
        byId("result-body").firstElementChild.scrollIntoView({
            block: "nearest",
            behavior: calm.matches ? "auto" : "smooth",
        });
    }

    /** @param {Call} call @param {string[]} keys @param {Headers} headers */
    #listWords({ method, target }, keys, headers) {
        const many = keys.length === 1 ? "1 key" : `${count(keys.length)} keys`;
        if (method === "DELETE") return keys.length ? `Deleted ${many}` : "Nothing to delete";
        const isFirst = !target.includes("?after=");
        const isLast = nextOf(headers) === null;
        if (isFirst && isLast) return keys.length ? many : "No keys";
        return `The ${isFirst ? "first" : isLast ? "last" : "next"} ${many}`;
    }

    /** @param {number} status @param {string} words @param {number} ms */
    #headline(status, words, ms) {
        const kind = status === 404 ? "none" : status >= 400 ? "bad" : "good";
        return make(
            "p",
            { className: "headline" },
            make("span", { className: `status ${kind}`, textContent: String(status) }),
            make("strong", { textContent: words }),
            make("span", {
                className: "took",
                textContent: duration(ms),
                title: "Until the whole answer was here",
            }),
        );
    }

    /** @param {Headers} headers @param {Uint8Array} bytes @param {boolean} isFault */
    #fields(headers, bytes, isFault) {
        const shown = [];
        if (headers.has("ETag")) shown.push(["ETag", headers.get("ETag")]);
        if (headers.has("Content-Type") && !isFault)
            shown.push(["Type", headers.get("Content-Type")]);
        if (bytes.length > 0 && !isFault) shown.push(["Size", size(bytes.length)]);
        if (headers.has("Retry-After"))
            shown.push(["Try again after", `${headers.get("Retry-After")} s`]);
        if (shown.length === 0) return null;
        return make(
            "dl",
            { className: "fields" },
            ...shown.map(([name, value]) =>
                make(
                    "div",
                    {},
                    make("dt", { textContent: name }),
                    make("dd", { textContent: value }),
                ),
            ),
        );
    }

    /** @param {Call} call @param {Headers} headers @param {Uint8Array<ArrayBuffer>} bytes */
    #valuePart({ method, target }, headers, bytes) {
        const title = { PUT: "Previous value", DELETE: "Removed value" }[method] ?? "Value";
        const value = new Value(bytes, headers.get("Content-Type") ?? "", 0n);
        const label = `${title}, from the answer`;
        const name = decodeURIComponent(target.split("?")[0]).split("/").at(-1);
        return make(
            "div",
            {},
            make("h4", { textContent: title }),
            valueView(value, { label, name }),
        );
    }

    /** @param {string[]} keys @param {Call} call @param {Headers} headers */
    #keyList(keys, call, headers) {
        const list = make("ul", { className: "keys", "aria-label": "Keys" });
        for (const key of keys.slice(0, 1000)) {
            const isGone = call.method === "DELETE";
            const button = make("button", { type: "button", className: "link", textContent: key });
            button.onclick = () => this.read(key);
            list.append(make("li", {}, isGone ? make("span", { textContent: key }) : button));
        }
        const rest = keys.length - 1000;
        if (rest > 0)
            list.append(make("li", { className: "hint", textContent: `and ${count(rest)} more` }));
        const after = nextOf(headers);
        if (after === null) return keys.length ? list : null;
        const next = make("button", { type: "button", textContent: "Next page" });
        const path = call.target.split("?")[0];
        const target = `${path}?after=${encodeURIComponent(after)}&limit=${kPageSize}`;
        next.onclick = () => this.#follow({ ...call, target });
        return make("div", {}, list, next);
    }

    /** @param {Call} call */
    async #follow(call) {
        this.#setBusy(true);
        try {
            await this.#send(call);
        } catch (error) {
            this.#showFault(error);
        } finally {
            this.#setBusy(false);
        }
    }

    /** @param {Call} call */
    #curlPart(call) {
        const line = curl({
            ...call,
            url: this.#store.url + call.target,
            file: call.file?.name,
            token: this.#store.token !== null,
        });
        return make(
            "div",
            { className: "curl" },
            make("pre", {
                textContent: line,
                tabIndex: 0,
                role: "region",
                "aria-label": "The same call for curl",
            }),
            copyButton("Copy", () => line),
        );
    }

    /** What kept the call from being sent or answered. @param {unknown} error */
    #showFault(error) {
        if (error instanceof UnauthorizedError || error instanceof ForbiddenError)
            this.#access.noticed(error);
        const known = error instanceof MemoryKVError;
        if (!known) console.error(error);
        const title = error instanceof RequestError ? "Not sent" : "No answer";
        const text = known ? sentence(error) : String(error);
        announce(`${title}. ${text}`);
        this.#showParts([
            make(
                "p",
                { className: "headline" },
                make("span", { className: "status bad", textContent: "!" }),
                make("strong", { textContent: known && error.status ? error.title : title }),
            ),
            make("p", { className: "problem", textContent: text }),
        ]);
    }
}

/** The server's words as a sentence. @param {MemoryKVError} error */
function sentence({ message }) {
    return message[0].toUpperCase() + message.slice(1) + (/[.!?]$/.test(message) ? "" : ".");
}
