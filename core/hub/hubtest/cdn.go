package hubtest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

func newKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key
}

// ExpireSigned makes every address signed so far a refused one.
func (h *Hub) ExpireSigned() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.key = newKey()
}

// sign makes an address on the storage host that works for a while
// (hub-protocol.md §5.3, §6.6).
func (h *Hub) sign(ref repo.Ref, f File) string {
	object := f.etag()
	if f.XetHash != "" {
		object = f.XetHash + "-" + object
	}
	sum := sha256.Sum256([]byte(ref.String()))
	place := "/xet-bridge-us/" + hex.EncodeToString(sum[:12]) + "/" + object
	expires := strconv.FormatInt(time.Now().Add(h.opts.SignedFor).Unix(), 10)
	policy := fmt.Sprintf(`{"Statement":[{"Resource":"%s%s*","Condition":{"DateLessThan":{"AWS:EpochTime":%s}}}]}`, h.cdnURL, place, expires)
	q := url.Values{
		"response-content-disposition": {disposition(f.Path)},
		"Expires":                      {expires},
		"Policy":                       {base64.RawURLEncoding.EncodeToString([]byte(policy))},
		"Key-Pair-Id":                  {"K2SAMPLE"},
	}
	q.Set("Signature", h.signature(place, q))
	return h.cdnURL + place + "?" + q.Encode()
}

// signature covers everything of the address but itself.
func (h *Hub) signature(place string, q url.Values) string {
	q.Del("Signature")
	h.mu.Lock()
	defer h.mu.Unlock()
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(place + "\n" + q.Encode()))
	return hex.EncodeToString(mac.Sum(nil))
}

func disposition(name string) string {
	base := path.Base(name)
	return fmt.Sprintf("inline; filename*=UTF-8''%s; filename=%q;", url.PathEscape(base), base)
}

// serveCDN is the storage host: it knows signatures and content, nothing else.
// Addresses are signed for GET.
func (h *Hub) serveCDN(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	place, given := r.URL.EscapedPath(), q.Get("Signature")
	until, err := strconv.ParseInt(q.Get("Expires"), 10, 64)
	if err != nil || time.Now().Unix() >= until || r.Method != http.MethodGet || !hmac.Equal([]byte(given), []byte(h.signature(place, q))) {
		storageError(w, http.StatusForbidden, "AccessDenied", "Access denied")
		return
	}
	name := place[strings.LastIndexAny(place, "/-")+1:]
	h.mu.Lock()
	c := h.store[name]
	h.mu.Unlock()
	if c == nil {
		storageError(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
		return
	}
	// A validator of this host, not the content's digest.
	etag := sha256.Sum256([]byte("storage " + c.SHA256()))
	w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(etag[:])))
	w.Header().Set("Accept-Ranges", "bytes")
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", q.Get("response-content-disposition"))
	if v := r.Header.Get("If-Range"); v != "" && v != w.Header().Get("ETag") {
		r.Header.Del("Range")
	}
	sendRange(w, r, c)
}

func storageError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>", code, message) // the client may be gone
}
