# SPDX-License-Identifier: GPL-3.0-only
"""Numbers of bench/compare as a table for the terminal and as Markdown."""

import statistics

OURS = "memorykv"
NONE = "–"
HEADER = ("work", "server", "/s", "ratio", "CPU user µs", "system µs", "ratio", "p50 ms",
          "p99 ms", "p99.9 ms", "lost")


def summarise(samples):
    """What is told of the samples of one peer: medians, and the range of the rate."""
    def median(name):
        known = [one[name] for one in samples if one[name] is not None]
        return statistics.median(known) if known else None

    rates = [one["rate"] for one in samples]
    summary = {name: median(name) for name in ("rate", "user", "system", "p50", "p99", "p999")}
    summary.update(least=min(rates), most=max(rates), runs=len(samples))
    if "lost" in samples[0]:
        summary.update(lost=sum(one["lost"] for one in samples), published=median("published"))
    return summary


def cpu_of(one):
    """CPU seconds of one operation, None when they are not known."""
    return None if one["user"] is None else one["user"] + one["system"]


def ratios(ours, theirs):
    """(rate, CPU time) of OURS over THEIRS: medians of those of each round."""
    pairs = list(zip(ours, theirs))
    rate = [one["rate"] / other["rate"] for one, other in pairs if other["rate"] > 0]
    cpu = [cpu_of(one) / cpu_of(other) for one, other in pairs if cpu_of(one) and cpu_of(other)]
    return {"rate_ratio": statistics.median(rate) if rate else None,
            "cpu_ratio": statistics.median(cpu) if cpu else None}


def result_of(work, samples, failures):
    """What the JSON has of a work. SAMPLES: lists by peer; FAILURES: texts by peer."""
    peers = {}
    for name, runs in samples.items():
        if runs:
            peers[name] = summarise(runs)
            if name != OURS and samples.get(OURS):
                peers[name].update(ratios(samples[OURS], runs))
    return {"name": work.name, "title": work.title, "unit": work.unit, "peers": peers,
            "failures": failures}


def count(number, what):
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def number(value):
    """With three digits that count, at least."""
    if value is None:
        return NONE
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def decimals(value):
    return NONE if value is None else f"{value:.2f}"


def scaled(value, factor):
    return None if value is None else value * factor


def rows_of(result):
    """A row for each peer of a work; a peer without a counterpart has none."""
    rows = []
    for name, one in result["peers"].items():
        rows.append((
            result["title"] if not rows else "", name, number(one["rate"]),
            decimals(one.get("rate_ratio")),
            *(number(scaled(one[key], 1e6)) for key in ("user", "system")),
            decimals(one.get("cpu_ratio")),
            *(decimals(scaled(one[key], 1e3)) for key in ("p50", "p99", "p999")),
            f"{one['lost']:,}" if "lost" in one else NONE))
    for name, _ in result["failures"].items():
        rows.append((result["title"] if not rows else "", name, "failed", *[NONE] * 8))
    return rows


def rows(report):
    return [row for result in report["works"] for row in rows_of(result)]


def machine_lines(report):
    """What the numbers hold for, a line each."""
    machine = report["machine"]
    lines = [f"{report['date']}, {machine['cpu']}, {machine['processors']} processors, "
             f"{machine['memory_gib']} GiB, Linux {machine['kernel']}, {machine['system']}",
             ", ".join(f"{name} {version}" for name, version in report["versions"].items()),
             f"{count(report['rounds'], 'round')} by turns of {report['seconds']} s each; "
             f"every server on {report['place']}"]
    if report["disk"]:
        lines.append(f"durable works on {report['disk']}")
    if report["load"] > 0.5:
        lines.append(f"The machine was busy when it began (load {report['load']:.1f}): "
                     "the numbers are rough.")
    return lines


EXPLANATION = """\
Made by `bench/compare`; [bench/README.md](../bench/README.md) tells how, and what each work is. The
numbers as JSON: [benchmarks.json](benchmarks.json).

- */s*: requests, batches, lists or delivered events a second, the median of the rounds. *ratio*:
  how many times that memorykv-server does, the median of those of each round. Above 1
  memorykv-server is ahead.
- *CPU*: time of all processes of the server for each of them, in microseconds, in user mode and in
  the kernel. *ratio*: how many times that memorykv-server takes. Below 1 it is ahead.
- *p50*, *p99*, *p99.9*: the time of a request as its client sees it while all connections always
  have one under way, or from writing an event to reading it.
- *lost*: events that consumers who read did not get, or got out of order, in all rounds. They are
  left out for consumers who do not keep up; each server does it in its own way.
- nginx answers with a constant and does nothing else: what a server can do at most. What a server
  has no counterpart for is not there.
"""


def markdown(report):
    lines = ["# Benchmarks", "", *(f"{line}  " for line in machine_lines(report)), ""]
    if report["quick"]:
        lines += ["**From a quick run, which shows that everything works. Its numbers are rough.**",
                  ""]
    lines += [EXPLANATION]
    lines.append("| " + " | ".join(HEADER) + " |")
    lines.append("|---|---|" + "--:|" * (len(HEADER) - 2))
    for row in rows(report):
        cells = [f"**{cell}**" if row[1] == OURS and i == 1 else cell for i, cell in enumerate(row)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


# (work, what, peer, whether more is better, bound) of what is to be reached.
TARGETS = (
    ("get-40-32", "rate_ratio", "nginx", True, 0.65),
    ("get-40-32", "cpu_ratio", "nginx", False, 1.7),
    ("put-40-32", "rate_ratio", "nginx", True, 0.55),
    ("get-40-32", "rate_ratio", "webdis+redis", True, 1.5),
    ("put-40-32", "rate_ratio", "webdis+redis", True, 1.5),
    ("get-40-32", "rate_ratio", "etcd", True, 8),
    ("put-40-32", "rate_ratio", "etcd", True, 8),
)


def targets(report):
    """(text, whether it is met) of each target whose work and peer were measured."""
    results = {result["name"]: result for result in report["works"]}
    judged = []
    for work, what, peer, more, bound in TARGETS:
        value = results.get(work, {}).get("peers", {}).get(peer, {}).get(what)
        if value is None:
            continue
        met = value >= bound if more else value <= bound
        judged.append((f"{work}: {'rate' if more else 'CPU time'} {value:.2f} of {peer}'s, target "
                       f"{'>=' if more else '<='} {bound} {'met' if met else 'MISSED'}", met))
    return judged
