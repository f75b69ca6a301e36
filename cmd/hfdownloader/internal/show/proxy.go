package show

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/hub"
)

// routeJSON is a way to an address.
type routeJSON struct {
	Address string `json:"address"`
	Proxy   string `json:"proxy"` // "" is directly
}

// PrintProxy lists the settings of the proxy and the ways they lead to.
func PrintProxy(w io.Writer, list []config.Setting, routes []hub.Route, asJSON bool) {
	if asJSON {
		doc := struct {
			Settings []settingJSON `json:"settings"`
			Routes   []routeJSON   `json:"routes"`
		}{[]settingJSON{}, []routeJSON{}}
		for _, s := range list {
			doc.Settings = append(doc.Settings, settingDoc(s))
		}
		for _, r := range routes {
			doc.Routes = append(doc.Routes, routeJSON{r.Address, r.Via})
		}
		writeJSON(w, doc, "  ")
		return
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		rows[i] = []string{s.Key.Name, Clean(settingText(s)), Clean(s.Origin.String())}
	}
	grid(w, 0, []column{{head: "SETTING"}, {head: "VALUE"}, {head: "FROM"}}, rows)
	printf(w, "")
	rows = make([][]string, len(routes))
	for i, r := range routes {
		via := "directly"
		if r.Via != "" {
			via = "through " + r.Via
		}
		rows[i] = []string{Clean(r.Address), Clean(via)}
	}
	grid(w, 0, []column{{head: "ADDRESS"}, {head: "REACHED"}}, rows)
}

// PrintProbe tells how it went.
func PrintProbe(w io.Writer, p hub.Probed, asJSON, quiet bool) {
	switch {
	case asJSON:
		writeJSON(w, struct {
			Address     string  `json:"address"`
			Proxy       string  `json:"proxy"`
			Status      int     `json:"status"`
			Protocol    string  `json:"protocol"`
			TLS         string  `json:"tls"` // "" without
			ConnectedMS float64 `json:"connectedMs"`
			TookMS      float64 `json:"tookMs"`
		}{p.Address, p.Via, p.Status, p.Proto, p.TLS, ms(p.Connected), ms(p.Took)}, "  ")
	case quiet:
	default:
		field(w, "proxy", p.Via)
		field(w, "address", p.Address)
		field(w, "answer", strings.TrimSpace(strconv.Itoa(p.Status)+" "+http.StatusText(p.Status)))
		field(w, "protocol", p.Proto)
		field(w, "encrypted", p.TLS)
		field(w, "connected", p.Connected.Round(time.Millisecond).String())
		field(w, "answered", p.Took.Round(time.Millisecond).String())
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
