package quantized

import (
	"regexp"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/sdk"
)

var reOutput = regexp.MustCompile(`^output(-\d{5}-of-\d{5})?\.safetensors$`)

// byName recognises EXL2 where no config names a method: the first converters left
// config.json as it was, but named the weights output.safetensors. The repository
// or the branch says the width, a measurement or "exl2" in the name the method.
func byName(ref sdk.Ref, files []sdk.File) (found, bool) {
	output, measured := false, false
	for _, f := range files {
		output = output || reOutput.MatchString(f.Path)
		measured = measured || f.Path == "measurement.json"
	}
	id := ref.ID[strings.LastIndexByte(ref.ID, '/')+1:]
	named := strings.Contains(strings.ToLower(id), "exl2")
	bits, head := bitrate(ref.Revision, named)
	if bits == 0 {
		bits, head = bitrate(id, false)
	}
	if !output || !named && !measured && bits == 0 {
		return found{}, false
	}
	f := found{method: "exl2", bits: bits, config: loose.Object{}, file: "the name"}
	if head > 0 {
		f.config["head_bits"] = float64(head)
	}
	return f, true
}
