package repo

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Revision is what the user asked for: a branch, a tag, refs/pr/N,
// refs/convert/NAME or a commit. It is safe as a path below refs/.
type Revision string

// DefaultRevision is the Hub's default branch.
const DefaultRevision Revision = "main"

// ParseRevision applies git's ref rules and the path rules (T7); "" is main.
func ParseRevision(s string) (Revision, error) {
	if s == "" {
		return DefaultRevision, nil
	}
	if err := checkRevision(s); err != nil {
		return "", invalid("revision", s, "give a branch, tag, commit or refs/pr/N", err)
	}
	return Revision(s), nil
}

func checkRevision(s string) error {
	switch {
	case strings.HasPrefix(s, "-"):
		return errors.New(`starts with "-"`)
	case strings.Contains(s, "@{") || s == "@":
		return errors.New(`"@{" is not allowed`)
	case strings.Contains(s, ".."):
		return errors.New(`".." is not allowed`)
	case strings.ContainsAny(s, " ~^:?*[\\%"):
		return errors.New("has a character git does not allow in a ref")
	case strings.HasSuffix(s, "."):
		return errors.New(`ends with "."`)
	}
	for _, part := range strings.Split(s, "/") {
		if strings.HasSuffix(part, ".lock") {
			return errors.New(`a part ends with ".lock"`)
		}
		if strings.HasPrefix(part, ".") {
			return errors.New(`a part starts with "."`)
		}
	}
	return checkPath(s)
}

// IsCommit reports whether the revision is a full commit id.
func (r Revision) IsCommit() bool { return isCommit(string(r)) }

// Commit is a full commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits.
type Commit string

// ParseCommit accepts full ids only; a short one must be resolved by the Hub (T6).
func ParseCommit(s string) (Commit, error) {
	if !isCommit(s) {
		return "", invalid("commit", s, "want 40 lower-case hex digits", nil)
	}
	return Commit(s), nil
}

func isCommit(s string) bool {
	return (len(s) == 40 || len(s) == 64) && isLowerHex(s)
}

// Short is the form people read: the first 7 digits.
func (c Commit) Short() string { return string(c[:min(7, len(c))]) }

func isLowerHex(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// Limits on paths (T4): a component fits every common file system, and the
// whole stays inside PATH_MAX with room for the cache's own folders.
const (
	maxComponent = 255
	maxPath      = 1024
	maxDepth     = 64
)

// ParsePath checks a path the Hub gave, under POSIX and Windows rules on every
// OS (T1, T2, T4): relative, "/"-separated, no empty, "." or ".." part, no
// backslash, no drive, no control or bidi character, valid UTF-8. Names that only Windows
// cannot store are allowed here; see WindowsProblem.
func ParsePath(s string) (string, error) {
	if err := checkPath(s); err != nil {
		return "", invalid("file path", s, "", err)
	}
	return s, nil
}

func checkPath(s string) error {
	switch {
	case s == "":
		return errors.New("empty")
	case len(s) > maxPath:
		return fmt.Errorf("longer than %d bytes", maxPath)
	case !utf8.ValidString(s):
		return errors.New("not valid UTF-8")
	case strings.Contains(s, `\`):
		return errors.New("has a backslash")
	case s[0] == '/':
		return errors.New("absolute")
	case hasDrive(s):
		return errors.New("has a drive letter")
	case strings.Count(s, "/") >= maxDepth:
		return fmt.Errorf("deeper than %d folders", maxDepth)
	}
	for _, r := range s {
		if isForbiddenRune(r) {
			return fmt.Errorf("has the control character %U", r)
		}
	}
	for part := range strings.SplitSeq(s, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return fmt.Errorf("has the component %q", part)
		case len(part) > maxComponent:
			return fmt.Errorf("a component is longer than %d bytes", maxComponent)
		}
	}
	return nil
}

// hasDrive: Windows takes any one character before a colon for a drive.
func hasDrive(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	return len(s) > n && s[n] == ':'
}

// isForbiddenRune: NUL, C0, DEL and C1 controls are refused (T2). Line
// separators and bidi overrides are legal in names; whoever prints a name
// escapes it.
func isForbiddenRune(r rune) bool {
	return unicode.IsControl(r)
}

// WindowsProblem says why Windows cannot store the path, "" if it can (T3).
// On Windows such a file is refused, elsewhere it is stored with one warning.
func WindowsProblem(path string) string {
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case strings.ContainsAny(part, `<>:"|?*`):
			return fmt.Sprintf("%q has a character Windows does not allow", part)
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " "):
			return fmt.Sprintf("%q ends with a dot or a space", part)
		case isDeviceName(part):
			return fmt.Sprintf("%q is a device name", part)
		}
	}
	return ""
}

// isDeviceName runs for every file of a listing, so it allocates nothing.
func isDeviceName(part string) bool {
	base, _, _ := strings.Cut(part, ".")
	base = strings.TrimRight(base, " ")
	for _, name := range [...]string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} {
		if strings.EqualFold(base, name) {
			return true
		}
	}
	if len(base) < 4 || !strings.EqualFold(base[:3], "COM") && !strings.EqualFold(base[:3], "LPT") {
		return false
	}
	switch base[3:] {
	// ¹ ² ³ count as digits for Windows.
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	default:
		return false
	}
}
