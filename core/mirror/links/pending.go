package links

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Changes are changes of a document: by path in the snapshot, where the link is to
// lead; "" takes it away.
type Changes map[string]string

// Apply makes the changes and reports whether there were any to make.
func (c Changes) Apply(links map[string]string) (changed bool) {
	for name, to := range c {
		old := links[name] // no link leads to ""
		if to == "" {
			delete(links, name)
		} else {
			links[name] = to
		}
		changed = changed || old != to
	}
	return changed
}

// Pending are changes that wait, by document: thousands of links cost one write.
type Pending map[string]Changes

// Link makes name, REPOSITORY/snapshots/COMMIT/PATH, lead to a relative path. Any
// other name is fault.Invalid.
func (p Pending) Link(name, to string) error {
	document, link, ok := Document(name)
	if !ok || !good(link, to) {
		return fault.New(fault.Invalid, "link at the target", strconv.QuoteToASCII(name), errors.New("it is no entry of a snapshot")).
			WithHint("leave the repository out with --repo")
	}
	p.change(document, link, to)
	return nil
}

// Unlink takes a link away; false when name is none.
func (p Pending) Unlink(name string) bool {
	document, link, ok := Document(name)
	if ok {
		p.change(document, link, "")
	}
	return ok
}

func (p Pending) change(document, link, to string) {
	if p[document] == nil {
		p[document] = Changes{}
	}
	p[document][link] = to
}

// Flush has the changes made, one document after the other. What was made waits no
// more; it ends with the first error.
func (p Pending) Flush(update func(document string, c Changes) error) error {
	for _, document := range slices.Sorted(maps.Keys(p)) {
		if err := update(document, p[document]); err != nil {
			return err
		}
		delete(p, document)
	}
	return nil
}
