package contract

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Shape compares answers with examples of the document.
type Shape struct {
	// Named gives what a comment stands for: "job object" is a job.
	Named map[string]any
	// Full wants elements where the example has some: an empty array shows nothing.
	Full bool
}

// Differences are the places where got has not the keys and types of an example;
// more keys are no difference. A time must be one, a whole number too. null
// stands for a time that is not known yet. What one element of an array has and
// another has not may be absent.
func (s Shape) Differences(example, got any) []string {
	return s.differ("", example, got)
}

func (s Shape) differ(at string, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		return s.object(at, want, nil, got)
	case []any:
		return s.array(at, want, got)
	case string:
		return text(at, want, got)
	case float64:
		n, ok := got.(float64)
		if !ok || want == math.Trunc(want) && n != math.Trunc(n) {
			return []string{fmt.Sprintf("%s: %v is no number such as %v", at, got, want)}
		}
	case bool:
		if _, ok := got.(bool); !ok {
			return []string{fmt.Sprintf("%s: %v is neither true nor false", at, got)}
		}
	case nil:
		if got != nil {
			return text(at, time.Time{}.Format(time.RFC3339), got)
		}
	}
	return nil
}

func text(at, want string, got any) []string {
	s, ok := got.(string)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no text such as %q", at, got, want)}
	}
	if _, err := time.Parse(time.RFC3339, want); err == nil {
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return []string{fmt.Sprintf("%s: %q is no time such as %q", at, s, want)}
		}
	}
	return nil
}

func (s Shape) object(at string, want map[string]any, optional map[string]bool, got any) (bad []string) {
	have, ok := got.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no object", at, got)}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, there := have[key]
		switch {
		case key == omitted:
			bad = append(bad, s.named(at, want[key], got)...)
		case there:
			bad = append(bad, s.differ(at+"."+key, want[key], value)...)
		case !optional[key]:
			bad = append(bad, at+"."+key+": missing")
		}
	}
	return bad
}

// named compares with what a comment stands for.
func (s Shape) named(at string, comment, got any) []string {
	name, _ := comment.(string)
	example, ok := s.Named[name]
	if !ok {
		return []string{fmt.Sprintf("%s: nobody said what %q stands for", at, name)}
	}
	return s.differ(at, example, got)
}

func (s Shape) array(at string, want []any, got any) (bad []string) {
	list, ok := got.([]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no array", at, got)}
	}
	if len(want) == 0 {
		return nil
	}
	if s.Full && len(list) == 0 {
		bad = append(bad, at+": empty, so its elements show nothing")
	}
	element, optional := merge(want)
	for i, item := range list {
		place := fmt.Sprintf("%s[%d]", at, i)
		switch example := element.(type) {
		case map[string]any:
			bad = append(bad, s.object(place, example, optional, item)...)
		case string:
			if name, ok := strings.CutPrefix(example, omitted); ok {
				bad = append(bad, s.named(place, name, item)...)
				continue
			}
			bad = append(bad, s.differ(place, example, item)...)
		default:
			bad = append(bad, s.differ(place, example, item)...)
		}
	}
	return bad
}

// merge makes one example of the elements of an array, and says which keys not
// all of them have.
func merge(elements []any) (element any, optional map[string]bool) {
	all, count := map[string]any{}, map[string]int{}
	for _, e := range elements {
		object, ok := e.(map[string]any)
		if !ok {
			return elements[0], nil
		}
		maps.Copy(all, object)
		for key := range object {
			count[key]++
		}
	}
	optional = map[string]bool{}
	for key, n := range count {
		optional[key] = n < len(elements)
	}
	return all, optional
}

// Unlike are the places where got has other values than an example, but for the
// keys in free. More keys are no difference.
func Unlike(example, got any, free ...string) []string {
	return unlike("", example, got, free)
}

func unlike(at string, want, got any, free []string) (bad []string) {
	switch want := want.(type) {
	case map[string]any:
		have, _ := got.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if !slices.Contains(free, key) && key != omitted {
				bad = append(bad, unlike(at+"."+key, want[key], have[key], free)...)
			}
		}
		return bad
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return []string{fmt.Sprintf("%s: %v, want %v", at, got, want)}
		}
		for i := range want {
			bad = append(bad, unlike(fmt.Sprintf("%s[%d]", at, i), want[i], list[i], free)...)
		}
		return bad
	}
	if want != got {
		return []string{fmt.Sprintf("%s: %v, want %v", at, got, want)}
	}
	return nil
}
