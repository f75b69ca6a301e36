package gguf

import "github.com/hfdownloader/hfdownloader/sdk"

// section is the key "gguf" of an analysis (analyzers.md §4).
type section struct {
	ModelName      string         `json:"model_name"`
	ParameterCount string         `json:"parameter_count,omitempty"`
	Quantizations  []quantization `json:"quantizations"`
	MMProj         []sdk.FileInfo `json:"mmproj_files,omitempty"`
	MTP            []sdk.FileInfo `json:"mtp_files,omitempty"`
	Imatrix        []sdk.FileInfo `json:"imatrix_files,omitempty"`

	// From the header.

	Architecture    string `json:"architecture,omitempty"`
	Parameters      int64  `json:"parameters,omitempty"`
	ContextLength   int64  `json:"context_length,omitempty"`
	BlockCount      int64  `json:"block_count,omitempty"`
	EmbeddingLength int64  `json:"embedding_length,omitempty"`
	HeadCount       int64  `json:"head_count,omitempty"`
	HeadCountKV     int64  `json:"head_count_kv,omitempty"`
	FeedForward     int64  `json:"feed_forward_length,omitempty"`
	ExpertCount     int64  `json:"expert_count,omitempty"`
	ExpertUsed      int64  `json:"expert_used_count,omitempty"`
	VocabSize       int64  `json:"vocab_size,omitempty"`
	TokenizerModel  string `json:"tokenizer_model,omitempty"`
	HasChatTemplate *bool  `json:"has_chat_template,omitempty"`
	FileType        *int64 `json:"file_type,omitempty"`
	License         string `json:"license,omitempty"`
	// Tokens is the context the estimates are for, KVCache its bytes.
	Tokens  int64 `json:"estimate_context,omitempty"`
	KVCache int64 `json:"kv_cache,omitempty"`
}

type quantization struct {
	Name        string         `json:"name"`
	File        sdk.FileInfo   `json:"file"`
	Quality     int            `json:"quality"`
	Stars       string         `json:"quality_stars"`
	RAM         int64          `json:"estimated_ram"`
	RAMHuman    string         `json:"estimated_ram_human"`
	Estimate    string         `json:"estimate,omitempty"` // "rough" without a header
	Description string         `json:"description"`
	Files       []sdk.FileInfo `json:"files"`
	Size        int64          `json:"size"`
	SizeHuman   string         `json:"size_human"`
	Filter      string         `json:"filter,omitempty"`
	Recommended bool           `json:"recommended"`
	Bits        float64        `json:"bits_per_weight,omitempty"`
	Incomplete  bool           `json:"incomplete,omitempty"`
}

func infos(files []sdk.File) []sdk.FileInfo {
	var out []sdk.FileInfo
	for _, f := range files {
		out = append(out, f.Info())
	}
	return out
}

// describe takes what a header says.
func (s *section) describe(h *Header) {
	s.Architecture = h.Text("general.architecture")
	s.Parameters = h.Parameters
	s.ContextLength, s.BlockCount = h.value("context_length"), h.value("block_count")
	s.EmbeddingLength, s.FeedForward = h.value("embedding_length"), h.value("feed_forward_length")
	s.HeadCount, s.HeadCountKV = h.value("attention.head_count"), h.value("attention.head_count_kv")
	if s.HeadCountKV == 0 && !h.Has(h.arch("attention.head_count_kv")) {
		s.HeadCountKV = s.HeadCount
	}
	s.ExpertCount, s.ExpertUsed = h.value("expert_count"), h.value("expert_used_count")
	s.VocabSize, s.TokenizerModel = h.vocab(), h.Text("tokenizer.ggml.model")
	template := h.Has("tokenizer.chat_template")
	s.HasChatTemplate = &template
	if n, ok := h.Int("general.file_type"); ok {
		s.FileType = &n
	}
	s.License = h.Text("general.license")
	switch label := h.Text("general.size_label"); {
	case label != "":
		s.ParameterCount = label
	case h.Parameters > 0:
		s.ParameterCount = sdk.Count(h.Parameters)
	}
}
