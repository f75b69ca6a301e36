package config

import (
	"fmt"
	"path/filepath"
)

// From is the kind of place a value comes from, the weakest first.
type From string

// The places.
const (
	FromDefault     From = "default"
	FromFile        From = "file"
	FromEnvironment From = "environment"
	FromFlag        From = "flag"
)

// Origin is where a value comes from.
type Origin struct {
	From From
	// Name is the file as messages call it, the variable, or the flag with its
	// dashes; "" for a default.
	Name string
	// Line is that of a config file, from 1; 0 for everything else.
	Line int
}

// String is "file ~/.config/hfdownloader.yaml:3".
func (o Origin) String() string {
	switch {
	case o.Name == "":
		return string(o.From)
	case o.Line > 0:
		return fmt.Sprintf("%s %s:%d", o.From, o.Name, o.Line)
	default:
		return string(o.From) + " " + o.Name
	}
}

// Setting is a key with its value.
type Setting struct {
	Key Key
	// Value is a string, int, bool or []string, as the file would have it.
	Value  any
	Origin Origin
}

// Settings are all keys with their values.
func (c Config) Settings() []Setting {
	keys := Keys()
	out := make([]Setting, len(keys))
	for i, k := range keys {
		out[i] = Setting{k, k.get(c), c.OriginOf(k.Name)}
	}
	return out
}

// OriginOf says where the value of a key comes from.
func (c Config) OriginOf(key string) Origin {
	if o, ok := c.Origins[key]; ok {
		return o
	}
	return Origin{From: FromDefault}
}

// origin notes where a key's value comes from.
func (c *Config) origin(key string, o Origin) {
	if c.Origins == nil {
		c.Origins = map[string]Origin{}
	}
	c.Origins[key] = o
}

// root is the folder above hub; where HF_HUB_CACHE named another folder, that.
func (c Config) root() string {
	switch {
	case c.CacheDir != "":
		return c.CacheDir
	case c.Env.HubCache == filepath.Join(c.Env.Home, "hub"):
		return c.Env.Home
	default:
		return c.Env.HubCache
	}
}
