// SPDX-License-Identifier: GPL-3.0-only

package main

import (
	"math"
	"testing"

	"github.com/anishathalye/porcupine"
)

func put(value string) input { return input{op: opPut, value: value} }

func putIf(value string, revision uint64) input {
	return input{op: opPut, value: value, ifMatch: revision}
}

var (
	get     = input{op: opGet}
	missing = output{status: 404}
	created = output{status: 201, revision: 1}
	refused = output{status: 412}
)

// call is an operation that no other one overlaps but those without an answer.
type call struct {
	in  input
	out output
}

func TestModel(t *testing.T) {
	for _, test := range []struct {
		name  string
		calls []call
		want  bool
	}{
		{"a write is read", []call{{put("a"), created}, {get, output{status: 200, value: "a", revision: 1}}}, true},
		{"an acknowledged write is lost", []call{{put("a"), created}, {get, missing}}, false},
		{"a removed value comes back", []call{
			{put("a"), created}, {input{op: opDelete}, output{status: 200, value: "a"}},
			{get, output{status: 200, value: "a", revision: 1}}}, false},
		{"a write without an answer is there", []call{
			{put("a"), output{unknown: true}}, {get, output{status: 200, value: "a", revision: 1}}}, true},
		{"a write without an answer is not there", []call{{put("a"), output{unknown: true}}, {get, missing}}, true},
		{"a write without an answer is there and then not", []call{
			{put("a"), output{unknown: true}}, {get, output{status: 200, value: "a", revision: 1}},
			{get, missing}}, false},
		{"one condition is met twice", []call{
			{put("a"), created}, {putIf("b", 1), output{status: 200, value: "a", revision: 2}},
			{putIf("c", 1), output{status: 200, value: "a", revision: 3}}}, false},
		{"a condition that holds is refused", []call{{put("a"), created}, {putIf("b", 1), refused}}, false},
		{"a condition that does not hold is refused", []call{
			{put("a"), created}, {putIf("b", 7), refused}}, true},
		{"a revision goes back", []call{
			{put("a"), output{status: 201, revision: 5}},
			{put("b"), output{status: 200, value: "a", revision: 4}}}, false},
	} {
		var history []porcupine.Operation
		for i, call := range test.calls {
			at := int64(10 * i)
			operation := porcupine.Operation{ClientId: i, Input: call.in, Call: at, Output: call.out, Return: at + 5}
			if call.out.unknown {
				operation.Return = math.MaxInt64
			}
			history = append(history, operation)
		}
		history, err := withRevisions(history)
		if err != nil {
			t.Fatal(test.name, err)
		}
		if got := porcupine.CheckOperations(keyValueModel(), history); got != test.want {
			t.Errorf("%s: linearizable is %v, want %v", test.name, got, test.want)
		}
	}
}
