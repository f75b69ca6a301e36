package quantized

import (
	"regexp"
	"strconv"
)

var (
	reBitrate = regexp.MustCompile(`(?i)(\d{1,2}(?:\.\d{1,3})?)[-_ ]?bpw`)
	reHead    = regexp.MustCompile(`(?i)(?:^|[-_])h(\d{1,2})(?:[-_]|$)`)
	reGPTQ    = regexp.MustCompile(`(?i)^gptq-(\d)bit-`)
	reUnder   = regexp.MustCompile(`(?i)^(\d{1,2})_(\d{1,2})(?:[-_]?bpw)?(?:[-_]|$)`)
	rePlain   = regexp.MustCompile(`^\d(?:\.\d{1,3})?$`)
)

// bitrate reads the width a branch's name says, in bits a weight, and that of the
// output layer; 0 when it says none. Names such as 4_25 say one only where the
// repository is named for EXL (analyzers.md §7).
func bitrate(name string, exl bool) (bits float64, head int64) {
	text := ""
	if m := reUnder.FindStringSubmatch(name); m != nil && exl {
		text = m[1] + "." + m[2]
	} else if m := reBitrate.FindStringSubmatch(name); m != nil {
		text = m[1]
	} else if m := reGPTQ.FindStringSubmatch(name); m != nil {
		text = m[1]
	} else if exl {
		text = rePlain.FindString(name)
	}
	bits, err := strconv.ParseFloat(text, 64)
	if err != nil || bits < 1 || bits > 16 {
		return 0, 0
	}
	if m := reHead.FindStringSubmatch(name); m != nil {
		head, _ = strconv.ParseInt(m[1], 10, 64) // two digits
	}
	return bits, head
}
