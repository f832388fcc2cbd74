// SPDX-License-Identifier: GPL-3.0-only
// The live page: makes its parts and tells each of them when the role changes.
import { Access } from "./access.js";
import { byId, make } from "./dom.js";
import { FeedPanel } from "./feed.js";
import { Job } from "./job.js";
import { MemoryKV } from "./memorykv.js";
import { Numbers } from "./numbers.js";
import { TryIt } from "./tryit.js";

// What the user does is not repeated behind their back: they see the error and decide.
const store = new MemoryKV(location.origin, { retries: 0 });
const access = new Access(store);
const tryIt = new TryIt(store, access);
const feed = new FeedPanel(store, access);
const numbers = new Numbers(store, access);
const job = new Job(store, access);

feed.onRead = (/** @type {string} */ key) => tryIt.read(key);

/** Marks the tab of the part that one looks at, on a screen that has tabs. */
function followParts() {
    /** @type {Map<Element, Element>} */
    const tabs = new Map();
    for (const tab of document.querySelectorAll(".tabs a"))
        tabs.set(byId(/** @type {HTMLAnchorElement} */ (tab).hash.slice(1)), tab);
    const observer = new IntersectionObserver(
        (entries) => {
            const current = entries.findLast(({ isIntersecting }) => isIntersecting);
            if (!current) return; // between two parts
            for (const [part, tab] of tabs)
                if (part === current.target) tab.setAttribute("aria-current", "true");
                else tab.removeAttribute("aria-current");
        },
        { rootMargin: "-30% 0px -70% 0px" }, // a line below what a tab brings to the top
    );
    for (const part of tabs.keys()) observer.observe(part);
}
followParts();

function showFacts() {
    const { version, epoch, started } = access.info ?? {};
    byId("version").textContent = version ? `MemoryKV ${version}` : "";
    byId("facts").replaceChildren();
    if (!started) return;
    const since = new Date(started).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    byId("facts").append(
        make("span", { textContent: `up since ${since}`, title: `epoch ${epoch}` }),
    );
}

access.onChange = () => {
    showFacts();
    numbers.settle();
    feed.settle();
    job.settle();
};
if (!(await access.find()) && access.info === null) feed.settle();
