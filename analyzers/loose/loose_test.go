package loose

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, text string) Object {
	t.Helper()
	o, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	o := parse(t, "\xef\xbb\xbf"+`{"n":7,"s":"8","f":9.0,"half":9.5,"huge":1e30,"text":"x","null":null,"big":9007199254740993,"neg":-3,"list":[1],"true":true}`)
	for key, want := range map[string]struct {
		n  int64
		ok bool
	}{
		"n": {7, true}, "s": {8, true}, "f": {9, true}, "big": {9007199254740993, true}, "neg": {-3, true},
		"half": {0, false}, "huge": {0, false}, "text": {0, false}, "null": {0, false}, "list": {0, false}, "true": {0, false}, "missing": {0, false},
	} {
		if n, ok := o.Int(key); n != want.n || ok != want.ok {
			t.Errorf("%s: %d, %v", key, n, ok)
		}
	}
	if n, _ := o.Int("missing", "text", "s"); n != 8 {
		t.Errorf("the first usable key: %d", n)
	}
	if f, ok := o.Float("half"); f != 9.5 || !ok {
		t.Errorf("%v, %v", f, ok)
	}
	for _, v := range []any{math.NaN(), math.Inf(1), "NaN", "inf"} {
		if _, ok := Float(v); ok {
			t.Errorf("%v is a number", v)
		}
	}
}

func TestOtherValues(t *testing.T) {
	o := parse(t, `{"t":"x","b":true,"bs":"False","b1":1,"l":["a",5,"b",""],"one":"a","o":{"x":{"y":1}},"fl":[1,"2.5",null],"n":null}`)
	if o.Text("n", "b", "t") != "x" || o.Text("l") != "" {
		t.Error("texts")
	}
	for key, want := range map[string][2]bool{"b": {true, true}, "bs": {false, true}, "b1": {true, true}, "t": {false, false}, "n": {false, false}} {
		if v, ok := o.Bool(key); [2]bool{v, ok} != want {
			t.Errorf("%s: %v %v", key, v, ok)
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, o.Texts("l")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a"}, o.Texts("one")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{1, 2.5}, o.Floats("fl")); diff != "" {
		t.Error(diff)
	}
	if n, _ := o.Object("t", "o").Object("x").Int("y"); n != 1 {
		t.Error("an object in an object")
	}
	if o.Object("t").Object("x").Has("y") || o.Has("n") {
		t.Error("of nothing there is nothing")
	}
}

func TestT25_WhatIsNoConfig(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "a list": "[1]", "a number": "5", "cut": `{"a":`, "deep": `{"a":` + strings.Repeat("[", 20_000),
		"too many values": `{"a":[` + strings.Repeat("1,", maxValues) + "1]}",
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
