package cache

import (
	"context"
	"os"
)

// ExportWith is Export with another way to make a reflink.
func ExportWith(ctx context.Context, s *Store, e Export, clone func(to, from *os.File) error) (Exported, error) {
	return s.export(ctx, e, clone)
}

// CloneFile is what Export uses.
func CloneFile(to, from *os.File) error { return cloneFile(to, from) }
