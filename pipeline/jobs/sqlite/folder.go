package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// private makes the state folder, and closes it and its files to others: they
// hold tokens (T39).
func private(dir string, log zerolog.Logger) error {
	failed := func(err error) error {
		return fault.New(fault.Disk, "use the state folder", dir, err).WithHint("choose another --state-dir, or give the folder to yourself")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return failed(err)
	}
	if runtime.GOOS == "windows" {
		return nil // access is a matter of its lists there
	}
	if err := tighten(dir, 0o700, log); err != nil {
		return failed(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return failed(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), fileName) && e.Name() != lockName {
			continue
		}
		if err := tighten(filepath.Join(dir, e.Name()), 0o600, log); err != nil {
			return failed(err)
		}
	}
	return nil
}

func tighten(path string, mode fs.FileMode, log zerolog.Logger) error {
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm()&^mode == 0 {
		return err
	}
	log.Warn().Str("path", path).Stringer("mode", st.Mode().Perm()).Msg("others could read the state: closed to them now")
	return os.Chmod(path, st.Mode().Perm()&mode)
}

const lockName = "lock"

// folderLock keeps a second server out and tells it who is here (F38).
type folderLock struct {
	flock *flock.Flock
	info  string // the file with our pid and address
}

func lockFolder(dir string) (*folderLock, error) {
	l := &folderLock{flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600)), filepath.Join(dir, lockName+".owner")}
	ok, err := l.flock.TryLock()
	if err != nil {
		return nil, fault.New(fault.Disk, "lock the state folder", dir, err).WithHint("choose another --state-dir, on a local disk")
	}
	if !ok {
		who, err := os.ReadFile(l.info)
		if err != nil || len(who) == 0 {
			who = []byte("another process")
		}
		return nil, fault.New(fault.Invalid, "state folder", dir, errors.New("is in use by "+strings.TrimSpace(string(who[:min(len(who), 200)])))).
			WithHint("use that server, stop it, or start this one with another --state-dir")
	}
	return l, nil
}

// describe writes who we are.
func (l *folderLock) describe(address string) error {
	who := fmt.Sprintf("process %d", os.Getpid())
	if address != "" {
		who += ", which listens on " + address
	}
	if err := os.WriteFile(l.info, []byte(who+"\n"), 0o600); err != nil {
		return storeError("write to the state folder", err)
	}
	return nil
}

func (l *folderLock) release() {
	_ = os.Remove(l.info)
	_ = l.flock.Unlock() // the process ends anyway
}
