// SPDX-License-Identifier: GPL-3.0-only
// Shows a value: as text, as formatted JSON, or as bytes.
import { copyButton, make } from "./dom.js";
import { formatJson, hexDump, isJson, size } from "./format.js";
import { Value } from "./memorykv.js";

/** @typedef {"JSON" | "Text" | "Bytes"} Form */

const kShown = 64 * 1024; // characters at first
const kMore = 4; // times as many at the next step
const kMost = 1024 * 1024; // more would hold the page up for seconds
const kBytesWide = 5; // characters that show a byte

/**
 * The beginning of a JSON text, formatted, and coloured as far as that is cheap.
 * @param {string} text
 * @param {number} limit Characters shown.
 * @returns {{ nodes: Node[], isWhole: boolean }}
 */
function jsonNodes(text, limit) {
    /** @type {Node[]} */
    const nodes = [];
    let length = 0;
    let plain = "";
    const flush = () => {
        if (plain) nodes.push(document.createTextNode(plain));
        plain = "";
    };
    for (const { text: piece, kind } of formatJson(text)) {
        if (length > limit) {
            flush();
            return { nodes, isWhole: false };
        }
        length += piece.length;
        if (kind === "plain" || length > kShown) {
            plain += piece;
            continue;
        }
        flush();
        nodes.push(make("span", { className: `j-${kind}`, textContent: piece }));
    }
    flush();
    return { nodes, isWhole: true };
}

/**
 * The beginning of a value in one of its forms.
 * @param {Form} form
 * @param {Value} value
 * @param {number} limit Characters shown.
 * @returns {{ nodes: (Node | string)[], isWhole: boolean }}
 */
function beginningOf(form, value, limit) {
    const { bytes } = value;
    if (form === "Bytes") {
        const shown = Math.floor(limit / kBytesWide);
        return { nodes: [hexDump(bytes.subarray(0, shown))], isWhole: bytes.length <= shown };
    }
    const text = value.text();
    if (form === "JSON") return jsonNodes(text, limit);
    return { nodes: [text.slice(0, limit)], isWhole: text.length <= limit };
}

/** @param {Value} value @param {string} name */
function save(value, name) {
    const url = URL.createObjectURL(new Blob([value.bytes], { type: "application/octet-stream" }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * @param {Value} value
 * @param {{ label: string, name?: string, total?: number }} options label: what it is, for screen
 *     readers. name: of the file to save it in. total: the bytes it really has, when it is only the
 *     beginning.
 * @returns {HTMLElement}
 */
export function valueView(value, { label, name, total = value.bytes.length }) {
    if (value.bytes.length === 0)
        return make("p", { className: "hint" }, "An empty value: no bytes.");
    const text = value.strictText();
    const isPart = total > value.bytes.length;
    const output = make("pre", {
        className: "value",
        tabIndex: 0,
        role: "region",
        "aria-label": label,
    });
    const more = make("button", { type: "button", className: "link", textContent: "Show more" });
    const rest = make("p", { className: "hint" });
    const show = (/** @type {Form} */ form, /** @type {number} */ limit) => {
        const { nodes, isWhole } = beginningOf(form, value, limit);
        output.replaceChildren(...nodes);
        output.classList.toggle("hex", form === "Bytes");
        rest.hidden = isWhole && !isPart;
        if (isWhole) rest.textContent = `The first ${size(value.bytes.length)} of ${size(total)}.`;
        else if (limit < kMost) rest.replaceChildren(`The beginning of ${size(total)}. `, more);
        else rest.textContent = `The beginning of ${size(total)}. Save it to see the rest.`;
        more.onclick = () => show(form, limit * kMore);
    };

    const tabs = make("div", { className: "segments", role: "group", "aria-label": "Show as" });
    for (const form of formsOf(text)) {
        const tab = make("button", { type: "button", textContent: form, "aria-pressed": "false" });
        tab.onclick = () => {
            for (const other of tabs.children)
                other.setAttribute("aria-pressed", String(other === tab));
            show(form, kShown);
        };
        tabs.append(tab);
    }
    tabs.firstElementChild.click();

    const saver = make("button", { type: "button", className: "small", textContent: "Save" });
    saver.onclick = () => save(value, name || "value");
    const tools = make(
        "div",
        { className: "value-tools" },
        tabs,
        text === null || isPart ? null : copyButton("Copy", () => text),
        isPart ? null : saver,
    );
    return make("div", { className: "value-view" }, tools, output, rest);
}

/** The best one first. @param {string | null} text Null for what is not UTF-8. @returns {Form[]} */
function formsOf(text) {
    if (text === null) return ["Bytes"];
    return /^\s*[[{"]/.test(text) && isJson(text) ? ["JSON", "Text", "Bytes"] : ["Text", "Bytes"];
}
