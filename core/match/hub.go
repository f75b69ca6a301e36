package match

import (
	"slices"
	"strings"
)

// Hub reports whether a path matches a pattern as the official client's
// allow_patterns do (hub-protocol.md §11): Python's fnmatch with case, on the
// whole path. "*" matches "/" too, "**" is "*", "dir/" is "dir/*", a backslash
// is a slash.
func Hub(pattern, name string) bool {
	pattern = strings.ReplaceAll(pattern, `\`, "/")
	if strings.HasSuffix(pattern, "/") {
		pattern += "*"
	}
	return fnmatch([]rune(pattern), []rune(strings.ReplaceAll(name, `\`, "/")))
}

// Literal makes a pattern that matches exactly this path (or, with a final
// slash, everything below it).
func Literal(name string) string {
	var b strings.Builder
	for _, r := range name {
		if strings.ContainsRune("*?[", r) {
			b.WriteString("[" + string(r) + "]")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func anyHub(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return Hub(p, name) })
}

// fnmatch goes back to the last "*" only, so it is never worse than
// len(pattern) × len(name).
func fnmatch(pat, name []rune) bool {
	p, n := 0, 0
	star, mark := -1, 0
	for n < len(name) {
		if p < len(pat) && pat[p] == '*' {
			star, mark = p, n
			p++
			continue
		}
		if ok, width := matchOne(pat[p:], name[n]); ok {
			p += width
			n++
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		p, n = star+1, mark
	}
	for p < len(pat) && pat[p] == '*' {
		p++
	}
	return p == len(pat)
}

// matchOne matches one rune with the head of a pattern that is no "*"; width is
// how much of the pattern that was.
func matchOne(pat []rune, r rune) (ok bool, width int) {
	if len(pat) == 0 {
		return false, 0
	}
	switch pat[0] {
	case '?':
		return true, 1
	case '[':
		if end := setEnd(pat); end > 0 {
			return matchSet(pat[1:end], r), end + 1
		}
	}
	return pat[0] == r, 1
}

// setEnd finds the "]" of a set; one right after "[" or "[!" is a member. 0: the
// bracket is never closed and stands for itself.
func setEnd(pat []rune) int {
	i := 1
	if i < len(pat) && pat[i] == '!' {
		i++
	}
	if i < len(pat) && pat[i] == ']' {
		i++
	}
	for ; i < len(pat); i++ {
		if pat[i] == ']' {
			return i
		}
	}
	return 0
}

// matchSet: a range with its ends exchanged holds nothing, as in Python.
func matchSet(set []rune, r rune) bool {
	negate := set[0] == '!'
	if negate {
		set = set[1:]
	}
	in := false
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			in = in || set[i] <= r && r <= set[i+2]
			i += 2
			continue
		}
		in = in || set[i] == r
	}
	return in != negate
}
