package redact

import (
	"bytes"
	"strings"
	"testing"
)

const secret = "SeCr3tValue0123456789abcdef"

func TestT39_SecretsAreHidden(t *testing.T) {
	r := New("known-literal")
	for name, text := range map[string]string{
		"token":               "using hf_" + secret + " now",
		"token in JSON":       `{"token":"hf_` + secret + `"}`,
		"org token":           "api_org_" + secret,
		"header":              "Authorization: Bearer " + secret,
		"header, lower case":  "authorization: bearer " + secret,
		"header map":          "map[Authorization:[Bearer " + secret + "]]",
		"header in JSON":      `{"Authorization":["Bearer ` + secret + `"]}`,
		"basic":               "Proxy-Authorization: Basic " + secret + "==",
		"bearer alone":        "sent Bearer " + secret,
		"user and password":   "dial https://me:" + secret + "@proxy.example:3128/x failed",
		"user only":           "https://" + secret + "@hub.example/",
		"socks":               "socks5h://u:" + secret + "@[::1]:1080",
		"amazon signature":    "Get \"https://cdn.example/a?X-Amz-Signature=" + secret + "&x=1\": EOF",
		"amazon credential":   "https://cdn.example/a?x=1&X-Amz-Credential=" + secret,
		"amazon token":        "https://cdn.example/a?X-Amz-Security-Token=" + secret,
		"cloudfront":          "https://cdn.example/a?Expires=1&Policy=" + secret + "&Key-Pair-Id=" + secret + "&Signature=" + secret,
		"token query":         "https://x.example/?token=" + secret,
		"ticket":              "wss://x.example/?ticket=" + secret,
		"ampersand in JSON":   `"https://cdn.example/a?x=1\u0026Signature=` + secret + `"`,
		"literal":             "value known-literal here " + strings.Repeat("x", 3),
		"behind another one":  "hf_" + secret + " and hf_" + secret,
		"in the middle":       "a/hf_" + secret + "/b",
		"query in upper case": "https://cdn.example/a?SIGNATURE=" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			got := r.String(text)
			if strings.Contains(got, secret) || strings.Contains(got, "known-literal") || !strings.Contains(got, mask) {
				t.Errorf("%q became %q", text, got)
			}
		})
	}
}

func TestT39_OrdinaryTextStays(t *testing.T) {
	r := New("", "abc")
	for _, text := range []string{
		"hf_transfer and hf_hub/2.4.0", "hf_tokenizer_config.json", "https://huggingface.co/owner/name?expand=false",
		"the token was refused", "authorization failed for owner/name", "abc", "mail me@example.org", "policy of the repository",
	} {
		if got := r.String(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestT39_WriterRedactsAndCountsWhatItTook(t *testing.T) {
	var out bytes.Buffer
	line := "Authorization: Bearer " + secret + "\n"
	n, err := New().Writer(&out).Write([]byte(line))
	if n != len(line) || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	if got := out.String(); got != "Authorization: Bearer ***\n" {
		t.Errorf("got %q", got)
	}
}

func TestT39_ATokenSetLaterIsHiddenInCopiesToo(t *testing.T) {
	r := New()
	c := r
	r.Add("set-in-settings")
	if got := c.String("is set-in-settings"); got != "is "+mask {
		t.Errorf("%q", got)
	}
}
