package plugins

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// A plugin that fails this often in this time is not started any more (T43).
const (
	maxCrashes   = 3
	crashesCount = 10 * time.Minute
)

// record is the file that says which plugins may run. It is outside of their
// folders, where an update of a plugin cannot reach it.
type record struct{ path string }

// enabled is what the user agreed to.
type enabled struct {
	Sum       string     `json:"sum"` // of the folder
	Version   string     `json:"version"`
	At        time.Time  `json:"at"`
	Analyzers []sdk.Info `json:"analyzers"`
	// Crashes are the last times it failed; Stopped is set when they are too many.
	Crashes []time.Time `json:"crashes,omitempty"`
	Stopped bool        `json:"stopped,omitempty"`
}

type recordFile struct {
	Plugins map[string]enabled `json:"plugins"`
}

// load reads the record; without a file nothing is enabled.
func (r record) load() (map[string]enabled, error) {
	info, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]enabled{}, nil
	}
	if err == nil {
		err = trusted(info)
	}
	if err != nil {
		return nil, fault.New(fault.Disk, "read which plugins are enabled", filepath.Base(r.path), pathless(err))
	}
	data, err := os.ReadFile(r.path)
	if err != nil {
		return nil, fault.New(fault.Disk, "read which plugins are enabled", filepath.Base(r.path), pathless(err))
	}
	var f recordFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fault.New(fault.Invalid, "read which plugins are enabled", filepath.Base(r.path), err).
			WithHint("remove the file and enable the plugins again")
	}
	if f.Plugins == nil {
		f.Plugins = map[string]enabled{}
	}
	return f.Plugins, nil
}

// change rewrites the record; other processes wait meanwhile.
func (r record) change(f func(map[string]enabled) error) error {
	if err := os.MkdirAll(filepath.Dir(r.path), 0o700); err != nil {
		return r.failed(err)
	}
	lock := flock.New(r.path + ".lock")
	if err := lock.Lock(); err != nil {
		return r.failed(err)
	}
	defer lock.Unlock() //nolint:errcheck // it ends with the process at the latest
	all, err := r.load()
	if err != nil {
		return err
	}
	if err := f(all); err != nil {
		return err
	}
	data, err := json.MarshalIndent(recordFile{all}, "", "  ")
	if err != nil {
		return r.failed(err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(r.path), filepath.Base(r.path)+".*") // 0600
	if err != nil {
		return r.failed(err)
	}
	_, err = tmp.Write(append(data, '\n'))
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), r.path)
	}
	if err != nil {
		return r.failed(errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}

func (r record) failed(err error) error {
	return fault.New(fault.Disk, "record which plugins are enabled", filepath.Base(r.path), pathless(err))
}

// crashed notes a failure and says whether the plugin is stopped by it.
func (r record) crashed(name string, now time.Time) (stopped bool, err error) {
	err = r.change(func(all map[string]enabled) error {
		e, ok := all[name]
		if !ok {
			return nil
		}
		var recent []time.Time
		for _, t := range e.Crashes {
			if now.Sub(t) < crashesCount {
				recent = append(recent, t)
			}
		}
		e.Crashes = append(recent, now.UTC())
		e.Stopped = e.Stopped || len(e.Crashes) >= maxCrashes
		stopped = e.Stopped
		all[name] = e
		return nil
	})
	return stopped, err
}

// changedError says that a plugin is not what was enabled.
type changedError struct{ want, got string }

func (e *changedError) Error() string {
	return fmt.Sprintf("its files are not those that were enabled: the checksum is %.12s…, enabled was %.12s…", e.got, e.want)
}
