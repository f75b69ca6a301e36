package hub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// samplePage is a page of n entries as the Hub writes them, starting at number from.
func samplePage(from, n int) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := from; i < from+n; i++ {
		if i > from {
			b.WriteByte(',')
		}
		sha := fmt.Sprintf("%064x", i*7919)
		if i%2 == 0 {
			fmt.Fprintf(&b, `{"type":"file","oid":"%040x","size":%d,"path":"train/part-%03d/example-%07d.json"}`, i, 1000+i, i/1000, i)
			continue
		}
		fmt.Fprintf(&b, `{"type":"file","oid":"%040x","size":%d,"lfs":{"oid":"%s","size":%d,"pointerSize":134},"xetHash":"%s","path":"train/part-%03d/shard-%07d.safetensors"}`,
			i, 1<<30+i, sha, 1<<30+i, sha, i/1000, i)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// samplePages serves pages of 1,000 entries with next links.
func samplePages(pages int) http.HandlerFunc {
	bodies := make([][]byte, pages)
	for i := range bodies {
		bodies[i] = samplePage(i*1000, 1000)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscan(r.URL.Query().Get("cursor"), &n)
		if n+1 < pages {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?recursive=true&expand=false&cursor=%d>; rel="next"`, r.Host, r.URL.Path, n+1))
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(bodies[n])))
		_, _ = w.Write(bodies[n])
	}
}

func BenchmarkDecodePage(b *testing.B) {
	data := samplePage(0, 1000)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodePage(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var v []jsonEntry
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

type jsonEntry struct {
	Type string `json:"type"`
	Path string `json:"path"`
	OID  string `json:"oid"`
	Size int64  `json:"size"`
	Xet  string `json:"xetHash"`
	LFS  *struct {
		OID         string `json:"oid"`
		Size        int64  `json:"size"`
		PointerSize int64  `json:"pointerSize"`
	} `json:"lfs"`
}

// BenchmarkTree compares a listing of 100,000 files with reading the same pages.
func BenchmarkTree(b *testing.B) {
	s := httptest.NewServer(samplePages(100))
	defer s.Close()
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			readPages(b, s.URL, string(testCommit))
		}
	})
	b.Run("tree", func(b *testing.B) {
		c := newClient(b, s.URL, nil)
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range c.Tree(b.Context(), testRef(), testCommit) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != 100_000 {
				b.Fatal(n)
			}
		}
	})
}

func readPages(tb testing.TB, base, commit string) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	next := base + "/api/models/org/name/tree/" + commit + "?recursive=true&expand=false"
	for next != "" {
		resp, err := client.Get(next)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			tb.Fatal(err)
		}
		resp.Body.Close()
		next = ""
		if link := resp.Header.Get("Link"); link != "" {
			next, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
		}
	}
}
