package hubtest

import (
	"encoding/json"
	"strconv"
)

// mask is what the Hub shows of a hash to those who may not read.
const mask = "****************************************************************"

func hidden(hash string, masked bool) string {
	if masked {
		return mask
	}
	return hash
}

// encode makes a page. By hand: a listing of 100,000 files is served in tests of
// speed, and must not be what they measure.
func encode(c *commit, entries []listed, expanded, masked bool) []byte {
	out := make([]byte, 0, 256*len(entries)+2)
	out = append(out, '[')
	for i, e := range entries {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendEntry(out, e, masked)
		if expanded {
			out = appendExpanded(out, c, e)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}

// appendEntry leaves the object open.
func appendEntry(out []byte, e listed, masked bool) []byte {
	kind, size := "directory", int64(0)
	if e.Content != nil {
		kind, size = "file", e.Content.Size()
	}
	out = append(out, `{"type":"`...)
	out = append(out, kind...)
	out = append(out, `","oid":"`...)
	out = append(out, e.oid...)
	out = append(out, `","size":`...)
	out = strconv.AppendInt(out, size, 10)
	if e.LFS {
		out = append(out, `,"lfs":{"oid":"`...)
		out = append(out, hidden(e.etag, masked)...)
		out = append(out, `","size":`...)
		out = strconv.AppendInt(out, size, 10)
		out = append(out, `,"pointerSize":`...)
		out = strconv.AppendInt(out, int64(e.pointerSize), 10)
		out = append(out, '}')
	}
	if e.XetHash != "" {
		out = append(out, `,"xetHash":"`...)
		out = append(out, hidden(e.XetHash, masked)...)
		out = append(out, '"')
	}
	out = append(out, `,"path":`...)
	return appendString(out, e.Path)
}

func appendExpanded(out []byte, c *commit, e listed) []byte {
	out = append(out, `,"lastCommit":{"id":"`...)
	out = append(out, c.id...)
	out = append(out, `","title":"Upload files","date":"`+modified+`"}`...)
	if e.Content != nil {
		out = append(out, `,"securityFileStatus":{"status":"safe","avScan":{"status":"safe"},"pickleImportScan":null}`...)
	}
	return out
}

func appendString(out []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return append(out, `""`...)
	}
	return append(out, b...)
}
