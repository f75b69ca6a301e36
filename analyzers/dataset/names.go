package dataset

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
)

// format is what a file of data holds, "" for what is none (analyzers.md §14).
// A compressed file is of its inner format.
func format(p string) string {
	base := strings.ToLower(path.Base(p))
	ext := path.Ext(base)
	switch ext {
	case ".gz", ".zst", ".bz2", ".xz", ".lz4":
		if f := plain(path.Ext(base[:len(base)-len(ext)])); f != "" {
			return f
		}
		return "archive"
	case ".tgz":
		return "tar"
	}
	return plain(ext)
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
		return "tar"
	case ".zip", ".7z", ".rar":
		return "archive"
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp":
		return "imagefolder"
	case ".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a":
		return "audiofolder"
	default:
		return ""
	}
}

// preference of formats: the first that is there is the primary one.
func preference() []string {
	return []string{"parquet", "arrow", "jsonl", "json", "csv", "tsv", "txt", "webdataset", "tar", "imagefolder", "audiofolder", "archive"}
}

// isFolder says that a format is single pictures or sounds: their folders are labels.
func isFolder(format string) bool { return format == "imagefolder" || format == "audiofolder" }

// isLabels says that a table belongs to the pictures or sounds beside it.
func isLabels(p string) bool {
	switch strings.ToLower(path.Base(p)) {
	case "metadata.jsonl", "metadata.csv", "metadata.parquet":
		return true
	}
	return false
}

// mayBeData: documents and settings are not data, whatever their ending.
func mayBeData(p string) bool {
	switch strings.ToLower(path.Base(p)) {
	case "dataset_infos.json", "dataset_info.json", "state.json", "dataset_dict.json", "config.json", "croissant.json",
		"requirements.txt", "license.txt", "licence.txt", "readme.txt", "citation.txt", "changelog.txt", "dummy_data.zip":
		return false
	}
	return format(p) != "" && !isHidden(p)
}

// isHidden: the Hub does not look into such folders.
func isHidden(p string) bool {
	return strings.HasPrefix(p, ".") || strings.HasPrefix(p, "__") || strings.Contains(p, "/.") || strings.Contains(p, "/__")
}

// isPicture says that a picture or sound belongs to the card.
func isPicture(p string) bool {
	folder, _, ok := strings.Cut(strings.ToLower(p), "/")
	if !ok {
		return true
	}
	switch folder {
	case "assets", "asset", "images", "image", "img", "imgs", "figures", "figure", "figs", "media", "docs", "doc", "logo", "logos":
		return true
	}
	return false
}

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
// file's name before the folders, the nearest first.
func splitOf(p string) (split, word string) {
	dir, base := path.Split(p)
	if name := numbered(base); name != "" && (strings.HasPrefix(p, "data/") || canonical(name) != "") {
		if c := canonical(name); c != "" {
			return c, name
		}
		return name, name
	}
	if split, word = wordIn(base); split != "" {
		return split, word
	}
	for dir != "" {
		dir, base = path.Split(strings.TrimSuffix(dir, "/"))
		if split, word = wordIn(base); split != "" {
			return split, word
		}
	}
	return "", ""
}

// numbered is NAME of NAME-00000-of-00010.parquet and of the same with a
// fingerprint behind, as older libraries wrote; else "".
func numbered(base string) string {
	i := strings.Index(base, "-of-")
	if i < 7 || base[i-6] != '-' || !digits(base[i-5:i]) {
		return ""
	}
	rest := base[i+len("-of-"):]
	if len(rest) < 6 || !digits(rest[:5]) || rest[5] != '.' && rest[5] != '-' {
		return ""
	}
	return base[:i-6]
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// wordIn looks for a split's word in one element of a path. Words end at anything
// but letters: train1.csv, my_test_file.csv.
func wordIn(element string) (split, word string) {
	for w := range strings.FieldsFuncSeq(element, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if c := canonical(w); c != "" {
			return c, w
		}
	}
	return "", ""
}

// configOf is the first folder, or the one under data/, that is no split's.
func configOf(p string) string {
	p = strings.TrimPrefix(p, "data/")
	folder, _, ok := strings.Cut(p, "/")
	if !ok {
		return ""
	}
	if split, _ := wordIn(folder); split != "" {
		return ""
	}
	return folder
}

// sortedKeys are those of an object, so that the answer is stable.
func sortedKeys(o map[string]any) []string { return slices.Sorted(maps.Keys(o)) }
