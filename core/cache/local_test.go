//go:build unix

package cache

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func openLocal(t *testing.T) *Local {
	t.Helper()
	l, err := OpenLocal(Options{Root: filepath.Join(t.TempDir(), "org", "m")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// put ingests and places content as the pipeline does.
func put(t *testing.T, l *Local, f repo.File, content string) {
	t.Helper()
	in, err := l.Ingest(t.Context(), f, f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.File().WriteString(content); err != nil {
		t.Fatal(err)
	}
	if err := in.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.Place(someCommit, f, f.Path); err != nil {
		t.Fatal(err)
	}
}

func TestLocalFileIsTrustedUntilItChanges(t *testing.T) {
	f := fileOf("dir/config.json", "content")
	cases := map[string]struct {
		change  func(t *testing.T, path string)
		present bool
	}{
		"untouched":               {func(*testing.T, string) {}, true},
		"touched within a second": {func(t *testing.T, path string) { touch(t, path, 500*time.Millisecond) }, true},
		"edited later":            {func(t *testing.T, path string) { touch(t, path, time.Minute) }, false},
		"other size":              {func(t *testing.T, path string) { write(t, path, "content and more") }, false},
		"removed": {func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := openLocal(t)
			put(t, l, f, "content")
			c.change(t, filepath.Join(l.Path(), f.Path))
			got, err := l.Present(someCommit, f, f.Path)
			if err != nil || got != c.present {
				t.Errorf("present %v, %v; want %v", got, err, c.present)
			}
		})
	}
}

func TestLocalAdoptsAFileOfTheRightContent(t *testing.T) {
	l := openLocal(t)
	f := fileOf("w.bin", "content")
	write(t, filepath.Join(l.Path(), "w.bin"), "content")
	if _, err := l.Ingest(t.Context(), f, f.Path); !errors.Is(err, ErrPresent) {
		t.Errorf("err %v, want ErrPresent", err)
	}
}

func TestLocalReplacesAFileOfOtherContentByRename(t *testing.T) {
	l := openLocal(t)
	f := fileOf("w.bin", "content")
	path := filepath.Join(l.Path(), "w.bin")
	write(t, path, "CONTENT")
	before, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	put(t, l, f, "content")
	old := make([]byte, 7)
	if _, err := before.ReadAt(old, 0); err != nil || string(old) != "CONTENT" {
		t.Errorf("the old file was written to: %q, %v", old, err)
	}
}

func TestT10_SpecialFilesAreNotWrittenTo(t *testing.T) {
	cases := map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"folder": func(path string) error { return os.Mkdir(path, 0o755) },
		"socket": func(path string) error {
			fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			defer syscall.Close(fd)
			return syscall.Bind(fd, &syscall.SockaddrUnix{Name: path})
		},
	}
	for name, plant := range cases {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "t10-") // a socket's path must be short
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = os.RemoveAll(dir) }()
			l, err := OpenLocal(Options{Root: dir})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if err := plant(filepath.Join(dir, "w.bin")); err != nil {
				t.Fatal(err)
			}
			_, err = l.Ingest(t.Context(), fileOf("w.bin", "content"), "w.bin")
			if fault.KindOf(err) != fault.Disk || !strings.Contains(err.Error(), name) {
				t.Errorf("err %v, want one that names the %s", err, name)
			}
		})
	}
}

func TestT10_LinksInTheFolderAreNotFollowed(t *testing.T) {
	outside := t.TempDir()
	victim := filepath.Join(outside, "victim")
	write(t, victim, "keep me")
	f := fileOf("sub/w.bin", "content")

	l := openLocal(t)
	write(t, filepath.Join(l.Path(), "other"), "x")
	if err := os.Symlink(outside, filepath.Join(l.Path(), "sub")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Ingest(t.Context(), f, f.Path); fault.KindOf(err) != fault.Disk {
		t.Errorf("a folder that leads outside: %v", err)
	}

	l = openLocal(t)
	if err := os.MkdirAll(filepath.Join(l.Path(), "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(l.Path(), "sub", "w.bin")); err != nil {
		t.Fatal(err)
	}
	put(t, l, f, "content")
	if b, err := os.ReadFile(victim); err != nil || string(b) != "keep me" {
		t.Errorf("the file outside holds %q, %v", b, err)
	}
}

// TestLocalRecordsAreTheOfficialClients: it finds our files and fetches nothing,
// alone and as a snapshot.
func TestLocalRecordsAreTheOfficialClients(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name, func(t *testing.T) {
			l := openLocal(t)
			f := fileOf("dir/w.bin", "content")
			put(t, l, f, "content")
			if err := l.Finish(someCommit, []repo.File{f}, false, true); err != nil {
				t.Fatal(err)
			}
			got := run(t, python(t, interpreter, `
import sys
from pathlib import Path
from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub._local_folder import read_download_metadata
print(hf_hub_download("org/m", "dir/w.bin", local_dir=sys.argv[1], revision=sys.argv[2]).endswith("dir/w.bin"))
print(snapshot_download("org/m", local_dir=sys.argv[1], revision=sys.argv[2], local_files_only=True) == str(Path(sys.argv[1]).resolve()))
print(read_download_metadata(Path(sys.argv[1]), "dir/w.bin").etag)`, l.Path(), string(someCommit)))
			if want := "True\nTrue\n" + f.LFS.SHA256; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			// And what it touched is still ours.
			if there, err := l.Present(someCommit, f, f.Path); !there || err != nil {
				t.Errorf("present %v, %v", there, err)
			}
		})
	}
}

func FuzzLocalMetadata(f *testing.F) {
	f.Add([]byte("86b5e0934494bd15c9632b12f734a8a67f723594\n45a2321a7ecfdaaf60a6c1fd7f5463994cc8907d\n1712656091.123\n"))
	f.Add([]byte("\n\n-1\n"))
	f.Add([]byte("a\nb\n1e308\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRecord(b)
		if err != nil {
			return
		}
		again, err := parseRecord([]byte(r.encode()))
		if err != nil || again.etag != r.etag || again.time.Sub(r.time).Abs() > time.Millisecond {
			t.Errorf("%q reads as %+v, then as %+v, %v", b, r, again, err)
		}
	})
}

func FuzzTreeFile(f *testing.F) {
	var b strings.Builder
	if err := encodeTree(&b, []repo.File{fileOf("dir/é.bin", "x"), {Path: "a", BlobID: strings.Repeat("2", 40)}}); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(b.String()))
	f.Add([]byte(`{"format_version":1,"files":{"../x":{"size":1,"blob_id":"a"}}}`))
	f.Add([]byte(`{"format_version":1,"files":{"a":{"size":-1,"blob_id":"a","xet_hash":"****"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := decodeTree(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, file := range files {
			if _, err := repo.ParsePath(file.Path); err != nil || file.Size < 0 || file.Masked {
				t.Errorf("%+v was believed", file)
			}
		}
	})
}
