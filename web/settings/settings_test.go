package settings_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// memory is a jobs.Settings; before runs ahead of every save.
type memory struct {
	mu       sync.Mutex
	doc      []byte
	revision int64
	fail     error
	before   func(*memory)
}

func (m *memory) Settings(context.Context) ([]byte, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doc, m.revision, nil
}

func (m *memory) SaveSettings(_ context.Context, doc []byte, revision int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.before != nil {
		m.before(m)
	}
	switch {
	case m.fail != nil:
		return m.fail
	case revision != m.revision:
		return jobs.ErrConflict
	}
	m.doc, m.revision = doc, revision+1
	return nil
}

const longToken = "hf_abcdefghijklmnop"

func base() settings.Values {
	return settings.Values{Token: longToken, Connections: 8, MaxActive: 3, MultipartThreshold: 32 << 20, Verify: "size", Retries: 4}
}

func open(t *testing.T, o settings.Options) *settings.Service {
	t.Helper()
	if o.Base == (settings.Values{}) {
		o.Base = base()
	}
	o.Log = zerolog.Nop()
	s, err := settings.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ptr[T any](v T) *T { return &v }

func TestUpdateIsAppliedAfterItIsSaved(t *testing.T) {
	store := &memory{}
	var applied []settings.Values
	var saved []int64
	s := open(t, settings.Options{Store: store, Apply: func(v settings.Values) {
		applied, saved = append(applied, v), append(saved, store.revision)
	}})
	if err := s.Update(t.Context(), settings.Patch{Connections: ptr(16), LimitRate: ptr(int64(1000))}); err != nil {
		t.Fatal(err)
	}
	want := base()
	want.Connections, want.LimitRate = 16, 1000
	if d := cmp.Diff([]settings.Values{base(), want}, applied); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int64{0, 1}, saved); d != "" {
		t.Errorf("saves before each Apply: %s", d)
	}
	if s.Get() != want {
		t.Error("Get gives other values than were applied")
	}
}

func TestStoredValuesGoBeforeTheBaseButNotBeforeFlags(t *testing.T) {
	store := &memory{}
	patch := settings.Patch{
		Token: ptr("hf_stored"), Connections: ptr(16), MaxActive: ptr(9), MultipartThreshold: ptr(int64(1)),
		Verify: ptr("none"), Retries: ptr(0), LimitRate: ptr(int64(5)),
	}
	if err := open(t, settings.Options{Store: store}).Update(t.Context(), patch); err != nil {
		t.Fatal(err)
	}
	all := settings.Values{Token: "hf_stored", Connections: 16, MaxActive: 9, MultipartThreshold: 1, Verify: "none", LimitRate: 5}
	names := []string{"token", "connections", "maxActive", "multipartThreshold", "verify", "retries", "limitRate"}
	for _, c := range []struct {
		fixed []string
		want  settings.Values
	}{{nil, all}, {names, base()}} {
		if got := open(t, settings.Options{Store: store, Fixed: c.fixed}).Get(); got != c.want {
			t.Errorf("fixed %v: %#v with %d connections", c.fixed, got, got.Connections)
		}
	}
}

func TestClearedTokenStaysCleared(t *testing.T) {
	store := &memory{}
	if err := open(t, settings.Options{Store: store}).Update(t.Context(), settings.Patch{Token: ptr("")}); err != nil {
		t.Fatal(err)
	}
	if got := open(t, settings.Options{Store: store}).Get().Token; got != "" {
		t.Error("after a restart the token is back")
	}
}

func TestT34_OneBadFieldChangesNothing(t *testing.T) {
	for _, c := range []struct {
		field string
		patch settings.Patch
	}{
		{"connections", settings.Patch{Connections: ptr(0)}},
		{"connections", settings.Patch{Connections: ptr(65)}},
		{"maxActive", settings.Patch{MaxActive: ptr(0)}},
		{"maxActive", settings.Patch{MaxActive: ptr(33)}},
		{"retries", settings.Patch{Retries: ptr(-1)}},
		{"retries", settings.Patch{Retries: ptr(101)}},
		{"multipartThreshold", settings.Patch{MultipartThreshold: ptr(int64(-1))}},
		{"limitRate", settings.Patch{LimitRate: ptr(int64(-1))}},
		{"verify", settings.Patch{Verify: ptr("md5")}},
		{"verify", settings.Patch{Verify: ptr("SIZE")}},
		{"token", settings.Patch{Token: ptr("a b")}},
	} {
		store := &memory{}
		s := open(t, settings.Options{Store: store})
		if c.patch.Retries == nil {
			c.patch.Retries = ptr(7) // a good one beside it
		}
		err := s.Update(t.Context(), c.patch)
		var field *settings.FieldError
		if !errors.As(err, &field) || field.Field != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
		if s.Get() != base() || store.revision != 0 {
			t.Errorf("%s: something changed", c.field)
		}
	}
}

func TestT34_EndsOfTheRangesAreAccepted(t *testing.T) {
	s := open(t, settings.Options{Store: &memory{}})
	for _, p := range []settings.Patch{
		{Connections: ptr(1), MaxActive: ptr(1), Retries: ptr(0), MultipartThreshold: ptr(int64(0)), Verify: ptr("none")},
		{Connections: ptr(64), MaxActive: ptr(32), Retries: ptr(100), Verify: ptr("sha256")},
		{Verify: ptr("etag")},
	} {
		if err := s.Update(t.Context(), p); err != nil {
			t.Error(err)
		}
	}
}

func TestT34_UnsavedChangeDoesNotHold(t *testing.T) {
	store := &memory{fail: errors.New("no space left")}
	applied := 0
	s := open(t, settings.Options{Store: store, Apply: func(settings.Values) { applied++ }})
	err := s.Update(t.Context(), settings.Patch{Connections: ptr(16)})
	if fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
	if s.Get() != base() || applied != 1 {
		t.Errorf("the change holds; applied %d times", applied)
	}
}

func TestT35_Mask(t *testing.T) {
	for token, want := range map[string]string{
		"": "", "a": "********", "hf_abcdefghijkl": "********", "hf_abcdefghijmnop": "********mnop", longToken: "********mnop",
	} {
		if got := settings.Mask(token); got != want {
			t.Errorf("%q: %q, want %q", token, got, want)
		}
	}
}

func TestT35_MaskNeverShowsMoreThanFourCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[!-~]{1,80}`).Draw(t, "token")
		shown := strings.TrimPrefix(settings.Mask(token), "********")
		if len(shown) > 4 || len(token) < 16 && shown != "" {
			t.Fatalf("shows %q", shown)
		}
	})
}

func TestT35_PostedMaskMeansUnchanged(t *testing.T) {
	for _, token := range []string{longToken, "short"} {
		v := base()
		v.Token = token
		s := open(t, settings.Options{Store: &memory{}, Base: v})
		if err := s.Update(t.Context(), settings.Patch{Token: ptr(settings.Mask(token)), Retries: ptr(1)}); err != nil {
			t.Fatal(err)
		}
		if got := s.Get(); got.Token != token || got.Retries != 1 {
			t.Errorf("token kept: %v, retries %d", got.Token == token, got.Retries)
		}
	}
}

func TestT35_TokensThatCannotBeSent(t *testing.T) {
	for _, token := range []string{"a b", "a\r\nX: y", "a\x00", "tökén", " hf_x", "********zzzz", "********", strings.Repeat("a", 4097)} {
		s := open(t, settings.Options{Store: &memory{}})
		err := s.Update(t.Context(), settings.Patch{Token: ptr(token)})
		var field *settings.FieldError
		if !errors.As(err, &field) || field.Field != "token" || s.Get().Token != longToken {
			t.Errorf("%.20q: %v", token, err)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%.20q is in the error", token)
		}
	}
}

func TestP6_ValuesDoNotPrintTheToken(t *testing.T) {
	v := base()
	for _, s := range []string{fmt.Sprint(v), fmt.Sprintf("%+v %#v", v, v), fmt.Sprintf("%v %#v", settings.Patch{Token: ptr(longToken)}, settings.Patch{Token: ptr(longToken)})} {
		if strings.Contains(s, longToken) {
			t.Error(s)
		}
	}
}

func TestDamagedDocumentIsLeftAside(t *testing.T) {
	for _, doc := range []string{"{", `{"connections":"x"}`, `{"connections":1000}`, "null garbage", `[]`} {
		store := &memory{doc: []byte(doc), revision: 3}
		s := open(t, settings.Options{Store: store})
		if s.Get() != base() {
			t.Errorf("%s: %v", doc, s.Get())
		}
		if err := s.Update(t.Context(), settings.Patch{Retries: ptr(1)}); err != nil || string(store.doc) != `{"retries":1}` {
			t.Errorf("%s: then %v, %s", doc, err, store.doc)
		}
	}
}

func TestChangeOfAnotherProcessIsKept(t *testing.T) {
	store := &memory{}
	s := open(t, settings.Options{Store: store})
	store.before = func(m *memory) {
		m.before = nil
		m.doc, m.revision = []byte(`{"maxActive":2}`), m.revision+1
	}
	if err := s.Update(t.Context(), settings.Patch{Retries: ptr(1)}); err != nil {
		t.Fatal(err)
	}
	if want := `{"maxActive":2,"retries":1}`; string(store.doc) != want {
		t.Errorf("stored %s, want %s", store.doc, want)
	}
}

func TestUpdatesAtOnceAreOneAfterTheOther(t *testing.T) {
	var last settings.Values // written under the lock of Update only
	s := open(t, settings.Options{Store: &memory{}, Apply: func(v settings.Values) { last = v }})
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			if err := s.Update(t.Context(), settings.Patch{Connections: ptr(n + 1)}); err != nil {
				t.Error(err)
			}
			s.Get()
		})
	}
	all.Wait()
	if s.Get() != last {
		t.Error("the values applied last are not those in force")
	}
}
