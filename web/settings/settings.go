// Package settings are what a server can be told while it runs: token, numbers of
// the transfer, verification, speed limit. It guards that a change is all or
// nothing and durable before it holds (reliability.md T34), that a token leaves
// only as a mask (T35), and that folders and the endpoint cannot be reached at
// all: they are no fields here. A Service is safe from any goroutine.
package settings

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// Values are all settings. It is a value; its String hides the token (P6).
type Values struct {
	Token              string // "" for none
	Connections        int    // per large file
	MaxActive          int    // large files in flight over the whole server
	MultipartThreshold int64  // bytes
	Verify             string
	Retries            int   // consecutive failures
	LimitRate          int64 // bytes a second over the whole server, 0 none
}

// String says nothing secret.
func (v Values) String() string { return "settings (token " + Mask(v.Token) + ")" }

// GoString is String, for %#v.
func (v Values) GoString() string { return v.String() }

// Options build a Service.
type Options struct {
	// Store keeps what was changed; it must be a folder of the user alone (T39).
	Store jobs.Settings
	// Base are the values of flags, environment, file and defaults.
	Base Values
	// Fixed names, as the API spells them, what flags gave: stored values of these
	// yield at start. A change through the API holds until the next start.
	Fixed []string
	// Apply hears the values at start and after each change, one call at a time,
	// once the change is durable. It must not block for long.
	Apply func(Values)
	Log   zerolog.Logger
}

// Service holds the settings.
type Service struct {
	store jobs.Settings
	apply func(Values)

	change sync.Mutex // one Update at a time, its save and Apply included
	mu     sync.RWMutex
	now    Values
}

// Open reads what is stored, lays it over the base and applies it. A stored
// document that cannot be read or is out of range is left aside with a warning:
// the server starts with the base.
func Open(ctx context.Context, o Options) (*Service, error) {
	s := &Service{store: o.Store, apply: o.Apply, now: o.Base}
	if s.apply == nil {
		s.apply = func(Values) {}
	}
	doc, _, err := s.load(ctx)
	switch {
	case errors.Is(err, errDocument):
		o.Log.Warn().Err(err).Msg("stored settings are left aside; save them again to replace them")
	case err != nil:
		return nil, err
	default:
		s.now = doc.without(o.Fixed).over(o.Base)
	}
	s.apply(s.now)
	return s, nil
}

// Get gives the values in force.
func (s *Service) Get() Values {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now
}

// Check says what is wrong with p, as Update does, and changes nothing.
func (s *Service) Check(p Patch) error {
	_, err := p.check(s.Get().Token)
	return err
}

// Update checks p, saves it and then applies it. On an error nothing has
// changed: *FieldError names what is wrong with p, fault.Disk says that it could
// not be saved.
func (s *Service) Update(ctx context.Context, p Patch) error {
	s.change.Lock()
	defer s.change.Unlock()
	p, err := p.check(s.Get().Token)
	if err != nil {
		return err
	}
	if p == (Patch{}) {
		return nil
	}
	if err := s.save(ctx, p); err != nil {
		return err
	}
	s.mu.Lock()
	s.now = p.over(s.now)
	now := s.now
	s.mu.Unlock()
	s.apply(now)
	return nil
}

// errDocument: what is stored is not ours to read.
var errDocument = errors.New("stored settings are damaged")

// saveAttempts bounds how often another process may change the document first.
const saveAttempts = 10

// save lays p over the stored document.
func (s *Service) save(ctx context.Context, p Patch) error {
	for range saveAttempts {
		doc, revision, err := s.load(ctx)
		if err != nil && !errors.Is(err, errDocument) {
			return err
		}
		data, err := json.Marshal(p.onto(doc))
		if err != nil {
			return fault.New(fault.Internal, "write settings", "", err)
		}
		err = s.store.SaveSettings(ctx, data, revision)
		if errors.Is(err, jobs.ErrConflict) {
			continue
		}
		return saveError(err)
	}
	return saveError(errors.New("others keep changing them"))
}

func saveError(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Disk, "save settings", "", err).
		WithHint("nothing was changed; check the free space and the rights of the state folder and save again")
}

// load reads the stored document; with errDocument the revision is still right.
func (s *Service) load(ctx context.Context) (Patch, int64, error) {
	data, revision, err := s.store.Settings(ctx)
	if err != nil {
		return Patch{}, 0, fault.New(fault.Disk, "read settings", "", err).
			WithHint("check the rights of the state folder")
	}
	if len(data) == 0 {
		return Patch{}, revision, nil
	}
	var p Patch
	if err := json.Unmarshal(data, &p); err != nil {
		return Patch{}, revision, errDocument // its text may hold the token
	}
	if _, err := p.check(""); err != nil {
		return Patch{}, revision, errors.Join(errDocument, err)
	}
	return p, revision, nil
}
