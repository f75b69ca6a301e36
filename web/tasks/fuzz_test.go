package tasks

import "testing"

// FuzzParse: whatever the file holds, what is taken from it is sound.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`[]`, `[{"id":"a","kind":"b","status":"running","request":{}}]`, `[{"id":"a","kind":"b","status":"nonsense","request":1}]`, `{`, `null`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parse(data)
		if err != nil {
			return
		}
		for _, one := range list {
			if one.ID == "" || one.Kind == "" || one.Status != Queued && one.Status != Running && !one.Status.Ended() {
				t.Errorf("%+v", one)
			}
		}
	})
}
