package sdktest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// hubInfo is what a Hub says of a repository, as far as analyzers are told.
type hubInfo struct {
	SHA         string          `json:"sha"`
	Pipeline    string          `json:"pipeline_tag"`
	Library     string          `json:"library_name"`
	Tags        []string        `json:"tags"`
	Gated       json.RawMessage `json:"gated"` // false, "auto" or "manual"
	CardData    json.RawMessage `json:"cardData"`
	Safetensors struct {
		Parameters map[string]int64 `json:"parameters"`
		Total      int64            `json:"total"`
	} `json:"safetensors"`
}

// facts are the same that hfdownloader gives: licence and base models are of the
// card or, when it has none, of the tags.
func (i hubInfo) facts() sdk.Facts {
	var card struct {
		License    json.RawMessage `json:"license"`
		BaseModels json.RawMessage `json:"base_model"`
	}
	_ = json.Unmarshal(i.CardData, &card) // authors write anything
	f := sdk.Facts{
		Pipeline: i.Pipeline, Library: i.Library, Tags: i.Tags, Card: i.CardData, BaseModels: oneOrMore(card.BaseModels),
		Parameters: i.Safetensors.Parameters, TotalParameters: i.Safetensors.Total,
	}
	_ = json.Unmarshal(i.Gated, &f.Gated) // false is no text
	if licenses := oneOrMore(card.License); len(licenses) > 0 {
		f.License = licenses[0]
	}
	for _, tag := range i.Tags {
		if license, ok := strings.CutPrefix(tag, "license:"); ok && f.License == "" {
			f.License = license
		}
		if base, ok := strings.CutPrefix(tag, "base_model:"); ok && !strings.Contains(base, ":") && !slices.Contains(f.BaseModels, base) {
			f.BaseModels = append(f.BaseModels, base)
		}
	}
	return f
}

// oneOrMore takes a text for a list of one, and any other type for none.
func oneOrMore(data json.RawMessage) []string {
	var one string
	if json.Unmarshal(data, &one) == nil && one != "" {
		return []string{one}
	}
	var list []string
	if json.Unmarshal(data, &list) != nil {
		return nil
	}
	return list
}
