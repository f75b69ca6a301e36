package tasks

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/hfdownloader/hfdownloader/core/privatefile"
)

// maxFile bounds the file, in bytes: what is larger is none of ours.
const maxFile = 64 << 20

// maxResult is how large a kept result may be, in bytes.
const maxResult = 128 << 10

// load reads the kept tasks; what ran has failed, and what waited waits again.
func (m *Manager) load() {
	if m.o.Path == "" {
		return
	}
	list, err := read(m.o.Path)
	if err != nil {
		m.o.Log.Warn().Err(err).Msg("the history of tasks cannot be read: it begins anew")
	}
	for _, t := range list {
		if t.Status == Running {
			t.interrupted(m.o.Now())
		}
		if t.Status == Queued && m.o.Runners[t.Kind] == nil {
			t.interrupted(m.o.Now())
		}
		m.tasks[t.ID] = &t
	}
}

func read(path string) ([]Task, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, errors.New("it is too large")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(data)
}

func parse(data []byte) ([]Task, error) {
	var list []Task
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	var sound []Task
	for _, t := range list {
		if t.ID != "" && t.Kind != "" && (t.Status == Queued || t.Status == Running || t.Status.Ended()) && json.Valid(t.Request) {
			sound = append(sound, t)
		}
	}
	return sound, nil
}

// save writes all tasks. A full disk costs the history, not the work.
func (m *Manager) save() {
	if m.o.Path == "" {
		return
	}
	list := m.list()
	for i := range list {
		if len(list[i].Result) > maxResult {
			list[i].Result = nil // shown while the server runs
		}
	}
	data, err := json.Marshal(list)
	if err == nil {
		err = privatefile.Write(m.o.Path, data)
	}
	if err != nil {
		m.o.Log.Warn().Err(err).Msg("the history of tasks cannot be written")
	}
}
