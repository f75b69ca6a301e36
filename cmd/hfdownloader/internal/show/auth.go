package show

import (
	"io"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/token"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// identityJSON is "auth whoami --json".
type identityJSON struct {
	Name      string   `json:"name"`
	FullName  string   `json:"fullName"`
	Type      string   `json:"type"`
	Orgs      []string `json:"orgs"`
	TokenName string   `json:"tokenName"`
	Role      string   `json:"role"`
	Source    string   `json:"source,omitempty"` // where the token is from
	Endpoint  string   `json:"endpoint,omitempty"`
	Path      string   `json:"path,omitempty"` // of the file it was written to
}

func identityDoc(who hub.Identity) identityJSON {
	orgs := who.Orgs
	if orgs == nil {
		orgs = []string{}
	}
	return identityJSON{Name: who.Name, FullName: who.FullName, Type: who.Type, Orgs: orgs, TokenName: who.TokenName, Role: who.Role}
}

// PrintIdentity says whom a token belongs to.
func PrintIdentity(w io.Writer, who hub.Identity, source, endpoint string, asJSON, quiet bool) {
	switch {
	case asJSON:
		doc := identityDoc(who)
		doc.Source, doc.Endpoint = source, endpoint
		writeJSON(w, doc, "  ")
	case quiet:
		printf(w, "%s", Clean(who.Name))
	default:
		name := who.Name
		if who.FullName != "" && who.FullName != who.Name {
			name += " (" + who.FullName + ")"
		}
		field(w, "name", name)
		field(w, "orgs", strings.Join(who.Orgs, ", "))
		field(w, "token", who.TokenName)
		field(w, "role", who.Role)
		field(w, "from", source)
		field(w, "endpoint", endpoint)
	}
}

// field writes a name and what it is; "-" for nothing.
func field(w io.Writer, name, value string) {
	if value == "" {
		value = "-"
	}
	printf(w, "%s %s", pad(name, 12), Clean(value))
}

// PrintLogin says who is logged in now, and where the token is kept.
func PrintLogin(w io.Writer, who hub.Identity, name, path string, asJSON, quiet bool) {
	switch {
	case asJSON:
		doc := identityDoc(who)
		doc.TokenName, doc.Path = name, path
		writeJSON(w, doc, "  ")
	case quiet:
		printf(w, "%s", Clean(who.Name))
	default:
		text := "logged in as " + who.Name + " with the token " + name
		if who.Role != "" {
			text += " (" + who.Role + ")"
		}
		printf(w, "%s", Clean(text))
		printf(w, "kept in %s", Clean(path))
	}
}

// PrintLogout says which tokens are gone.
func PrintLogout(w io.Writer, names []string, asJSON, quiet bool) {
	switch {
	case asJSON:
		if names == nil {
			names = []string{}
		}
		writeJSON(w, struct {
			Removed []string `json:"removed"`
		}{names}, "  ")
	case quiet:
	case len(names) == 0:
		printf(w, "there was no token")
	default:
		printf(w, "deleted from this machine: %s", Clean(strings.Join(names, ", ")))
	}
}

// Auth is which tokens there are.
type Auth struct {
	Token    string // the one that would be used, "" for none
	From     config.Origin
	File     string // of the active token
	Stored   []token.Stored
	Implicit bool // kept tokens may be used
}

// storedJSON is a kept token of "auth status --json".
type storedJSON struct {
	Name    string  `json:"name"`
	Token   string  `json:"token"` // masked
	Used    bool    `json:"used"`
	Expires *string `json:"expires"` // RFC 3339; null when it does not
}

// PrintAuth says which token would be used, and what else is kept.
func PrintAuth(w io.Writer, a Auth, now time.Time, asJSON, quiet bool) {
	switch {
	case asJSON:
		printAuthJSON(w, a)
		return
	case quiet:
		if a.Token != "" {
			printf(w, "%s", Clean(a.From.String()))
		}
		return
	}
	if a.Token == "" {
		field(w, "token", "none")
	} else {
		field(w, "token", settings.Mask(a.Token))
		field(w, "from", a.From.String())
	}
	field(w, "token file", a.File)
	if !a.Implicit {
		field(w, "note", "HF_HUB_DISABLE_IMPLICIT_TOKEN is set: HF_TOKEN and kept tokens are not used")
	}
	if len(a.Stored) == 0 {
		return
	}
	printf(w, "")
	rows := make([][]string, len(a.Stored))
	for i, t := range a.Stored {
		used := ""
		if t.Value == a.Token {
			used = "used"
		}
		rows[i] = []string{Clean(t.Name), settings.Mask(t.Value), expiry(t.Expires, now), used}
	}
	grid(w, 0, []column{{head: "KEPT"}, {head: "TOKEN"}, {head: "EXPIRES"}, {head: ""}}, rows)
}

func expiry(at, now time.Time) string {
	switch {
	case at.IsZero():
		return "-"
	case at.Before(now):
		return at.UTC().Format(time.DateOnly) + " (expired)"
	default:
		return at.UTC().Format(time.DateOnly)
	}
}

func printAuthJSON(w io.Writer, a Auth) {
	doc := struct {
		Token  string       `json:"token"` // masked; "" for none
		From   *originJSON  `json:"from"`  // null without a token
		File   string       `json:"file"`
		Stored []storedJSON `json:"stored"`
	}{settings.Mask(a.Token), nil, a.File, []storedJSON{}}
	if a.Token != "" {
		doc.From = &originJSON{a.From.From, a.From.Name, a.From.Line}
	}
	for _, t := range a.Stored {
		s := storedJSON{Name: t.Name, Token: settings.Mask(t.Value), Used: t.Value == a.Token}
		if !t.Expires.IsZero() {
			at := t.Expires.UTC().Format(time.RFC3339)
			s.Expires = &at
		}
		doc.Stored = append(doc.Stored, s)
	}
	writeJSON(w, doc, "  ")
}
