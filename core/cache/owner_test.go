package cache

import (
	"testing"
)

func TestP5_WhatMayBeDoneWithAPartial(t *testing.T) {
	self := owner{"aaaaaaaa", "bbbbbbbb", "400", 10, "1000", "00000001"}
	change := func(f func(*owner)) owner {
		o := self
		f(&o)
		return o
	}
	sibling := change(func(o *owner) { o.store = "00000002" })
	other := change(func(o *owner) { o.pid = 11; o.store = "00000002" })
	reused := change(func(o *owner) { o.start = "999"; o.store = "00000002" })
	container := change(func(o *owner) { o.ns = "401"; o.store = "00000002" })
	lastBoot := change(func(o *owner) { o.boot = "cccccccc"; o.store = "00000002" })
	elsewhere := change(func(o *owner) { o.machine = "dddddddd"; o.boot = "cccccccc"; o.store = "00000002" })
	cases := map[string]struct {
		e    evidence
		want verdict
	}{
		"our own, being written":                {evidence{writer: self, inUse: true, running: true}, leave},
		"our own, left at a pause":              {evidence{writer: self, running: true}, claim},
		"our own, being written, locks lie":     {evidence{writer: self, inUse: true, running: true, locksWork: true, lockFree: true}, leave},
		"another store of ours, locked":         {evidence{writer: sibling, running: true, locksWork: true, lockHeld: true}, leave},
		"another store of ours, let go":         {evidence{writer: sibling, running: true, locksWork: true, lockFree: true}, claim},
		"another store of ours, just made":      {evidence{writer: sibling, running: true, locksWork: true}, leave},
		"process gone":                          {evidence{writer: other}, claim},
		"process gone, no locks":                {evidence{writer: other, lockFree: true}, claim},
		"process gone, its lock held":           {evidence{writer: other, locksWork: true, lockHeld: true}, leave},
		"process gone, locks do nothing":        {evidence{writer: other, lockHeld: true}, claim},
		"process runs":                          {evidence{writer: other, running: true, locksWork: true, lockHeld: true}, leave},
		"process runs, locks do nothing":        {evidence{writer: other, running: true, lockFree: true}, leave},
		"process runs but is silent":            {evidence{writer: other, running: true, still: true}, leave},
		"pid used again":                        {evidence{writer: reused}, claim},
		"other container, locked":               {evidence{writer: container, locksWork: true, lockHeld: true, still: true}, leave},
		"other container, lock free":            {evidence{writer: container, locksWork: true, lockFree: true}, claim},
		"other container, locks do nothing":     {evidence{writer: container, lockFree: true}, leave},
		"other container, locks nothing, still": {evidence{writer: container, lockFree: true, still: true}, copyIt},
		"this machine before its last start":    {evidence{writer: lastBoot, beforeBoot: true}, claim},
		"twin of this machine, writing":         {evidence{writer: lastBoot}, leave},
		"twin of this machine, silent":          {evidence{writer: lastBoot, still: true}, copyIt},
		"other machine":                         {evidence{writer: elsewhere, locksWork: true, lockFree: true, beforeBoot: true}, leave},
		"other machine, still":                  {evidence{writer: elsewhere, still: true}, copyIt},
		"its flush failed":                      {evidence{writer: nobody()}, copyIt},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.e.self = self
			if got := judge(c.e); got != c.want {
				t.Errorf("judged %d, want %d", got, c.want)
			}
		})
	}
}

func TestOwnerOfThisProcessSurvivesItsName(t *testing.T) {
	o := newOwner()
	got, ok := parseOwner(o.String() + "-7")
	if !ok || got != o {
		t.Errorf("%q reads as %+v, %v", o, got, ok)
	}
	if !o.running() {
		t.Error("this process counts as gone")
	}
	o.start += "1"
	if o.running() {
		t.Error("a process of another start time counts as this one")
	}
}

// FuzzPartialName: any name reads without panic, and only what we write is believed.
func FuzzPartialName(f *testing.F) {
	f.Add(newOwner().String() + "-1")
	f.Add("../../x")
	f.Add("aaaaaaaa-0-0-1-0-00000000-1")
	f.Fuzz(func(t *testing.T, s string) {
		o, ok := parseOwner(s)
		if ok && (len(o.machine) != 8 || len(o.store) != 8 || o.pid < 0) {
			t.Errorf("%q reads as %+v", s, o)
		}
	})
}
