// SPDX-License-Identifier: GPL-3.0-only
// Lines over time on a plain canvas.

/**
 * @typedef {object} Series
 * @property {string} color A custom property of the style sheet, such as "--insert".
 * @property {{ at: number, value: number }[]} points Oldest first; NaN breaks the line.
 * @typedef {object} Frame
 * @property {number} now
 * @property {number} span Milliseconds shown.
 * @property {boolean} [axes] With a scale; without it is a small line for a tile.
 */

/** A round number not below this one. @param {number} value */
function roundUp(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    const step = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
    return step * power;
}

/** @param {Series[]} series @param {number} oldest */
function highest(series, oldest) {
    let top = 0;
    for (const { points } of series)
        for (const { at, value } of points) if (at >= oldest && value > top) top = value;
    return top;
}

/**
 * Draws the series into the whole of a canvas, as sharp as the screen is.
 * @param {HTMLCanvasElement} canvas
 * @param {Series[]} series
 * @param {Frame} frame
 */
export function draw(canvas, series, { now, span, axes }) {
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    const context = canvas.getContext("2d");
    if (!context || width === 0) return;
    const scale = window.devicePixelRatio;
    if (
        canvas.width !== Math.round(width * scale) ||
        canvas.height !== Math.round(height * scale)
    ) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const top = highest(series, now - span);
    const limit = axes ? roundUp(Math.max(top, 1)) : Math.max(top * 1.1, 1e-9);
    const box = axes
        ? { left: 40, right: width - 4, top: 8, bottom: height - 20 }
        : { left: 1, right: width - 1, top: 2, bottom: height - 2 };
    if (axes) drawAxes(context, box, limit, style);
    else drawFloor(context, box, style);
    const x = (/** @type {number} */ at) =>
        box.right - ((now - at) / span) * (box.right - box.left);
    const y = (/** @type {number} */ value) =>
        box.bottom - (value / limit) * (box.bottom - box.top);
    context.save();
    context.beginPath();
    context.rect(box.left, 0, box.right - box.left, height);
    context.clip();
    context.lineWidth = 1.6;
    context.lineJoin = "round";
    for (const { color, points } of series) {
        const paint = style.getPropertyValue(color);
        for (const run of unbroken(points, now - span)) {
            context.beginPath();
            run.forEach(({ at, value }, i) =>
                i === 0 ? context.moveTo(x(at), y(value)) : context.lineTo(x(at), y(value)),
            );
            context.strokeStyle = paint;
            context.stroke();
            context.lineTo(x(run[run.length - 1].at), box.bottom);
            context.lineTo(x(run[0].at), box.bottom);
            context.globalAlpha = 0.1;
            context.fillStyle = paint;
            context.fill();
            context.globalAlpha = 1;
        }
    }
    context.restore();
}

/** The stretches without a break. @param {Series["points"]} points @param {number} oldest */
function unbroken(points, oldest) {
    /** @type {Series["points"][]} */
    const runs = [];
    /** @type {Series["points"]} */
    let run = [];
    points.forEach((point, i) => {
        const next = points[i + 1];
        if (next && next.at < oldest) return; // one before the edge is kept, to begin at it
        if (!Number.isNaN(point.value)) {
            run.push(point);
            return;
        }
        if (run.length > 0) runs.push(run);
        run = [];
    });
    if (run.length > 0) runs.push(run);
    return runs;
}

/**
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Box
 */

/**
 * What a small line stands on, which shows how much of its time is still to come.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {CSSStyleDeclaration} style
 */
function drawFloor(context, box, style) {
    context.fillStyle = style.getPropertyValue("--line");
    context.fillRect(box.left, box.bottom, box.right - box.left, 1);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {number} limit
 * @param {CSSStyleDeclaration} style
 */
function drawAxes(context, box, limit, style) {
    const format = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
    context.font = `11px ${style.fontFamily}`;
    context.fillStyle = style.getPropertyValue("--muted");
    context.strokeStyle = style.getPropertyValue("--line");
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const part of [0, 0.5, 1]) {
        const y = Math.round(box.bottom - part * (box.bottom - box.top)) + 0.5;
        context.beginPath();
        context.moveTo(box.left, y);
        context.lineTo(box.right, y);
        context.stroke();
        context.fillText(format.format(limit * part), box.left - 6, y);
    }
    context.textBaseline = "top";
    for (const minutes of box.right - box.left < 400 ? [4, 2, 0] : [5, 4, 3, 2, 1, 0]) {
        const x = box.right - (minutes / 5) * (box.right - box.left);
        context.textAlign = minutes === 5 ? "left" : minutes === 0 ? "right" : "center";
        context.fillText(minutes === 0 ? "now" : `−${minutes} min`, x, box.bottom + 6);
    }
}
