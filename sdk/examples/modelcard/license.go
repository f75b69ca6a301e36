package main

import "strings"

// family is what kind of licence it is.
type family string

const (
	permissive    family = "permissive"
	weakCopyleft  family = "weak copyleft"
	copyleft      family = "copyleft"
	responsible   family = "responsible AI"
	community     family = "community"
	nonCommercial family = "non-commercial"
	custom        family = "custom"
	none          family = "none"
)

// use is whether a licence allows commercial use.
type use string

const (
	allowed    use = "yes"
	conditions use = "with conditions" // read them
	forbidden  use = "no"
	unknown    use = "unknown"
)

// judged is what is known of a licence.
type judged struct {
	family     family
	commercial use
	why        string // what to look at, for people
}

// judge knows the ids that the Hub offers to authors, by their beginnings: versions
// differ in what they are called, not in kind. It is no legal advice.
func judge(id string) judged {
	id = strings.ToLower(strings.TrimSpace(id))
	begins := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(id, p) {
				return true
			}
		}
		return false
	}
	switch {
	case id == "":
		return judged{none, unknown, "no licence is given: by default nobody may use it"}
	case begins("cc-by-nc", "fair-noncommercial", "cc-by-nd-nc") || strings.Contains(id, "noncommercial") || strings.Contains(id, "non-commercial") ||
		begins("apple-amlr", "intel-research", "deepfloyd-if", "h-research"):
		return judged{nonCommercial, forbidden, "it may not be used commercially"}
	case begins("agpl"):
		return judged{copyleft, conditions, "a service that uses changes of it must publish them"}
	case begins("gpl", "cc-by-sa", "eupl", "osl", "odbl"):
		return judged{copyleft, conditions, "what is derived from it must be given away under the same licence"}
	case begins("lgpl", "mpl", "epl", "cecill-c"):
		return judged{weakCopyleft, conditions, "changes of it must be given away under the same licence"}
	case begins("openrail", "creativeml-openrail", "bigscience-", "bigcode-openrail"):
		return judged{responsible, conditions, "it forbids some uses, which users of yours must hear of"}
	case begins("llama", "gemma", "tongyi", "qwen", "deepseek", "falcon", "grok", "jamba", "nvidia-"):
		return judged{community, conditions, "its publisher wrote it: there may be limits of size, region or use"}
	case begins("apache", "mit", "bsd", "isc", "zlib", "unlicense", "wtfpl", "cc0", "cc-by-4", "cc-by-3", "cc-by-2", "cdla-permissive", "pddl",
		"afl", "artistic", "bsl-1", "ecl", "ms-pl", "ncsa", "postgresql", "odc-by", "ofl", "lppl", "0bsd"):
		return judged{permissive, allowed, "keep its notice of copyright"}
	}
	return judged{custom, unknown, "it is no common licence: read it"}
}
