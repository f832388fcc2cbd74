// SPDX-License-Identifier: GPL-3.0-only
// Small helpers for what the browser makes long.

/**
 * The element with this id, which is in index.html.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
    const element = document.getElementById(id);
    if (!element) throw new Error(`no element #${id}`);
    return element;
}

/**
 * An element with properties and children. A property that begins with "aria-", "data-" or is
 * "role" or "for" becomes an attribute; undefined and null ones are left out.
 * @param {string} name
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null | undefined)} children
 * @returns {any}
 */
export function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (value === undefined || value === null) continue;
        if (/^(aria-|data-|role$|for$)/.test(key)) element.setAttribute(key, value);
        else Object.assign(element, { [key]: value });
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

let announced = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let announcing;

/**
 * Has a screen reader say something when it is idle. Of several within a second only the last one
 * is said, so that it never shouts.
 * @param {string} text
 */
export function announce(text) {
    clearTimeout(announcing);
    const wait = Math.max(0, 1000 - (performance.now() - announced));
    announcing = setTimeout(() => {
        announced = performance.now();
        byId("status").textContent = text;
    }, wait);
}

/**
 * Copies a text. The clipboard's own interface is there only on https and localhost.
 * @param {string} text
 */
export async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        const area = make("textarea", { value: text, className: "visually-hidden" });
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    }
    announce("Copied");
}

/**
 * A button that copies and says for a moment that it did.
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
    const button = make("button", { type: "button", className: "small", textContent: label });
    button.onclick = async () => {
        await copy(text());
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = label), 1500);
    };
    return button;
}

/**
 * Asks before something that cannot be undone.
 * @param {{ title: string, text: string, go: string }} question
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, go }) {
    /** @type {HTMLDialogElement} */
    const dialog = byId("confirm");
    byId("confirm-title").textContent = title;
    byId("confirm-text").textContent = text;
    byId("confirm-go").textContent = go;
    dialog.returnValue = "cancel";
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.onclose = () => resolve(dialog.returnValue === "go");
    });
}

/** Whether the user asked for less motion. */
export const calm = matchMedia("(prefers-reduced-motion: reduce)");
