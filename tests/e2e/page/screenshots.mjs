// SPDX-License-Identifier: GPL-3.0-only
// Pictures of the live page: node screenshots.mjs <folder> [all]
// Without "all": page-{desktop,phone}-{light,dark}.png, for the documentation. With it the other
// states as well, to be looked at.
import { mkdir } from "node:fs/promises";
import { Browser, Server, stopAll, until } from "./harness.mjs";

const [, , folder, which] = process.argv;
const kSizes = {
    desktop: { viewport: { width: 1440, height: 1000 } },
    phone: {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
    },
};
const kOrder = JSON.stringify({
    order: 18446744073709551615n.toString(),
    total: 1.5,
    items: ["tea", "cup"],
    paid: true,
})
    .replace('"18446744073709551615"', "18446744073709551615")
    .replace("1.5,", "1.50,");

/** A store with something in it and some traffic. */
async function fill(server) {
    const words = ["tea", "coffee", "milk", "bread", "honey", "salt", "rice", "corn"];
    for (let i = 0; i < 40; ++i) {
        await server.put(
            `stock/${words[i % 8]}/${i}`,
            JSON.stringify({ left: i * 3, shelf: i % 5 }),
            "application/json",
        );
        if (i % 4 === 0) await server.call("GET", `/stock/${words[i % 8]}/${i}`);
        if (i % 9 === 5) await server.call("DELETE", `/stock/${words[i % 8]}/${i}`);
    }
    await server.call("PUT", "/session/9f3c?ttl=600", "abc123", { "Content-Type": "text/plain" });
    await server.call("PATCH", "/session/9f3c?ttl=1200");
    await server.call("GET", "/session/none");
    await server.call("GET", "/keys/stock/?limit=10");
    await server.put("order/1", kOrder, "application/json");
    await server.put(
        "image/pixel",
        new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 255]),
        "image/png",
    );
}

/** Traffic of changing strength in the background until it is stopped. */
function traffic(server) {
    let isOn = true;
    const done = (async () => {
        for (let i = 0; isOn; ++i) {
            const many = 2 + Math.round(4 * (1 + Math.sin(i / 40)) + 5 * Math.random());
            for (let j = 0; j < many && isOn; ++j) {
                const key = `sensor/${(i + j) % 12}`;
                if ((i + j) % 23 === 0) await server.call("GET", "/keys/sensor/");
                if (j % 3 === 0) await server.call("GET", `/${key}`);
                else
                    await server.put(
                        key,
                        JSON.stringify({ at: i, celsius: 20 + (j % 7) / 2 }),
                        "application/json",
                    );
                if ((i + j) % 11 === 10) await server.call("DELETE", `/${key}`);
            }
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
    })();
    return async () => {
        isOn = false;
        await done;
    };
}

const shoot = (page, name) => page.screenshot({ path: `${folder}/page-${name}.png` });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function readOrder(page) {
    await page.getByLabel("Key or prefix").fill("order/1");
    await press(page, "Read");
    await page.getByText("Found", { exact: true }).waitFor();
}

async function documentation(browser) {
    const server = await Server.start();
    await fill(server);
    const stop = traffic(server);
    const pages = [];
    for (const [size, context] of Object.entries(kSizes))
        for (const colorScheme of ["light", "dark"]) {
            const page = await browser.open(server.url, { ...context, colorScheme });
            await readOrder(page);
            await page.mouse.move(720, 5);
            pages.push([page, `${size}-${colorScheme}`]);
        }
    await new Promise((resolve) =>
        setTimeout(resolve, Number(process.env.SECONDS_OF_TRAFFIC ?? 290) * 1000),
    );
    // One of the phones shows what is further down.
    await pages[3][0].getByRole("link", { name: "Live feed" }).click();
    await pages[3][0].getByRole("button", { name: "Pause" }).evaluate((button) => button.blur());
    for (const [page, name] of pages) await shoot(page, name);
    await stop();
    if (which === "all") await states(browser, server, pages);
    await server.end();
}

async function states(browser, server, pages) {
    const [desktop, , phone, phoneDark] = pages.map(([page]) => page);
    await phone.screenshot({ path: `${folder}/page-phone-full.png`, fullPage: true });
    await phoneDark.screenshot({ path: `${folder}/page-phone-dark-full.png`, fullPage: true });
    await desktop.locator(".event").nth(3).click();
    await shoot(desktop, "detail");
    await press(desktop, "Pause");
    await server.put("while/paused", "x");
    await desktop.getByRole("button", { name: "Resume · 1 new" }).waitFor();
    await desktop.getByLabel("Key or prefix").fill("keys");
    await press(desktop, "Read");
    await shoot(desktop, "error");
    await desktop.getByLabel("Key or prefix").fill("image/pixel");
    await press(desktop, "Read");
    await desktop.getByText("Found", { exact: true }).waitFor();
    await shoot(desktop, "binary");
    await press(desktop, "List");
    await desktop.locator(".keys li").first().waitFor();
    await shoot(desktop, "list");
    await press(desktop, "Delete all");
    await desktop.locator("#confirm-go").waitFor();
    await shoot(desktop, "confirm");
    await press(desktop, "Cancel");
    await desktop.getByRole("button", { name: /^Resume/ }).click();
    const { port } = server;
    await server.end();
    await until(() => desktop.getByText(/^Offline/).isVisible(), "offline");
    await shoot(desktop, "offline");
    await shoot(phone, "phone-offline");
    const next = await Server.start([], port);
    await until(() => desktop.getByText("Live", { exact: true }).isVisible(), "live again");
    await next.put("after/restart", "x");
    await desktop.locator('.event[data-op="gap"]').first().waitFor();
    await shoot(desktop, "gap");
    await next.end();
    const empty = await Server.start();
    const fresh = await browser.open(empty.url);
    await fresh.getByText("Nothing has happened yet").waitFor();
    await shoot(fresh, "empty");
    await (
        await browser.open(empty.url, { viewport: { width: 1920, height: 1080 } })
    ).screenshot({ path: `${folder}/page-wide.png` });
    await (
        await browser.open(empty.url, { viewport: { width: 800, height: 1100 } })
    ).screenshot({ path: `${folder}/page-tablet.png`, fullPage: true });
    await empty.end();
}

await mkdir(folder, { recursive: true });
try {
    await documentation(await Browser.start());
} finally {
    await stopAll();
}
