# SPDX-License-Identifier: GPL-3.0-only
"""Tests what bench/compare makes of its numbers, and what it asks of each server."""

import json
import sys
import unittest
import xml.etree.ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import picture
import report
import works
from benchlib import BenchError
from peers import PEERS, Etcd, MemoryKv, Nats, Nginx, Redis

TIMES = {"p50": 0.001, "p99": 0.002, "p999": 0.003}


def sample(rate, cpu=1e-5, **more):
    return works.sample(rate, 1, (cpu / 4, cpu * 3 / 4), TIMES, **more)


def work(name):
    return next(one for one in works.WORKS if one.name == name)


def whole_report(*results, **more):
    return {"date": "2026-11-24", "versions": {"memorykv": "1.0"}, "rounds": 2, "seconds": 1,
            "quick": False, "load": 0.0, "place": "one processor", "disk": None,
            "machine": {"cpu": "A <fast> one", "processors": 2, "memory_gib": 8, "kernel": "6",
                        "system": "Debian"}, "works": list(results), **more}


class StatisticsTest(unittest.TestCase):
    def test_takes_medians_and_the_range(self):
        one = report.summarise([sample(10), sample(30), sample(20)])
        self.assertEqual((one["rate"], one["least"], one["most"], one["runs"]), (20, 10, 30, 3))

    def test_adds_up_what_was_lost(self):
        one = report.summarise([sample(1, lost=2, published=5), sample(1, lost=3, published=5)])
        self.assertEqual((one["lost"], one["published"]), (5, 5))

    def test_compares_the_runs_of_one_round(self):
        # The machine was half as fast in the second round, for both of them.
        found = report.ratios([sample(100), sample(50), sample(100)],
                              [sample(50, 2e-5), sample(25, 2e-5), sample(50, 2e-5)])
        self.assertAlmostEqual(found["rate_ratio"], 2)
        self.assertAlmostEqual(found["cpu_ratio"], 0.5)

    def test_has_no_ratio_to_nothing(self):
        found = report.ratios([sample(100)], [sample(0, 0)])
        self.assertEqual(found, {"rate_ratio": None, "cpu_ratio": None})

    def test_knows_no_times_when_nothing_was_done(self):
        nothing = works.sample(0, 0, (0.1, 0.1), dict.fromkeys(TIMES, 0.0))
        result = report.result_of(work("get-40-32"),
                                  {"memorykv": [sample(10)], "etcd": [nothing]}, {})
        self.assertEqual(report.rows_of(result)[1][2:], ("0", *[report.NONE] * 8))
        self.assertIn("0/s<", picture.svg(whole_report(result)))

    def test_ignores_times_that_are_not_known(self):
        nothing = works.sample(0, 0, (0, 0), TIMES)
        self.assertAlmostEqual(report.cpu_of(report.summarise([nothing, sample(10)])), 1e-5)

    def test_divides_processor_time_by_operations(self):
        one = works.sample(10, 4, (2.0, 1.0), TIMES)
        self.assertEqual((one["user"], one["system"]), (0.5, 0.25))


class ReportTest(unittest.TestCase):
    def setUp(self):
        self.result = report.result_of(
            work("get-40-32"),
            {"memorykv": [sample(50_000)], "nginx": [sample(100_000)], "nats": []},
            {"etcd": "did not start"})

    def test_has_a_row_for_each_server_with_a_counterpart(self):
        rows = report.rows_of(self.result)
        self.assertEqual([row[1] for row in rows], ["memorykv", "nginx", "etcd"])
        self.assertEqual(rows[1][2:4], ("100,000", "0.50"))
        self.assertEqual(rows[2][2], "failed")
        self.assertTrue(all(len(row) == len(report.HEADER) for row in rows))

    def test_writes_a_table_of_markdown(self):
        page = report.markdown(whole_report(self.result))
        table = [line for line in page.splitlines() if line.startswith("|")]
        self.assertEqual({line.count("|") for line in table}, {len(report.HEADER) + 1})
        self.assertIn("2026-11-24", page)
        self.assertNotIn("quick run", page)

    def test_marks_a_quick_run(self):
        self.assertIn("quick run", report.markdown(whole_report(self.result, quick=True)))
        self.assertIn("quick run", picture.svg(whole_report(self.result, quick=True)))

    def test_survives_json(self):
        before = whole_report(self.result)
        self.assertEqual(report.markdown(json.loads(json.dumps(before))), report.markdown(before))

    def test_judges_targets_that_were_measured(self):
        texts = [text for text, _ in report.targets(whole_report(self.result))]
        self.assertEqual(len(texts), 2)
        self.assertIn("MISSED", texts[0])
        self.assertIn("met", texts[1])

    def test_writes_numbers_with_three_digits(self):
        values = (0.01234, 9.876, 45.678, 12345.6, None)
        self.assertEqual([report.number(value) for value in values],
                         ["0.0123", "9.88", "45.7", "12,346", "–"])


class PictureTest(unittest.TestCase):
    def test_draws_a_bar_for_each_server(self):
        result = report.result_of(
            work("get-40-32"), {"memorykv": [sample(50_000)], "nginx": [sample(100_000)]}, {})
        root = xml.etree.ElementTree.fromstring(picture.svg(whole_report(result)))
        bars = [float(bar.get("width")) for bar in root.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(len(bars), 2)
        self.assertAlmostEqual(bars[0] * 2, bars[1], delta=0.1)

    def test_refuses_to_draw_nothing(self):
        with self.assertRaises(ValueError):
            picture.svg(whole_report())

    def test_shortens_numbers(self):
        self.assertEqual([picture.shorten(value) for value in (12, 45_678, 4_990_000)],
                         ["12", "45.7 k", "4.99 M"])


class WorksTest(unittest.TestCase):
    def test_have_names_of_their_own(self):
        names = [one.name for one in works.WORKS]
        self.assertEqual(len(names), len(set(names)))

    def test_are_chosen_by_the_beginnings_of_names(self):
        def names(*only, quick=False, everything=False):
            return [one.name for one in works.choose(only, quick, everything)]

        self.assertEqual(names("get", quick=True), ["get-40-32", "get-4k-32"])
        self.assertEqual(names("get-40-32", "put-40-1"), ["get-40-32", "put-40-1"])
        self.assertEqual(names("get-4k-256"), ["get-4k-256"])
        self.assertEqual(len(names(everything=True)), len(works.WORKS))
        self.assertLess(len(names(quick=True)), len(names()))
        with self.assertRaises(BenchError):
            names("ge")

    def test_of_a_picture_exist(self):
        names = {one.name for one in works.WORKS}
        self.assertLessEqual(set(picture.SHOWN), names)
        self.assertLessEqual({target[0] for target in report.TARGETS}, names)

    def test_have_requests_of_the_same_number_for_each_server(self):
        peers = [kind({}) for kind in PEERS]
        for one in works.WORKS:
            if one.setup == "feed":
                continue
            made = [works.http_requests(peer, one) for peer in peers]
            self.assertIsNotNone(made[0], one.name)
            self.assertEqual(len({len(requests) for requests in made if requests}), 1, one.name)


class PeersTest(unittest.TestCase):
    def test_are_asked_for_the_same_in_their_own_way(self):
        value = b"x" * 40
        for kind, path in ((MemoryKv, b"PUT /k "), (Redis, b"PUT /SET/k "), (Nginx, b"PUT /k "),
                           (Etcd, b"POST /v3/kv/put ")):
            request = kind({}).put("k", value)
            self.assertTrue(request.startswith(path), request)
            head, _, body = request.partition(b"\r\n\r\n")
            self.assertIn(b"Content-Length: %d" % len(body), head)

    def test_have_no_request_without_a_counterpart(self):
        self.assertIsNone(Nats({}).put("k", b"v"))
        self.assertIsNone(Nginx({}).listing("group:"))
        self.assertIsNone(Etcd({}).feed("text"))

    def test_list_up_to_the_end_of_a_prefix(self):
        self.assertIn(b"[group:050:/(group:050;/LIMIT/0/100", Redis({}).listing("group:050:"))


if __name__ == "__main__":
    unittest.main()
