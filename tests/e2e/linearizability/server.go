// SPDX-License-Identifier: GPL-3.0-only

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const startTimeout = 60 * time.Second

var listening = regexp.MustCompile(`listening on http://[^\s:]+:(\d+)`)

// server is the program under test on one data directory. Its methods are for one goroutine, but
// for address.
type server struct {
	program   string
	directory string
	process   *exec.Cmd
	output    *transcript
	current   atomic.Value // string
}

// transcript keeps what the program writes, and sends the port once it tells that it listens.
type transcript struct {
	mutex sync.Mutex
	text  strings.Builder
	port  chan string
	ended chan struct{}
}

func newServer(program, directory string) *server {
	s := &server{program: program, directory: directory}
	s.current.Store("")
	return s
}

// address is where the server listens, empty while it does not.
func (s *server) address() string { return s.current.Load().(string) }

// launch starts the program without waiting until it serves. Its files are small, so that there
// are new segments and snapshots all the time.
func (s *server) launch() error {
	s.process = exec.Command(s.program, "--port", "0", "--data-dir", s.directory, "--fsync", "always",
		"--segment-size", "4KiB", "--snapshot-size", "8KiB", "--log-level", "warning")
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.process.Env = environment()
	pipe, err := s.process.StderrPipe()
	if err != nil {
		return err
	}
	if err := s.process.Start(); err != nil {
		return err
	}
	s.output = &transcript{port: make(chan string, 1), ended: make(chan struct{})}
	go s.output.read(pipe)
	return nil
}

// start starts the program and returns once it serves.
func (s *server) start() error {
	if err := s.launch(); err != nil {
		return err
	}
	select {
	case port := <-s.output.port:
		s.current.Store("127.0.0.1:" + port)
		return nil
	case <-s.output.ended:
	case <-time.After(startTimeout):
	}
	s.kill()
	return fmt.Errorf("the server does not serve:\n%s", s.output)
}

// kill ends the program as a crash would, and returns when it is gone.
func (s *server) kill() {
	if s.process == nil {
		return
	}
	s.process.Process.Kill()
	<-s.output.ended
	s.process.Wait()
	s.process = nil
	s.current.Store("")
}

func (t *transcript) read(pipe io.Reader) {
	defer close(t.ended)
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		t.mutex.Lock()
		t.text.WriteString(lines.Text() + "\n")
		t.mutex.Unlock()
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			t.port <- found[1]
		}
	}
}

func (t *transcript) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.text.String()
}

// environment is that of this process without what would set options of the server.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		name := strings.SplitN(variable, "=", 2)[0]
		if name != "PORT" && name != "METRICS_PORT" && !strings.HasPrefix(name, "MEMORYKV_") {
			kept = append(kept, variable)
		}
	}
	return kept
}
