package main

import (
	"strings"
)

// topic is a part that a card should have.
type topic struct {
	name  string
	words []string // one of them is in a heading
}

// topics are those that templates of cards agree on.
func topics() []topic {
	return []topic{
		{"description", []string{"description", "overview", "introduction", "summary", "details", "about"}},
		{"uses", []string{"use", "usage", "how to", "quick start", "quickstart", "getting started", "inference"}},
		{"limitations", []string{"limitation", "bias", "risk", "out-of-scope", "considerations", "safety"}},
		{"training data", []string{"training", "source data", "curation", "pretrain", "fine-tun", "finetun", "dataset creation"}},
		{"evaluation", []string{"evaluation", "result", "benchmark", "performance", "metric"}},
		{"citation", []string{"citation", "cite", "bibtex", "reference"}},
	}
}

// maxHeadings bounds the headings that are looked at.
const maxHeadings = 2000

// headings are those of Markdown, in lower case, outside of code. The front
// matter, between two lines of three dashes, has none.
func headings(text string) []string {
	var out []string
	code, first := false, true
	front := strings.HasPrefix(text, "---")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if front {
			front = first || line != "---"
			first = false
			continue
		}
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			code = !code
		}
		if heading := strings.TrimLeft(line, "#"); !code && heading != line && len(out) < maxHeadings {
			out = append(out, strings.ToLower(strings.TrimSpace(heading)))
		}
	}
	return out
}

// covered splits the topics into those that headings name and those that none does.
func covered(found []string) (has, misses []string) {
	has, misses = []string{}, []string{}
	for _, t := range topics() {
		if named(found, t.words) {
			has = append(has, t.name)
		} else {
			misses = append(misses, t.name)
		}
	}
	return has, misses
}

func named(headings, words []string) bool {
	for _, h := range headings {
		for _, w := range words {
			if strings.Contains(h, w) {
				return true
			}
		}
	}
	return false
}
