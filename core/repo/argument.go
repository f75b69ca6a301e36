package repo

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// Argument is what a user may type for a repository.
type Argument struct {
	Ref Ref
	// TypeGiven says that the argument itself named the type: a prefix, or an
	// address, which always does.
	TypeGiven bool
	Revision  Revision // "" when the argument has none
	Filters   []string // of "owner/name:a,b"
	Path      string   // a file or folder inside the repository, or ""
	// Endpoint is the origin of a web address, "" for anything else.
	Endpoint string
}

// ParseArgument reads "owner/name", "gpt2", "owner/name:filter1,filter2",
// "hf://[TYPE/]NS/NAME[@REV][/PATH]" (hub-protocol.md §1) and addresses of a
// Hub's pages and files. The error is fault.Invalid.
func ParseArgument(s string) (Argument, error) {
	s = strings.TrimSpace(s)
	for _, host := range []string{"huggingface.co/", "hf.co/"} {
		if strings.HasPrefix(strings.ToLower(s), host) {
			s = "https://" + s // as the official client
		}
	}
	scheme, rest, hasScheme := strings.Cut(s, "://")
	var a Argument
	var err error
	switch {
	case !hasScheme:
		a, err = parsePlain(s)
	case strings.EqualFold(scheme, "hf"):
		a, err = parseHF(rest)
	case strings.EqualFold(scheme, "https"), strings.EqualFold(scheme, "http"):
		a, err = parseWeb(s)
	default:
		err = errors.New("unknown scheme")
	}
	if err != nil {
		return Argument{}, invalid("repository", s, "give owner/name, hf://owner/name or the address of its page", err)
	}
	return a, nil
}

// parsePlain splits filters at the first colon.
func parsePlain(s string) (Argument, error) {
	name, filters, _ := strings.Cut(s, ":")
	var a Argument
	name = strings.TrimSpace(name)
	name, a.Ref.Type, a.TypeGiven = cutType(name)
	for _, f := range strings.Split(filters, ",") {
		if f = strings.TrimSpace(f); f != "" {
			a.Filters = append(a.Filters, f)
		}
	}
	var err error
	a.Ref.ID, err = ParseID(name)
	return a, err
}

// cutType takes "datasets/" and its like off an id with an owner: "models/a" is
// a repository of the owner "models".
func cutType(s string) (rest string, t Type, given bool) {
	first, rest, _ := strings.Cut(s, "/")
	if t, err := ParseType(first); err == nil && first == t.Plural() && strings.Contains(rest, "/") {
		return rest, t, true
	}
	return s, Model, false
}

// parseHF reads what follows "hf://". The owner is required.
func parseHF(s string) (Argument, error) {
	var a Argument
	parts := strings.Split(s, "/")
	a.Ref.Type = Model
	if t, err := ParseType(parts[0]); err == nil && parts[0] == t.Plural() {
		a.Ref.Type, a.TypeGiven = t, true
		parts = parts[1:]
	}
	if len(parts) < 2 {
		return Argument{}, errors.New("the owner is missing")
	}
	if slices.Contains([]string{"buckets", "kernels"}, parts[0]) {
		return Argument{}, errors.New(parts[0] + " cannot be downloaded, only models, datasets and spaces")
	}
	name, rev, hasRev := strings.Cut(parts[1], "@")
	rest := parts[2:]
	if hasRev && rev == "" {
		return Argument{}, errors.New(`nothing follows "@"`)
	}
	if rev == "refs" && len(rest) >= 2 && (rest[0] == "pr" || rest[0] == "convert") {
		rev, rest = "refs/"+rest[0]+"/"+rest[1], rest[2:]
	}
	var err error
	if a.Ref.ID, err = ParseID(parts[0] + "/" + name); err != nil {
		return Argument{}, err
	}
	return a, a.locate(rev, strings.Join(rest, "/"))
}

// parseWeb reads addresses such as
// https://huggingface.co/datasets/owner/name/tree/main/folder.
func parseWeb(s string) (Argument, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return Argument{}, errors.New("no usable address")
	}
	a := Argument{Endpoint: u.Scheme + "://" + u.Host}
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	a.Ref.Type, a.TypeGiven = Model, true
	if t, err := ParseType(parts[0]); err == nil && parts[0] == t.Plural() {
		a.Ref.Type, parts = t, parts[1:]
	}
	idParts := slices.IndexFunc(parts, isView)
	switch {
	case idParts < 0:
		idParts = len(parts)
	case idParts == 0 || idParts > 2:
		return Argument{}, errors.New("no owner/name before /" + parts[idParts] + "/")
	}
	if a.Ref.ID, err = ParseID(strings.Join(parts[:idParts], "/")); err != nil {
		return Argument{}, err
	}
	if idParts == len(parts) {
		return a, nil
	}
	rest := parts[idParts+1:]
	if parts[idParts] == "discussions" || parts[idParts] == "settings" {
		return a, nil // a page about the repository
	}
	if len(rest) == 0 {
		return a, nil
	}
	rev, rest := rest[0], rest[1:]
	if rev == "refs" && len(rest) >= 2 {
		rev, rest = "refs/"+rest[0]+"/"+rest[1], rest[2:]
	}
	path, err := url.PathUnescape(strings.Join(rest, "/"))
	if err != nil {
		return Argument{}, errors.New("bad escape in the path")
	}
	return a, a.locate(rev, path)
}

// isView knows the pages of a repository that follow its id.
func isView(part string) bool {
	switch part {
	case "tree", "blob", "resolve", "raw", "commit", "commits", "discussions", "settings":
		return true
	}
	return false
}

// locate sets revision and path; the revision is decoded once (T7).
func (a *Argument) locate(rev, path string) error {
	if rev != "" {
		plain, err := url.PathUnescape(rev)
		if err != nil {
			return errors.New("bad escape in the revision")
		}
		if a.Revision, err = ParseRevision(plain); err != nil {
			return err
		}
	}
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	var err error
	a.Path, err = ParsePath(path)
	return err
}
