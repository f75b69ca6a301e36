package mirror

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Kind is the way to a target.
type Kind string

// The kinds there are.
const (
	KindFolder Kind = "folder"
	KindSSH    Kind = "ssh"
	KindS3     Kind = "s3"
	KindRclone Kind = "rclone"
)

// Address says where a target is.
type Address struct {
	Kind Kind
	Path string   // of a folder: absolute; of rclone: its remote and path
	URL  *url.URL // of ssh and s3
}

// String is the text an address came from, with an absolute folder. ParseTarget
// takes it back.
func (a Address) String() string {
	switch a.Kind {
	case KindSSH, KindS3:
		return a.URL.String()
	case KindRclone:
		return "rclone:" + a.Path
	default:
		return a.Path
	}
}

// maxAddress is more than any address needs, in bytes.
const maxAddress = 4096

// ParseTarget reads a target's address: a folder, also below ~/ (home), or
// ssh://, sftp://, s3:// or rclone:remote:path. Errors are fault.Invalid and repeat
// nothing that may be a password.
func ParseTarget(text, home string) (Address, error) {
	if text == "" || len(text) > maxAddress || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return Address{}, badAddress("", errors.New("it is empty, too long or has control characters"))
	}
	if rest, ok := strings.CutPrefix(text, "rclone:"); ok {
		if rest == "" || rest[0] == '-' {
			return Address{}, badAddress("rclone:", errors.New("no remote is named"))
		}
		return Address{Kind: KindRclone, Path: rest}, nil
	}
	scheme, _, colon := strings.Cut(text, ":")
	if colon && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\`) { // one letter is a drive
		return parseURL(scheme, text)
	}
	if rest, ok := strings.CutPrefix(text, "~"); ok && home != "" && (rest == "" || os.IsPathSeparator(rest[0])) {
		text = filepath.Join(home, rest)
	}
	path, err := filepath.Abs(text)
	if err != nil {
		return Address{}, badAddress(text, err)
	}
	return Address{Kind: KindFolder, Path: path}, nil
}

func parseURL(scheme, text string) (Address, error) {
	kind := Kind("")
	switch scheme {
	case "ssh", "sftp":
		kind = KindSSH
	case "s3":
		kind = KindS3
	default:
		return Address{}, badAddress(scheme+":", errors.New("there is no such kind of target"))
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" { // the error has the text in it, and that a password
		return Address{}, badAddress(scheme+":", errors.New("it is no URL with a host"))
	}
	return Address{Kind: kind, URL: u}, nil
}

func badAddress(subject string, err error) error {
	return fault.New(fault.Invalid, "use the mirror target", subject, err).
		WithHint("give a folder, ssh://host/folder, s3://bucket/prefix or rclone:remote:path")
}

// Apart refuses a folder that is the cache or inside it: a push would feed on what
// it writes. Links on the way are followed; what is not there yet is judged by the
// folder it would be in.
func Apart(cache, folder string) error {
	root, err := os.Stat(cache)
	if err != nil {
		return nil //nolint:nilerr // no cache, nothing to be inside of
	}
	for dir := resolved(folder); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && os.SameFile(info, root) {
			return fault.New(fault.Invalid, "use the mirror target", folder, errors.New("it is the cache itself, or inside it")).
				WithHint("give a folder outside " + cache)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// resolved is a path without links, as far as it is there.
func resolved(path string) string {
	for rest, dir := "", path; ; rest, dir = filepath.Join(filepath.Base(dir), rest), filepath.Dir(dir) {
		if to, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(to, rest)
		}
		if dir == filepath.Dir(dir) {
			return path
		}
	}
}
