# SPDX-License-Identifier: GPL-3.0-only
"""What the server does with a data directory: recovery, backups, a disk that is full, and the
promises of each --fsync."""

import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import threading
import time

from checks import Replica
from kvclient import HOST, Client, NotSent, Unknown
from kvfeed import SseFeed, WebSocketFeed
from storagecase import StorageCase, cut, flip, main

MANY_KEYS = 200_000
WAIT_SECONDS = 60


def wait_until(condition):
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {WAIT_SECONDS} s in vain")
        time.sleep(0.005)
    return found


class Recovery(StorageCase):
    def test_until_it_is_done_requests_get_503(self):
        # A pipe in place of a segment: reading it waits for somebody to write.
        pipe = self.data / "wal-00000000000000000001.log"
        os.mkfifo(pipe)
        server = self.make_server()
        server.launch()
        server.wait_for_port(r"reading \S+; until that is done \S+:(\d+) answers 503")
        client = server.client()
        for method, target in (("GET", "/-/ready"), ("GET", "/key"), ("PUT", "/key"),
                               ("GET", "/keys"), ("DELETE", "/keys"), ("GET", "/wal")):
            answer = client.request(method, target, "x" if method == "PUT" else None)
            self.assertProblem(answer, 503)
            self.assertRegex(answer.fields["Retry-After"], r"^[1-9]\d*$")
        self.assertEqual(client.get("/-/healthy").status, 200)
        self.assertEqual(client.get("/ping").body, b"pong")
        self.assertEqual(client.get("/metrics").status, 200)
        self.assertNotIn("listening on", server.output())

    def test_ready_once_all_is_there(self):
        server = self.serve("--fsync", "never")
        for begin in range(0, MANY_KEYS, 10_000):
            answer = server.client().batch(
                [{"op": "put", "key": f"{i}", "value": f"value {i}"}
                 for i in range(begin, begin + 10_000)])
            self.assertEqual(answer.status, 200)
        server.stop()

        server.launch()
        server.wait_for_port(r"reading \S+; until that is done \S+:(\d+) answers 503")
        statuses = []
        last = f"/{MANY_KEYS - 1}"
        while not statuses or statuses[-1] != 200:
            answer = server.client().get(last)
            statuses.append(answer.status)
            self.assertIn(answer.status, (200, 503))  # never a store with a part
        self.assertEqual(answer.body.decode(), f"value {MANY_KEYS - 1}")
        self.assertEqual(server.client().get("/-/ready").status, 200)
        self.assertEqual(server.client().get("/keys?count=true").json(), {"count": MANY_KEYS})
        self.assertIn(f"recovered up to seq {MANY_KEYS}", server.output())

    def test_can_be_stopped(self):
        server = self.serve("--fsync", "never")
        for _ in range(10):
            server.client().batch([{"op": "put", "key": f"{i}", "value": "x" * 50}
                                   for i in range(10_000)])
        server.stop()
        server.launch()
        server.wait_for_port(r"reading \S+; until that is done \S+:(\d+) answers 503")
        server.stop()
        self.assertEqual(self.serve().client().info()["seq"], 100_000)

    def test_expiries_go_on(self):
        server = self.serve()
        client = server.client()
        self.put(client, "short?ttl=1", "v")
        self.put(client, "long?ttl=1000", "v")
        self.put(client, "touched", "v")
        self.assertEqual(client.request("PATCH", "/touched?ttl=2000").status, 204)
        epoch = client.info()["epoch"]
        server.kill()
        server.start()
        feed = WebSocketFeed(server.port, f"{epoch}:4")
        feed.wait_for(5)
        feed.close()
        self.assertEqual((feed.events[0]["op"], feed.events[0]["key"]), ("expire", "short"))
        entries = server.client().entries()
        self.assertEqual(set(entries), {"long", "touched"})
        self.assertTrue(900 < entries["long"]["ttl"] <= 1000, entries)
        self.assertTrue(1900 < entries["touched"]["ttl"] <= 2000, entries)


class Position(StorageCase):
    def test_older_than_the_history_is_a_gap(self):
        server = self.serve("--segment-size", "1KiB", "--snapshot-size", "2KiB",
                            "--history", "4KiB")
        epoch = server.client().info()["epoch"]
        self.fill(server.client(), 200)
        wait_until(lambda: self.segments()[0].name > "wal-00000000000000000003.log")
        server.kill()
        server.start("--history", "4KiB")
        for kind in (WebSocketFeed, SseFeed):
            feed = kind(server.port, f"{epoch}:2")
            feed.wait_for(200)
            feed.close()
            gap = feed.events[0]
            self.assertEqual((gap["op"], gap["from"]), ("gap", 3))
            self.assertEqual([event["seq"] for event in feed.events[1:]],
                             list(range(gap["to"] + 1, 201)))

    def test_goes_on_after_a_stop_in_good_order(self):
        for policy in ("always", "interval", "never"):
            with self.subTest(policy):
                data = self.folder / policy
                data.mkdir()
                server = self.serve("--fsync", policy, data=data)
                self.fill(server.client(), 5)
                epoch = server.client().info()["epoch"]
                server.stop()
                server.start()
                info = server.client().info()
                self.assertEqual((info["epoch"], info["seq"], info["durable_seq"]), (epoch, 5, 5))
                feed = SseFeed(server.port, f"{epoch}:3")
                feed.wait_for(5)
                feed.close()
                self.assertEqual([event["seq"] for event in feed.events], [4, 5])


class FsyncPolicy(StorageCase):
    def syncs(self, server):
        return server.client().metric("memorykv_wal_sync_duration_seconds_count")

    def test_without_always_a_kill_loses_nothing_but_the_history_is_another(self):
        for policy in ("interval", "never"):
            with self.subTest(policy):
                data = self.folder / policy
                data.mkdir()
                server = self.serve("--fsync", policy, data=data)
                self.fill(server.client(), 50)
                epoch = server.client().info()["epoch"]
                server.kill()
                server.start()
                info = server.client().info()
                self.assertGreater(info["epoch"], epoch)
                self.assertEqual(info["seq"], 50)
                self.assertEqual(len(server.client().entries()), 50)
                feed = WebSocketFeed(server.port, f"{epoch}:49")
                wait_until(lambda feed=feed: feed.events)
                feed.close()
                self.assertEqual((feed.events[0]["op"], feed.events[0]["from"],
                                  feed.events[0]["to"]), ("gap", 1, 50))

    def test_always_syncs_before_each_answer(self):
        server = self.serve("--fsync", "always")
        before = self.syncs(server)
        self.fill(server.client(), 10)  # one at a time
        self.assertEqual(self.syncs(server) - before, 10)

    def test_a_client_that_has_no_more_to_ask_gets_the_answer_that_waited(self):
        server = self.serve("--fsync", "always")
        for i in range(50):
            with socket.create_connection((HOST, server.port), WAIT_SECONDS) as connection:
                connection.sendall(f"PUT /k{i} HTTP/1.1\r\nHost: {HOST}:{server.port}\r\n"
                                   "Content-Length: 1\r\n\r\nv".encode())
                connection.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: connection.recv(4096), b""))
            self.assertTrue(answer.startswith(b"HTTP/1.1 201 "), answer)

    def test_interval_syncs_within_seconds(self):
        server = self.serve("--fsync", "interval")
        before = self.syncs(server)
        self.fill(server.client(), 1)
        wait_until(lambda: self.syncs(server) > before)

    def test_never_does_not_sync(self):
        server = self.serve("--fsync", "never")
        before = self.syncs(server)
        self.fill(server.client(), 100)
        self.assertEqual(self.syncs(server), before)


def download_snapshot(port):
    """(seq, bytes) of GET /-/snapshot."""
    connection = http.client.HTTPConnection(HOST, port, timeout=WAIT_SECONDS)
    connection.request("GET", "/-/snapshot")
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    name = answer.headers["Content-Disposition"].partition("memorykv-")[2]
    content = answer.read()
    connection.close()
    return int(name.partition(".")[0]), content


class Backup(StorageCase):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "backup"
        self.target = self.folder / "target"
        self.target.mkdir()

    def make_backup(self):
        server = self.serve()
        client = server.client()
        self.fill(client, 20)
        client.put("/typed?ttl=1000", b"\0\xff", fields={"Content-Type": "image/png"})
        client.delete("/key/3")
        self.file.write_bytes(download_snapshot(server.port)[1])
        return server

    def test_is_restored_into_an_empty_directory(self):
        source = self.make_backup()
        server = self.serve("--restore", str(self.file), data=self.target)
        self.assertIn("restored", server.output())
        ours, theirs = server.client().entries(), source.client().entries()
        for entry in [*ours.values(), *theirs.values()]:
            if "ttl" in entry:
                self.assertTrue(900 < entry.pop("ttl") <= 1000)
        self.assertEqual(ours, theirs)
        info = server.client().info()
        self.assertEqual(info["seq"], 22)
        self.assertNotEqual(info["epoch"], source.client().info()["epoch"])
        self.assertEqual(self.put(server.client(), "next", "v").revision, 23)
        server.kill()
        server.options = server.options[:2]
        server.start()
        self.assertEqual(len(server.client().entries()), 21)

    def test_is_not_restored_over_data(self):
        source = self.make_backup()
        source.kill()
        output = self.refused("--restore", str(self.file))
        self.assertIn(f"--restore: the data directory {self.data} is not empty", output)
        stranger = self.target / "notes.txt"
        stranger.touch()
        self.assertIn("is not empty", self.refused("--restore", str(self.file), data=self.target))
        self.assertEqual(len(self.serve().client().entries()), 20)

    def test_that_is_wrong_or_cut_is_refused_and_leaves_the_directory_empty(self):
        self.make_backup()
        size = self.file.stat().st_size
        content = self.file.read_bytes()
        damages = [(f"cut at {at}", lambda at=at: cut(self.file, at))
                   for at in (0, 7, 47, 48, size // 2, size - 1)]
        damages += [(f"flipped at {at}", lambda at=at: flip(self.file, at))
                    for at in (0, 20, 60, size // 2, size - 1)]
        damages += [("other file", lambda: self.file.write_text("no snapshot\n" * 100)),
                    ("longer", lambda: self.file.write_bytes(content + b"x")),
                    ("missing", self.file.unlink)]
        for name, damage in damages:
            with self.subTest(name):
                self.file.write_bytes(content)
                damage()
                output = self.refused("--restore", str(self.file), data=self.target)
                self.assertIn("--restore: ", output)
                self.assertIn(str(self.file), output)
        self.assertEqual(self.serve(data=self.target).client().info()["keys"], 0)

    def test_needs_a_directory(self):
        server = self.make_server()
        code, output = server.run("--restore", "backup")
        self.assertEqual(code, 2)
        self.assertIn("--data-dir", output)

    def test_during_writes_is_the_state_of_one_moment(self):
        server = self.serve("--threads", "4")
        epoch = server.client().info()["epoch"]
        filling = [{"op": "put", "key": f"fill/{i}", "value": "x" * 100} for i in range(5000)]
        self.assertEqual(server.client().batch(filling).status, 200)
        feed = WebSocketFeed(server.port, f"{epoch}:0")
        done = threading.Event()

        def write(number):
            client = Client(server.port)
            count = 0
            while not done.is_set():
                count += 1
                value = f"{number}.{count}"
                client.batch([{"op": "put", "key": f"a/{number}", "value": value},
                              {"op": "put", "key": f"z/{number}", "value": value}])
                client.put(f"/fill/{count % 5000}", value)
                client.delete(f"/fill/{count * 7 % 5000}")
            client.close()

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        backups = []
        while len(backups) < 3:
            backups.append(download_snapshot(server.port))
        done.set()
        for thread in threads:
            thread.join()
        feed.wait_for(server.client().info()["seq"])
        feed.close()
        self.assertGreater(len(feed.events), backups[-1][0])
        for number, (seq, content) in enumerate(backups):
            self.file.write_bytes(content)
            target = self.folder / f"target {number}"
            target.mkdir()
            restored = self.serve("--restore", str(self.file), data=target)
            self.assertEqual(restored.client().info()["seq"], seq)
            replica = Replica()
            for event in feed.events[:seq]:
                replica.apply(event)
            entries = restored.client().entries()
            replica.compare(entries)
            for key in [key for key in entries if key.startswith("a/")]:
                self.assertEqual(entries[key]["value"], entries["z" + key[1:]]["value"])


class FullDisk(StorageCase):
    """Nothing is acknowledged that is not stored, reads go on, and a restart has what was
    acknowledged."""

    def fill_up(self, server):
        """Writes until that is refused; returns ({key: value} acknowledged, the refusal)."""
        client = server.client()
        acknowledged = {}
        for number in range(5000):
            key, value = f"key/{number % 50}", f"{number}.".ljust(300, "x")
            answer = client.put("/" + key, value)
            if answer.status not in (200, 201):
                return acknowledged, answer
            acknowledged[key] = value
        raise AssertionError("the disk did not fill up")

    def check_failed_log(self, server, status):
        epoch = server.client().info()["epoch"]
        feed = WebSocketFeed(server.port, f"{epoch}:0")
        acknowledged, refusal = self.fill_up(server)
        self.assertProblem(refusal, status)
        if status == 503:
            self.assertRegex(refusal.fields["Retry-After"], r"^[1-9]\d*$")
        client = server.client()

        def stored(from_client):
            return {key: entry["value"] for key, entry in from_client.entries().items()}

        self.assertEqual(stored(client), acknowledged)
        for key, value in acknowledged.items():
            self.assertEqual(client.get("/" + key).body.decode(), value)
        for method, target, body in (("PUT", "/other", "v"), ("DELETE", "/key/1", None),
                                     ("DELETE", "/keys", None), ("PATCH", "/key/1?ttl=9", None)):
            self.assertProblem(client.request(method, target, body), status)
        self.assertProblem(client.batch([{"op": "put", "key": "a", "value": "v"}]), status)
        self.assertEqual(stored(client), acknowledged)
        self.assertEqual(client.metric("memorykv_wal_failed"), 1)
        info = client.info()
        self.assertEqual(info["seq"], info["durable_seq"])
        feed.wait_for(info["seq"])
        feed.close()
        self.assertEqual([event["seq"] for event in feed.events],
                         list(range(1, info["seq"] + 1)))
        self.assertIn("until the server is started again", server.output())
        return acknowledged, info, stored

    def check_restart(self, server, acknowledged, info, stored):
        client = server.client()
        self.assertEqual(client.info()["epoch"], info["epoch"])
        found = stored(client)
        changed = {key for key in found if found[key] != acknowledged.get(key)}
        # The write that met the full disk may be whole in the file; nobody was told either way.
        self.assertLessEqual(len(changed), 1, changed)
        self.assertEqual(client.info()["seq"], info["seq"] + len(changed))
        self.assertEqual(client.metric("memorykv_wal_failed"), 0)
        self.put(client, "other", "v")

    def test_on_a_file_system_without_room_is_507(self):
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(self.data)],
            capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"a file system of its own cannot be mounted here: {mounted.stderr}")
        self.addCleanup(subprocess.run, ["umount", str(self.data)], check=True)
        server = self.serve("--segment-size", "16KiB")
        result = self.check_failed_log(server, 507)
        server.kill()
        subprocess.run(["mount", "-o", "remount,size=16m", str(self.data)], check=True)
        server.start()
        self.check_restart(server, *result)
        server.kill()

    def test_beyond_the_size_a_file_may_have_is_503(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        server = self.serve(prepare=limit)
        result = self.check_failed_log(server, 503)
        server.stop()  # in good order, though its log has failed
        server = self.serve()
        self.check_restart(server, *result)

    def test_waiting_writers_all_are_refused(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

        server = self.serve("--threads", "4", prepare=limit)
        told = [{} for _ in range(8)]
        refusals = []

        def write(number):
            client = Client(server.port)
            with contextlib.suppress(NotSent, Unknown):
                for count in range(2000):
                    key, value = f"{number}/{count % 20}", f"{number}.{count}.".ljust(300, "x")
                    answer = client.put("/" + key, value)
                    if answer.status not in (200, 201):
                        refusals.append(answer)
                        break
                    told[number][key] = value
            client.close()

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(refusals), 8)
        for refusal in refusals:
            self.assertProblem(refusal, 503)
        acknowledged = {key: value for by_one in told for key, value in by_one.items()}
        for moment in ("before", "after"):
            found = {key: entry["value"] for key, entry in server.client().entries().items()}
            unknown = {key for key in found if found[key] != acknowledged.get(key)}
            self.assertEqual(acknowledged.keys() - found.keys(), set(), moment)
            if moment == "before":
                self.assertEqual(unknown, set())
                server.kill()
                server = self.serve()
            else:  # each may have had one write under way
                self.assertLessEqual(len(unknown), 8)


if __name__ == "__main__":
    main()
