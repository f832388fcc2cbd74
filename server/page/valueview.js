// SPDX-License-Identifier: GPL-3.0-only
// Shows a value: as text, as formatted JSON, or as bytes.
import { copyButton, make } from "./dom.js";
import { formatJson, hexDump, size } from "./format.js";
import { Value } from "./memorykv.js";

const kShown = 64 * 1024; // characters at first; more make the page slow

/** @param {string} text @returns {Node[]} */
function jsonNodes(text) {
    /** @type {Node[]} */
    const nodes = [];
    let plain = "";
    const flush = () => {
        if (plain) nodes.push(document.createTextNode(plain));
        plain = "";
    };
    for (const { text: piece, kind } of formatJson(text) ?? []) {
        if (kind === "plain") {
            plain += piece;
            continue;
        }
        flush();
        nodes.push(make("span", { className: `j-${kind}`, textContent: piece }));
    }
    flush();
    return nodes;
}

/** @param {Value} value */
function save(value) {
    const url = URL.createObjectURL(new Blob([value.bytes], { type: "application/octet-stream" }));
    make("a", { href: url, download: "value" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * @param {Value} value
 * @param {{ label: string, total?: number }} options label: what it is, for screen readers. total:
 *     the bytes it really has, when it is only the beginning.
 * @returns {HTMLElement}
 */
export function valueView(value, { label, total }) {
    const text = value.strictText();
    const json = text !== null && /^\s*[[{"]/.test(text) ? formatJson(text) : null;
    /** @type {("JSON" | "Text" | "Bytes")[]} */
    const forms = [];
    if (json) forms.push("JSON");
    if (text !== null) forms.push("Text");
    forms.push("Bytes");

    const output = make("pre", {
        className: "value",
        tabIndex: 0,
        role: "region",
        "aria-label": label,
    });
    const more = make("button", { type: "button", className: "link", hidden: true });
    const show = (/** @type {string} */ form, /** @type {boolean} */ all) => {
        const whole = form === "Bytes" ? value.bytes.length * 5 : (text ?? "").length;
        const cut = !all && whole > kShown;
        output.replaceChildren();
        if (form === "Bytes") {
            output.textContent = hexDump(cut ? value.bytes.subarray(0, kShown / 8) : value.bytes);
        } else if (form === "JSON" && !cut) {
            output.append(...jsonNodes(text ?? ""));
        } else {
            output.textContent = cut ? (text ?? "").slice(0, kShown) : text;
        }
        output.classList.toggle("hex", form === "Bytes");
        more.hidden = !cut;
        more.textContent = `Show all ${size(value.bytes.length)}`;
        more.onclick = () => show(form, true);
    };

    const tabs = make("div", { className: "segments", role: "group", "aria-label": "Show as" });
    for (const form of forms) {
        const tab = make("button", { type: "button", textContent: form, "aria-pressed": "false" });
        tab.onclick = () => {
            for (const other of tabs.children)
                other.setAttribute("aria-pressed", String(other === tab));
            show(form, false);
        };
        tabs.append(tab);
    }
    tabs.firstElementChild.click();

    const isPart = total !== undefined && total > value.bytes.length;
    const note = isPart
        ? make(
              "p",
              { className: "hint" },
              `The first ${size(value.bytes.length)} of ${size(total)}.`,
          )
        : null;
    const saver = make("button", { type: "button", className: "small", textContent: "Save" });
    saver.onclick = () => save(value);
    const tools = make(
        "div",
        { className: "value-tools" },
        tabs,
        text === null || isPart ? null : copyButton("Copy", () => text),
        isPart ? null : saver,
    );
    if (value.bytes.length === 0)
        return make("p", { className: "hint" }, "An empty value: no bytes.");
    return make("div", { className: "value-view" }, tools, output, more, note);
}
