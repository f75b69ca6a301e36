package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// applyEnv lays the environment over the file: the official client's variables,
// and ours over them.
func (c *Config) applyEnv(o Options) error {
	v := vars{lookup: o.Lookup, home: o.Home}
	for _, name := range cacheVariables() {
		if v.get(name) != "" {
			c.CacheDir = ""
			c.origin("cache-dir", Origin{FromEnvironment, name, 0})
			break
		}
	}
	if c.Env.EndpointSet {
		c.Endpoint = c.Env.Endpoint
		name := "HF_ENDPOINT"
		if v.truth(stagingVariable) {
			name = stagingVariable
		}
		c.origin("endpoint", Origin{FromEnvironment, name, 0})
	}
	if v.get(Variable("proxy.url")) != "" { // user and password of the file are another proxy's
		c.Proxy.Username, c.Proxy.Password = "", ""
		delete(c.Origins, "proxy.username")
		delete(c.Origins, "proxy.password")
	}
	for _, key := range Keys() {
		name := key.Variables[0]
		text := v.get(name)
		if strings.TrimSpace(text) == "" {
			continue
		}
		if err := key.set(c, entry{key: key.Name, kind: kindText, text: text, expand: v.expand}); err != nil {
			return fault.New(fault.Invalid, "read variable", name, err).WithHint("set it to " + key.Want + ", or unset it")
		}
		c.origin(key.Name, Origin{FromEnvironment, name, 0})
	}
	return c.applyToken(o, v)
}

// applyToken chooses the token: our variable, the official client's, the config
// file, the official client's token file.
func (c *Config) applyToken(o Options, v vars) error {
	if own := Variable("token"); c.OriginOf("token").Name == own {
		c.Token.Source = own
		return nil
	}
	if c.Env.Token == "" && c.Token.Value != "" {
		return nil
	}
	token, err := c.Env.ReadToken(os.ReadFile)
	if err != nil || token.Value == "" {
		return err
	}
	c.Token = token
	from := Origin{FromFile, shownName(c.Env.TokenPath, Options{Home: o.Home}), 0}
	if c.Env.Token != "" {
		from = Origin{FromEnvironment, "HF_TOKEN", 0}
		if v.get("HF_TOKEN") == "" {
			from.Name = "HUGGING_FACE_HUB_TOKEN"
		}
	}
	c.origin("token", from)
	return nil
}

// otherVariables are ours, but set no key.
func otherVariables() []string {
	return []string{"HFDOWNLOADER_PLUGIN", "HFDOWNLOADER_PLUGIN_DIR", "HFDOWNLOADER_SERVER"}
}

// unknownVariables warns of what looks like a variable of ours and is none.
func unknownVariables(environ []string) []string {
	known := otherVariables()
	for _, k := range Keys() {
		known = append(known, k.Variables[0])
	}
	var warnings []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, variablePrefix) && !slices.Contains(known, name) {
			warnings = append(warnings, fmt.Sprintf("unknown variable %+q in the environment", name))
		}
	}
	return warnings
}
