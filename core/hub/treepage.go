package hub

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// page is one decoded page of a listing.
type page struct {
	files   []repo.File
	folders []string
	bad     []string // paths that may not be used, as the Hub gave them

	from, next *url.URL // where it was, and where the one after it is
}

// entries counts what the limits count.
func (p *page) entries() int { return len(p.files) + len(p.folders) + len(p.bad) }

// entry is one element of a page (hub-protocol.md §4.1). Its bytes point into
// the page.
type entry struct {
	kind, path, oid, xet []byte
	size                 int64
	lfs                  *repo.LFS
	lfsOID               []byte
	seen                 field
}

// field marks the keys that an entry had: twice the same is refused, since two
// readers could take different ones (T25).
type field uint16

const (
	fieldKind field = 1 << iota
	fieldPath
	fieldOID
	fieldXet
	fieldSize
	fieldLFS
	fieldLFSOID
	fieldLFSSize
	fieldPointerSize
)

func (e *entry) first(f field) error {
	if e.seen&f != 0 {
		return errors.New("a key stands twice in one entry")
	}
	e.seen |= f
	return nil
}

// errEntry: an entry breaks the rules of the listing; asking again does not help.
var errEntry = errors.New("entry")

// decodePage reads a page. Its strings are copied out, so data may be used again.
func decodePage(data []byte) (page, error) {
	d := decoder{scanner: scanner{data: data}}
	if !d.take('[') {
		return page{}, errSyntax
	}
	if err := d.items(']', d.entry); err != nil {
		return page{}, err
	}
	if d.peek(); d.pos != len(d.data) {
		return page{}, errSyntax
	}
	return d.page, nil
}

// decoder builds a page.
type decoder struct {
	scanner
	page    page
	now     entry // being read; here, so that it is no allocation for each
	strings arena
	lfs     []repo.LFS // to hand out, many in one allocation
}

func (d *decoder) entry() error {
	if !d.take('{') {
		return errSyntax
	}
	d.now = entry{size: -1}
	if err := d.object(d.field); err != nil {
		return err
	}
	switch string(d.now.kind) {
	case "file":
		return d.file(&d.now)
	case "directory":
		return d.folder(&d.now)
	default: // a submodule, or something newer: no content here
		return nil
	}
}

// field reads one member of an entry. null stands for a missing one.
func (d *decoder) field(key []byte) error {
	e := &d.now
	switch string(key) {
	case "type":
		return d.text(e, fieldKind, &e.kind)
	case "path":
		return d.text(e, fieldPath, &e.path)
	case "oid":
		return d.text(e, fieldOID, &e.oid)
	case "xetHash":
		return d.text(e, fieldXet, &e.xet)
	case "size":
		return d.length(e, fieldSize, &e.size)
	case "lfs":
		return d.pointer(e)
	default:
		return d.value(3) // page, entry, this
	}
}

func (d *decoder) text(e *entry, f field, to *[]byte) error {
	if err := e.first(f); err != nil {
		return err
	}
	if null, err := d.null(); null {
		return err
	}
	s, err := d.str()
	*to = s
	return err
}

func (d *decoder) length(e *entry, f field, to *int64) error {
	if err := e.first(f); err != nil {
		return err
	}
	if null, err := d.null(); null {
		return err
	}
	n, err := d.natural()
	*to = n
	return err
}

// pointer reads the lfs object.
func (d *decoder) pointer(e *entry) error {
	if err := e.first(fieldLFS); err != nil {
		return err
	}
	if null, err := d.null(); null {
		return err
	}
	if !d.take('{') {
		return errSyntax
	}
	if len(d.lfs) == 0 {
		d.lfs = make([]repo.LFS, 128)
	}
	e.lfs, d.lfs = &d.lfs[0], d.lfs[1:]
	e.lfs.Size = -1
	return d.object(d.pointerField)
}

func (d *decoder) pointerField(key []byte) error {
	e := &d.now
	switch string(key) {
	case "oid":
		return d.text(e, fieldLFSOID, &e.lfsOID)
	case "size":
		return d.length(e, fieldLFSSize, &e.lfs.Size)
	case "pointerSize":
		return d.length(e, fieldPointerSize, &e.lfs.PointerSize)
	default:
		return d.value(4)
	}
}

func (d *decoder) folder(e *entry) error {
	path := d.strings.keep(e.path)
	if _, err := repo.ParsePath(path); err != nil {
		d.page.bad = append(d.page.bad, path)
		return nil
	}
	d.page.folders = append(d.page.folders, path)
	return nil
}

// file checks one file. A hash is only taken as one when it looks like one: the
// Hub masks hashes of gated repositories with asterisks (§4.1, T6).
func (d *decoder) file(e *entry) error {
	f := repo.File{Path: d.strings.keep(e.path), Size: e.size, LFS: e.lfs}
	if _, err := repo.ParsePath(f.Path); err != nil {
		d.page.bad = append(d.page.bad, f.Path)
		return nil
	}
	bad := func(what string) error { return fmt.Errorf("%w %s: %s", errEntry, printable(f.Path), what) }
	f.BlobID = d.strings.keep(e.oid)
	if f.BlobID != "" && !isHash(f.BlobID, 40) {
		if _, err := repo.ParseETag(f.BlobID); err != nil {
			return bad("its object id is malformed")
		}
	}
	if f.LFS != nil {
		if f.Masked = isMask(e.lfsOID); !f.Masked {
			f.LFS.SHA256 = d.strings.keep(e.lfsOID)
		}
		if !f.Masked && !isHash(f.LFS.SHA256, 64) {
			return bad("its SHA-256 is malformed")
		}
		switch {
		case f.LFS.Size < 0:
			f.LFS.Size = f.Size
		case f.Size < 0:
			f.Size = f.LFS.Size
		case f.LFS.Size != f.Size:
			return bad("it has two different sizes")
		}
	}
	switch {
	case isMask(e.xet):
		f.Masked = true
	case len(e.xet) == 64:
		if f.XetHash = d.strings.keep(e.xet); !isHash(f.XetHash, 64) {
			f.XetHash = ""
		}
	}
	if d.page.files == nil {
		d.page.files = make([]repo.File, 0, 1000) // the Hub's page (§4.1)
	}
	d.page.files = append(d.page.files, f)
	return nil
}

// isHash is digest.IsHex of n digits without a branch for each: the digits of a
// hash are random, so branches on them are guessed wrong half of the time. A
// difference below zero sets the high bits.
func isHash(s string, n int) bool {
	var bad uint32
	for i := range len(s) {
		bad |= (9 - uint32(s[i]-'0')) & (5 - uint32(s[i]-'a'))
	}
	return len(s) == n && bad>>31 == 0
}

// isMask: 64 asterisks.
func isMask(b []byte) bool {
	return len(b) == 64 && b[0] == '*' && strings.Trim(string(b), "*") == ""
}

// arena keeps many short strings in few allocations.
type arena struct{ b strings.Builder }

// arenaSize is one allocation of an arena, in bytes.
const arenaSize = 32 << 10

func (a *arena) keep(p []byte) string {
	if a.b.Cap()-a.b.Len() < len(p) {
		a.b = strings.Builder{}
		a.b.Grow(max(arenaSize, len(p)))
	}
	from := a.b.Len()
	a.b.Write(p)
	return a.b.String()[from:]
}
