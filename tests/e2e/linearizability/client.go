// SPDX-License-Identifier: GPL-3.0-only

package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	keys           = 10
	requestTimeout = 5 * time.Second
	retryPause     = 2 * time.Millisecond
)

var epoch = time.Now()

// client makes one request after the other and notes what it was told.
type client struct {
	id      int
	server  *server
	random  *rand.Rand
	http    *http.Client
	known   [keys]uint64 // the revision each key had when it was last heard of, 0 for none
	values  int
	history []porcupine.Operation
	unknown int
	fault   error
}

func newClient(id int, server *server, seed int64) *client {
	return &client{
		id:     id,
		server: server,
		random: rand.New(rand.NewSource(seed)),
		http:   &http.Client{Transport: &http.Transport{}, Timeout: requestTimeout},
	}
}

// run goes on until stop is closed, whether the server is there or not.
func (c *client) run(stop <-chan struct{}) {
	defer c.http.CloseIdleConnections()
	for c.fault == nil {
		select {
		case <-stop:
			return
		default:
		}
		if address := c.server.address(); address != "" {
			c.act(address, c.choose())
		} else {
			time.Sleep(retryPause)
		}
	}
}

func (c *client) choose() input {
	in := input{key: c.random.Intn(keys)}
	switch dice := c.random.Intn(20); {
	case dice < 8:
		in.op = opGet
	case dice < 11:
		in.op = opPut
	case dice < 13:
		in.op = opDelete
	case dice < 14:
		in.op = opDelete
		in.ifMatch = c.known[in.key]
	default:
		in.op = opPut
		in.ifMatch = c.known[in.key]
		in.ifAbsent = in.ifMatch == 0
	}
	if in.op == opPut {
		c.values++
		in.value = fmt.Sprintf("%d.%d", c.id, c.values)
	}
	return in
}

// act carries in out. What certainly never reached the store is not noted; what may have, or may
// still, is noted as an operation that has not returned.
func (c *client) act(address string, in input) {
	call := time.Since(epoch).Nanoseconds()
	out, err := c.request(address, in)
	operation := porcupine.Operation{
		ClientId: c.id, Input: in, Call: call, Output: out, Return: time.Since(epoch).Nanoseconds()}
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		time.Sleep(retryPause)
		return
	case err != nil:
		if in.op == opGet {
			return
		}
		c.unknown++
		operation.Output = output{unknown: true}
		operation.Return = math.MaxInt64
	case out.status == http.StatusServiceUnavailable: // it recovers
		time.Sleep(retryPause)
		return
	case !out.isExpected():
		c.fault = fmt.Errorf("%v was answered %v", in, out)
		return
	default:
		c.learn(in, out)
	}
	c.history = append(c.history, operation)
}

func (c *client) learn(in input, out output) {
	switch {
	case out.revision != 0:
		c.known[in.key] = out.revision
	case out.status == http.StatusNotFound || in.op == opDelete && out.status == http.StatusOK:
		c.known[in.key] = 0
	}
}

func (c *client) request(address string, in input) (output, error) {
	method := map[operation]string{opGet: "GET", opPut: "PUT", opDelete: "DELETE"}[in.op]
	request, err := http.NewRequest(method, fmt.Sprintf("http://%s/key/%d", address, in.key),
		strings.NewReader(in.value))
	if err != nil {
		return output{}, err
	}
	if in.op != opPut {
		request.Body = nil
		request.ContentLength = 0
	}
	if in.ifMatch != 0 {
		request.Header.Set("If-Match", fmt.Sprintf(`"%d"`, in.ifMatch))
	}
	if in.ifAbsent {
		request.Header.Set("If-None-Match", "*")
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return output{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return output{}, err
	}
	out := output{status: answer.StatusCode}
	if out.status < 300 {
		out.value = string(body)
	}
	if tag := strings.Trim(answer.Header.Get("ETag"), `"`); tag != "" && out.status < 300 {
		out.revision, err = strconv.ParseUint(tag, 10, 64)
	}
	return out, err
}
