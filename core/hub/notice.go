package hub

import (
	"strings"
	"sync"
)

// maxTopics bounds how many different warnings of the Hub are remembered.
const maxTopics = 64

// notices remembers which warnings were shown.
type notices struct {
	mu   sync.Mutex
	seen map[string]bool
}

// notice logs an X-HF-Warning ("topic; message"), once for each topic
// (hub-protocol.md §5.4).
func (c *Client) notice(header string) {
	if header == "" {
		return
	}
	topic, message, _ := strings.Cut(header, ";")
	topic = strings.TrimSpace(topic)
	n := &c.notices
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen[topic] || len(n.seen) >= maxTopics {
		return
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[topic] = true
	c.log.Warn().Str("topic", c.quote(topic)).Msg("the Hub says: " + c.quote(strings.TrimSpace(message)))
}
