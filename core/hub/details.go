package hub

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Details are Info and what the Hub has read of the files by itself. A mirror may
// give none of it; everything is untrusted.
type Details struct {
	Info
	Card        json.RawMessage // front matter of the README as an object; nil without
	Safetensors json.RawMessage // {parameters: {dtype: n}, total}
	GGUF        json.RawMessage // {total, architecture, context_length, …}
	BaseModels  json.RawMessage // {relation, models: [{id}]}
}

type detailsJSON struct {
	infoJSON
	Card        json.RawMessage `json:"cardData"`
	Safetensors json.RawMessage `json:"safetensors"`
	GGUF        json.RawMessage `json:"gguf"`
	BaseModels  json.RawMessage `json:"baseModels"`
}

// Details is Info with more, in one request.
func (c *Client) Details(ctx context.Context, ref repo.Ref, rev repo.Revision) (Details, error) {
	keys := append(infoKeys(ref.Type), "cardData")
	if ref.Type == repo.Model {
		keys = append(keys, "safetensors", "gguf", "baseModels")
	}
	var j detailsJSON
	info, err := c.ask(ctx, ref, rev, keys, &j, func() infoJSON { return j.infoJSON })
	return Details{
		Info: info, Card: present(j.Card), Safetensors: present(j.Safetensors), GGUF: present(j.GGUF), BaseModels: present(j.BaseModels),
	}, err
}

func present(b json.RawMessage) json.RawMessage {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return b
}
