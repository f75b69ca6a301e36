package mirror

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// ChangeTargets changes a targets file while no other process of ours does. An
// error of change leaves it as it is, and is given back.
func ChangeTargets(path string, change func(map[string]Named) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fault.New(fault.Disk, "change the targets file", path, err)
	}
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return fault.New(fault.Disk, "lock the targets file", path, err)
	}
	defer func() { _ = lock.Unlock() }() // the end of the process would do it, too
	targets, err := ReadTargets(path)
	if err != nil {
		return err
	}
	if err := change(targets); err != nil {
		return err
	}
	return WriteTargets(path, targets)
}
