//go:build !linux

package transfer

import "os"

// allocate sets the length; reserving is a Linux ability here.
func allocate(f File, length int64) error { return f.Truncate(length) }

// flush asks for the data to reach the disk.
func flush(f File) error {
	osFile, ok := f.(*os.File)
	if !ok {
		return nil
	}
	return osFile.Sync()
}
