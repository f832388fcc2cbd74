// SPDX-License-Identifier: GPL-3.0-only

package main

import (
	"fmt"
	"net/http"

	"github.com/anishathalye/porcupine"
)

type operation int

const (
	opGet operation = iota
	opPut
	opDelete
)

// input is what was asked. Values are unique, so a value names the write that made it.
type input struct {
	op       operation
	key      int
	value    string // of a put
	ifMatch  uint64 // revision, 0 for no condition
	ifAbsent bool   // If-None-Match: *
	revision uint64 // of a put: what its value was seen with, 0 if it was never seen
}

// output is what was answered. The value is the one read, replaced or removed.
type output struct {
	unknown  bool
	status   int
	value    string
	revision uint64 // the ETag, 0 for none
}

func (out output) isExpected() bool {
	switch out.status {
	case http.StatusOK, http.StatusCreated, http.StatusNotFound, http.StatusPreconditionFailed:
		return true
	}
	return false
}

// state is that of one key.
type state struct {
	exists   bool
	value    string
	revision uint64 // of the value, 0 when nobody was ever told
	highest  uint64 // revision that the key has had
}

// withRevisions fills in the revisions of puts, those without an answer too, from the answers that
// show their values. It fails when one value was seen with two revisions.
func withRevisions(history []porcupine.Operation) ([]porcupine.Operation, error) {
	revisions := map[string]uint64{}
	for _, operation := range history {
		in, out := operation.Input.(input), operation.Output.(output)
		if out.revision == 0 {
			continue
		}
		value := in.value
		if in.op == opGet {
			value = out.value
		}
		if known, ok := revisions[value]; ok && known != out.revision {
			return nil, fmt.Errorf("the value %q was told to have revision %d and %d", value, known, out.revision)
		}
		revisions[value] = out.revision
	}
	completed := make([]porcupine.Operation, len(history))
	for i, operation := range history {
		in := operation.Input.(input)
		if in.op == opPut {
			in.revision = revisions[in.value]
		}
		operation.Input = in
		completed[i] = operation
	}
	return completed, nil
}

func keyValueModel() porcupine.Model {
	return porcupine.Model{
		Partition: byKey,
		Init:      func() interface{} { return state{} },
		Step: func(before, in, out interface{}) (bool, interface{}) {
			return step(before.(state), in.(input), out.(output))
		},
		DescribeOperation: func(in, out interface{}) string {
			return fmt.Sprintf("%v -> %v", in.(input), out.(output))
		},
	}
}

func byKey(history []porcupine.Operation) [][]porcupine.Operation {
	parts := make([][]porcupine.Operation, keys)
	for _, operation := range history {
		key := operation.Input.(input).key
		parts[key] = append(parts[key], operation)
	}
	return parts
}

// step tells whether in, taking effect in the state s, may be answered with out, and what it leaves.
// What has no answer may take effect at any time after it was asked, even long after the end.
func step(s state, in input, out output) (bool, state) {
	holds := (in.ifMatch == 0 || s.exists && s.revision == in.ifMatch) && !(in.ifAbsent && s.exists)
	if in.op != opGet && !holds {
		return out.unknown || out.status == http.StatusPreconditionFailed, s
	}
	switch in.op {
	case opGet:
		return toldState(s, out), s
	case opPut:
		status := http.StatusCreated
		if s.exists {
			status = http.StatusOK
		}
		after := state{exists: true, value: in.value, revision: in.revision, highest: s.highest}
		if in.revision != 0 {
			if in.revision <= s.highest {
				return false, s
			}
			after.highest = in.revision
		}
		return out.unknown || out.status == status && out.value == s.value, after
	default:
		return out.unknown || toldState(s, out), state{highest: s.highest}
	}
}

// toldState tells whether out shows the value that s has, or that it has none.
func toldState(s state, out output) bool {
	if !s.exists {
		return out.status == http.StatusNotFound
	}
	return out.status == http.StatusOK && out.value == s.value
}

func (in input) String() string {
	text := map[operation]string{opGet: "GET", opPut: "PUT", opDelete: "DELETE"}[in.op]
	text += fmt.Sprintf(" %d", in.key)
	if in.op == opPut {
		text += " = " + in.value
	}
	if in.ifMatch != 0 {
		text += fmt.Sprintf(" if %d", in.ifMatch)
	}
	if in.ifAbsent {
		text += " if absent"
	}
	return text
}

func (out output) String() string {
	if out.unknown {
		return "?"
	}
	return fmt.Sprintf("%d %s (%d)", out.status, out.value, out.revision)
}
