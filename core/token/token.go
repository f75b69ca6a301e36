// Package token reads and writes the official client's tokens: the active one in
// a file of its own, and beside it, in stored_tokens, all of them by name. What
// either of the two programs writes, the other understands; sections and fields
// that we do not know stay as they are. Errors are fault.Disk or fault.Invalid,
// and hold neither tokens nor paths.
package token

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofrs/flock"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/privatefile"
)

// Clean does what the official client does to a token: no line breaks inside, no
// space around.
func Clean(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(s))
}

// Stored is one named token.
type Stored struct {
	Name  string
	Value string
	// Expires is when one of a web login ends; zero for others. The official client
	// renews it.
	Expires time.Time
}

// String hides the value (P6).
func (s Stored) String() string { return "token " + s.Name }

// GoString is String, for %#v.
func (s Stored) GoString() string { return s.String() }

// Files are where the tokens are.
type Files struct {
	Active string // HF_TOKEN_PATH
	Stored string // stored_tokens beside it
}

// ReadActive is the active token, "" for none.
func (f Files) ReadActive() (string, error) {
	data, err := os.ReadFile(f.Active)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", failed("read the token file", err)
	}
	return Clean(string(data)), nil
}

// List gives the named tokens in the file's order; none when there is no file.
func (f Files) List() ([]Stored, error) {
	doc, err := f.read()
	if err != nil {
		return nil, err
	}
	return doc.tokens(), nil
}

func (f Files) read() (document, error) {
	data, err := os.ReadFile(f.Stored)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return document{}, nil
	case err != nil:
		return document{}, failed("read the stored tokens", err)
	case !utf8.Valid(data):
		return document{}, fault.New(fault.Invalid, "read the stored tokens", "", errors.New("the file is not UTF-8 text")).
			WithHint("move the file stored_tokens away, beside the official client's token file")
	}
	return parse(string(data)), nil
}

// Save stores a token under a name and makes it the active one.
func (f Files) Save(ctx context.Context, name, value string) error {
	return f.locked(ctx, func() error {
		doc, err := f.read()
		if err != nil {
			return err
		}
		if err := write(f.Stored, doc.with(name, value).String()); err != nil {
			return err
		}
		return write(f.Active, value)
	})
}

// RemoveAll deletes every token, as the official client's logout does, and gives
// the names of those there were.
func (f Files) RemoveAll(ctx context.Context) (names []string, err error) {
	list, err := f.List()
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return nil, err
	}
	for _, t := range list {
		names = append(names, t.Name)
	}
	return names, f.locked(ctx, func() error { return errors.Join(remove(f.Stored), remove(f.Active)) })
}

// Remove deletes one token by name; found is false when there is none. When it
// was the active one, none is active any more.
func (f Files) Remove(ctx context.Context, name string) (found, wasActive bool, err error) {
	err = f.locked(ctx, func() error {
		doc, err := f.read()
		if err != nil {
			return err
		}
		active, err := f.ReadActive()
		if err != nil {
			return err
		}
		for _, t := range doc.tokens() {
			if t.Name == name {
				found, wasActive = true, t.Value == active
			}
		}
		if !found {
			return nil
		}
		if err := write(f.Stored, doc.without(name).String()); err != nil || !wasActive {
			return err
		}
		return remove(f.Active)
	})
	return found, wasActive, err
}

// lockWait is how long the official client waits for the lock.
const lockWait = 30 * time.Second

// locked runs change under the lock the official client takes to renew tokens.
// Where the system cannot lock, it goes without.
func (f Files) locked(ctx context.Context, change func() error) error {
	if err := os.MkdirAll(filepath.Dir(f.Stored), 0o700); err != nil {
		return failed("make the folder of the tokens", err)
	}
	lock := flock.New(f.Stored+".lock", flock.SetPermissions(0o600))
	wait, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := lock.TryLockContext(wait, 50*time.Millisecond)
	switch {
	case ok:
		defer lock.Unlock() //nolint:errcheck // it goes with the process at the latest
	case ctx.Err() != nil:
		return fault.New(fault.Canceled, "wait for the lock of the stored tokens", "", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Disk, "wait for the lock of the stored tokens", "", fmt.Errorf("another program has held it for %v", lockWait)).
			WithHint("try again; if nothing uses it, remove the file stored_tokens.lock")
	}
	return change()
}

func write(path, text string) error {
	if err := privatefile.Write(path, []byte(text)); err != nil {
		return failed("write the token file", err)
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed("remove the token file", err)
	}
	return nil
}

// failed hides the path, which lies below the user's home.
func failed(op string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fault.New(fault.Disk, op, "", err).
		WithHint("make the file accessible, or set HF_TOKEN, or HF_TOKEN_PATH to another file")
}
