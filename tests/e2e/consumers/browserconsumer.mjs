// SPDX-License-Identifier: GPL-3.0-only
// A page in a real browser that consumes the feed with nothing but what the browser has.
//
//     node browserconsumer.mjs <browser> <server url>
//
// Opens /ping, to be of the server's origin without the live page's own traffic, connects a WebSocket (text), one for JSON, and an EventSource, and
// prints each thing that happens to them as a line of JSON: {"from","what","data"}. Ends when its
// standard input does.
import { chromium } from "playwright-core";

const [, , executablePath, serverUrl] = process.argv;

const browser = await chromium.launch({
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
});
const page = await browser.newPage();
page.on("console", (message) => console.error(message.text()));
await page.exposeFunction("tell", (from, what, data) =>
    console.log(JSON.stringify({ from, what, data })),
);
await page.goto(`${serverUrl}ping`);
await page.evaluate(() => {
    const feed = `${location.origin}/wal`;
    const listen = (from, source) => {
        source.onopen = () => tell(from, "open", "");
        source.onmessage = (event) => tell(from, "message", event.data);
        source.onerror = () => tell(from, "error", "");
        source.onclose = (event) => tell(from, "close", String(event.code));
    };
    listen("websocket", new WebSocket(feed.replace("http", "ws")));
    listen("json", new WebSocket(`${feed.replace("http", "ws")}?format=json&op=insert`));
    listen("eventsource", new EventSource(feed));
});

process.stdin.resume();
process.stdin.on("end", async () => {
    await browser.close();
    process.exit(0);
});
