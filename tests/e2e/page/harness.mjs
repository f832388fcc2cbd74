// SPDX-License-Identifier: GPL-3.0-only
// The real server and a real browser, for tests and screenshots. Everything started here ends with
// stopAll().
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { chromium } from "playwright-core";

const kStartMs = 60_000;

/** @type {Set<{ end: () => Promise<void> }>} */
const running = new Set();

/** memorykv-server on a port of its choice, or on the one given. */
export class Server {
    /** @param {string[]} [options] @param {number} [port] */
    static async start(options = [], port = 0) {
        const program = process.env.MEMORYKV_SERVER_PATH;
        if (!program) throw new Error("MEMORYKV_SERVER_PATH is not set");
        const server = new Server();
        server.options = options;
        server.process = spawn(program, ["--port", String(port), ...options], {
            stdio: ["ignore", "ignore", "pipe"],
        });
        running.add(server);
        let text = "";
        await new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("the server is silent")), kStartMs);
            server.process.on("exit", () => reject(new Error(`the server ended: ${text}`)));
            server.process.stderr.on("data", (data) => {
                text += data;
                const found = /listening on (https?):\/\/\S+:(\d+)/.exec(text);
                if (!found) return;
                clearTimeout(timer);
                server.port = Number(found[2]);
                server.url = `${found[1]}://localhost:${server.port}`;
                resolve(undefined);
            });
        });
        return server;
    }

    /** Ends it, by default in order. */
    async end(signal = "SIGTERM") {
        running.delete(this);
        if (this.process.exitCode !== null || this.process.signalCode !== null) return;
        this.process.kill(signal);
        await once(this.process, "exit");
    }

    /** A request beside the browser. */
    async call(method, path, body, headers = {}) {
        const answer = await fetch(this.url + path, { method, body, headers });
        return { status: answer.status, text: await answer.text(), headers: answer.headers };
    }

    put(key, value, type = "text/plain") {
        return this.call("PUT", `/${key}`, value, { "Content-Type": type });
    }
}

/** A TCP proxy that can lose its connections and go away. */
export class Proxy {
    static async start(target) {
        const proxy = new Proxy();
        proxy.target = target;
        proxy.port = 0;
        proxy.sockets = new Set();
        await proxy.up();
        running.add(proxy);
        return proxy;
    }

    async up() {
        this.listener = createServer((client) => {
            const server = connect(this.target, "127.0.0.1");
            for (const [one, other] of [
                [client, server],
                [server, client],
            ]) {
                this.sockets.add(one);
                one.on("error", () => other.destroy());
                one.on("close", () => {
                    this.sockets.delete(one);
                    other.destroy();
                });
                one.pipe(other);
            }
        });
        this.listener.listen(this.port, "127.0.0.1");
        await once(this.listener, "listening");
        this.port = this.listener.address().port;
    }

    async down() {
        const closed = new Promise((resolve) => this.listener.close(resolve));
        for (const socket of this.sockets) socket.destroy();
        await closed;
    }

    async end() {
        running.delete(this);
        if (this.listener.listening) await this.down();
    }
}

/** One browser for all tests of a file. */
export class Browser {
    /** @param {string[]} [options] */
    static async start(options = []) {
        const browser = new Browser();
        browser.browser = await chromium.launch({
            executablePath: process.env.MEMORYKV_BROWSER,
            headless: true,
            chromiumSandbox: false,
            args: [
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-sync",
                "--disable-background-networking",
                "--disable-component-update",
                ...options,
            ],
        });
        running.add(browser);
        return browser;
    }

    /**
     * A page in a context of its own. page.requests has the address of each request it made, page.
     * faults what it said on the console and what it threw.
     */
    async open(url, context = {}) {
        const made = await this.browser.newContext({
            viewport: { width: 1440, height: 900 },
            ...context,
        });
        const page = await made.newPage();
        page.setDefaultTimeout(60_000);
        page.requests = [];
        page.faults = [];
        page.on("request", (request) => page.requests.push(request.url()));
        page.on("websocket", (socket) => page.requests.push(socket.url()));
        page.on("pageerror", (error) => page.faults.push(String(error)));
        page.on("console", (message) => {
            if (message.type() === "error") page.faults.push(message.text());
        });
        if (url) await page.goto(url);
        return page;
    }

    async end() {
        running.delete(this);
        await this.browser.close();
    }
}

export async function stopAll() {
    for (const one of [...running]) await one.end();
}

/** Waits until condition() gives something true, which it returns. */
export async function until(condition, what, ms = 60_000) {
    const deadline = Date.now() + ms;
    for (;;) {
        const result = await condition();
        if (result) return result;
        if (Date.now() > deadline) throw new Error(`in vain waited until ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
}
