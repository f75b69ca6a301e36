package gguf

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// variant is one model of the repository: all shards of one quantization.
type variant struct {
	label string // shown; unique after name
	row   Row
	stem  string // without shard and ending
	dir   string
	files []sdk.File // in the order of their numbers
	total int        // shards there should be; 0 for one file
	split bool       // cut by hand: to be joined before use
	cut   [2]int     // where the label stands in stem; [0,0] nowhere
}

func (v variant) size() int64 {
	var sum int64
	for _, f := range v.files {
		sum += f.Size
	}
	return sum
}

func (v variant) incomplete() bool { return v.total > 0 && len(v.files) != v.total }

// listing is what of a repository is GGUF.
type listing struct {
	variants []variant
	mmproj   []sdk.File
	drafts   []sdk.File
	imatrix  []sdk.File
}

// bytes are those of models, without companions.
func (l listing) bytes() int64 {
	var sum int64
	for _, v := range l.variants {
		sum += v.size()
	}
	return sum
}

// list sorts the files of a repository.
func list(files []sdk.File, t table) listing {
	var l listing
	at := map[string]int{}
	for _, f := range files {
		if isImatrix(f.Path) {
			l.imatrix = append(l.imatrix, f)
			continue
		}
		if weights.Of(f.Path) != weights.GGUF {
			continue
		}
		switch {
		case isMMProj(f.Path):
			l.mmproj = append(l.mmproj, f)
		case isDraft(f.Path):
			l.drafts = append(l.drafts, f)
		default:
			v := variantOf(f, t)
			key := v.dir + "\x00" + v.stem
			if i, ok := at[key]; ok && l.variants[i].total == v.total && l.variants[i].split == v.split && (v.total > 0 || v.split) {
				l.variants[i].files = append(l.variants[i].files, f)
				continue
			}
			at[key] = len(l.variants)
			l.variants = append(l.variants, v)
		}
	}
	for i := range l.variants {
		slices.SortStableFunc(l.variants[i].files, func(a, b sdk.File) int {
			return cmp.Or(cmp.Compare(partOf(a.Path), partOf(b.Path)), strings.Compare(a.Path, b.Path))
		})
	}
	name(l.variants)
	return l
}

var (
	reOldSplit = regexp.MustCompile(`(?i)^(.*)\.gguf(?:-split-[a-z]+|\.part\d+of\d+)$`)
	rePart     = regexp.MustCompile(`(?i)\.gguf\.part(\d{1,5})of(\d{1,5})$`)
)

// partOf is the number of a part cut by hand, 0 for other files: the tenth comes
// after the second.
func partOf(p string) int {
	if m := rePart.FindStringSubmatch(p); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits
		return n
	}
	return 0
}

// variantOf reads the name of one file.
func variantOf(f sdk.File, t table) variant {
	base, dir := path.Base(f.Path), path.Dir(f.Path)
	v := variant{dir: dir, files: []sdk.File{f}}
	if m := reOldSplit.FindStringSubmatch(base); m != nil {
		v.stem, v.split = m[1], true
		if parts := rePart.FindStringSubmatch(base); parts != nil {
			v.total, _ = strconv.Atoi(parts[2]) // five digits
		}
	} else {
		v.stem = base[:len(base)-len(path.Ext(base))]
	}
	if rest, _, total, ok := weights.Shard(v.stem); ok {
		v.stem, v.total = rest, total
	}
	var start, end int
	if v.label, start, end = t.find(v.stem); v.label != "" {
		v.cut = [2]int{start, end}
	} else if dir != "." {
		folder := path.Base(dir)
		if v.label, _, _ = t.find(folder); v.label == "" {
			v.label = folder
		}
	} else {
		v.label = v.stem
	}
	var known bool
	if v.row, known = t.row(v.label); !known {
		v.row = Row{v.label, -1, 0, customQuality(v.label), "Non-standard quantization"}
	}
	if v.split {
		v.row.Description += "; in parts that must be joined before use"
	}
	return v
}

var reDigit = regexp.MustCompile(`(?i)(?:^|[^0-9a-z])I?Q([1-8])(?:[^0-9]|$)|([1-8])[-_ ]?bits?`)

// customQuality rates a label by the number of bits in it.
func customQuality(label string) int {
	m := reDigit.FindStringSubmatch(label)
	if m == nil {
		return 3
	}
	digit := m[1] + m[2]
	if q := qualityOfDigit(digit[0]); q > 0 {
		return q
	}
	return 5
}

// name makes the labels differ: by the folder, else by the name of the file.
func name(list []variant) {
	count := map[string]int{}
	for _, v := range list {
		count[v.label]++
	}
	for i, v := range list {
		if count[v.label] < 2 {
			continue
		}
		what := v.stem
		if v.dir != "." {
			what = v.dir
		}
		list[i].label = fmt.Sprintf("%s (%s)", v.label, what)
	}
	seen := map[string]int{}
	for i, v := range list { // still equal: in one folder, with other stems
		if seen[v.label]++; seen[v.label] > 1 {
			list[i].label = fmt.Sprintf("%s (%s)", v.row.Label, v.stem)
		}
	}
}

func isMMProj(p string) bool {
	base := strings.ToLower(path.Base(p))
	return strings.HasPrefix(base, "mmproj") || strings.Contains(base, "-mmproj") || strings.Contains(base, "_mmproj")
}

// isDraft: a model that only guesses ahead for another one. One with such a part
// built in, Q8-MTP-00001-of-00005, is none.
func isDraft(p string) bool {
	base := strings.ToLower(path.Base(p))
	if strings.HasPrefix(base, "mtp-") || strings.HasPrefix(base, "mtp_") || strings.Contains(base, "draft") {
		return true
	}
	for dir := range strings.SplitSeq(strings.ToLower(path.Dir(p)), "/") {
		if dir == "mtp" || dir == "draft" {
			return true
		}
	}
	return false
}

func isImatrix(p string) bool {
	base := strings.ToLower(path.Base(p))
	return strings.HasPrefix(base, "imatrix") || strings.HasSuffix(base, ".imatrix") || strings.Contains(base, "imatrix") && strings.HasSuffix(base, ".dat")
}

// modelName is the stem without the label and what separates it.
func (v variant) modelName() string {
	stem := v.stem
	if v.cut[1] > 0 {
		head, tail := strings.TrimRight(stem[:v.cut[0]], "-_. "), strings.TrimLeft(stem[v.cut[1]:], "-_. ")
		stem = head
		if head == "" {
			stem = tail
		} else if tail != "" {
			stem = head + "-" + tail
		}
	}
	if stem == "" || strings.EqualFold(stem, v.row.Label) {
		return ""
	}
	return stem
}
