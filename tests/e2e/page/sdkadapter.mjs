// SPDX-License-Identifier: GPL-3.0-only
// The adapter of memorykv.js for the conformance cases (sdks/conformance/README.md): the SDK runs in
// a page of the server's origin in a real browser, this program passes commands and outcomes on.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Browser } from "./harness.mjs";

const kPath = "/-/page/conformance/";
const files = {
    "": ["text/html", "<!doctype html><title>conformance</title>"],
    "memorykv.js": ["text/javascript", await readFile(process.env.MEMORYKV_JS, "utf8")],
    "sdkcommands.js": [
        "text/javascript",
        await readFile(new URL("sdkcommands.js", import.meta.url), "utf8"),
    ],
};

// A page that no server gave is not taken to be of this machine, and may not connect to it.
const browser = await Browser.start(["--disable-features=LocalNetworkAccessChecks"]);
const page = await browser.open();
// The server never sees these: it is to see only what the SDK asks.
await page.route(
    (url) => url.pathname.startsWith(kPath),
    (route) => {
        const [contentType, body] =
            files[new URL(route.request().url()).pathname.slice(kPath.length)];
        return route.fulfill({ contentType, body });
    },
);

async function outcomeOf(command) {
    if (command.do === "open") {
        await page.goto(new URL(kPath, command.url).href);
        await page.evaluate(async (path) => {
            globalThis.commands = await import(`${path}sdkcommands.js`);
        }, kPath);
    }
    return page.evaluate((one) => globalThis.commands.run(one), command);
}

for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await outcomeOf(JSON.parse(line))));
await browser.end();
