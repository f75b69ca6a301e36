package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/web/api"
)

func TestT34_BadSettingsNameTheFieldAndChangeNothing(t *testing.T) {
	s := services(t, full())
	url := serve(t, s) + "/api/settings"
	before := ask(t, http.MethodGet, url, "").body
	for _, c := range []struct{ body, title, details string }{
		{`{"connections":0}`, "Invalid settings", "connections: 0 is out of range"},
		{`{"connections":65}`, "Invalid settings", "connections: 65 is out of range"},
		{`{"connections":1.5}`, "Invalid settings", "connections: want a whole number"},
		{`{"connections":"8"}`, "Invalid settings", "connections: want a whole number"},
		{`{"connections":null}`, "Invalid settings", "connections: want a whole number"},
		{`{"connections":99999999999999999999}`, "Invalid settings", "connections: want a whole number"},
		{`{"connections":16,"maxActive":33}`, "Invalid settings", "maxActive: 33 is out of range"},
		{`{"maxActive":0}`, "Invalid settings", "maxActive: 0 is out of range"},
		{`{"retries":-1}`, "Invalid settings", "retries: -1 is out of range"},
		{`{"retries":101}`, "Invalid settings", "retries: 101 is out of range"},
		{`{"multipartThreshold":"big"}`, "Invalid settings", "multipartThreshold: "},
		{`{"multipartThreshold":"-1"}`, "Invalid settings", "multipartThreshold: "},
		{`{"multipartThreshold":33554432}`, "Invalid settings", "multipartThreshold: want a string"},
		{`{"limitRate":"1 parsec"}`, "Invalid settings", "limitRate: "},
		{`{"verify":"md5"}`, "Invalid settings", "verify: "},
		{`{"verify":""}`, "Invalid settings", "verify: "},
		{`{"verify":true}`, "Invalid settings", "verify: want a string"},
		{`{"token":5}`, "Invalid settings", "token: want a string"},
		{`{"token":"a\r\nX-Evil: 1"}`, "Invalid settings", "token: "},
		{`{"token":"********zzzz"}`, "Invalid settings", "token: "},
		{`{"connections":16,"cacheDir":"/"}`, "Invalid settings", `"cacheDir": cannot be changed`},
		{`{"modelsDir":"/"}`, "Invalid settings", `"modelsDir": cannot be changed`},
		{`{"datasetsDir":"/"}`, "Invalid settings", `"datasetsDir": cannot be changed`},
		{`{"endpoint":"http://evil.example"}`, "Invalid settings", `"endpoint": cannot be changed`},
		{`{"addr":"0.0.0.0"}`, "Invalid settings", `"addr": cannot be changed`},
		{`{"authPass":""}`, "Invalid settings", `"authPass": cannot be changed`},
		{`{"plugins":[]}`, "Invalid settings", `"plugins": cannot be changed`},
		{`{"connexions":16}`, "Invalid settings", `"connexions": is no setting`},
		{`{"Connections":16}`, "Invalid settings", `"Connections": is no setting`},
		{`{"connections":16,"connections":17}`, "Invalid request body", `"connections" is given twice`},
		{`{"connections":16`, "Invalid request body", "ends too early"},
		{``, "Invalid request body", "empty"},
	} {
		got := ask(t, http.MethodPost, url, c.body)
		e := refused(t, got)
		if got.status != 400 || e.Error != c.title || !strings.Contains(e.Details, c.details) {
			t.Errorf("%s: %d %s", c.body, got.status, got.body)
		}
		if after := ask(t, http.MethodGet, url, "").body; after != before {
			t.Fatalf("%s changed the settings to %s", c.body, after)
		}
	}
}

func TestSettingsAreChanged(t *testing.T) {
	s := services(t, full())
	url := serve(t, s) + "/api/settings"
	body := `{"token":"hf_zyxwvutsrqponm","connections":16,"maxActive":8,"multipartThreshold":"512KB","verify":"sha256","retries":0,"limitRate":"10MiB"}`
	if got := ask(t, http.MethodPost, url, body); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	golden(t, "settings-changed", ask(t, http.MethodGet, url, "").body)
	if v := s.Settings.Get(); v.Token != "hf_zyxwvutsrqponm" || v.MultipartThreshold != 512_000 || v.LimitRate != 10<<20 {
		t.Errorf("%v: threshold %d, rate %d", v, v.MultipartThreshold, v.LimitRate)
	}
}

// TestT35_SettingsPageSavesBackWhatItWasShown: what GET shows of the changeable
// fields can be posted as it is.
func TestT35_SettingsPageSavesBackWhatItWasShown(t *testing.T) {
	s := services(t, full())
	url := serve(t, s) + "/api/settings"
	var shown map[string]any
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, url, "").body), &shown); err != nil {
		t.Fatal(err)
	}
	for _, locked := range []string{"cacheDir", "endpoint", "storageMode", "localDir", "exportDir", "linkMode", "proxy", "configFile"} {
		delete(shown, locked)
	}
	back, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, http.MethodPost, url, string(back)); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if s.Settings.Get().Token != canary {
		t.Error("the token was overwritten")
	}
}

func TestT35_EmptyTokenClears(t *testing.T) {
	s := services(t, full())
	url := serve(t, s) + "/api/settings"
	ask(t, http.MethodPost, url, `{"token":""}`)
	var shown api.Settings
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, url, "").body), &shown); err != nil {
		t.Fatal(err)
	}
	if shown.Token != "" || s.Settings.Get().Token != "" {
		t.Errorf("shown %q", shown.Token)
	}
}

// TestT35_TokenIsInNoAnswer looks for the token in every answer there is.
func TestT35_TokenIsInNoAnswer(t *testing.T) {
	base := serve(t, services(t, full())) + "/api"
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/settings", ""},
		{"POST", "/settings", `{"token":"` + canary + ` "}`},
		{"POST", "/settings", `{"token":{"x":"` + canary + `"}}`},
		{"POST", "/settings", `{"token":"` + canary},
		{"POST", "/settings", `{"token":"` + canary + `"}`},
		{"GET", "/settings", ""},
	} {
		if got := ask(t, r.method, base+r.path, r.body); strings.Contains(got.body, canary) {
			t.Errorf("%s %s: %s", r.method, r.body, got.body)
		}
	}
}
