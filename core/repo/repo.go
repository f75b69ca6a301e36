// Package repo holds the values everything speaks of: repo id and type,
// revision, commit, etag, path, file. Parsing and validation happen here and
// only here, under the rules of every OS at once (reliability.md T1–T8), so a
// value of these types is safe to use in a path or a URL. Pure; no I/O.
package repo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Type is the kind of a Hub repository.
type Type string

// The types we download. (The Hub also has kernels; they are refused clearly.)
const (
	Model   Type = "model"
	Dataset Type = "dataset"
	Space   Type = "space"
)

// Types lists the types in display order.
func Types() []Type { return []Type{Model, Dataset, Space} }

// Plural is the form of API URLs and cache folders: "models".
func (t Type) Plural() string { return string(t) + "s" }

// URLPrefix is what stands before the id in web and resolve URLs: nothing for
// models, "datasets/", "spaces/".
func (t Type) URLPrefix() string {
	if t == Model {
		return ""
	}
	return t.Plural() + "/"
}

// ParseType reads "model", "models" and so on.
func ParseType(s string) (Type, error) {
	for _, t := range Types() {
		if s == string(t) || s == t.Plural() {
			return t, nil
		}
	}
	return "", invalid("repo type", s, "want model, dataset or space", nil)
}

// ID is a validated repository id: "owner/name", or a legacy "name".
type ID string

// maxName is the Hub's limit of one part of an id (hub-protocol.md §1).
const maxName = 96

// ParseID applies the Hub's own rule (hub-protocol.md §1, T8).
func ParseID(s string) (ID, error) {
	parts := strings.Split(s, "/")
	if len(parts) > 2 {
		return "", invalid("repo id", s, "expected owner/name", errors.New("too many slashes"))
	}
	for _, p := range parts {
		if err := checkIDPart(p); err != nil {
			return "", invalid("repo id", s, "expected owner/name", err)
		}
	}
	if strings.Contains(s, "--") || strings.Contains(s, "..") {
		return "", invalid("repo id", s, "expected owner/name", errors.New(`"--" and ".." are not allowed`))
	}
	if strings.HasSuffix(s, ".git") {
		return "", invalid("repo id", s, "leave out the .git suffix", errors.New("ends in .git"))
	}
	return ID(s), nil
}

func checkIDPart(p string) error {
	switch {
	case p == "":
		return errors.New("empty part")
	case len(p) > maxName:
		return fmt.Errorf("part longer than %d characters", maxName)
	case strings.ContainsAny(p[:1], "-.") || strings.ContainsAny(p[len(p)-1:], "-."):
		return errors.New(`a part may not start or end with "-" or "."`)
	}
	for i := range len(p) {
		if !isIDByte(p[i]) {
			return fmt.Errorf("character %q is not allowed", p[i])
		}
	}
	return nil
}

func isIDByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '-' || c == '.'
}

// HasOwner reports whether the id has the owner part.
func (id ID) HasOwner() bool { return strings.Contains(string(id), "/") }

// Ref names one repository.
type Ref struct {
	Type Type
	ID   ID
}

// String is "owner/name", with "datasets/" or "spaces/" before it where needed.
func (r Ref) String() string { return r.Type.URLPrefix() + string(r.ID) }

// Folder is the name of the repo's folder in the cache:
// "models--owner--name" (cache-layout.md §1). The id keeps the case it was typed in.
func (r Ref) Folder() string {
	return r.Type.Plural() + "--" + strings.ReplaceAll(string(r.ID), "/", "--")
}

// ParseFolder is the inverse of Folder.
func ParseFolder(name string) (Ref, error) {
	plural, rest, ok := strings.Cut(name, "--")
	if !ok {
		return Ref{}, invalid("cache folder", name, "", errors.New("no repo type"))
	}
	t, err := ParseType(plural)
	if err != nil || plural != t.Plural() {
		return Ref{}, invalid("cache folder", name, "", errors.New("unknown repo type"))
	}
	if strings.Contains(rest, "/") {
		return Ref{}, invalid("cache folder", name, "", errors.New("more than one folder"))
	}
	id, err := ParseID(strings.Replace(rest, "--", "/", 1))
	if err != nil {
		return Ref{}, err
	}
	return Ref{t, id}, nil
}

// invalid makes the one error of this package; the subject is quoted because
// it comes from outside and may hold control characters (T2).
func invalid(what, subject, hint string, cause error) error {
	if len(subject) > 200 {
		subject = subject[:200] + "…"
	}
	return fault.New(fault.Invalid, "bad "+what, fmt.Sprintf("%+q", subject), cause).WithHint(hint)
}
