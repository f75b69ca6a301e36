package sdktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxAnswer bounds one page of a listing, in bytes.
const maxAnswer = 64 << 20

// Hub is a repository of a Hub, read as it is asked for: of the official one at
// https://huggingface.co, of a mirror, or of a test server. kind is "model" or
// "dataset"; the revision "" is main. There is no token: public repositories only.
func Hub(ctx context.Context, client *http.Client, endpoint, kind, id, revision string) (*Repo, error) {
	if kind != "model" && kind != "dataset" || strings.Count(id, "/") != 1 {
		return nil, fmt.Errorf(`%s %q: a model or dataset and owner/name are wanted`, kind, id)
	}
	if revision == "" {
		revision = "main"
	}
	h := &hub{client: client, api: strings.TrimRight(endpoint, "/") + "/api/" + kind + "s/" + id, files: strings.TrimRight(endpoint, "/")}
	if kind == "dataset" {
		h.files += "/datasets"
	}
	h.files += "/" + id + "/resolve/"
	var info hubInfo
	if _, err := h.json(ctx, h.api+"/revision/"+url.PathEscape(revision), &info); err != nil {
		return nil, err
	}
	r := &Repo{
		RefValue:   sdk.Ref{Type: kind, ID: id, Revision: revision, Commit: info.SHA},
		FactsValue: info.facts(),
		Contents:   map[string]io.ReaderAt{},
	}
	return r, h.list(ctx, r)
}

// hub asks a Hub.
type hub struct {
	client     *http.Client
	api, files string
}

// list reads all pages of the tree.
func (h *hub) list(ctx context.Context, r *Repo) error {
	next := h.api + "/tree/" + r.RefValue.Commit + "?recursive=true"
	for next != "" {
		var page []struct {
			Type string `json:"type"`
			Path string `json:"path"`
			Size int64  `json:"size"`
			LFS  *struct {
				OID  string `json:"oid"`
				Size int64  `json:"size"`
			} `json:"lfs"`
		}
		header, err := h.json(ctx, next, &page)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.Type != "file" {
				continue
			}
			f := sdk.File{Path: e.Path, Size: e.Size}
			if e.LFS != nil {
				f.LFS, f.Size, f.SHA256 = true, e.LFS.Size, e.LFS.OID
			}
			r.List = append(r.List, f)
			r.Contents[e.Path] = &remoteFile{h, h.files + r.RefValue.Commit + "/" + escape(e.Path), f.Size}
		}
		next = nextPage(header.Get("Link"))
	}
	return nil
}

// nextPage finds the address with rel="next" in a Link header.
func nextPage(link string) string {
	for part := range strings.SplitSeq(link, ",") {
		address, rel, ok := strings.Cut(part, ";")
		if ok && strings.Contains(rel, `rel="next"`) {
			return strings.Trim(strings.TrimSpace(address), "<>")
		}
	}
	return ""
}

func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

func (h *hub) json(ctx context.Context, address string, v any) (http.Header, error) {
	res, err := h.get(ctx, address, "")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(v); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return res.Header, nil
}

// get gives an answer of 200 or, with a range, 206.
func (h *hub) get(ctx context.Context, address, ranges string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	want := http.StatusOK
	if ranges != "" {
		req.Header.Set("Range", ranges)
		want = http.StatusPartialContent
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != want {
		_ = res.Body.Close()
		return nil, fmt.Errorf("%s: the Hub answers %s", address, res.Status)
	}
	return res, nil
}

// remoteFile is a file of a Hub.
type remoteFile struct {
	hub     *hub
	address string
	size    int64
}

// ReadAt implements io.ReaderAt; Repo asks readAt, which ends with its context.
func (f *remoteFile) ReadAt(p []byte, off int64) (int, error) {
	return f.readAt(context.Background(), p, off)
}

func (f *remoteFile) readAt(ctx context.Context, p []byte, off int64) (int, error) {
	want := min(int64(len(p)), f.size-off)
	if want <= 0 {
		return 0, io.EOF
	}
	last := strconv.FormatInt(off+want-1, 10)
	res, err := f.hub.get(ctx, f.address, "bytes="+strconv.FormatInt(off, 10)+"-"+last)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	n, err := io.ReadFull(res.Body, p[:want])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%s: the Hub sent %d of %d bytes", f.address, n, want)
	}
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}
