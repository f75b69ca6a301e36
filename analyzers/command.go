package analyzers

import (
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Download is a download as the command line says it.
type Download struct {
	Ref                       repo.Ref
	Revision                  repo.Revision // "" is the default one
	Filters, Excludes         []string
	Exact, AppendFilterSubdir bool
	More                      []string // further flags and values, as single words
}

// Command is the line for people to copy, quoted for a POSIX shell. It never holds
// a token: that is found where the program always looks for it.
func (d Download) Command() string {
	words := []string{"hfdownloader", "download", string(d.Ref.ID)}
	if d.Ref.Type == repo.Dataset {
		words = append(words, "--dataset")
	}
	if d.Revision != "" && d.Revision != repo.DefaultRevision {
		words = append(words, "-b", string(d.Revision))
	}
	words = append(words, listFlag("-F", "--filters", d.Filters)...)
	words = append(words, listFlag("-E", "--exclude", d.Excludes)...)
	if d.Exact {
		words = append(words, "--exact")
	}
	if d.AppendFilterSubdir {
		words = append(words, "--append-filter-subdir")
	}
	return ShellLine(append(words, d.More...)...)
}

// listFlag joins values as the command line splits them. What begins like a flag
// must hang on its own.
func listFlag(short, long string, values []string) []string {
	if len(values) == 0 {
		return nil
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strings.ReplaceAll(v, ",", `\,`)
	}
	joined := strings.Join(quoted, ",")
	if strings.HasPrefix(joined, "-") {
		return []string{long + "=" + joined}
	}
	return []string{short, joined}
}

// commands are how to download everything, and what is recommended; that is ""
// when it would be the same (analyzers.md §11).
func commands(ref repo.Ref, rev repo.Revision, items []sdk.Item) (all, recommended string) {
	d := Download{Ref: ref, Revision: rev}
	all = d.Command()
	for _, item := range items {
		switch {
		case !item.Recommended:
		case item.Revision != "" && item.Revision != string(rev):
			d.Revision = repo.Revision(item.Revision)
		case item.Revision != "":
		default:
			d.Filters = append(d.Filters, strings.Split(item.Filter, ",")...)
		}
	}
	slices.Sort(d.Filters)
	d.Filters = slices.Compact(d.Filters)
	d.Exact = len(d.Filters) > 0
	if recommended = d.Command(); recommended == all {
		recommended = ""
	}
	return all, recommended
}

// Command is how to download just the recommended ones of items.
func Command(ref repo.Ref, rev repo.Revision, items []sdk.Item) string {
	all, recommended := commands(ref, rev, items)
	if recommended == "" {
		return all
	}
	return recommended
}

// plainInShell needs no quotes (analyzers.md §11).
const plainInShell = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/,:=+-"

// ShellLine is a command for people to copy, quoted for a POSIX shell.
func ShellLine(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune(plainInShell, r) }) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
