package dataset

import (
	"path"
	"regexp"
	"strings"
)

// format is what a file of data holds, "" for what is none (analyzers.md §14).
// A compressed file is of its inner format.
func format(p string) string {
	base := strings.ToLower(path.Base(p))
	for _, packed := range []string{".gz", ".zst", ".bz2", ".xz", ".lz4"} {
		if inner, ok := strings.CutSuffix(base, packed); ok {
			if f := plain(path.Ext(inner)); f != "" {
				return f
			}
			return "archive"
		}
	}
	return plain(path.Ext(base))
}

func plain(ext string) string {
	switch ext {
	case ".parquet":
		return "parquet"
	case ".arrow", ".feather":
		return "arrow"
	case ".jsonl", ".ndjson":
		return "jsonl"
	case ".json":
		return "json"
	case ".csv":
		return "csv"
	case ".tsv":
		return "tsv"
	case ".txt":
		return "txt"
	case ".tar":
		return "webdataset"
	case ".tgz", ".zip", ".7z", ".rar":
		return "archive"
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".tiff":
		return "imagefolder"
	case ".wav", ".mp3", ".flac", ".ogg", ".m4a":
		return "audiofolder"
	default:
		return ""
	}
}

// preference of formats: the first that is there is the primary one.
func preference() []string {
	return []string{"parquet", "arrow", "jsonl", "json", "csv", "tsv", "txt", "webdataset", "imagefolder", "audiofolder", "archive"}
}

// isData: documents, settings and images of the card are none.
func isData(p string) bool {
	base := strings.ToLower(path.Base(p))
	f := format(p)
	switch {
	case f == "", strings.HasPrefix(base, "."):
		return false
	case base == "dataset_infos.json", base == "dataset_info.json", base == "state.json", base == "dataset_dict.json", base == "requirements.txt", base == "license.txt", base == "readme.txt", base == "croissant.json":
		return false
	case f == "imagefolder" || f == "audiofolder":
		return strings.Contains(p, "/") && !strings.HasPrefix(strings.ToLower(p), "assets/") && !strings.HasPrefix(strings.ToLower(p), "images/") && !strings.HasPrefix(strings.ToLower(p), "figures/") && !strings.HasPrefix(strings.ToLower(p), ".")
	default:
		return true
	}
}

// reSplit is data/NAME-00000-of-00010.parquet: the name is the split's, whatever it is.
var reSplit = regexp.MustCompile(`^(.+)-\d{5}-of-\d{5}$`)

// canonical is the split a word of a path stands for, "" for none.
func canonical(word string) string {
	switch strings.ToLower(word) {
	case "train", "training":
		return "train"
	case "validation", "valid", "val", "dev":
		return "validation"
	case "test", "testing", "eval", "evaluation":
		return "test"
	default:
		return ""
	}
}

// splitOf finds the split of a file and the word in its path that says so: the
// file's name before the folders. Words end at anything but letters.
func splitOf(p string) (split, word string) {
	base := path.Base(p)
	stem := base
	if i := strings.IndexByte(base, '.'); i > 0 {
		stem = base[:i]
	}
	if m := reSplit.FindStringSubmatch(stem); m != nil && (strings.HasPrefix(p, "data/") || canonical(m[1]) != "") {
		if c := canonical(m[1]); c != "" {
			return c, m[1]
		}
		return m[1], m[1]
	}
	if split, word = wordIn(stem); split != "" {
		return split, word
	}
	folders := strings.Split(path.Dir(p), "/")
	for i := len(folders) - 1; i >= 0; i-- {
		if split, word = wordIn(folders[i]); split != "" {
			return split, word
		}
	}
	return "", ""
}

// wordIn looks for a split's word in one element.
func wordIn(element string) (split, word string) {
	for w := range strings.FieldsFuncSeq(element, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) {
		if c := canonical(w); c != "" {
			return c, w
		}
	}
	return "", ""
}

// configOf is the first folder, or the one under data/, that is no split's.
func configOf(p string) string {
	elements := strings.Split(path.Dir(p), "/")
	if elements[0] == "data" {
		elements = elements[1:]
	}
	if len(elements) == 0 || elements[0] == "." || elements[0] == "" {
		return ""
	}
	if split, _ := wordIn(elements[0]); split != "" {
		return ""
	}
	return elements[0]
}
