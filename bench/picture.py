# SPDX-License-Identifier: GPL-3.0-only
"""The picture of bench/compare's numbers: bars as SVG, for a light and a dark page alike."""

from html import escape

from report import OURS, count, cpu_of, scaled

WIDTH = 880
COLUMN = WIDTH // 2
MARGIN = 12
NAME = 92  # width of the names of servers
VALUE = 146  # width of the numbers behind the longest bar
TITLE = 24
BAR = 15
GAP = 5
SPACE = 18  # below a work
MOST_WORKS = 10
SHOWN = ("get-40-32", "put-40-32", "get-4k-32", "put-4k-32", "put-if-40-32", "batch-100-32",
         "list-100-32", "put-durable-40-32", "feed-text-100-50k", "feed-text-100-most",
         "feed-text-100-1k")
# Readable on white and on black.
TEXT = "#7d8590"
COLORS = {True: "#3b82f6", False: "#9aa4b0"}


def shorten(value):
    """Three digits that count, and a unit."""
    if value < 0.1:
        return f"{value:.2g}"
    for size, unit in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def height_of(result):
    return TITLE + len(result["peers"]) * (BAR + GAP) + SPACE


def bars(result, left, top):
    """The SVG of one work with its upper left corner there."""
    peers = result["peers"]
    most = max(one["rate"] for one in peers.values()) or 1
    room = COLUMN - 2 * MARGIN - NAME - VALUE
    parts = [f'<text class="title" x="{left}" y="{top + 14}">{escape(result["title"])}</text>']
    for number, (name, one) in enumerate(peers.items()):
        y = top + TITLE + number * (BAR + GAP)
        width = max(1, one["rate"] / most * room)
        cpu = scaled(cpu_of(one), 1e6)
        kind = "ours" if name == OURS else "theirs"
        parts += [
            f'<text class="{kind}" x="{left + NAME - 8}" y="{y + 12}" text-anchor="end">'
            f'{escape(name)}</text>',
            f'<rect x="{left + NAME}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" '
            f'fill="{COLORS[name == OURS]}"/>',
            f'<text class="{kind}" x="{left + NAME + width + 6:.1f}" y="{y + 12}">'
            f'{shorten(one["rate"])}/s' + (f", {shorten(cpu)} µs" if cpu else "") + "</text>"]
    return parts


def svg(report):
    """The picture as text. Raises ValueError when none of the works it shows were measured."""
    results = {result["name"]: result for result in report["works"] if OURS in result["peers"]}
    shown = [results[name] for name in SHOWN if name in results][:MOST_WORKS]
    if not shown:
        raise ValueError("none of the works of the picture were measured")
    parts = []
    top = 34
    for i in range(0, len(shown), 2):
        row = shown[i:i + 2]
        for column, result in enumerate(row):
            parts += bars(result, column * COLUMN + MARGIN, top)
        top += max(height_of(result) for result in row)
    machine = report["machine"]
    source = (f"{report['date']}, {machine['cpu']}, one processor for each server, "
              f"{count(report['rounds'], 'round')}")
    if report["quick"]:
        source += " (quick run: rough)"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 20}" '
        f'width="{WIDTH}" height="{top + 20}" role="img">',
        "<title>MemoryKV next to other servers</title>",
        f"<style>text {{ font: 12px system-ui, sans-serif; fill: {TEXT}; }} "
        ".title { font-weight: 600; font-size: 13px; } .ours { font-weight: 600; "
        f"fill: {COLORS[True]}; }}</style>",
        f'<text x="{MARGIN}" y="16">Operations a second, longer is better, and processor time of '
        "the server for each</text>",
        *parts,
        f'<text x="{MARGIN}" y="{top + 8}">{escape(source)}</text>', "</svg>", ""])
