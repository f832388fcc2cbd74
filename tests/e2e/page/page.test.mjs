// SPDX-License-Identifier: GPL-3.0-only
// The live page in a real browser, against the real server: what each control does, what the feed
// shows, how it looks to assistive programs, what it loads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Browser, Proxy, Server, stopAll, until } from "./harness.mjs";

const run = promisify(execFile);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @type {Browser} */
let browser;
let folder;
before(async () => {
    browser = await Browser.start();
    folder = await mkdtemp(join(tmpdir(), "memorykv-page-"));
});
after(async () => {
    await stopAll();
    await rm(folder, { recursive: true, force: true });
});

const button = (page, name) =>
    page.locator("#try, dialog[open]").getByRole("button", { name, exact: true });
const press = (page, name) => button(page, name).click();
const fill = (page, label, text) => page.getByLabel(label, { exact: true }).fill(text);
const result = (page) => page.locator("#result-body");
const shows = (locator, text) =>
    until(
        async () => (await locator.innerText()).includes(text),
        `it shows ${JSON.stringify(text)}`,
    ).catch(async (error) => {
        throw new Error(`${error.message}; it shows ${JSON.stringify(await locator.innerText())}`);
    });
const live = (page) => shows(page.locator("#connection-text"), "Live");
const rows = (page) =>
    page.locator(".event:not([hidden])").evaluateAll((slots) =>
        slots
            .sort((a, b) => a.getAttribute("aria-posinset") - b.getAttribute("aria-posinset"))
            .map((slot) => ({
                op: slot.dataset.op,
                key: slot.querySelector(".key").textContent,
                text: slot.querySelector(".text").textContent,
                seq: slot.querySelector(".seq").textContent,
            })),
    );
const rowOf = (page, key) =>
    until(async () => (await rows(page)).find((row) => row.key === key), `a row of ${key}`);

/** A page whose own background job stays out of the way. */
async function openQuiet(url, context) {
    const page = await browser.open(null, context);
    await page.addInitScript(() => sessionStorage.setItem("memorykv.job", "off"));
    await page.goto(url);
    return page;
}

async function put(page, key, value, type = "text/plain") {
    await fill(page, "Key or prefix", key);
    await fill(page, "Value", value);
    await fill(page, "Type", type);
    await press(page, "Put");
}

// ------------------------------------------------------------------------------------ controls

test("one key: put, replace, read, delete", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    await put(page, "greeting", "hello");
    await shows(result(page), "201");
    await shows(result(page), "Created: the key is new");
    await shows(result(page), 'ETag\n"1"');
    await put(page, "greeting", "good day");
    await shows(result(page), "Previous value");
    assert.equal(await page.locator("#result pre.value").innerText(), "hello");
    await press(page, "Read");
    await shows(result(page), "Found");
    assert.equal(await page.locator("#result pre.value").innerText(), "good day");
    assert.match(await page.locator(".took").innerText(), /^[\d.]+ (µs|ms|s)$/);
    await press(page, "Delete");
    await shows(result(page), "Removed value");
    await press(page, "Read");
    await shows(result(page), "No such key");
    await press(page, "Delete");
    await shows(result(page), "nothing to delete");
    assert.equal((await server.call("GET", "/greeting")).status, 404);
    assert.deepEqual(
        page.faults.filter((fault) => !fault.includes("404")),
        [],
    );
    await server.end();
});

test("many keys: list, list a prefix, page, delete a prefix, delete all only when confirmed", async () => {
    const server = await Server.start();
    for (let i = 100; i < 250; ++i) await server.put(`a/${i}`, "x");
    await server.put("b/1", "seen");
    const page = await openQuiet(server.url);
    await press(page, "List");
    await shows(result(page), "The first 100 keys");
    await press(page, "Next page");
    await shows(result(page), "The last 51 keys");
    await page.locator(".keys").getByRole("button", { name: "b/1" }).click();
    await shows(result(page), "seen");
    await fill(page, "Key or prefix", "a/2");
    await press(page, "List prefix");
    await shows(result(page), "50 keys");
    await press(page, "Delete prefix");
    await press(page, "Delete 50 keys");
    await shows(result(page), "Deleted 50 keys");
    await press(page, "Delete all");
    await shows(page.locator("#confirm"), "The server has 101 keys");
    await press(page, "Cancel");
    assert.equal((await server.call("GET", "/keys?count=true")).text, '{"count":101}');
    await press(page, "Delete all");
    await press(page, "Delete 101 keys");
    await shows(result(page), "Deleted 101 keys");
    assert.equal((await server.call("GET", "/keys?count=true")).text, '{"count":0}');
    await fill(page, "Key or prefix", "");
    await press(page, "Delete prefix");
    await shows(result(page), "A prefix has at least one byte.");
    await server.end();
});

test("values: JSON as sent, bytes, a file, nothing, one that expires", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    const json = '{"big":18446744073709551615,"one":1.0,"twice":1,"twice":2,"e":1E400}';
    await server.put("json", json, "application/json");
    await fill(page, "Key or prefix", "json");
    await press(page, "Read");
    await shows(
        result(page),
        '{\n  "big": 18446744073709551615,\n  "one": 1.0,\n  "twice": 1,\n  "twice": 2,\n  "e": 1E400\n}',
    );
    await page.locator("#result").getByRole("button", { name: "Text" }).click();
    assert.equal(await page.locator("#result pre.value").innerText(), json);

    await server.put("bytes", new Uint8Array([0, 255, 0x41, 10]), "application/octet-stream");
    await fill(page, "Key or prefix", "bytes");
    await press(page, "Read");
    await shows(result(page), "000000  00 ff 41 0a");

    await server.put("page", "<script>document.title = 'taken'</script><b>bold</b>", "text/html");
    await fill(page, "Key or prefix", "page");
    await press(page, "Read");
    await shows(result(page), "<b>bold</b>");
    assert.equal(await page.title(), "MemoryKV");

    await page
        .locator("#file")
        .setInputFiles({ name: "a b.bin", mimeType: "image/x", buffer: Buffer.from([1, 2, 255]) });
    await fill(page, "Key or prefix", "from/file");
    await press(page, "Put");
    await shows(result(page), "--data-binary '@a b.bin'");
    const stored = await fetch(`${server.url}/from/file`);
    assert.equal(stored.headers.get("content-type"), "image/x");
    assert.deepEqual([...new Uint8Array(await stored.arrayBuffer())], [1, 2, 255]);
    await press(page, "Remove the file");

    await put(page, "empty", "");
    await shows(result(page), "201");
    await press(page, "Read");
    await shows(result(page), "An empty value");

    await fill(page, "Expires after (s)", "3600");
    await put(page, "fleeting", "x");
    await shows(result(page), "?ttl=3600");
    const listed = JSON.parse((await server.call("GET", "/keys/fleeting?values=true")).text);
    assert.ok(listed[0].ttl > 3500);
    await server.end();
});

test("a large value: its beginning, formatted, and more of it on demand", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    const items = Array.from({ length: 9000 }, (_, id) => ({ id, name: `item ${id}` }));
    await server.put("large", JSON.stringify(items), "application/json");
    await fill(page, "Key or prefix", "large");
    await press(page, "Read");
    await shows(result(page), '[\n  {\n    "id": 0,\n    "name": "item 0"\n  },');
    const value = page.locator("#result pre.value");
    const length = async () => (await value.textContent()).length;
    assert.ok((await length()) < 100_000);
    while (await button(page, "Show more").isVisible()) await press(page, "Show more");
    assert.equal(await value.textContent(), JSON.stringify(items, null, 2));

    await server.put("huge", "x".repeat(3 << 20));
    await fill(page, "Key or prefix", "huge");
    await press(page, "Read");
    await shows(result(page), "The beginning of 3 MiB");
    while (await button(page, "Show more").isVisible()) await press(page, "Show more");
    await shows(result(page), "Save it to see the rest");
    assert.equal(await length(), 1 << 20);
    await server.end();
});

test("conditions, and errors in words", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    await page.getByLabel("Condition").selectOption("new");
    await put(page, "k", "1");
    await shows(result(page), "201");
    await put(page, "k", "2");
    await shows(result(page), "412");
    await shows(result(page), "The key's revision does not meet If-Match or If-None-Match.");
    await page.getByLabel("Condition").selectOption("revision");
    await fill(page, "Revision", "1");
    await put(page, "k", "3");
    await shows(result(page), "Replaced");
    await page.getByLabel("Condition").selectOption("always");
    await put(page, "k", "4", "x/".padEnd(300, "x"));
    await shows(result(page), "400");
    await shows(page.locator("#result .problem"), "Content type");
    await put(page, "keys", "5");
    await shows(result(page), "'keys' is a reserved name and cannot be a key.");
    await put(page, "..", "5");
    await shows(result(page), "A browser cannot send the key '..'.");
    await fill(page, "Expires after (s)", "soon");
    await put(page, "k", "6");
    await shows(result(page), "Expires after: whole seconds");
    await fill(page, "Expires after (s)", "999999999999");
    await put(page, "k", "6");
    await shows(page.locator("#result .problem"), "ttl");
    await server.end();
    await press(page, "Read");
    await shows(result(page), "No answer");
});

test("keys that URLs would fold, and the line for curl does the same", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    const key = "a/../ü b/%41?#'\"";
    const value = 'it\'s "quoted" $HOME\n@file';
    await put(page, key, value);
    await shows(result(page), "201");
    const line = await page.locator(".curl pre").innerText();
    assert.deepEqual(JSON.parse((await server.call("GET", "/keys")).text), [key]);
    await server.call("DELETE", "/keys");
    await run("sh", ["-c", `${line} -s`]);
    await press(page, "Read");
    await shows(result(page), "Found");
    assert.equal(await page.locator("#result pre.value").innerText(), value);
    await put(page, "at", "@etc");
    await shows(result(page), "--data-raw @etc");
    await server.end();
});

test("the keyboard alone: Enter reads, Ctrl+Enter puts", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByLabel("Key or prefix").focus();
    await page.keyboard.press("Enter");
    await shows(result(page), "No such key");
    await page.getByLabel("Value").focus();
    await page.keyboard.press("Control+Enter");
    await shows(result(page), "Created");
    await server.end();
});

// ---------------------------------------------------------------------------------------- feed

test("the feed: what was, what is, filters, pause, one event in full", async () => {
    const server = await Server.start();
    await server.put("before", "the page was there");
    const page = await openQuiet(server.url);
    await live(page);
    assert.equal((await rowOf(page, "before")).text, "the page was there");
    await server.put("user/1", '{"name":"Ann"}', "application/json");
    await server.call("PATCH", "/user/1?ttl=60");
    await server.call("GET", "/user/2");
    await server.call("GET", "/keys/user/");
    await server.call("DELETE", "/user/1");
    await until(async () => (await rows(page))[0].op === "delete", "the delete is there");
    assert.deepEqual(
        (await rows(page)).map(({ op, key, text, seq }) => [op, key, text, seq]),
        [
            ["delete", "user/1", "", "4"],
            ["list_prefix", "user/", "", ""],
            ["read", "user/2", "no such key", ""],
            ["touch", "user/1", "expires in 60 s", "3"],
            ["insert", "user/1", '{"name":"Ann"}', "2"],
            ["insert", "before", "the page was there", "1"],
        ],
    );
    const feed = page.locator("#feed");
    await feed.getByRole("button", { name: "Reads" }).click();
    await feed.getByRole("button", { name: "Lists" }).click();
    await until(async () => (await rows(page)).length === 4, "reads and lists are gone");
    await feed.getByLabel("Show keys that begin with").fill("user/");
    await until(async () => (await rows(page)).length === 3, "only user/ is left");
    await shows(page.locator("#feed-summary"), "3 of 6 shown");
    await feed.getByLabel("Show keys that begin with").fill("");

    await feed.getByRole("button", { name: "Pause" }).click();
    for (let i = 0; i < 12; ++i) await server.put(`while/${i}`, "paused");
    await shows(feed, "Resume · 12 new");
    assert.equal((await rows(page))[0].key, "user/1");
    await feed.getByLabel("Show keys that begin with").fill("while/1");
    await shows(feed, "Resume · 3 new");
    await shows(page.locator(".list-frame"), "Nothing from before the pause");
    await feed.getByLabel("Show keys that begin with").fill("");
    await shows(feed, "Resume · 12 new");
    await feed.getByRole("button", { name: /^Resume/ }).click();
    await rowOf(page, "while/11");

    await page.locator("#list").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await shows(page.locator("#detail"), "while/10");
    await page.keyboard.press("End");
    await shows(page.locator("#detail"), "the page was there");
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#detail").isHidden());
    await page.locator("#list").evaluate((list) => (list.scrollTop = 0));
    await page.locator(".event").filter({ hasText: "while/11" }).click();
    await page.getByRole("button", { name: "Read this key" }).click();
    await shows(result(page), "paused");
    await feed.getByRole("button", { name: "Clear" }).click();
    await shows(page.locator(".list-frame"), "Nothing has happened yet");
    await server.end();
});

test("heartbeats are life, not rows", async () => {
    const server = await Server.start(["--heartbeat", "1s"]);
    const page = await openQuiet(server.url);
    await shows(page.locator("#feed-summary"), "heartbeat");
    await until(() => page.evaluate(() => performance.now() > 3000), "some heartbeats have come");
    assert.deepEqual(await rows(page), []);
    await shows(page.locator("#feed-summary"), "0 events");
    await server.end();
});

test("how long the feed may be silent follows the server's heartbeat", async () => {
    const server = await Server.start(["--heartbeat", "1h"]);
    const page = await browser.open(null);
    await page.addInitScript(() => {
        sessionStorage.setItem("memorykv.job", "off");
        const now = Date.now.bind(Date);
        window.ahead = 0; // milliseconds
        Date.now = () => now() + window.ahead;
    });
    const told = page.waitForResponse((response) => response.url().endsWith("/-/info"));
    await page.goto(server.url);
    await live(page);
    await (await told).finished();
    await shows(page.locator("#feed-summary"), "heartbeat");

    const isBack = async () => (await rows(page)).some(({ text }) => text.startsWith("Back after"));
    const start = await page.evaluate(() => {
        window.ahead = 600_000;
        return performance.now();
    });
    // The page looks once a second.
    await until(() => page.evaluate((t) => performance.now() > t + 2500, start), "it has looked");
    await shows(page.locator("#connection-text"), "Live");
    assert.ok(!(await isBack()));

    await page.evaluate(() => (window.ahead = 3 * 3600_000));
    await until(isBack, "it has connected again");
    await server.end();
});

test("5,000 events a second: the page stays usable, its memory bounded", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    await live(page);
    await page.evaluate(() => {
        globalThis.frames = [];
        const note = (now) => {
            globalThis.frames.push(now);
            requestAnimationFrame(note);
        };
        requestAnimationFrame(note);
    });
    const seconds = 8;
    const started = Date.now();
    let sent = 0;
    while (Date.now() - started < seconds * 1000) {
        const due = Math.min(((Date.now() - started) / 1000) * 5000 + 250, seconds * 5000);
        if (sent + 250 > due) {
            await new Promise((resolve) => setTimeout(resolve, 10));
            continue;
        }
        const operations = [];
        for (let i = 0; i < 250; ++i, ++sent)
            operations.push({
                op: "put",
                key: `load/${sent % 1000}`,
                value: `{"n":${sent},"text":"${"x".repeat(60)}"}`,
            });
        await server.call("POST", "/-/batch", JSON.stringify({ operations }), {
            "Content-Type": "application/json",
        });
    }
    // Usable in the midst of it.
    const clicked = Date.now();
    await page.locator("#feed").getByRole("button", { name: "Pause" }).click();
    const took = Date.now() - clicked;
    await page
        .locator("#feed")
        .getByRole("button", { name: /^Resume/ })
        .click();
    await server.put("load/last", "end");
    await rowOf(page, "load/last");
    const { gaps, slots, heap } = await page.evaluate(() => ({
        gaps: globalThis.frames.map((at, i, all) => (i ? at - all[i - 1] : 0)),
        slots: document.querySelectorAll(".event").length,
        heap: performance.memory?.usedJSHeapSize ?? 0,
    }));
    const rate = Math.round(sent / seconds);
    gaps.sort((a, b) => a - b);
    console.log(
        `${rate} events/s; frames ${gaps.length}, gap p50 ${gaps[gaps.length >> 1].toFixed(0)} ms, ` +
            `p99 ${gaps[Math.floor(gaps.length * 0.99)].toFixed(0)} ms, max ${gaps.at(-1).toFixed(0)} ms; ` +
            `pause ${took} ms; ${slots} rows in the document; heap ${(heap / 1048576).toFixed(1)} MiB`,
    );
    assert.ok(gaps.at(-1) < 3000, "no freeze"); // a loaded machine is allowed a lot
    assert.ok(slots < 100, "windowed");
    assert.ok(heap < 150 * 1048576, "bounded");
    await shows(page.locator("#feed-summary"), `of ${(sent + 1).toLocaleString("en")} held`);
    await server.end();
});

test("scrolled away from the newest, the rows in view stay where they are", async () => {
    const server = await Server.start();
    for (let i = 0; i < 100; ++i) await server.put(`k/${i}`, "x");
    const page = await openQuiet(server.url);
    await rowOf(page, "k/99");
    await page.locator("#list").evaluate((list) => (list.scrollTop = 900));
    const visible = () =>
        until(
            () =>
                page.evaluate(() => {
                    const { left, top } = document.getElementById("list").getBoundingClientRect();
                    const row = document.elementFromPoint(left + 300, top + 100).closest(".event");
                    return row?.querySelector(".key").textContent;
                }),
            "a row is there",
        );
    const before = await visible();
    for (let i = 0; i < 7; ++i) await server.put(`new/${i}`, "x");
    await shows(page.locator(".list-frame"), "7 new");
    assert.equal(await visible(), before);
    await page.getByRole("button", { name: "7 new ↑" }).click();
    await rowOf(page, "new/6");
    await server.end();
});

test("a lost connection is told, and resumed without loss or repetition", async () => {
    const server = await Server.start();
    const proxy = await Proxy.start(server.port);
    const page = await openQuiet(`http://localhost:${proxy.port}`);
    await live(page);
    for (let i = 0; i < 30; ++i) {
        await server.put(`n/${i}`, String(i));
        if (i === 9) await proxy.down();
        if (i === 19) {
            await shows(page.locator("#connection-text"), "Offline");
            await proxy.up();
            // It may be back by itself, and then there is nothing to press.
            await page.locator("#retry").evaluate((retry) => retry.hidden || retry.click());
        }
    }
    await live(page);
    await rowOf(page, "n/29");
    await page.setViewportSize({ width: 1440, height: 2400 });
    await until(async () => (await rows(page)).length >= 31, "all rows are in view");
    const seen = (await rows(page)).filter(({ op }) => op === "insert").map(({ key }) => key);
    assert.deepEqual(
        seen.reverse(),
        Array.from({ length: 30 }, (_, i) => `n/${i}`),
    );
    assert.ok(
        (await rows(page)).some(({ op, text }) => op === "note" && text.startsWith("Back after")),
    );
    assert.ok(!(await rows(page)).some(({ op }) => op === "gap"));
    await proxy.end();
    await server.end();
});

test("a server that restarts in mid-feed: offline, live again, the gap shown", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    await live(page);
    await server.put("old/1", "x");
    await rowOf(page, "old/1");
    await server.end("SIGKILL");
    await shows(page.locator("#connection-text"), "Offline");
    const next = await Server.start([], server.port);
    await live(page);
    await next.put("new/1", "x");
    await rowOf(page, "new/1");
    const gap = (await rows(page)).find(({ op }) => op === "gap");
    assert.match(gap.text, /began anew/);
    await shows(page.locator("#tiles"), "Keys\n1");
    await next.end();
});

test("a server with a data directory that restarts: resumed, no gap", async () => {
    await mkdir(join(folder, "data"));
    const server = await Server.start(["--data-dir", join(folder, "data")]);
    const page = await openQuiet(server.url);
    await live(page);
    await server.put("old/1", "x");
    await rowOf(page, "old/1");
    await server.end("SIGKILL");
    await shows(page.locator("#connection-text"), "Offline");
    const next = await Server.start(["--data-dir", join(folder, "data")], server.port);
    await next.put("new/1", "x");
    await live(page);
    await rowOf(page, "new/1");
    const seen = (await rows(page)).filter(({ op }) => op !== "read");
    assert.deepEqual(
        seen.map(({ op, key }) => [op, key]),
        [
            ["insert", "new/1"],
            ["note", ""],
            ["insert", "old/1"],
        ],
    );
    await next.end();
});

// ------------------------------------------------------------------------- numbers and the job

test("numbers: keys, bytes, operations, consumers, latency", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url);
    await live(page);
    const writing = setInterval(() => server.put("n/1", "12345").catch(() => {}), 50);
    await shows(page.locator("#tiles"), "Keys\n1");
    await shows(page.locator("#tiles"), "Stored\n8 B");
    await shows(page.locator("#tiles"), "Consumers\n1");
    await until(
        async () => /Operations\n[1-9][\d.]*\/s/.test(await page.locator("#tiles").innerText()),
        "a rate",
    );
    await until(
        async () =>
            /p99\n[\d.]+ (µs|ms|s) · [\d.]+ (µs|ms|s)/.test(
                await page.locator("#tiles").innerText(),
            ),
        "a latency",
    );
    await until(
        async () => /Writes [1-9]/.test(await page.locator("#plot").getAttribute("aria-label")),
        "the plot in words",
    );
    const drawn = await page.locator("#plot").evaluate((canvas) =>
        canvas
            .getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height)
            .data.some((byte) => byte > 0),
    );
    assert.ok(drawn);
    clearInterval(writing);
    await server.end();
});

test("metrics on a port of their own: keys and bytes all the same", async () => {
    const server = await Server.start(["--metrics-port", "0"]);
    await server.put("k", "v");
    const page = await openQuiet(server.url);
    await shows(page.locator("#numbers"), "--metrics-port");
    await shows(page.locator("#tiles"), "Keys\n1");
    await server.end();
});

test("the background job puts every 20 s until it is stopped", async () => {
    const server = await Server.start();
    const page = await browser.open();
    await page.clock.install();
    await page.goto(server.url);
    const job = page.getByRole("switch", { name: "Background job" });
    await shows(page.locator("#job-text"), "one every 20 s");
    assert.equal(await job.getAttribute("aria-checked"), "true");
    await page.clock.fastForward(20_500);
    await page.clock.fastForward(20_500);
    const keys = await until(async () => {
        const listed = JSON.parse((await server.call("GET", "/keys/bg:?values=true")).text);
        return listed.length === 2 && listed;
    }, "two keys were put");
    assert.match(keys[0].key, /^bg:[0-9a-f]{8}:iter:0$/);
    assert.equal(keys[1].key, keys[0].key.replace(/0$/, "1"));
    assert.ok(!Number.isNaN(Date.parse(keys[0].value)));
    await job.click();
    assert.equal(await job.getAttribute("aria-checked"), "false");
    await page.clock.fastForward(60_000);
    assert.equal(JSON.parse((await server.call("GET", "/keys/bg:")).text).length, 2);
    await server.end();
});

// -------------------------------------------------------------------------------- tokens and TLS

/** A server with tokens, and the tokens by name. */
async function startProtected() {
    const file = join(folder, `tokens-${Math.random()}`);
    const tokens = {};
    let lines = "";
    for (const [name, role, prefix] of [
        ["read", "read"],
        ["write", "write"],
        ["admin", "admin"],
        ["confined", "write", "demo/"],
    ]) {
        const { stdout } = await run(process.env.MEMORYKV_SERVER_PATH, [
            "--new-token",
            role,
            ...(prefix ? [prefix] : []),
        ]);
        const [token, line] = stdout.split("\n");
        tokens[name] = token;
        lines += `${line}\n`;
    }
    await writeFile(file, lines, { mode: 0o600 });
    return { server: await Server.start(["--token-file", file]), tokens, file };
}

async function enter(page, token) {
    await page.locator("#token").fill(token);
    await page.getByRole("button", { name: "Use it" }).click();
}

test("tokens: asked for, kept for the tab, and what the role cannot do is not there", async () => {
    const { server, tokens } = await startProtected();
    const page = await browser.open(server.url);
    await shows(page.locator("#token-dialog"), "This server asks for a token");
    await shows(page.locator("#connection-text"), "Token needed");
    await page.getByRole("button", { name: "Not now" }).click();
    assert.ok(await page.locator("#form").isHidden(), "nothing can be done without one");
    await page.getByRole("button", { name: "Enter a token" }).click();
    await enter(page, "mkv_wrong");
    await page.locator("#token-problem").waitFor();
    await enter(page, "not a token");
    await shows(page.locator("#token-problem"), "A token has letters, digits");
    await enter(page, tokens.read);
    await live(page);
    await shows(page.locator("#role"), "Role read");
    for (const name of ["Put", "Delete", "Delete prefix", "Delete all"])
        assert.ok(await button(page, name).isHidden(), `${name} is hidden`);
    for (const name of ["Read", "List", "List prefix"])
        assert.ok(await button(page, name).isVisible());
    assert.ok(await page.locator("#job").isHidden());
    await press(page, "Read");
    await shows(result(page), '"Authorization: Bearer $TOKEN"');
    assert.ok(!(await page.content()).includes(tokens.read), "the token is nowhere in the page");

    await page.reload();
    await live(page); // of the same tab
    const other = await browser.open(server.url);
    await shows(other.locator("#token-dialog"), "This server asks for a token");
    await enter(other, tokens.write);
    await live(other);
    assert.ok(await button(other, "Put").isVisible());
    assert.ok(await button(other, "Delete all").isHidden());
    assert.equal(await other.getByRole("switch").getAttribute("aria-checked"), "false");
    await put(other, "k", "by write");
    await shows(result(other), "Created");
    await rowOf(page, "k");
    assert.deepEqual(await other.evaluate(() => [localStorage.length, document.cookie]), [0, ""]);

    await other.getByRole("button", { name: "Forget the token" }).click();
    await shows(other.locator("#token-dialog"), "This server asks for a token");
    await enter(other, tokens.admin);
    await live(other);
    assert.ok(await button(other, "Delete all").isVisible());
    for (const one of [page, other])
        assert.ok(
            !one.requests.some((url) => Object.values(tokens).some((token) => url.includes(token))),
        );
    await server.end();
});

test("tokens: one that is confined to a prefix", async () => {
    const { server, tokens } = await startProtected();
    const page = await browser.open(server.url);
    await enter(page, tokens.confined);
    await live(page);
    await shows(page.locator("#try"), "Your keys begin with demo/");
    await shows(page.locator("#numbers"), "which this token may not see");
    await put(page, "elsewhere", "x");
    await shows(result(page), "403");
    await put(page, "demo/1", "x");
    await shows(result(page), "Created");
    await rowOf(page, "demo/1");
    await server.end();
});

test("tokens: one that is withdrawn is asked for anew", async () => {
    const { server, tokens, file } = await startProtected();
    const page = await browser.open(server.url);
    await enter(page, tokens.read);
    await live(page);
    const lines = (await readFile(file, "utf8")).split("\n");
    await writeFile(file, lines.slice(1).join("\n"));
    server.process.kill("SIGHUP");
    await page.locator("#token-problem").waitFor();
    await enter(page, tokens.admin);
    await live(page);
    await server.end();
});

test("over TLS, the feed as well", async () => {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    await run("openssl", [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
    ]);
    const server = await Server.start(["--tls-cert", certificate, "--tls-key", key]);
    assert.match(server.url, /^https:/);
    const page = await browser.open(server.url, { ignoreHTTPSErrors: true });
    await live(page);
    await put(page, "secret", "over TLS");
    await shows(result(page), "Created");
    await rowOf(page, "secret");
    assert.ok(page.requests.some((url) => url.startsWith("wss://")));
    await server.end();
});

// ------------------------------------------------------------------------------------ the whole

/** What axe finds wrong, with the parts at fault. */
async function violations(page) {
    await page.evaluate(axe);
    const found = await page.evaluate(() =>
        globalThis.axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }),
    );
    return found.violations.map(
        ({ id, nodes }) =>
            `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`,
    );
}

for (const colorScheme of ["light", "dark"])
    for (const [size, context] of [
        ["desktop", {}],
        ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
    ])
        test(`axe has nothing to say: ${size}, ${colorScheme}`, async () => {
            const server = await Server.start();
            for (const [method, path] of [
                ["PUT", "/a"],
                ["PATCH", "/a?ttl=60"],
                ["GET", "/a"],
                ["GET", "/keys"],
                ["DELETE", "/a"],
                ["PUT", "/b?ttl=1"],
                ["GET", "/keys/b"],
            ])
                await server.call(
                    method,
                    path,
                    method === "PUT" ? '{"a":[1,"b",null]}' : undefined,
                );
            const page = await openQuiet(server.url, { colorScheme, ...context });
            await live(page);
            await rowOf(page, "b");
            await until(
                async () => !(await page.locator(".fresh").count()),
                "the new rows have faded",
            );
            const states = { start: await violations(page) };
            await put(page, "c", '{"a":[1,"b",null,{}]}', "application/json");
            await press(page, "Read");
            await shows(result(page), "Found");
            await page.locator(".event").first().click();
            states.detail = await violations(page);
            await put(page, "keys", "x");
            states.fault = await violations(page);
            await press(page, "List");
            await shows(result(page), "keys");
            await page.locator("#feed").getByRole("button", { name: "Reads" }).click();
            await page.locator("#feed").getByRole("button", { name: "Pause" }).click();
            states.list = await violations(page);
            await press(page, "Delete all");
            await page.locator("#confirm[open]").waitFor();
            states.dialog = await violations(page);
            await press(page, "Cancel");
            await page
                .locator("#feed")
                .getByRole("button", { name: /^Resume/ })
                .click();
            await server.end();
            await shows(page.locator("#connection-text"), "Offline");
            states.offline = await violations(page);
            const next = await Server.start([], server.port);
            await live(page);
            await until(async () => (await rows(page)).some(({ op }) => op === "gap"), "a gap");
            await until(
                async () => !(await page.locator(".fresh").count()),
                "the new rows have faded",
            );
            states.gap = await violations(page);
            await next.end();
            for (const [state, found] of Object.entries(states)) assert.deepEqual(found, [], state);
            const overflow = await page.evaluate(
                () => document.documentElement.scrollWidth - innerWidth,
            );
            assert.ok(overflow <= 0, `nothing sticks out by ${overflow} px`);
        });

for (const [width, height] of [
    [360, 740],
    [390, 844],
    [820, 1180],
    [1440, 900],
])
    test(`long names break nothing at ${width} x ${height}`, async () => {
        const server = await Server.start();
        const long = "a/name/".padEnd(900, "without-an-end");
        await server.put(long, "v".repeat(5000));
        const page = await openQuiet(server.url, { viewport: { width, height } });
        const fits = async (what) => {
            const wide = await page.evaluate(() =>
                [...document.querySelectorAll("main *:not(.visually-hidden)")]
                    .filter((one) => !one.closest("pre, .event"))
                    .filter((one) => one.getBoundingClientRect().right > innerWidth)
                    .map((one) => one.id || one.className || one.tagName),
            );
            assert.deepEqual(wide, [], what);
        };
        const file = { name: `${"n".repeat(120)}.bin`, mimeType: "image/x" };
        await page.locator("#file").setInputFiles({ ...file, buffer: Buffer.from([255]) });
        await fits("the name of a file");
        await fill(page, "Key or prefix", long);
        await press(page, "Put");
        await shows(result(page), "Replaced");
        await fits("the call for curl");
        await press(page, "List");
        await shows(result(page), "1 key");
        await fits("a listing");
        await page.locator(".event", { hasText: "Insert" }).last().click();
        await page.locator("#detail").waitFor();
        await fits("an event");
        const isInView = await page.locator("#detail").evaluate((detail) => {
            const frame = detail.parentElement.getBoundingClientRect();
            return detail.getBoundingClientRect().bottom <= frame.bottom;
        });
        assert.ok(isInView, "the selected event is told within the list's frame");
        await server.end();
    });

test("on a phone the answer comes into view, and the tab says where one is", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url, { viewport: { width: 360, height: 640 } });
    await live(page);
    const current = page.locator(".tabs [aria-current]");
    await shows(current, "Try it");
    await press(page, "Read");
    const tabs = await page.locator(".tabs").boundingBox();
    await until(async () => {
        const { y, height } = await page.locator(".headline").boundingBox();
        return y > 0 && y + height < tabs.y;
    }, "the answer is above the tabs");
    await page.getByRole("link", { name: "Live feed" }).click();
    await shows(current, "Live feed");
    await server.end();
});

test("axe has nothing to say: the question for the token", async () => {
    const { server } = await startProtected();
    const page = await browser.open(server.url);
    await enter(page, "mkv_wrong");
    await page.locator("#token-problem").waitFor();
    assert.deepEqual(await violations(page), []);
    await server.end();
});

test("less motion when asked for", async () => {
    const server = await Server.start();
    const page = await openQuiet(server.url, { reducedMotion: "reduce" });
    await live(page);
    await server.put("k", "v");
    await rowOf(page, "k");
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    await server.end();
});

test("all of it is of this origin, under 100 KiB, and sent once", async () => {
    const server = await Server.start();
    const page = await browser.open();
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    let transferred = 0;
    session.on(
        "Network.loadingFinished",
        ({ encodedDataLength }) => (transferred += encodedDataLength),
    );
    await page.goto(server.url);
    await live(page);
    await press(page, "Put");
    await shows(result(page), "Created");
    const host = new URL(server.url).host;
    assert.ok(page.requests.length > 10);
    for (const url of page.requests) assert.equal(new URL(url).host, host, url);
    console.log(
        `${page.requests.length} requests, ${(transferred / 1024).toFixed(1)} KiB transferred`,
    );
    assert.ok(transferred > 10_000 && transferred < 100 * 1024, `${transferred} bytes`);

    for (const path of ["/", "/-/page/memorykv.js", "/-/page/page.css", "/-/page/icon.svg"]) {
        const first = await fetch(server.url + path);
        const tag = first.headers.get("etag");
        assert.match(tag, /^"[0-9a-f]+(-gzip)?"$/, path);
        const second = await fetch(server.url + path, { headers: { "If-None-Match": tag } });
        assert.equal(second.status, 304, path);
    }
    const policy = (await fetch(server.url)).headers.get("content-security-policy");
    assert.match(policy, /^default-src 'self'/);
    assert.deepEqual(page.faults, []);
    await server.end();
});

test("the first program of docs/page.md runs as it stands", async () => {
    const text = await readFile(process.env.MEMORYKV_PAGE_DOC, "utf8");
    const program = /```html\n(<!doctype html>[\s\S]*?)```/.exec(text)[1];
    const server = await Server.start(["--cors-origin", "*"]);
    const file = join(folder, "chat.html");
    await writeFile(file, program.replaceAll("http://localhost:8080", server.url));
    const page = await browser.open(`file://${file}`);
    await shows(page.locator("body"), "hello, world");
    await server.put("chat/1", "first");
    await shows(page.locator("body"), "insert chat/1 first");
    await server.end();
});
