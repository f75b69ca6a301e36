package sdk

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
)

func refFromProto(r *analyzerv1.Ref) Ref {
	return Ref{Type: r.GetType(), ID: r.GetId(), Revision: r.GetRevision(), Commit: r.GetCommit()}
}

func factsFromProto(f *analyzerv1.Facts) Facts {
	out := Facts{
		Pipeline: f.GetPipeline(), Library: f.GetLibrary(), Tags: f.GetTags(), Gated: f.GetGated(), License: f.GetLicense(),
		BaseModels: f.GetBaseModels(), Parameters: f.GetParameters(), TotalParameters: f.GetTotalParameters(),
	}
	if len(f.GetCard()) > 0 {
		out.Card = f.GetCard()
	}
	return out
}

// valid makes texts what the protocol can carry: names of files may be anything.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func allValid(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = valid(s)
	}
	return out
}

// reportToProto refuses what could not be shown.
func reportToProto(r Report) (*analyzerv1.Report, error) {
	out := &analyzerv1.Report{Description: valid(r.Description), Memory: r.Memory, Warnings: allValid(r.Warnings)}
	for _, s := range r.Sections {
		if !json.Valid(s.Data) {
			return nil, fmt.Errorf("the section %q is no JSON", s.Key)
		}
		out.Sections = append(out.Sections, &analyzerv1.Section{Key: valid(s.Key), Data: s.Data})
	}
	for _, i := range r.Items {
		out.Items = append(out.Items, &analyzerv1.Item{
			Id: valid(i.ID), Label: valid(i.Label), Description: valid(i.Description), Size: i.Size, Quality: int32(i.Quality), //nolint:gosec // 0 to 5
			Recommended: i.Recommended, Reason: valid(i.Reason), Category: valid(i.Category), Files: allValid(i.Files),
			Ram: i.RAM, Revision: valid(i.Revision),
		})
	}
	for _, x := range r.Related {
		out.Related = append(out.Related, &analyzerv1.Related{
			Type: valid(x.Type), Repo: valid(x.Repo), Label: valid(x.Label), Description: valid(x.Description),
			Required: x.Required, Size: x.Size,
		})
	}
	if len(r.Metadata) > 0 {
		out.Metadata = make(map[string][]byte, len(r.Metadata))
		for name, data := range r.Metadata {
			out.Metadata[valid(name)] = data
		}
	}
	return out, nil
}
