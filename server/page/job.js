// SPDX-License-Identifier: GPL-3.0-only
// The background job: a small sign of life in the store every 20 seconds, so that an empty server
// has something to show.
import { byId } from "./dom.js";

const kEveryMs = 20_000;
const kTtl = 3600; // seconds; what a closed tab has left behind goes by itself
const kStorageName = "memorykv.job";

export class Job {
    #store;
    #access;
    #session = [...crypto.getRandomValues(new Uint8Array(4))]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("");
    #count = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    #timer;
    #fault = "";

    /**
     * @param {import("./memorykv.js").MemoryKV} store
     * @param {import("./access.js").Access} access
     */
    constructor(store, access) {
        this.#store = store;
        this.#access = access;
        byId("job-switch").onclick = () => {
            const isOn = this.#timer === undefined;
            sessionStorage.setItem(kStorageName, isOn ? "on" : "off");
            if (isOn) this.#put();
            this.#turn(isOn);
        };
        this.#tell();
    }

    /** Starts or stops it as the role and the user's choice say. */
    settle() {
        const chosen = sessionStorage.getItem(kStorageName);
        const isWanted = chosen ? chosen === "on" : !this.#access.isProtected;
        this.#turn(isWanted && this.#access.may("write"));
    }

    /** @param {boolean} isOn */
    #turn(isOn) {
        if (isOn !== (this.#timer !== undefined)) {
            clearInterval(this.#timer);
            this.#timer = isOn ? setInterval(() => this.#put(), kEveryMs) : undefined;
        }
        this.#tell();
    }

    #name(/** @type {number | string} */ n) {
        return `${this.#access.prefix}bg:${this.#session}:iter:${n}`;
    }

    async #put() {
        const n = this.#count++;
        try {
            await this.#store.put(this.#name(n), new Date().toISOString(), {
                type: "text/plain",
                ttl: kTtl,
            });
            this.#fault = "";
        } catch (error) {
            this.#fault = error instanceof Error ? error.message : String(error);
            this.#access.noticed(error);
        }
        this.#tell();
    }

    #tell() {
        const isOn = this.#timer !== undefined;
        byId("job-switch").setAttribute("aria-checked", String(isOn));
        byId("job-text").textContent = this.#fault
            ? `The last put failed: ${this.#fault}`
            : isOn
              ? `Puts ${this.#name(this.#count)} next; one every 20 s, each for an hour.`
              : "Off. When on, puts a key with the time every 20 s.";
    }
}
