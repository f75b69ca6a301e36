package analyzers

import (
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// commands are how to download everything, and what is recommended; that is ""
// when it would be the same (analyzers.md §11).
func commands(ref repo.Ref, rev repo.Revision, items []sdk.Item) (all, recommended string) {
	base := []string{"hfdownloader", "download", string(ref.ID)}
	if ref.Type == repo.Dataset {
		base = append(base, "--dataset")
	}
	branch := []string(nil)
	if rev != repo.DefaultRevision {
		branch = []string{"-b", string(rev)}
	}
	all = shell(append(slices.Clone(base), branch...))
	var filters []string
	for _, item := range items {
		switch {
		case !item.Recommended:
		case item.Revision != "" && item.Revision != string(rev):
			branch = []string{"-b", item.Revision}
		case item.Revision != "":
		default:
			filters = append(filters, strings.Split(item.Filter, ",")...)
		}
	}
	full := append(slices.Clone(base), branch...)
	if len(filters) > 0 {
		slices.Sort(filters)
		full = append(full, "-F", strings.Join(slices.Compact(filters), ","), "--exact")
	}
	if recommended = shell(full); recommended == all {
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

// shell quotes words for a POSIX shell.
func shell(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune(plainInShell, r) }) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
