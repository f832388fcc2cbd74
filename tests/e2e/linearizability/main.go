// SPDX-License-Identifier: GPL-3.0-only

// Command linearizability writes to and reads from a memorykv-server that is killed and started
// again meanwhile, and checks with porcupine whether everything its clients were told fits one
// order of operations, each taking effect between its request and its answer (linearizability;
// Herlihy and Wing, 1990).
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	clients      = 8
	checkTimeout = 60 * time.Second
)

func init() {
	// The kernel kills the server when the thread that started it ends, so that is the main one.
	runtime.LockOSThread()
}

func main() {
	program := flag.String("server", "", "the memorykv-server program")
	histories := flag.Int("histories", 20, "how many histories to make and check")
	seed := flag.Int64("seed", 0, "seed of all random choices; 0 for the time")
	flag.Parse()
	if *program == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if *seed == 0 {
		*seed = time.Now().UnixNano()
	}
	begin := time.Now()
	var total counts
	for number := 0; number < *histories; number++ {
		err := oneHistory(*program, *seed+int64(number), &total)
		if err != nil {
			fmt.Printf("FAILED with -histories 1 -seed %d: %v\n", *seed+int64(number), err)
			os.Exit(1)
		}
	}
	fmt.Printf("%d histories from seed %d on in %.0f s: %d operations, %d of unknown outcome, %d kills\n",
		*histories, *seed, time.Since(begin).Seconds(), total.operations, total.unknown, total.kills)
}

type counts struct{ operations, unknown, kills int }

// oneHistory makes a history with a server on an empty directory and checks it.
func oneHistory(program string, seed int64, total *counts) error {
	random := rand.New(rand.NewSource(seed))
	directory, err := os.MkdirTemp("", "memorykv-linearizability-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	server := newServer(program, directory)
	defer server.kill()
	if err := server.start(); err != nil {
		return err
	}

	stop := make(chan struct{})
	results := make([]*client, clients)
	var running sync.WaitGroup
	for i := range results {
		results[i] = newClient(i, server, random.Int63())
		running.Add(1)
		go func(c *client) {
			defer running.Done()
			c.run(stop)
		}(results[i])
	}
	err = killAndRestart(server, random, total)
	close(stop)
	running.Wait()
	if err != nil {
		return err
	}

	var history []porcupine.Operation
	for _, c := range results {
		if c.fault != nil {
			return c.fault
		}
		history = append(history, c.history...)
		total.unknown += c.unknown
	}
	total.operations += len(history)
	return check(history, seed)
}

// killAndRestart lets the clients work and kills the server two to four times, sometimes again
// while it recovers.
func killAndRestart(server *server, random *rand.Rand, total *counts) error {
	pause := func(most time.Duration) { time.Sleep(time.Duration(random.Int63n(int64(most)))) }
	for kills := 2 + random.Intn(3); kills > 0; kills-- {
		pause(400 * time.Millisecond)
		server.kill()
		total.kills++
		for random.Intn(3) == 0 {
			if err := server.launch(); err != nil {
				return err
			}
			pause(100 * time.Millisecond)
			server.kill()
			total.kills++
		}
		if err := server.start(); err != nil {
			return err
		}
	}
	pause(200 * time.Millisecond)
	return nil
}

// check has porcupine look for an order. A picture of what does not fit is left in a file.
func check(history []porcupine.Operation, seed int64) error {
	history, err := withRevisions(history)
	if err != nil {
		return err
	}
	model := keyValueModel()
	result, info := porcupine.CheckOperationsVerbose(model, history, checkTimeout)
	if result == porcupine.Ok {
		return nil
	}
	picture := fmt.Sprintf("linearizability-%d.html", seed)
	if err := porcupine.VisualizePath(model, info, picture); err != nil {
		picture = err.Error()
	}
	return fmt.Errorf("the history of %d operations is not linearizable (%s); see %s", len(history), result, picture)
}
